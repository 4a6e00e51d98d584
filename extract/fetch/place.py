"""Where papers go: a stream, or a file with what is remembered beside it.

Beside a file lie two hidden ones: ``.NAME.lock`` while a call is at work on it, and ``.NAME.fetch``, which says where a
request was cut off and how the file ended then. A mark whose file is gone, or is not that file any more, is none: the
papers that it would pass over are not there.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from paperatlas.errors import InputError, OutputError
from paperatlas.extract.fetch.lines import append, as_record, ensure_writable, read_keys
from paperatlas.extract.paper import Paper
from paperatlas.files import atomic_writer

#: How much of a file's end tells it from another, in bytes.
_TAIL = 4096
#: The longest name that others are made of, in bytes; file systems take 143 to 255, and what is made is longer.
_LONGEST_NAME = 100


class Place(Protocol):
    """Where papers go, and what is remembered beside them."""

    def held(self) -> AbstractContextManager[None]:
        """Keep others from writing there meanwhile."""

    def keys(self) -> set[str]:
        """Return what the papers go by that are there already."""

    def append(self, papers: Iterable[Paper]) -> None:
        """Add papers, all or none of them."""

    def recall(self, request: dict[str, Any]) -> tuple[str, int]:
        """Return the mark where a request was cut off, and how many papers of it were seen; else ``("", 0)``."""

    def remember(self, request: dict[str, Any], mark: str, seen: int) -> None:
        """Keep the mark of the next page; an empty one says that there is none."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Standard output, or whatever is written to; nothing is remembered."""

    write: Callable[[bytes], object]

    def held(self) -> AbstractContextManager[None]:
        """Keep nobody from anything."""
        return nullcontext()

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

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the file's lock; it is gone afterwards, and so are folders that nothing came into.

        Raises:
            InputError: it is packed.
            OutputError: it cannot be written to, nor anything beside it; or another call is writing to it.
        """
        from filelock import FileLock, Timeout

        if self.path.suffix == ".gz":
            raise InputError("what is packed cannot grow", where=str(self.path), hint="name a file without .gz")
        ensure_writable(self.path)
        made = [place for place in self.path.absolute().parents if not place.exists()]
        # Two names of one file are one file.
        beside = _beside(Path(os.path.realpath(self.path)), "lock")
        try:
            beside.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(beside)
            lock.acquire(timeout=0)
        except Timeout:
            raise OutputError(
                "another fetch is writing to it", where=str(self.path), hint="wait for its end, or name another file"
            ) from None
        except OSError as error:
            raise OutputError(
                f"nothing can be written beside it: {error.strerror}",
                where=str(self.path),
                hint="a lock and a mark are kept there; name a file elsewhere",
            ) from error
        try:
            yield
        finally:
            # Windows keeps a file that is open.
            with suppress(OSError):
                beside.unlink()
            lock.release()
            with suppress(OSError):
                for place in made:
                    place.rmdir()

    def keys(self) -> set[str]:
        """Read what the papers of the file go by.

        Raises:
            InputError: it is there, and it is no file of JSON Lines.
        """
        return read_keys(self.path)

    def append(self, papers: Iterable[Paper]) -> None:
        """Write the papers behind what is there; on any failure the file is as it was.

        Raises:
            OutputError: it cannot be written to.
        """
        append(self.path, b"".join(map(as_record, papers)))

    def recall(self, request: dict[str, Any]) -> tuple[str, int]:
        """Return where this very request was cut off; what cannot be read counts as nothing."""
        kept = self._kept()
        mark, seen, size = kept.get("mark"), kept.get("seen"), kept.get("size")
        if kept.get("request") != request or not isinstance(mark, str):
            return "", 0
        if not isinstance(seen, int) or not isinstance(size, int) or size < 0:
            return "", 0
        tail = self._tail(size)
        return (mark, seen) if tail and tail == kept.get("tail") else ("", 0)

    def remember(self, request: dict[str, Any], mark: str, seen: int) -> None:
        """Keep the mark until the answer is whole; another request's stays until this one has one of its own.

        Raises:
            OutputError: it cannot be written.
        """
        beside = _beside(self.path, "fetch")
        if mark:
            size = self.path.stat().st_size if self.path.exists() else 0
            kept = {"request": request, "mark": mark, "seen": seen, "size": size, "tail": self._tail(size)}
            with atomic_writer(beside) as file:
                file.write(json.dumps(kept).encode())
        elif self._kept().get("request") == request:
            try:
                beside.unlink(missing_ok=True)
            except OSError as error:
                raise OutputError(f"cannot be removed: {error.strerror}", where=str(beside)) from error

    def _kept(self) -> dict[str, Any]:
        try:
            kept = json.loads(_beside(self.path, "fetch").read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def _tail(self, size: int) -> str:
        """Hash the end of the first ``size`` bytes of the file; empty if it has not so many, or cannot be read."""
        begin = max(0, size - _TAIL)
        try:
            with self.path.open("rb") as file:
                file.seek(begin)
                tail = file.read(size - begin)
        except (OSError, ValueError, OverflowError):
            # Nothing that was written before may be missing where nothing was.
            return _hashed(b"") if size == 0 else ""
        return _hashed(tail) if len(tail) == size - begin else ""


def _hashed(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _beside(path: Path, what: str) -> Path:
    """Return a hidden name beside a file; a hash of its own where that is too long to be put into another."""
    name = os.fsencode(path.name)
    return path.with_name(f".{path.name if len(name) <= _LONGEST_NAME else _hashed(name)}.{what}")
