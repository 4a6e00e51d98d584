"""What an unfinished build has found: papers are put down as they are done, so that none is lost if it is killed.

The journal is an SQLite file of the same tables in the hidden folder of the build, written ahead (WAL): each paper is
committed by itself, and survives the death of the process. The atlas is not touched before the build is complete; the
next build takes the journal over. It belongs to the atlas that the build began with; beside another it counts for
nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from paperatlas.errors import OutputError
from paperatlas.graph.runs import Run
from paperatlas.graph.store.rows import Stored, read, read_runs, run_row
from paperatlas.graph.store.schema import FACTS, create

#: The hidden folder of a build that has not ended.
BUILD = ".paperatlas-build"
_JOURNAL = "journal.db"
#: What a build puts into the folder: the journal, the files in the making, and what these are written to first.
_MADE = ("journal.db*", "atlas.*", ".atlas.*.part", "migrated.db*", "overrides.toml*", "authority.jsonl*")
#: What to do with what stands in the place of one of these.
_AWAY = "move it away: a build works there"


class Journal:
    """The journal of a build in ``folder`` upon the atlas whose seal is ``base`` (empty: none).

    Raises:
        OutputError: something stands in its place.
    """

    def __init__(self, folder: Path, base: str) -> None:
        self._path = folder / BUILD / _JOURNAL
        self._base = base
        self._connection: sqlite3.Connection | None = None
        self.before: tuple[Stored, ...] = ()
        self._held: set[str] = set()
        self.runs: tuple[Run, ...] = ()
        if self._path.exists():
            self._resume()

    @property
    def folder(self) -> Path:
        """The folder of the build, made if it is not there.

        Raises:
            OutputError: it cannot be.
        """
        place = self._path.parent
        try:
            place.mkdir(exist_ok=True)
        except FileExistsError as error:
            raise OutputError("is no folder", where=str(place), hint=_AWAY) from error
        except OSError as error:
            raise OutputError(f"cannot be made: {error.strerror}", where=str(place)) from error
        return place

    def add(self, found: Iterable[Stored], run: Run) -> None:
        """Put papers down that are done, all of them or, if the process dies, none."""
        connection = self._open()
        connection.execute("BEGIN")
        connection.execute("INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", run_row(run))
        for stored in found:
            for table, rows in stored.rows.items():
                if stored.key in self._held:
                    connection.execute(f"DELETE FROM {table} WHERE paper = ?", (stored.key,))  # noqa: S608
                if rows:
                    marks = ", ".join("?" * len(rows[0]))
                    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
            self._held.add(stored.key)
        connection.execute("COMMIT")

    def read(self, papers: Container[str]) -> Iterator[Stored]:
        """Yield what was put down of the papers with these keys, in order of keys."""
        if self._connection:
            yield from (stored for stored in read(self._connection) if stored.key in papers)

    def close(self) -> None:
        """Let the journal be; if it holds nothing, it goes."""
        empty = self._connection is None and not self.before
        if self._connection:
            self._connection.close()
            self._connection = None
        if empty:
            self.discard()

    def discard(self) -> None:
        """Remove the journal, and the folder of the build."""
        if self._connection:
            self._connection.close()
            self._connection = None
        # What cannot be removed, or is somebody else's, stays, and with it the folder.
        for made in chain.from_iterable(map(self._path.parent.glob, _MADE)):
            with suppress(OSError):
                made.unlink()
        with suppress(OSError):
            self._path.parent.rmdir()

    def _resume(self) -> None:
        try:
            connection = self._open()
            (base,) = connection.execute("SELECT value FROM meta WHERE name = 'base'").fetchone()
            if base == self._base:
                self.runs = read_runs(connection)
                self.before = tuple(read(connection))
                self._held = {stored.key for stored in self.before}
                return
        # Not ours, of another version, or broken by more than a kill: what it held is found again.
        except (sqlite3.Error, ValueError, TypeError, KeyError):
            pass
        self.discard()
        if self._path.exists():
            raise OutputError("can neither be used nor removed", where=str(self._path), hint=_AWAY)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            new = not (self.folder / _JOURNAL).exists()
            self._connection = connection = sqlite3.connect(self._path, isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            if new:
                connection.execute("BEGIN")
                create(connection, FACTS)
                connection.execute("INSERT INTO meta VALUES ('base', ?)", (self._base,))
                connection.execute("COMMIT")
        return self._connection
