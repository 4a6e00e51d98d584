"""OpenAlex: https://developers.openalex.org. Its abstracts are lists of words with their places.

A question for one work is free. Queries are paid from a daily allowance, which is small without a key (free, from
https://openalex.org/settings/api); without one, only the first 10,000 works of a query can be had.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from paperatlas.extract.fetch.failures import MissingError, PassingError, json_object
from paperatlas.extract.fetch.markup import MAX_MARKED, plain
from paperatlas.extract.fetch.numbers import in_path
from paperatlas.extract.fetch.paging import advancing
from paperatlas.extract.fetch.service import Page, Request, Service, one_by_one, page_of
from paperatlas.extract.identifiers import arxiv_id, doi
from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.readers.records import MAX_ABSTRACT, Skipped, paper_from

if TYPE_CHECKING:
    from paperatlas.extract.fetch.client import Client

#: The environment variable that holds a key: on the command line others would see it.
KEY = "OPENALEX_API_KEY"
PER_PAGE = 100
#: What can be reached by the number of a page.
_DEPTH = 10_000
#: More works than there are.
_MANY = 10**12
_CURSOR = re.compile(r"[!-~]{1,2000}")
#: What a mark looks like: the next page's number, or a cursor.
_MARK = re.compile(r"(page|cursor)=((?<=page=)[0-9]{1,6}|(?<=cursor=)[!-~]{1,2000})")
_FIELDS = "id,doi,title,publication_date,authorships,abstract_inverted_index,locations,topics"


def _pages(client: Client, request: Request, mark: str) -> Iterator[Page]:
    if request.ids:
        return _by_number(client, request.ids)
    return advancing(client, _by_query(client, request, mark))


def _by_number(client: Client, ids: tuple[str, ...]) -> Iterator[Page]:
    def ask(number: str) -> Paper | Skipped:
        source = Source(number, 1)
        name = in_path(f"doi:{doi(number)}" if doi(number) else number.rpartition("/")[2])
        try:
            work = client.ask(f"/works/{name}", {"select": _FIELDS} | _credentials(client), json_object)
        except MissingError:
            return Skipped(source, "OpenAlex has no such work")
        return _paper(work, source)

    return one_by_one(ids, ask)


def _by_query(client: Client, request: Request, mark: str) -> Iterator[Page]:
    size = min(PER_PAGE, request.limit or PER_PAGE)
    filters = ["has_abstract:true"] + ([f"from_publication_date:{request.since}"] if request.since else [])
    question = {
        "search": request.query,
        "filter": ",".join(filters),
        "per_page": str(size),
        "select": _FIELDS,
        **_credentials(client),
    }
    known = _MARK.fullmatch(mark) or _MARK.fullmatch("cursor=*" if "api_key" in question else "page=1")
    way, place = known.groups() if known else ("page", "1")
    before = set[str]()
    while True:
        if place in before:
            raise client.error("sends us round in circles: it gives a cursor that it gave before")
        before.add(place)
        if way == "page" and int(place) * size > _DEPTH:
            raise client.error(f"gives only the first {_DEPTH:,} works to whom it does not know", hint=f"set {KEY}")
        works, total, cursor = client.ask("/works", {**question, way: place}, _list)
        if way == "page":
            there = int(place) * size
            more = there < total if total is not None else len(works) == size
            place = str(int(place) + 1) if works and more else ""
        else:
            place = cursor if works else ""
        yield page_of(
            (_paper(work, Source(client.where, 1)) for work in works),
            mark=f"{way}={place}" if place else "",
            total=total,
        )
        if not place:
            return


def _credentials(client: Client) -> dict[str, str]:
    given = {"mailto": client.mailto, "api_key": _key()}
    return {name: value for name, value in given.items() if value}


def _key() -> str:
    return os.environ.get(KEY, "").strip()


def _list(body: bytes) -> tuple[list[object], int | None, str]:
    """Return works, how many there are in all, and the cursor of the next ones."""
    found = json_object(body)
    meta, works = found.get("meta"), found.get("results")
    if not isinstance(meta, dict) or not isinstance(works, list):
        raise PassingError("answers what is no list of works")
    count, cursor = meta.get("count"), meta.get("next_cursor")
    if isinstance(cursor, str) and cursor and not _CURSOR.fullmatch(cursor):
        raise PassingError("answers a cursor that no address can hold")
    known = isinstance(count, int) and 0 <= count < _MANY
    return works, count if known else None, cursor if isinstance(cursor, str) else ""


def _paper(work: object, source: Source) -> Paper | Skipped:
    if not isinstance(work, dict):
        return Skipped(source, "no work")
    number = str(work.get("id") or "").rpartition("/")[2]
    return paper_from(
        {
            "id": number,
            "doi": work.get("doi"),
            "arxiv": next(filter(None, map(arxiv_id, _addresses(work))), ""),
            "url": work.get("id"),
            "title": _title(work.get("title")),
            "abstract": from_inverted(work.get("abstract_inverted_index")),
            "date": work.get("publication_date"),
            "authors": _authors(work),
            "categories": [topic.get("display_name") for topic in _objects(work.get("topics"))],
        },
        Source(number, 1) if number else source,
    )


def _title(title: object) -> str:
    return plain(title) if isinstance(title, str) and len(title) <= MAX_MARKED else ""


def _authors(work: Mapping[str, Any]) -> list[str]:
    names = (authorship.get("author") for authorship in _objects(work.get("authorships")))
    return [str(name.get("display_name") or "") for name in names if isinstance(name, dict)]


def _addresses(work: Mapping[str, Any]) -> Iterator[str]:
    """Yield where a work is found: one of the places may be arXiv."""
    for location in _objects(work.get("locations")):
        yield str(location.get("landing_page_url") or "")


def _objects(value: object) -> Iterator[dict[str, Any]]:
    return (item for item in value if isinstance(item, dict)) if isinstance(value, list) else iter(())


def from_inverted(index: object) -> str:
    """Return the text of an inverted index: each word with the places where it stands.

    Places that no abstract has, and what is no index, are left out.

    >>> from_inverted({"is": [1, 4], "It": [0], "what": [2], "it": [3]})
    'It is what it is'
    """
    if not isinstance(index, dict):
        return ""
    words: dict[int, str] = {}
    for word, places in index.items():
        for place in places if isinstance(places, list) else ():
            if isinstance(place, int) and 0 <= place < MAX_ABSTRACT:
                words[place] = word
    return " ".join(words[place] for place in sorted(words))


SERVICE = Service("OpenAlex", "https://api.openalex.org", pause=0.2, pages=_pages, secret=_key)
