"""Abstracts in blocks between blank lines, as listings are copied from arXiv's pages.

    We introduce Foo, a network that ...

    74 pages

    arXiv:2203.07814
    Created: 2022-02-08

The lines about a paper follow its abstract (or precede it, in a file that begins with such lines); a short line
between the two is a comment, a short line before an abstract its title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.readers.files import TextFile
from paperatlas.extract.readers.records import Skipped, paper_from

_FIELD = re.compile(
    r"(?P<name>arXiv|doi|created|date|submitted|published|year|title|authors?|comments?|subjects?|categories|url|id|keywords)"
    r"\s*:\s*(?P<value>.*)",
    re.I,
)
#: What a paragraph of prose has somewhere and code, lists and tables have not: a sentence's end and the next's begin.
_WORDS = re.compile(r"(?:\b[a-z]+,? ){5}")
_SENTENCE_END = re.compile(r"[a-z)][.?!](?=\s+[A-Z]|\s*$)")
#: A block of fewer words than this is a comment or a title, not an abstract.
_SHORT = 20


def sniff(head: str) -> bool:
    """Tell a text of blocks by its lines about papers, or by paragraphs that are all as long as abstracts are."""
    if re.search(r"^arXiv:\s*\S+\s*$", head, re.M | re.I):
        return True
    # The head may cut the last block off.
    blocks = re.split(r"\n\s*\n", head.strip())
    return all(map(_is_prose, blocks[:-1] or blocks))


def _is_prose(block: str) -> bool:
    """Tell whether in some line a sentence ends behind five words in lower case. (In two steps: one would be slow.)"""
    begin = 0
    while words := _WORDS.search(block, begin):
        line_end = block.find("\n", words.end())
        end = _SENTENCE_END.search(block, words.end() - 1)
        if end is None or line_end < 0 or end.start() < line_end:
            return end is not None
        begin = line_end
    return False


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """Yield the abstracts of ``file``, each with the line that its record begins in."""
    for record in _records([*_blocks(file)]):
        fields: dict[str, str] = {}
        for block in record:
            if block.fields:
                fields |= block.fields
            elif block.is_prose:
                fields["abstract"] = block.text
            else:
                fields["comment" if "abstract" in fields else "title"] = block.text
        yield paper_from(fields, Source(file.name, record[0].line))


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines without a blank one between them: fields of a paper, prose, or a short line."""

    line: int
    text: str
    fields: dict[str, str]

    @property
    def is_prose(self) -> bool:
        return not self.fields and len(self.text.split()) >= _SHORT


def _records(blocks: list[_Block]) -> Iterator[list[_Block]]:
    """Group blocks by paper."""
    fields_first = next((bool(block.fields) for block in blocks if block.fields or block.is_prose), False)
    record: list[_Block] = []
    has_abstract = has_fields = False
    for block, following in zip_longest(blocks, blocks[1:]):
        if block.is_prose:
            begins = has_abstract
        elif block.fields:
            begins = fields_first and has_abstract
        else:
            is_title = following is not None and following.is_prose
            begins = is_title and has_fields and not fields_first
        if begins:
            yield record
            record, has_abstract, has_fields = [], False, False
        record.append(block)
        has_abstract = has_abstract or block.is_prose
        has_fields = has_fields or bool(block.fields)
    if record:
        yield record


def _blocks(file: TextFile) -> Iterator[_Block]:
    lines: list[str] = []
    first = 0
    for number, line in enumerate([*file.text().split("\n"), ""], start=1):
        if line.strip():
            first = first or number
            lines.append(line)
        elif lines:
            yield _Block(first, "\n".join(lines), _fields(lines))
            lines, first = [], 0


def _fields(lines: list[str]) -> dict[str, str]:
    """Return the fields that a block consists of; nothing if any line of it is something else."""
    matches = [_FIELD.fullmatch(line.strip()) for line in lines]
    if not all(matches):
        return {}
    return {m["name"].lower(): m["value"] for m in matches if m}
