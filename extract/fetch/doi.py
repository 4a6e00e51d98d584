"""DOIs, by content negotiation: doi.org sends us on to the agency that registered one (https://citation.doi.org).

Crossref, DataCite and others answer in CSL-JSON, Crossref with abstracts in the XML of the JATS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from paperatlas.extract.fetch.failures import ElsewhereError, MissingError, json_object
from paperatlas.extract.fetch.service import Page, Request, Service, page_of
from paperatlas.extract.paper import Paper, Source, clean
from paperatlas.extract.readers.records import Skipped, paper_from

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from paperatlas.extract.fetch.client import Client

_CSL = "application/vnd.citationstyles.csl+json"
#: What a heading of a structured abstract, a list's items and paragraphs are divided by.
_BREAKS = frozenset(("title", "p", "sec", "list-item", "br"))
_UNSEEN = frozenset(("script", "style"))
#: What plain texts do not have, although they have "a<b and b>c".
_MARKUP = re.compile(r"</[A-Za-z]|<[A-Za-z][\w:-]*\s*/?>|&(?:#\w+|[a-z]+);")


def _pages(client: Client, request: Request, _mark: str) -> Iterator[Page]:
    for number in request.ids:
        source = Source(f"doi:{number}", 1)
        item: Paper | Skipped
        try:
            item = _paper(client.ask(f"/{quote(number, safe='/')}", {}, json_object, accept=_CSL), source)
        except MissingError:
            item = Skipped(source, "there is no such DOI")
        except ElsewhereError as error:
            item = Skipped(source, f"who registered it tells nothing in this form ({error.problem})")
        yield page_of([item], total=len(request.ids))


def _paper(work: dict[str, Any], source: Source) -> Paper | Skipped:
    title, number = work.get("title"), work.get("DOI")
    authors = work.get("author")
    return paper_from(
        {
            "doi": number if isinstance(number, str) and number else source.path,
            "title": plain(title[0] if isinstance(title, list) and title else title),
            "abstract": plain(work.get("abstract")),
            "date": _date(work.get("issued")),
            "authors": [_named(author) for author in authors] if isinstance(authors, list) else [],
            "categories": work.get("categories") or work.get("subject"),
        },
        source,
    )


def _named(author: object) -> object:
    """Return an author; a group has one name, which CSL calls literal."""
    return {"name": author.get("literal"), **author} if isinstance(author, dict) else author


def _date(issued: object) -> str:
    """Return the date of ``{"date-parts": [[2024, 5, 12]]}``."""
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    first = parts[0] if isinstance(parts, list) and parts else None
    numbers = [part for part in first if isinstance(part, int | str)] if isinstance(first, list) else []
    return "-".join(map(str, numbers))


def plain(text: object) -> str:
    """Return what a text with the markup of the JATS (or HTML) says, in one line, without its heading.

    >>> plain("<jats:title>Abstract</jats:title><jats:p>We reach H<jats:sub>2</jats:sub>O &amp; more.</jats:p>")
    'We reach H2O & more.'
    >>> plain("p < 0.05 and no markup")
    'p < 0.05 and no markup'
    """
    if not isinstance(text, str):
        return ""
    text = clean(text)
    if not _MARKUP.search(text):
        return " ".join(text.split())
    from lxml import html
    from lxml.etree import ParserError

    try:
        root = html.fragment_fromstring(re.sub(r"(</?)[\w-]+:", r"\1", text), create_parent="div")
    except (ParserError, ValueError):
        return " ".join(text.split())
    for element in [*root.iter()]:
        if element.tag in _UNSEEN or _told_twice(element):
            element.drop_tree()
        elif element.tag in _BREAKS:
            element.tail = f" {element.tail or ''}"
    said = " ".join(str(root.text_content()).split())
    return re.sub(r"(?i)^abstract\b[:.]?\s+(?=\S)", "", said)


def _told_twice(element: HtmlElement) -> bool:
    """Tell a formula that stands there in another form too: its LaTeX is kept, unless it is a whole document."""
    both = element.xpath("parent::alternatives[tex-math and math]")
    if not both or element.tag not in ("tex-math", "math"):
        return False
    return bool(element.tag == "math") != ("\\documentclass" in both[0].findtext("tex-math", ""))


SERVICE = Service(
    "doi.org",
    "https://doi.org",
    pause=0.5,
    pages=_pages,
    hosts=frozenset(
        (
            "dx.doi.org",
            "api.crossref.org",
            "data.crossref.org",
            "data.crosscite.org",
            "data.datacite.org",
            "api.datacite.org",
            "data.medra.org",
            "api.medra.org",
        )
    ),
)
