"""DOIs, by content negotiation: doi.org sends us on to the agency that registered one (https://citation.doi.org).

Crossref, DataCite and others answer in CSL-JSON, Crossref with abstracts in the XML of the JATS.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from paperatlas.extract.fetch.failures import ElsewhereError, MissingError, json_object
from paperatlas.extract.fetch.markup import MAX_MARKED, plain
from paperatlas.extract.fetch.numbers import in_path
from paperatlas.extract.fetch.service import Page, Request, Service, one_by_one
from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.readers.records import Skipped, paper_from

if TYPE_CHECKING:
    from paperatlas.extract.fetch.client import Client


_CSL = "application/vnd.citationstyles.csl+json"


def _pages(client: Client, request: Request, _mark: str) -> Iterator[Page]:
    def ask(number: str) -> Paper | Skipped:
        source = Source(f"doi:{number}", 1)
        try:
            work = client.ask(f"/{in_path(number)}", {}, json_object, accept=_CSL)
        except MissingError:
            return Skipped(source, "there is no such DOI")
        except ElsewhereError as error:
            return Skipped(source, f"who registered it tells nothing in this form ({error.problem})")
        return _paper(work, source)

    return one_by_one(request.ids, ask, scheme="doi:")


def _paper(work: dict[str, Any], source: Source) -> Paper | Skipped:
    title, number = work.get("title"), work.get("DOI")
    authors, marked = work.get("author"), work.get("abstract")
    if isinstance(marked, str) and len(marked) > MAX_MARKED:
        return Skipped(source, f"an abstract of {len(marked):,} characters, with its markup")
    return paper_from(
        {
            "doi": number if isinstance(number, str) and number else source.path,
            "title": plain(title[0] if isinstance(title, list) and title else title),
            "abstract": plain(marked),
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
