"""Sorting on disk: what comes in the order of one thing and is wanted in the order of another.

A writer that kept it in memory would grow with the graph.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager

from paperatlas.errors import OutputError
from paperatlas.graph.store.scratch import advice, scratch


class Spill:
    """Rows of strings, in a temporary file of SQLite's, which deletes it at the end."""

    def __init__(self, connection: sqlite3.Connection, width: int) -> None:
        self._connection = connection
        self._columns = ", ".join(f"c{n}" for n in range(width))
        self._insert = f"INSERT INTO rows VALUES ({', '.join('?' * width)})"  # noqa: S608 - a number's worth of marks
        connection.execute(f"CREATE TABLE rows ({self._columns})")

    def add(self, rows: Iterable[tuple[str | int, ...]]) -> None:
        """Put rows in."""
        self._connection.executemany(self._insert, rows)

    def ordered(self) -> Iterator[tuple[str | int, ...]]:
        """Return the distinct rows in order of their columns; strings in order of their characters."""
        query = f"SELECT DISTINCT {self._columns} FROM rows ORDER BY {self._columns}"  # noqa: S608 - names of our own
        # No generator: one that is left before its end closes the cursor, and complains if the connection is closed.
        return self._connection.execute(query)


@contextmanager
def spill(width: int) -> Iterator[Spill]:
    """Open a place for rows of ``width`` columns.

    Raises:
        OutputError: there is no room for them.
    """
    # An empty name is a temporary database on disk, of which SQLite keeps a bounded part in memory.
    with closing(sqlite3.connect("", isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA temp_store = FILE")
            connection.execute("BEGIN")
            yield Spill(connection, width)
        except sqlite3.OperationalError as error:
            raise OutputError(f"cannot be written to: {error}", where=str(scratch()), hint=advice()) from error
