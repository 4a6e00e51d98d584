"""What services answer, into a file that grows by whole pages and that a later call goes on with.

A page's papers are appended in one write and reach the disk before the next page is asked for. Then the mark of the
next page is kept beside the file; it is gone once the whole answer is there. Whatever is cut off in between (a page of
which the mark was not kept, half a line) is mended by the next call: no paper comes twice, none is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from paperatlas.extract.fetch.client import Client
from paperatlas.extract.fetch.lines import keys_of
from paperatlas.extract.fetch.numbers import number_key
from paperatlas.extract.fetch.place import Place
from paperatlas.extract.fetch.service import Page, Request
from paperatlas.extract.paper import Paper
from paperatlas.extract.readers.records import Skipped


@dataclass(frozen=True, slots=True)
class Harvest:
    """What came of a request: new papers, papers that were there already, records that are no papers.

    ``failed`` are the numbers that the service gave no answer for, each with the reason.
    """

    new: int = 0
    known: int = 0
    skipped: tuple[Skipped, ...] = ()
    failed: tuple[Skipped, ...] = ()


def harvest(
    client: Client, request: Request, place: Place, *, progress: Callable[[int, int | None], None] = lambda *_: None
) -> Harvest:
    """Fetch the papers of ``request`` into ``place``; ``progress`` is told how many were seen, and of how many.

    Raises:
        FetchError: the service does not answer. What was fetched until then is there.
        InputError: what is at the place already is no file of papers.
        OutputError: the place cannot be written to, or somebody else is writing there.
    """
    with place.held():
        return _gathered(client, request, place, progress)


def _gathered(client: Client, request: Request, place: Place, progress: Callable[[int, int | None], None]) -> Harvest:
    there = place.keys()
    asked = {"service": client.service.name, **request.as_json()}
    mark, seen = place.recall(asked)
    # The first ones are taken before those are left out that are there: else every call would fetch the next ones.
    first = request.ids[: request.limit]
    wanted = replace(request, ids=tuple(number for number in first if number_key(number) not in there))
    done = Harvest(known=len(first) - len(wanted.ids))
    if request.ids and not wanted.ids:
        return done
    for page in client.service.pages(client, wanted, mark):
        page = _within(page, request.limit, seen)
        seen += len(page.papers)
        fresh = _fresh(page.papers, there)
        if fresh:
            place.append(fresh)
        full = request.limit is not None and seen >= request.limit
        place.remember(asked, "" if full else page.mark, seen)
        done = Harvest(
            done.new + len(fresh),
            done.known + len(page.papers) - len(fresh),
            (*done.skipped, *page.skipped),
            (*done.failed, *page.failed),
        )
        progress(seen, page.total)
        if full:
            break
    return done


def _within(page: Page, limit: int | None, seen: int) -> Page:
    return page if limit is None else page._replace(papers=page.papers[: max(0, limit - seen)])


def _fresh(papers: Iterable[Paper], there: set[str]) -> list[Paper]:
    """Return the papers that are not ``there``, and count them as being there from now on."""
    fresh: list[Paper] = []
    for paper in papers:
        keys = keys_of(paper)
        if not keys & there:
            fresh.append(paper)
        there |= keys
    return fresh
