"""The ACL Anthology's own XML: one file a collection, such as ``2024.acl.xml``.

    <collection id="2024.acl"><volume id="long"><meta><year>2024</year><month>August</month> ...</meta>
      <paper id="1"><title><fixed-case>F</fixed-case>oo: A Network</title>
        <author><first>Ada</first><last>One</last></author>
        <abstract>We reach <tex-math>67\\%</tex-math> ...</abstract>
        <url>2024.acl-long.1</url><doi>10.18653/v1/2024.acl-long.1</doi></paper> ...

(The Anthology's BibTeX of a volume holds no abstracts.) Formulas keep their LaTeX; other markup is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.readers.files import TextFile
from paperatlas.extract.readers.records import Skipped, month_number, paper_from
from paperatlas.extract.readers.xml import elements, line_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_ROOT = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^>]*-->\s*)?<collection\s+id=")


def sniff(head: str) -> bool:
    """Tell the Anthology's XML by its root element."""
    return bool(_ROOT.match(head))


def read(file: TextFile, *, volume: str = "") -> Iterator[Paper | Skipped]:
    """Yield the papers of one volume of ``file`` ("long"), or of all.

    Raises:
        InputError: not well-formed, or with a document type declaration.
    """
    date = ""
    for element in elements(file.raw(), file.name, "meta", "paper"):
        if element.tag == "meta":
            date = _date(element)
        elif not volume or _volume_of(element) == volume:
            yield _paper(element, date, Source(file.name, line_of(element)))


def _volume_of(paper: _Element) -> str:
    parent = paper.getparent()
    return "" if parent is None else parent.get("id", "")


def _date(meta: _Element) -> str:
    month = month_number(meta.findtext("month") or "")
    year = meta.findtext("year") or ""
    return f"{year}-{month:02}" if month else year


def _paper(paper: _Element, date: str, source: Source) -> Paper | Skipped:
    number = (paper.findtext("url") or "").strip()
    return paper_from(
        {
            "id": number,
            "url": f"https://aclanthology.org/{number}" if number and "://" not in number else number,
            "doi": paper.findtext("doi") or "",
            "title": _text(paper.find("title")),
            "abstract": _text(paper.find("abstract")),
            "date": date,
            "authors": [
                " ".join(filter(None, (author.findtext("first"), author.findtext("last"))))
                for author in paper.iterfind("author")
            ],
        },
        source,
    )


def _text(element: _Element | None) -> str:
    """Return what an element says, in one line, with formulas between dollar signs."""
    if element is None:
        return ""
    parts = [element.text or ""]
    for child in element:
        # A comment's tag is a function, not a name.
        inner = _text(child) if isinstance(child.tag, str) else ""
        parts += (f"${inner}$" if child.tag == "tex-math" else inner, child.tail or "")
    return " ".join("".join(parts).split())
