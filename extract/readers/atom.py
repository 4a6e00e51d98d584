"""The arXiv API's answers: an Atom feed with one ``<entry>`` a paper.

    <feed xmlns="http://www.w3.org/2005/Atom"><entry>
      <id>http://arxiv.org/abs/2205.06175v3</id><published>2022-05-12T16:03:26Z</published>
      <title>A Generalist Agent</title><summary>...</summary><author><name>Scott Reed</name></author> ...

One entry is held in memory at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.readers.files import TextFile
from paperatlas.extract.readers.records import Skipped, paper_from
from paperatlas.extract.readers.xml import elements, line_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_ROOT = re.compile(
    r"\s*+(?:<\?xml[^>]*+>\s*+)?+(?:<!--(?:(?!-->).)*+-->\s*+)*+(?:<!DOCTYPE.*)?<(?:\w+:)?(?:feed|entry)\b", re.S
)


def sniff(head: str) -> bool:
    """Tell an Atom document by its root element."""
    return bool(_ROOT.match(head))


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """Yield the paper of each entry; an entry is forgotten once it is read.

    Raises:
        InputError: not well-formed, or with a document type declaration.
    """
    for entry in elements(file.raw(), file.name, f"{_ATOM}entry"):
        yield _paper(entry, Source(file.name, line_of(entry)))


def _paper(entry: _Element, source: Source) -> Paper | Skipped:
    def text(name: str) -> str:
        return " ".join((entry.findtext(name) or "").split())

    address = text(f"{_ATOM}id")
    return paper_from(
        {
            "url": address,
            "id": "" if "://" in address else address,
            "title": text(f"{_ATOM}title"),
            "abstract": text(f"{_ATOM}summary"),
            "date": text(f"{_ATOM}published"),
            "updated": text(f"{_ATOM}updated"),
            "authors": [a.findtext(f"{_ATOM}name") or "" for a in entry.iterfind(f"{_ATOM}author")],
            "categories": [c.get("term", "") for c in entry.iterfind(f"{_ATOM}category")],
            "doi": text(f"{_ARXIV}doi"),
            "comment": text(f"{_ARXIV}comment"),
        },
        source,
    )
