"""What services answer, into a file that grows by whole pages and that a later call goes on with.

A page's papers are appended in one write and reach the disk before the next page is asked for. Then the mark of the
next page is kept beside the file, in ``.NAME.fetch``; it is gone once the whole answer is there. Whatever is cut off in
between (a page of which the mark was not kept, half a line) is mended by the next call: no paper comes twice, none is
missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from paperatlas.errors import InputError
from paperatlas.extract.fetch.client import Client
from paperatlas.extract.fetch.lines import append, as_record, ensure_writable, keys_of, number_key, read_keys
from paperatlas.extract.fetch.service import Page, Request
from paperatlas.extract.paper import Paper
from paperatlas.extract.readers.records import Skipped
from paperatlas.files import atomic_writer


@dataclass(frozen=True, slots=True)
class Harvest:
    """What came of a request: new papers, papers that were there already, records that are no papers."""

    new: int = 0
    known: int = 0
    skipped: tuple[Skipped, ...] = ()


class Place(Protocol):
    """Where papers go, and what is remembered beside them."""

    def keys(self) -> set[str]:
        """Return what the papers go by that are there already."""

    def append(self, papers: Iterable[Paper]) -> None:
        """Add papers, all or none of them."""

    def recall(self, request: dict[str, Any]) -> tuple[str, int]:
        """Return the mark where a request was cut off, and how many papers of it were seen; else ``("", 0)``."""

    def remember(self, request: dict[str, Any], mark: str, seen: int) -> None:
        """Keep the mark of the next page; an empty one says that there is none."""


def harvest(
    client: Client, request: Request, place: Place, *, progress: Callable[[int, int | None], None] = lambda *_: None
) -> Harvest:
    """Fetch the papers of ``request`` into ``place``; ``progress`` is told how many were seen, and of how many.

    Raises:
        FetchError: the service does not answer. What was fetched until then is there.
        InputError: what is at the place already is no file of papers.
        OutputError: the place cannot be written to.
    """
    there = place.keys()
    asked = {"service": client.service.name, **request.as_json()}
    mark, seen = place.recall(asked)
    wanted = replace(request, ids=tuple(number for number in request.ids if number_key(number) not in there))
    done = Harvest(known=len(request.ids) - len(wanted.ids))
    if request.ids and not wanted.ids:
        return done
    for page in client.service.pages(client, wanted, mark):
        page = _within(page, request.limit, seen)
        seen += len(page.papers)
        fresh = _fresh(page.papers, there)
        place.append(fresh)
        full = request.limit is not None and seen >= request.limit
        place.remember(asked, "" if full else page.mark, seen)
        done = Harvest(
            done.new + len(fresh), done.known + len(page.papers) - len(fresh), (*done.skipped, *page.skipped)
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


@dataclass(frozen=True, slots=True)
class Stream:
    """Standard output, or whatever is written to; nothing is remembered."""

    write: Callable[[bytes], object]

    def keys(self) -> set[str]:
        """Return nothing: what was written is gone."""
        return set()

    def append(self, papers: Iterable[Paper]) -> None:
        """Write a line a paper."""
        self.write(b"".join(map(as_record, papers)))

    def recall(self, request: dict[str, Any]) -> tuple[str, int]:
        """Return the beginning."""
        return "", 0

    def remember(self, request: dict[str, Any], mark: str, seen: int) -> None:
        """Forget."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of JSON Lines, and what is remembered beside it."""

    path: Path

    def keys(self) -> set[str]:
        """Read what the papers of the file go by.

        Raises:
            InputError: it is there, and it is no file of JSON Lines.
            OutputError: it cannot be written to, so that nobody need be asked.
        """
        if self.path.suffix == ".gz":
            raise InputError("what is packed cannot grow", where=str(self.path), hint="name a file without .gz")
        ensure_writable(self.path)
        return read_keys(self.path)

    def append(self, papers: Iterable[Paper]) -> None:
        """Write the papers behind what is there; on any failure the file is as it was.

        Raises:
            OutputError: it cannot be written to.
        """
        append(self.path, b"".join(map(as_record, papers)))

    @property
    def _beside(self) -> Path:
        return self.path.with_name(f".{self.path.name}.fetch")

    def recall(self, request: dict[str, Any]) -> tuple[str, int]:
        """Return where this very request was cut off; what cannot be read counts as nothing."""
        try:
            kept = json.loads(self._beside.read_bytes())
            mark, seen = kept["mark"], kept["seen"]
        except (OSError, ValueError, RecursionError, TypeError, KeyError):
            return "", 0
        same = kept.get("request") == request and isinstance(mark, str) and isinstance(seen, int)
        return (mark, seen) if same else ("", 0)

    def remember(self, request: dict[str, Any], mark: str, seen: int) -> None:
        """Keep the mark until the answer is whole.

        Raises:
            OutputError: it cannot be written.
        """
        if not mark:
            self._beside.unlink(missing_ok=True)
            return
        with atomic_writer(self._beside) as file:
            file.write(json.dumps({"request": request, "mark": mark, "seen": seen}).encode())
