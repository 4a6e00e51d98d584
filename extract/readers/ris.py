"""RIS, as Zotero and publishers export it.

TY  - JOUR
TI  - Attention Is All You Need
AB  - The dominant ...
ER  -
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.readers.files import TextFile
from paperatlas.extract.readers.records import Skipped, paper_from

_BEGIN = re.compile(r"^TY  -", re.M)


def sniff(head: str) -> bool:
    """Tell RIS by a record's first line."""
    return bool(_BEGIN.search(head))


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """Yield the records of ``file``; they are cut apart here so that each has its line, and a broken one is alone."""
    import rispy

    text = file.text()
    starts = [m.start() for m in _BEGIN.finditer(text)]
    if text[: starts[0] if starts else None].strip():
        yield Skipped(Source(file.name, 1), "text before the first 'TY  -'")
    line, counted = 1, 0
    for start, end in pairwise([*starts, len(text)]):
        line += text.count("\n", counted, start)
        counted = start
        source = Source(file.name, line)
        lines = text[start:end].rstrip().split("\n")
        # Without tags that nobody knows: rispy stumbles over one behind its own name for them.
        for record in rispy.RisParser(skip_unknown_tags=True).parse_lines(_unfolded(lines)):
            yield paper_from(_fields(record), source)


def _unfolded(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a record, its end the last, with those that go on with a value put behind it, all at once.

    rispy does that one by one, and copies the value each time. What goes on with a list is one more item of it.
    """
    from rispy import RisParser

    parser = RisParser()
    folded: list[str] = []
    tag = None
    for line in lines:
        tag_here, content = parser.parse_line(line)
        if tag_here == parser.END_TAG:
            break
        if tag_here is None and tag is not None and tag not in parser.list_tags and tag not in parser.delimiter_map:
            folded.append(content)
            continue
        if folded:
            yield " ".join(folded)
        tag = tag_here or tag
        folded = [line.rstrip()]
    if folded:
        yield " ".join(folded)
    yield f"{parser.END_TAG}  - "


def _fields(record: dict[str, object]) -> dict[str, object]:
    """Rename what rispy calls otherwise than the rest of the world does."""
    urls = record.get("urls")
    authors = record.get("authors") or record.get("first_authors") or []
    notes = record.get("notes_abstract")
    return {
        "id": record.get("id", ""),
        "title": record.get("title") or record.get("primary_title", ""),
        "abstract": record.get("abstract") or notes or "",
        "date": str(record.get("date") or record.get("publication_year") or record.get("year") or "").strip("/"),
        "authors": authors,
        "doi": record.get("doi", ""),
        "url": urls[0] if isinstance(urls, list) and urls else record.get("url", ""),
        "arxiv": _eprint(record),
        "categories": record.get("keywords") or [],
    }


def _eprint(record: dict[str, object]) -> str:
    """Return the arXiv number that Zotero puts where a report's number belongs ("arXiv:1706.03762")."""
    for name in ("number", "accession_number", "note", "notes"):
        value = record.get(name)
        for text in value if isinstance(value, list) else [value]:
            if match := re.match(r"arXiv:\s*\S+", str(text or "")):
                return match[0]
    return ""
