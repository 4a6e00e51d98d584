"""What is asked of a service, and what a service is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from paperatlas.extract.fetch.failures import AnswerError, message
from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.readers.records import Skipped

if TYPE_CHECKING:
    from paperatlas.extract.fetch.client import Client


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants: the papers of some numbers, those that a query finds, or those of a volume.

    ``since`` is a date (2024-05-12), ``limit`` the most papers that are wanted, the service's first ones.
    """

    ids: tuple[str, ...] = ()
    query: str = ""
    volume: str = ""
    since: str = ""
    limit: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what tells one request from another."""
        return {
            "ids": [*self.ids],
            "query": self.query,
            "volume": self.volume,
            "since": self.since,
            "limit": self.limit,
        }


class Page(NamedTuple):
    """A part of the answer. ``mark`` is where the next part begins, for the service to know; empty at the end.

    ``skipped`` is what is no paper, ``failed`` what the service gave no answer for, and perhaps will.
    """

    papers: tuple[Paper, ...]
    skipped: tuple[Skipped, ...] = ()
    failed: tuple[Skipped, ...] = ()
    mark: str = ""
    #: How many papers the whole answer has, where the service says so.
    total: int | None = None


def page_of(items: Iterable[Paper | Skipped], *, mark: str = "", total: int | None = None) -> Page:
    """Return a page of what was read, and of what could not be."""
    items = [*items]
    papers = tuple(item for item in items if isinstance(item, Paper))
    return Page(papers, tuple(item for item in items if isinstance(item, Skipped)), mark=mark, total=total)


def one_by_one(ids: tuple[str, ...], ask: Callable[[str], Paper | Skipped], *, scheme: str = "") -> Iterator[Page]:
    """Yield a page for each number; one that gets no answer does not keep the others from being asked for.

    ``scheme`` is what stands before a number where a person is told of it.

    Raises:
        FetchError: none of them would get an answer now.
    """
    for number in ids:
        try:
            item = ask(number)
        except AnswerError as error:
            yield failed(f"{scheme}{number}", error, total=len(ids))
        else:
            yield page_of([item], total=len(ids))


def failed(number: str, error: AnswerError, *, total: int) -> Page:
    """Return a page that only says why there is no answer for a number."""
    return Page((), failed=(Skipped(Source(number, 1), error.problem),), total=total)


def _nothing() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Service:
    """Where a service is and how it wants to be asked."""

    name: str
    url: str
    #: Seconds between the end of one answer and the next question.
    pause: float
    #: Yields the pages of an answer, from a mark on; asks for nothing before it is asked for a page.
    pages: Callable[[Client, Request, str], Iterator[Page]]
    #: What hosts it may send us on to, beside its own.
    hosts: frozenset[str] = frozenset()
    #: What the body of a refusal says, in a few words.
    complaint: Callable[[bytes], str] = message
    #: A key that goes with the questions, and that nobody may read in what is told of them.
    secret: Callable[[], str] = _nothing
