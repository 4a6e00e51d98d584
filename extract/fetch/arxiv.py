"""arXiv's API: https://info.arxiv.org/help/api/user-manual.html. Its answers are Atom feeds.

It wants one connection and three seconds between questions (https://info.arxiv.org/help/api/tou.html). It answers no
question beyond the first 30,000 papers of a query; what is older is asked for by date.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from paperatlas.errors import InputError
from paperatlas.extract.fetch.failures import LONGEST, PassingError, QuestionError, message
from paperatlas.extract.fetch.numbers import bare
from paperatlas.extract.fetch.paging import advancing
from paperatlas.extract.fetch.service import Page, Request, Service, failed, page_of
from paperatlas.extract.identifiers import arxiv_id
from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.readers import atom
from paperatlas.extract.readers.files import TextFile
from paperatlas.extract.readers.records import Skipped
from paperatlas.extract.readers.xml import elements

if TYPE_CHECKING:
    from paperatlas.extract.fetch.client import Client

#: Papers a question: arXiv asks for no more than some hundreds at once.
PER_PAGE = 200
#: Numbers a question: they stand in the address, which may not grow without bound.
IDS_PER_PAGE = 100
#: Papers of one query that are asked for by their place, before the next are asked for by date.
DEPTH = 10_000
_ATOM = "{http://www.w3.org/2005/Atom}"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
_COUNT = re.compile(r"[0-9]{1,12}")
_BOMS = (b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\0<")
#: What a mark looks like: where to go on, and the last day of the papers that are asked for.
_MARK = re.compile(r"([0-9]{1,9})(?: until ([0-9]{4}-[0-9]{2}-[0-9]{2}))?")


class _Feed(NamedTuple):
    items: tuple[Paper | Skipped, ...]
    total: int


def _pages(client: Client, request: Request, mark: str) -> Iterator[Page]:
    if request.ids:
        return _by_number(client, request.ids)
    return advancing(client, _by_query(client, request, mark))


def _by_number(client: Client, ids: tuple[str, ...]) -> Iterator[Page]:
    waiting = [ids[start : start + IDS_PER_PAGE] for start in range(0, len(ids), IDS_PER_PAGE)]
    while waiting:
        asked = waiting.pop(0)
        try:
            feed = _ask(client, {"id_list": ",".join(asked), "max_results": str(len(asked))})
        except QuestionError as error:
            # One number that arXiv takes offence at (a month 13) spoils the question for all of them.
            half = len(asked) // 2
            if half:
                waiting[:0] = [asked[:half], asked[half:]]
            else:
                yield failed(f"arXiv:{asked[0]}", error, total=len(ids))
            continue
        there = {item.source.path if isinstance(item, Skipped) else f"arXiv:{item.arxiv}" for item in feed.items}
        missing = [number for number in asked if f"arXiv:{bare(number)}" not in there]
        skipped = [Skipped(Source(f"arXiv:{number}", 1), "arXiv has no such paper") for number in missing]
        yield page_of([*feed.items, *skipped], total=len(ids))


_NEWEST_FIRST = {"sortBy": "submittedDate", "sortOrder": "descending"}


def _by_query(client: Client, request: Request, mark: str) -> Iterator[Page]:
    size = str(min(PER_PAGE, request.limit or PER_PAGE))
    known = _MARK.fullmatch(mark)
    start, until = (int(known[1]), known[2] or "") if known else (0, "")
    while True:
        query = _between(request.query, request.since, until)
        feed = _ask(client, {"search_query": query, "start": str(start), "max_results": size} | _NEWEST_FIRST)
        start += len(feed.items)
        more, before = bool(feed.items) and start < feed.total, until
        if more and start >= DEPTH and (last := _next_window(feed.items, until)):
            start, until = 0, last
        mark = (f"{start} until {until}" if until else str(start)) if more else ""
        yield page_of(feed.items, mark=mark, total=None if until else feed.total)
        if not more:
            return
        if before and until > before:
            raise client.error(f"answers papers of {until} where none after {before} were asked for")


def _between(query: str, since: str, until: str) -> str:
    """Return a query for papers of some days only; both days belong to them.

    >>> _between("cat:cs.CL OR cat:cs.LG", "2024-05-12", "")
    '(cat:cs.CL OR cat:cs.LG) AND submittedDate:[202405120000 TO 999912312359]'
    """
    if not since and not until:
        return query
    first, last = (since or "1991-01-01").replace("-", ""), (until or "9999-12-31").replace("-", "")
    return f"({query}) AND submittedDate:[{first}0000 TO {last}2359]"


def _next_window(items: Iterable[Paper | Skipped], until: str) -> str:
    """Return the day to go on from: that of the oldest paper, or the one before if all are of that day."""
    oldest = min((item.date for item in items if isinstance(item, Paper) and len(item.date) == 10), default="")
    if oldest and oldest == until:
        return (date.fromisoformat(oldest) - timedelta(days=1)).isoformat()
    return oldest


def _ask(client: Client, params: dict[str, str]) -> _Feed:
    def read(body: bytes) -> _Feed:
        feed = _read(client, body)
        if not feed.items and feed.total > int(params.get("start", "0")):
            raise PassingError(f"answers an empty page, of {feed.total:,} papers")
        return feed

    return client.ask("", params, read, accept="application/atom+xml")


def _read(client: Client, body: bytes) -> _Feed:
    """Read a feed.

    Raises:
        PassingError: it is cut off, or no feed. arXiv says "Rate exceeded." with a status of 200.
        QuestionError: it says what is wrong with the question.
    """
    if not _is_xml(body):
        raise PassingError(f"answers no feed ({message(body) or 'nothing'})")
    try:
        read = [*atom.read(TextFile(client.where, io.BytesIO(body)))]
        total, entries = _told(body)
    except InputError as error:
        raise PassingError(f"answers no feed ({error.problem})") from None
    for entry in filter(_complains, entries):
        raise client.error(f"does not understand the question: {entry.said}", kind=QuestionError)
    if not _COUNT.fullmatch(total):
        raise PassingError("answers no feed (it does not say how many papers there are)")
    return _Feed(tuple(_named(item, entry) for item, entry in zip(read, entries, strict=True)), int(total))


class _Entry(NamedTuple):
    address: str
    said: str


def _told(body: bytes) -> tuple[str, list[_Entry]]:
    """Return how many papers a feed says there are, and what its entries call themselves and say.

    Raises:
        InputError: it is not well-formed.
    """
    total, entries = "", list[_Entry]()
    for element in elements(io.BytesIO(body), "", _TOTAL, f"{_ATOM}entry"):
        if element.tag == _TOTAL:
            total = total or element.text or ""
        else:
            address, said = (" ".join((element.findtext(_ATOM + name) or "").split()) for name in ("id", "summary"))
            entries.append(_Entry(address, said))
    return total, entries


def _complains(entry: _Entry) -> bool:
    return "/api/errors" in entry.address


def _named(item: Paper | Skipped, entry: _Entry) -> Paper | Skipped:
    """Let a record that is no paper go by its number: that of its line says nothing to who has not the feed."""
    number = bare(arxiv_id(entry.address))
    return replace(item, source=Source(f"arXiv:{number}", 1)) if number and isinstance(item, Skipped) else item


def _complaint(body: bytes) -> str:
    """Return what a refusal says: in a feed, as an entry, or as others say it."""
    if not _is_xml(body):
        return message(body)
    try:
        _, entries = _told(body)
    except InputError:
        return ""
    return next((entry.said for entry in entries if _complains(entry)), "")[:LONGEST]


def _is_xml(body: bytes) -> bool:
    return body.lstrip().startswith(b"<") or body.startswith(_BOMS)


SERVICE = Service(
    "arXiv",
    "https://export.arxiv.org/api/query",
    pause=3.0,
    pages=_pages,
    hosts=frozenset(("export.arxiv.org", "arxiv.org")),
    complaint=_complaint,
)
