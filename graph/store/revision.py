"""The next state of an atlas in the making: what is there, what is read now, and what has to be extracted for it.

An atlas is a function of its records (papers as they were read, each from one source) and of the run that extracts: the
papers are put together from the records, the facts are found in the papers, the graph links the facts. A build into an
atlas works out only what its records touch, and comes to what a build of all records would come to.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from paperatlas.errors import OutputError
from paperatlas.extract.facts import Facts
from paperatlas.extract.paper import Paper
from paperatlas.extract.readers.merge import Met, gather, hashes_of, marks, still_true, words_hashes
from paperatlas.graph.authority import AUTHORITY, kept_authority
from paperatlas.graph.linking import Linked, link
from paperatlas.graph.memory import forget, uncollected
from paperatlas.graph.overrides import OVERRIDES, read_overrides
from paperatlas.graph.runs import Run
from paperatlas.graph.store.journal import Journal
from paperatlas.graph.store.rows import Stored, complete, read, read_runs, settled
from paperatlas.graph.store.schema import connect, is_current, readable
from paperatlas.graph.store.standing import StandingStore
from paperatlas.graph.store.writing import Change, write

_FRESH = "atlas.db"


class Known(NamedTuple):
    """A paper of the atlas by what it may be called."""

    key: str
    id: str
    arxiv: str
    doi: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of the papers that a revision touches.

    ``gone`` are the keys of those that go or are replaced, ``ready`` those whose facts are known, ``todo`` those that
    ``run`` has still to read.
    """

    gone: frozenset[str]
    ready: tuple[Stored, ...]
    todo: tuple[Met, ...]
    run: Run | None


