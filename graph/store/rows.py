"""Facts to the rows of a store, and rows to facts."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any

from paperatlas.extract.facts import Entity, Facts, Relation, Result, Span
from paperatlas.extract.paper import Paper, Source, with_id
from paperatlas.extract.readers.merge import hashes_of
from paperatlas.graph.runs import Run
from paperatlas.schema import EntityType, RelationType

Row = tuple[Any, ...]

#: The fields of a paper that have a column, in order.
_COLUMNS = tuple(field.name for field in fields(Paper) if field.name != "sources")
_LISTS = ("authors", "categories")
ENTITY_TYPES = {kind.value: kind for kind in EntityType}
_RELATIONS = {kind.value: kind for kind in RelationType}


@dataclass(frozen=True)
class Stored:
    """A paper's facts as a store holds them: with the records that the paper was put together from, and the run."""

    facts: Facts
    records: tuple[Paper, ...]
    run: str

    @property
    def paper(self) -> Paper:
        """The paper."""
        return self.facts.paper

    @cached_property
    def key(self) -> str:
        """The paper's key."""
        return self.facts.paper.key

    @cached_property
    def rows(self) -> dict[str, list[Row]]:
        """The rows by table, in the order of their keys."""
        return {**self._content, "papers": [(*self._content["papers"][0], self.digest)]}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all of it."""
        return hashlib.sha256(_dumps(self._content).encode()).hexdigest()

    @cached_property
    def _content(self) -> dict[str, list[Row]]:
        """The rows without the digest that is made of them."""
        facts, paper, key = self.facts, self.paper, self.key
        return {
            "papers": [(key, *(_plain(paper, name) for name in _PAPER_COLUMNS), self.run)],
            "sources": sorted(_record_row(key, paper, record) for record in self.records),
            "entities": [(key, n, e.key, e.name, e.type.value, e.confidence) for n, e in enumerate(facts.entities)],
            "mentions": sorted((key, e.key, *span, span.of(paper.text)) for e in facts.entities for span in e.mentions),
            "relations": [
                (key, n, r.head, r.type.value, r.tail, *r.evidence, r.confidence) for n, r in enumerate(facts.relations)
            ],
            "results": [
                (key, n, r.subject, r.metric, r.value, r.unit, r.dataset, r.kind, *r.evidence, r.confidence)
                for n, r in enumerate(facts.results)
            ],
        }


def settled(facts: Facts) -> Facts:
    """Return facts as they will be read again: mentions in order, aliases in that of the mentions."""
    text = facts.paper.text

    def entity(found: Entity) -> Entity:
        mentions = tuple(sorted(set(found.mentions)))
        return replace(found, mentions=mentions, aliases=tuple(dict.fromkeys(span.of(text) for span in mentions)))

    return replace(facts, entities=tuple(map(entity, facts.entities)))


#: As the table of papers has them.
_PAPER_COLUMNS = ("id", "title", "abstract", "date", "authors", "categories", "arxiv", "doi", "url", "comment")


def _plain(paper: Paper, name: str) -> str:
    value = getattr(paper, name)
    return _dumps(value) if name in _LISTS else value


def _record_row(key: str, paper: Paper, record: Paper) -> Row:
    gave = {name: getattr(record, name) for name in _COLUMNS if getattr(record, name) != getattr(paper, name)}
    return (key, *record.sources[0], _dumps(gave), " ".join(hashes_of(record)))


def _record(paper: Paper, path: str, line: int, gave: str) -> Paper:
    other: dict[str, Any] = {
        name: tuple(value) if name in _LISTS else value for name, value in json.loads(gave).items()
    }
    return replace(paper, **other, sources=(Source(path, line),))


def run_row(run: Run) -> Row:
    """Return the row of a run."""
    settings = _dumps(dict(run.settings))
    return run.id, run.software, run.version, run.pipeline, run.fingerprint, run.model, run.checksum, settings


def read_runs(connection: sqlite3.Connection) -> tuple[Run, ...]:
    """Return the runs, in order of their identifiers."""
    rows = connection.execute("SELECT * FROM runs ORDER BY id")
    return tuple(
        Run(software, version, pipeline, fingerprint, model, checksum, tuple(json.loads(settings).items()))
        for _, software, version, pipeline, fingerprint, model, checksum, settings in rows
    )


def read(connection: sqlite3.Connection, papers: Iterable[str] | None = None) -> Iterator[Stored]:
    """Yield what is stored of all papers, or of those whose keys are given, in order of keys."""
    if papers is None:
        yield from _read(connection, "", ())
    else:
        for paper in sorted(papers):
            yield from _read(connection, "WHERE paper = ?", (paper,))


def _read(connection: sqlite3.Connection, where: str, parameters: tuple[str, ...]) -> Iterator[Stored]:
    def follow(columns: str, table: str, order: str) -> Callable[[str], list[Row]]:
        return _following(_rows(connection, columns, table, order, where, parameters))

    mentions = follow("paper, entity, start, end", "mentions", "paper, entity, start, end")
    entities = follow("*", "entities", "paper, position")
    relations = follow("*", "relations", "paper, position")
    results = follow("*", "results", "paper, position")
    for key, run, paper, records in _papers(connection, where, parameters):
        spans: dict[str, list[Span]] = {}
        for _, entity, start, end in mentions(key):
            spans.setdefault(entity, []).append(Span(start, end))
        facts = Facts(
            paper,
            tuple(_entity(paper.text, spans, row) for row in entities(key)),
            tuple(Relation(r[2], _RELATIONS[r[3]], r[4], Span(r[5], r[6]), r[7]) for r in relations(key)),
            tuple(
                Result(subject, metric, value, unit, dataset, kind, Span(start, end), confidence)
                for _, _, subject, metric, value, unit, dataset, kind, start, end, confidence in results(key)
            ),
        )
        yield Stored(facts, tuple(_record(paper, *record) for record in records), run)


def read_papers(connection: sqlite3.Connection) -> Iterator[Paper]:
    """Yield all papers without what they state, in order of keys."""
    return (paper for _, _, paper, _ in _papers(connection, "", ()))


def _papers(
    connection: sqlite3.Connection, where: str, parameters: tuple[str, ...]
) -> Iterator[tuple[str, str, Paper, list[Row]]]:
    """Yield papers with their keys, their runs, and what came from where (path, line, what it gave otherwise)."""
    order = "paper, path, line, gave"
    sources = _following(_rows(connection, order, "sources", order, where, parameters))
    columns = f"paper, run, {', '.join(_PAPER_COLUMNS)}"
    for key, run, *values in _rows(connection, columns, "papers", "paper", where, parameters):
        named = dict(zip(_PAPER_COLUMNS, values, strict=True))
        for name in _LISTS:
            named[name] = tuple(json.loads(named[name]))
        records = [row[1:] for row in sources(key)]
        places = tuple(sorted({Source(path, line) for path, line, _ in records}))
        yield key, run, Paper(**named, sources=places), records


def _rows(
    connection: sqlite3.Connection, columns: str, table: str, order: str, where: str, parameters: tuple[str, ...]
) -> Iterator[Row]:
    return connection.execute(f"SELECT {columns} FROM {table} {where} ORDER BY {order}", parameters)  # noqa: S608


def _entity(text: str, spans: Mapping[str, list[Span]], row: Row) -> Entity:
    _, _, key, name, kind, confidence = row
    mentions = tuple(spans.get(key, ()))
    aliases = tuple(dict.fromkeys([text[start:end] for start, end in mentions]))
    return Entity(key, name, ENTITY_TYPES[kind], aliases, mentions, confidence)


def _following(rows: Iterable[Row]) -> Callable[[str], list[Row]]:
    """Return what gives the rows of one paper after the other, both in order of the papers' keys."""
    groups = groupby(rows, key=itemgetter(0))
    key, group = next(groups, (None, iter(())))

    def of(paper: str) -> list[Row]:
        nonlocal key, group
        if key != paper:
            return []
        found = [*group]
        key, group = next(groups, (None, iter(())))
        return found

    return of


