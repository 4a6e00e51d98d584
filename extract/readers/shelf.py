"""Records put aside on disk until all are read, and the papers that they come to: memory does not grow with them."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from types import TracebackType
from typing import Any

from paperatlas.errors import OutputError
from paperatlas.extract.paper import Paper, Source, with_id
from paperatlas.extract.readers.merge import marks, merge, words_hashes

_FIELDS = tuple(field.name for field in fields(Paper))
_TABLES = """
    CREATE TABLE papers (n INTEGER PRIMARY KEY, key TEXT, id TEXT, content TEXT);
    CREATE TABLE marks (mark TEXT, n INTEGER);
"""


class Shelf:
    """Papers on disk, in a file that has no name and goes with the process.

    What it yields is what :func:`~paperatlas.extract.readers.merge.merge` returns for all records together. Two records
    can only be one paper, or need to be told apart, if they share a mark (a number, or the words of the abstract), so
    that only such records are looked at together.

    Raises:
        OutputError: the disk for temporary files is full.
    """

    def __init__(self, records: Iterable[Paper]) -> None:
        self.records = 0
        # SQLite's own name for such a file.
        self._file = sqlite3.connect("", isolation_level=None)
        with _kept():
            self._file.executescript(f"PRAGMA temp_store = FILE; BEGIN; {_TABLES}")
        try:
            for record in records:
                self._add(record)
            self._merge()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Shelf:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        """Return how many papers there are."""
        count: int = self._file.execute("SELECT count(*) FROM papers").fetchone()[0]
        return count

    def __iter__(self) -> Iterator[Paper]:
        """Yield the papers, in order of their keys."""
        for (content,) in self._file.execute("SELECT content FROM papers ORDER BY key, id"):
            yield with_id(_unpacked(content))

    def _add(self, record: Paper) -> None:
        self.records += 1
        # Not what remembers the hashes, with the abstracts.
        words = words_hashes.__wrapped__(record.title, record.abstract)
        found = marks(arxiv=record.arxiv, doi=record.doi, id=record.id, words=words)
        rows = [(mark, self.records) for mark in found]
        with _kept():
            self._put(record, self.records)
            self._file.executemany("INSERT INTO marks VALUES (?, ?)", rows)

    def _put(self, paper: Paper, n: int | None = None) -> None:
        named = with_id(paper)
        row = (n, named.key, named.id, json.dumps([getattr(paper, name) for name in _FIELDS]))
        self._file.execute("INSERT INTO papers VALUES (?, ?, ?, ?)", row)

    def _merge(self) -> None:
        """Put papers in the place of the records that share marks."""
        with _kept():
            self._file.executescript("CREATE INDEX by_mark ON marks (mark, n); CREATE INDEX by_key ON papers (key, id)")
            for group in self._alike():
                numbers = [(n,) for n in group]
                rows = [self._file.execute("SELECT content FROM papers WHERE n = ?", n).fetchone() for n in numbers]
                self._file.executemany("DELETE FROM papers WHERE n = ?", numbers)
                for paper in merge(_unpacked(content) for (content,) in rows):
                    self._put(paper)
                words_hashes.cache_clear()

    def _alike(self) -> list[list[int]]:
        """Return the numbers of the records that share marks, or share one with such a record, and so on."""
        from networkx.utils import UnionFind

        joined: UnionFind[int] = UnionFind()
        shared = "SELECT mark, min(n) AS least FROM marks GROUP BY mark HAVING count(*) > 1"
        for least, n in self._file.execute(f"SELECT least, n FROM marks JOIN ({shared}) USING (mark)"):  # noqa: S608
            joined.union(least, n)
        return [sorted(group) for group in joined.to_sets()]


def _unpacked(content: str) -> Paper:
    named = dict(zip(_FIELDS, json.loads(content), strict=True))
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in named.items()}
    values["sources"] = tuple(Source(*source) for source in named["sources"])
    return Paper(**values)


@contextmanager
def _kept() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise OutputError(f"what was read cannot be kept: {error}", where=tempfile.gettempdir()) from error