class Revision:
    """The next state of the atlas whose store is ``store``, with the journal of a build that was stopped, if any was.

    Raises:
        AtlasError: the store cannot be used.
    """

    def __init__(self, store: Path) -> None:
        self._store = store
        self._connection = connect(store) if store.exists() else None
        self.journal = Journal(store.parent, base_of(store))
        with readable(store):
            if self._connection and not is_current(self._connection):
                complete(self._connection)
            runs = (*(read_runs(self._connection) if self._connection else ()), *self.journal.runs)
        self._runs = {run.id: run for run in runs}
        self.beside: list[Path] = []

    def put_beside(self, name: str, content: bytes) -> None:
        """Write a file that counts for the store in the making, and is to take its place beside it.

        Raises:
            OutputError: it cannot be written.
        """
        path = self.journal.folder / name
        try:
            path.write_bytes(content)
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror}", where=str(path)) from error
        self.beside.append(path)

    def _folder(self, name: str) -> Path:
        """Return the folder with the file of that name that counts."""
        return self.journal.folder if self.journal.folder / name in self.beside else self._store.parent

    def close(self) -> None:
        """Let go of the store and the journal."""
        if self._connection:
            self._connection.close()
        self.journal.close()

    def papers(self) -> list[Known]:
        """Return the papers as they are now, in order of their keys, those of a stopped build among them."""
        journaled = self._journaled()
        touched = self._touched(journaled)
        rows = self._rows("SELECT paper, id, arxiv, doi FROM papers")
        met = gather(self._with(journaled, self._records(touched)))
        known = [Known(m.paper.key, m.paper.id, m.paper.arxiv, m.paper.doi) for m in met]
        return sorted([*known, *(Known(*row) for row in rows if row[0] not in touched)])

    def plan(self, fresh: Collection[Paper] = (), *, removed: Collection[str] = (), run: Run | None = None) -> Plan:
        """Work out what reading ``fresh`` records and removing papers (by key) comes to.

        With a ``run`` papers that another run has read are read again; without one all stay as they were read.
        """
        journaled = self._journaled()
        leaving = self._records({key for (key,) in self._rows("SELECT paper FROM papers") if key in removed})
        touched = self._touched([*journaled, *fresh, *leaving])
        records = self._with(journaled, self._records(touched))
        if removed:
            records = [r for met in gather(records) if met.paper.key not in removed for r in met.records]
        met = gather([*still_true(records, fresh), *fresh])
        stale = self._stale(run) - touched
        old = self._read(touched | stale)
        met += [Met(stored.paper, stored.records) for stored in old if stored.key in stale]
        have = {s.paper.fingerprint(): s for s in (*old, *self.journal.before) if self._fits(s, run)}
        found = [(m, have.get(m.paper.fingerprint())) for m in met]
        return Plan(
            gone=frozenset(touched | stale),
            ready=tuple(
                Stored(replace(s.facts, paper=m.paper), m.records, run.id if run else s.run) for m, s in found if s
            ),
            todo=tuple(m for m, s in found if not s),
            run=run,
        )

    def add(self, met: Met, facts: Facts, run: Run) -> Stored:
        """Put the facts of a paper into the journal."""
        stored = Stored(settled(facts), met.records, run.id)
        self.journal.add([stored], run)
        return stored

    def added(self, keys: Container[str]) -> Iterator[Stored]:
        """Yield what was put into the journal of the papers with these keys."""
        return self.journal.read(keys)

    def write(self, plan: Plan, found: Iterable[Stored], *, anew: bool = False) -> Path:
        """Write the store that ``plan`` makes with what was ``found``; return where it is, not yet sealed.

        With ``anew`` nothing is taken over from the graph that stands.
        """
        with uncollected():
            return self._write(plan, found, anew)

    def _write(self, plan: Plan, found: Iterable[Stored], anew: bool) -> Path:
        digests = {paper: digest for paper, digest in self._rows("SELECT paper, digest FROM papers")}  # noqa: C416
        coming = sorted([*plan.ready, *found], key=lambda stored: stored.key)
        added = [stored for stored in coming if digests.get(stored.key) != stored.digest]
        gone = plan.gone - {stored.key for stored in coming} | {stored.key for stored in added}
        runs = {**self._runs, **({plan.run.id: plan.run} if plan.run else {})}
        change = Change(gone, added, [*runs.values()])
        path = self.journal.folder / _FRESH
        linked, by = self._linked(change, anew)
        write(path, self._current(), change, linked, by, anew=anew)
        forget()
        words_hashes.cache_clear()
        return path

    def _linked(self, change: Change, anew: bool) -> tuple[Linked, dict[str, str]]:
        """Link what changes upon what stands; or all anew, if what stands was linked otherwise. Return by what, too."""
        decisions, authority = read_overrides(self._folder(OVERRIDES)), kept_authority(self._folder(AUTHORITY))
        said = hashlib.sha256(repr((decisions.digest(), authority)).encode()).hexdigest()[:16]
        by = {"code": code_fingerprint(), "said": said}
        before = {name: value for name, value in self._rows("SELECT name, value FROM meta") if name in by}
        coming = [stored.facts for stored in change.added]
        if self._connection and before == by and not (authority or anew):
            standing = StandingStore(self._store, self._connection)
            return link(coming, gone=change.gone, upon=standing, decisions=decisions), by
        staying = (stored.facts for stored in self._read(None) if stored.key not in change.gone)
        return link([*staying, *coming], decisions=decisions, authority=authority), by

    def _current(self) -> Path | None:
        """Return the store in the current schema: itself, or a copy that was brought to it."""
        if not self._connection or is_current(self._connection):
            return self._store if self._connection else None
        copy = self.journal.folder / "migrated.db"
        copy.unlink(missing_ok=True)
        # As a URI: the folder's name need not be text.
        self._connection.execute("VACUUM INTO ?", (copy.absolute().as_uri(),))
        return copy

    def _journaled(self) -> list[Paper]:
        return [record for stored in self.journal.before for record in stored.records]

    def _with(self, journaled: Sequence[Paper], records: Sequence[Paper]) -> list[Paper]:
        return [*still_true(records, journaled), *journaled] if journaled else [*records]

    def _fits(self, stored: Stored, run: Run | None) -> bool:
        return run is None or self._runs[stored.run].fingerprint == run.fingerprint

    def _stale(self, run: Run | None) -> set[str]:
        """Return the keys of the papers that another run has read."""
        if run is None:
            return set()
        return {key for (key,) in self._rows("SELECT paper FROM papers WHERE run <> ?", run.id)}

    def _touched(self, records: Collection[Paper]) -> set[str]:
        """Return the keys of the papers that might be one with any of ``records``, or with such a paper, and so on."""
        names: dict[str, set[str]] = defaultdict(set)
        papers: dict[str, set[str]] = defaultdict(set)
        if records:
            for key, *said in self._rows(_MARKS):
                names[key] |= (marked := {*_marks(*said)})
                for mark in marked:
                    papers[mark].add(key)
        ahead = {
            mark
            for record in records
            for mark in _marks(record.arxiv, record.doi, record.id, " ".join(hashes_of(record)), str(record.sources[0]))
        }
        seen: set[str] = set()
        touched: set[str] = set()
        while ahead:
            mark = ahead.pop()
            seen.add(mark)
            for key in papers.get(mark, ()):
                if key not in touched:
                    touched.add(key)
                    ahead |= names[key] - seen
        return touched

    def _records(self, keys: set[str]) -> list[Paper]:
        return [record for stored in self._read(keys) for record in stored.records]

    def _read(self, keys: set[str] | None) -> list[Stored]:
        if self._connection is None:
            return []
        with readable(self._store):
            return [*read(self._connection, keys)]

    def _rows(self, query: str, *parameters: str) -> list[tuple[str, ...]]:
        if self._connection is None:
            return []
        with readable(self._store):
            return self._connection.execute(query, parameters).fetchall()


#: What tells of each record which paper it may be of.
_MARKS = """
    SELECT paper, coalesce(gave ->> 'arxiv', arxiv), coalesce(gave ->> 'doi', doi), coalesce(gave ->> 'id', id), words,
        path || ':' || line
    FROM sources JOIN papers USING (paper)
"""


def _marks(arxiv: str, doi: str, number: str, words: str, place: str) -> Iterable[str]:
    return (*marks(arxiv=arxiv, doi=doi, id=number, words=words.split()), f"place {place}")


def base_of(store: Path) -> str:
    """Return what tells one state of a store from another: its seal; empty if there is no store."""
    if not store.exists():
        return ""
    with closing(connect(store)) as connection:
        row = connection.execute("SELECT value FROM meta WHERE name = 'seal'").fetchone()
    return row[0] if row else hashlib.sha256(store.read_bytes()).hexdigest()


@cache
def code_fingerprint() -> str:
    """Hash the software that links facts: nodes and edges made under another hash are made anew."""
    graph, extract, common = (Path(str(files(f"paperatlas{name}"))) for name in (".graph", ".extract", ""))
    sources = [*sorted(graph.rglob("*.py")), *sorted(extract.glob("*.py")), common / "schema.py"]
    hashed = hashlib.sha256()
    for source in sources:
        hashed.update(source.read_bytes())
    return hashed.hexdigest()[:16]
