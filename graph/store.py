"""The atlas on disk: one SQLite file with papers, what was found in them, and where each piece of it stands.

It is the durable source; graph, RDF and page are made from it. The file is written as a whole, in order of keys, so
that equal content gives equal bytes, and takes the place of the old one at once. It is marked as an atlas
(``application_id``) and with the version of its schema (``user_version``).
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from paperatlas.errors import AtlasError, OutputError
from paperatlas.extract.facts import Entity, Facts, Relation, Result, Span
from paperatlas.extract.paper import Paper, Source
from paperatlas.files import atomic_writer
from paperatlas.schema import EntityType, RelationType

#: "PAtl" in ASCII: tells an atlas from other SQLite files.
APPLICATION_ID = 0x5041746C
SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE papers (
    key TEXT PRIMARY KEY,        -- names the paper in the atlas: arXiv:1711.00937
    id TEXT NOT NULL,            -- the identifier that it came with
    title TEXT NOT NULL, abstract TEXT NOT NULL, date TEXT NOT NULL,
    authors TEXT NOT NULL, categories TEXT NOT NULL,           -- JSON arrays of strings
    arxiv TEXT NOT NULL, doi TEXT NOT NULL, url TEXT NOT NULL, comment TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE sources (
    paper TEXT NOT NULL REFERENCES papers, path TEXT NOT NULL, line INTEGER NOT NULL,
    PRIMARY KEY (paper, path, line)
) STRICT, WITHOUT ROWID;
CREATE TABLE entities (
    paper TEXT NOT NULL REFERENCES papers, position INTEGER NOT NULL, key TEXT NOT NULL,
    name TEXT NOT NULL, type TEXT NOT NULL, confidence REAL NOT NULL,
    PRIMARY KEY (paper, position)
) STRICT, WITHOUT ROWID;
-- Offsets count characters of the paper's text: title, a line break, abstract; or the abstract alone.
CREATE TABLE mentions (
    paper TEXT NOT NULL, entity TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    PRIMARY KEY (paper, entity, start, end)
) STRICT, WITHOUT ROWID;
CREATE TABLE relations (
    paper TEXT NOT NULL REFERENCES papers, position INTEGER NOT NULL,
    head TEXT NOT NULL, type TEXT NOT NULL, tail TEXT NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, confidence REAL NOT NULL,
    PRIMARY KEY (paper, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE results (
    paper TEXT NOT NULL REFERENCES papers, position INTEGER NOT NULL,
    subject TEXT NOT NULL, metric TEXT NOT NULL, value TEXT NOT NULL, unit TEXT NOT NULL, dataset TEXT NOT NULL,
    kind TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, confidence REAL NOT NULL,
    PRIMARY KEY (paper, position)
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Content:
    """What a store holds: the facts of each paper, and which pipeline found them."""

    facts: tuple[Facts, ...]
    pipeline: str


def write_store(path: Path, content: Content) -> None:
    """Write ``content`` to ``path``, in place of what is there.

    Raises:
        OutputError: the file cannot be written.
    """
    # SQLite wants a file of its own to write to; what it made is then moved into place like any other output.
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "atlas.db"
        try:
            with closing(sqlite3.connect(fresh)) as connection:
                _fill(connection, content)
        except sqlite3.Error as error:
            raise OutputError(f"cannot be written: {error}", where=str(path)) from error
        with atomic_writer(path) as output, fresh.open("rb") as made:
            while block := made.read(2**20):
                output.write(block)


def _fill(connection: sqlite3.Connection, content: Content) -> None:
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.executescript(_SCHEMA)
    with connection:
        connection.execute("INSERT INTO meta VALUES ('pipeline', ?)", (content.pipeline,))
        for facts in sorted(content.facts, key=lambda f: f.paper.key):
            _insert(connection, facts)


def _insert(connection: sqlite3.Connection, facts: Facts) -> None:
    paper = facts.paper
    key = paper.key
    connection.execute(
        "INSERT INTO papers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            key,
            paper.id,
            paper.title,
            paper.abstract,
            paper.date,
            json.dumps(paper.authors, ensure_ascii=False),
            json.dumps(paper.categories, ensure_ascii=False),
            paper.arxiv,
            paper.doi,
            paper.url,
            paper.comment,
        ),
    )
    connection.executemany("INSERT INTO sources VALUES (?, ?, ?)", [(key, *source) for source in paper.sources])
    connection.executemany(
        "INSERT INTO entities VALUES (?, ?, ?, ?, ?, ?)",
        [(key, n, e.key, e.name, e.type.value, e.confidence) for n, e in enumerate(facts.entities)],
    )
    connection.executemany(
        "INSERT INTO mentions VALUES (?, ?, ?, ?)",
        [(key, e.key, *span) for e in facts.entities for span in sorted(set(e.mentions))],
    )
    connection.executemany(
        "INSERT INTO relations VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(key, n, r.head, r.type.value, r.tail, *r.evidence, r.confidence) for n, r in enumerate(facts.relations)],
    )
    connection.executemany(
        "INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (key, n, r.subject, r.metric, r.value, r.unit, r.dataset, r.kind, *r.evidence, r.confidence)
            for n, r in enumerate(facts.results)
        ],
    )


def read_store(path: Path) -> Content:
    """Read the store at ``path``.

    Raises:
        AtlasError: there is none, it is something else, damaged, or of a newer version.
    """
    if not path.is_file():
        raise AtlasError(
            "no atlas here", where=str(path.parent), hint="make one with 'paperatlas build INPUT... -o DIR'"
        )
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            _check(connection, path)
            pipeline = connection.execute("SELECT value FROM meta WHERE name = 'pipeline'").fetchone()
            return Content(tuple(_read(connection)), pipeline["value"])
    except (sqlite3.Error, ValueError, TypeError) as error:
        if isinstance(error, AtlasError):
            raise
        raise AtlasError(f"damaged: {error}", where=str(path), hint="build it anew") from error


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if mark != APPLICATION_ID:
        raise AtlasError("an SQLite database, but no atlas", where=str(path))
    if version > SCHEMA_VERSION:
        raise AtlasError(
            f"made by a newer version (schema {version}, this one knows {SCHEMA_VERSION})",
            where=str(path),
            hint="upgrade paperatlas",
        )


def _read(connection: sqlite3.Connection) -> Iterator[Facts]:
    sources = _grouped(connection.execute("SELECT * FROM sources ORDER BY paper, path, line"))
    mentions = _grouped(connection.execute("SELECT * FROM mentions ORDER BY paper, entity, start, end"))
    entities = _grouped(connection.execute("SELECT * FROM entities ORDER BY paper, position"))
    relations = _grouped(connection.execute("SELECT * FROM relations ORDER BY paper, position"))
    results = _grouped(connection.execute("SELECT * FROM results ORDER BY paper, position"))
    for row in connection.execute("SELECT * FROM papers ORDER BY key"):
        key = row["key"]
        paper = Paper(
            id=row["id"],
            title=row["title"],
            abstract=row["abstract"],
            date=row["date"],
            authors=tuple(json.loads(row["authors"])),
            categories=tuple(json.loads(row["categories"])),
            arxiv=row["arxiv"],
            doi=row["doi"],
            url=row["url"],
            comment=row["comment"],
            sources=tuple(Source(s["path"], s["line"]) for s in sources.get(key, ())),
        )
        spans: dict[str, list[Span]] = {}
        for m in mentions.get(key, ()):
            spans.setdefault(m["entity"], []).append(Span(m["start"], m["end"]))
        text = paper.text
        yield Facts(
            paper,
            tuple(
                Entity(
                    e["key"],
                    e["name"],
                    EntityType(e["type"]),
                    tuple(dict.fromkeys(span.of(text) for span in spans.get(e["key"], ()))),
                    tuple(spans.get(e["key"], ())),
                    e["confidence"],
                )
                for e in entities.get(key, ())
            ),
            tuple(
                Relation(r["head"], RelationType(r["type"]), r["tail"], Span(r["start"], r["end"]), r["confidence"])
                for r in relations.get(key, ())
            ),
            tuple(
                Result(
                    r["subject"],
                    r["metric"],
                    r["value"],
                    r["unit"],
                    r["dataset"],
                    r["kind"],
                    Span(r["start"], r["end"]),
                    r["confidence"],
                )
                for r in results.get(key, ())
            ),
        )


def _grouped(rows: Iterable[sqlite3.Row]) -> dict[str, list[sqlite3.Row]]:
    grouped: dict[str, list[sqlite3.Row]] = {}
    for row in rows:
        grouped.setdefault(row["paper"], []).append(row)
    return grouped