def adopt(connection: sqlite3.Connection, pipeline: str) -> None:
    """Bring papers, sources and mentions of schema 1, which stand in ``papers_1`` and so on, to this one.

    The records that a paper was put together from are not known: each source is taken to have given all of it. Hashes
    are left empty, for :func:`complete`.
    """
    run = Run("paperatlas", version="", pipeline="", fingerprint=pipeline)
    connection.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", run_row(run))
    columns = ", ".join(_PAPER_COLUMNS)
    connection.execute(f"INSERT INTO papers SELECT key, {columns}, ?, '' FROM papers_1 ORDER BY key", (run.id,))  # noqa: S608
    connection.execute("INSERT INTO sources SELECT paper, path, line, '{}', '' FROM sources_1")
    texts = {
        key: Paper(abstract, title=title).text
        for key, title, abstract in connection.execute("SELECT key, title, abstract FROM papers_1")
    }
    mentions = connection.execute("SELECT * FROM mentions_1 ORDER BY paper, entity, start, end").fetchall()
    connection.executemany(
        "INSERT INTO mentions VALUES (?, ?, ?, ?, ?)", [(*m, texts[m[0]][m[2] : m[3]]) for m in mentions]
    )


def complete(connection: sqlite3.Connection) -> None:
    """Fill in the hashes that an older schema did not have."""
    # An identifier that was made of the text is none that the record came with.
    made = [
        (_dumps({"id": ""}), stored.key)
        for stored in read(connection)
        if with_id(replace(stored.paper, id="")).id == stored.paper.id
    ]
    connection.executemany("UPDATE sources SET gave = ? WHERE paper = ?", made)
    known = [*read(connection)]
    words = [(" ".join(hashes_of(stored.paper)), stored.key) for stored in known]
    connection.executemany("UPDATE sources SET words = ? WHERE paper = ?", words)
    connection.executemany("UPDATE papers SET digest = ? WHERE paper = ?", [(s.digest, s.key) for s in known])
    connection.commit()


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
