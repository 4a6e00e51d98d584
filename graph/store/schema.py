"""The tables of a store, how older ones become them, and how a store is told from other files.

The file is marked as an atlas (``application_id``) and with the version of its schema (``user_version``). A store of an
older version is brought to this one in memory when it is read, and on disk when it is next written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import wraps
from pathlib import Path
from typing import Concatenate, Literal, ParamSpec, Protocol, TypeVar

from paperatlas.errors import AtlasError, PaperatlasError
from paperatlas.graph.store.scratch import scratch

#: "PAtl" in ASCII: tells an atlas from other SQLite files.
APPLICATION_ID = 0x5041746C
SCHEMA_VERSION = 2

#: What was read and found: all else is made from it. Names of columns are in the order of :mod:`.rows`.
FACTS = {
    "runs": """(
    id TEXT NOT NULL PRIMARY KEY,
    software TEXT NOT NULL, version TEXT NOT NULL, pipeline TEXT NOT NULL, fingerprint TEXT NOT NULL,
    model TEXT NOT NULL, checksum TEXT NOT NULL,
    settings TEXT NOT NULL                                     -- a JSON object of strings
) STRICT, WITHOUT ROWID""",
    # Large rows stand in tables with row numbers: SQLite packs those better.
    "papers": """(
    paper TEXT NOT NULL PRIMARY KEY, -- names the paper in the atlas: arXiv:1711.00937
    id TEXT NOT NULL,                -- the identifier that it came with
    title TEXT NOT NULL, abstract TEXT NOT NULL, date TEXT NOT NULL,
    authors TEXT NOT NULL, categories TEXT NOT NULL,           -- JSON arrays of strings
    arxiv TEXT NOT NULL, doi TEXT NOT NULL, url TEXT NOT NULL, comment TEXT NOT NULL,
    run TEXT NOT NULL REFERENCES runs,
    digest TEXT NOT NULL             -- SHA-256 of the paper, its records, its facts and its run
) STRICT""",
    # The records that the paper was put together from.
    "sources": """(
    paper TEXT NOT NULL REFERENCES papers, path TEXT NOT NULL, line INTEGER NOT NULL,
    gave TEXT NOT NULL,              -- a JSON object of the fields in which the record differs from the paper
    words TEXT NOT NULL,             -- hashes of the words of the record's abstract, and of its text
    PRIMARY KEY (paper, path, line, gave)
) STRICT, WITHOUT ROWID""",
    "entities": """(
    paper TEXT NOT NULL REFERENCES papers, position INTEGER NOT NULL, key TEXT NOT NULL,
    name TEXT NOT NULL, type TEXT NOT NULL, confidence REAL NOT NULL,
    PRIMARY KEY (paper, position)
) STRICT, WITHOUT ROWID""",
    # Offsets count characters of the paper's text: title, a line break, abstract; or the abstract alone.
    "mentions": """(
    paper TEXT NOT NULL, entity TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    surface TEXT NOT NULL,           -- what stands there
    PRIMARY KEY (paper, entity, start, end)
) STRICT, WITHOUT ROWID""",
    "relations": """(
    paper TEXT NOT NULL REFERENCES papers, position INTEGER NOT NULL,
    head TEXT NOT NULL, type TEXT NOT NULL, tail TEXT NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, confidence REAL NOT NULL,
    PRIMARY KEY (paper, position)
) STRICT, WITHOUT ROWID""",
    "results": """(
    paper TEXT NOT NULL REFERENCES papers, position INTEGER NOT NULL,
    subject TEXT NOT NULL, metric TEXT NOT NULL, value TEXT NOT NULL, unit TEXT NOT NULL, dataset TEXT NOT NULL,
    kind TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, confidence REAL NOT NULL,
    PRIMARY KEY (paper, position)
) STRICT, WITHOUT ROWID""",
}

#: The graph that the facts give. ``data`` is all that a node or an edge carries, as JSON; ``basis`` hashes what that
#: was made from: while it is the same, so is the row.
GRAPH = {
    "nodes": """(
    node TEXT NOT NULL PRIMARY KEY, type TEXT NOT NULL, name TEXT NOT NULL, support INTEGER NOT NULL,
    basis BLOB NOT NULL, data TEXT NOT NULL
) STRICT""",
    "edges": """(
    head TEXT NOT NULL, type TEXT NOT NULL, tail TEXT NOT NULL, basis BLOB NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (head, tail, type)
) STRICT""",
    # How a person's words find a node: names and aliases, folded.
    "names": """(
    key TEXT NOT NULL, node TEXT NOT NULL, PRIMARY KEY (key, node)
) STRICT, WITHOUT ROWID""",
    # Of which node each entity of a paper is (empty: of none), and in which family of names that was decided.
    "members": """(
    paper TEXT NOT NULL, entity TEXT NOT NULL, family TEXT NOT NULL, node TEXT NOT NULL,
    PRIMARY KEY (paper, entity)
) STRICT, WITHOUT ROWID""",
    # What tells to which family a name belongs that comes.
    "families": """(
    key TEXT NOT NULL PRIMARY KEY, family TEXT NOT NULL
) STRICT, WITHOUT ROWID""",
}

TABLES = FACTS | GRAPH

#: What to do with a file of which nothing can be read: no build goes on from it.
_AGAIN = "delete it, and build from your files again"
#: What SQLite says of a file that is broken.
_OF_THE_FILE = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))
#: What it says where the file may be whole: no right to read it, no room for what is sorted, somebody who writes.
_OF_THE_SYSTEM = frozenset(
    (
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    )
)

#: ``code``: what linked the facts. ``said``: a hash of what a person and outside lists said of them.
#: ``exports``: hashes of the files made of the store. ``seal``: see :mod:`.seal`.
_META = "(name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID"
_INDEXES = ("CREATE INDEX edges_by_tail ON edges (tail, type, head)",)


def create(
    connection: sqlite3.Connection, tables: Mapping[str, str] = TABLES, *, within: Literal["main", "old"] = "main"
) -> None:
    """Create the tables of an empty store, or those of them that are given, in one of the connection's databases."""
    connection.execute(f"PRAGMA {within}.application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA {within}.user_version = {SCHEMA_VERSION}")
    # The first table has the file's second page to itself: the seal is looked for there.
    for name, columns in {"meta": _META, **tables}.items():
        connection.execute(f"CREATE TABLE {within}.{name} {columns}")


def index(connection: sqlite3.Connection) -> None:
    """Create the indexes, once the tables are filled."""
    for statement in _INDEXES:
        connection.execute(statement)


def is_current(connection: sqlite3.Connection) -> bool:
    """Tell whether a connection reads a file, not the copy in memory of one of an older version."""
    # Told by SQLite: the file's name need not be text, which is all that comes out of it.
    return bool(connection.execute("SELECT file <> '' FROM pragma_database_list WHERE name = 'main'").fetchone()[0])


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection that reads the store at ``path``; one of an older version is brought to this one, in memory.

    Raises:
        AtlasError: there is none, it is something else, damaged, or of a newer version.
    """
    with readable(path):
        if not path.exists():
            raise AtlasError(
                "no atlas here", where=str(path.parent), hint="make one with 'paperatlas build INPUT... -o DIR'"
            )
        if not path.is_file():
            raise AtlasError("is no file", where=str(path), hint="move it away, and build from your files again")
        if not path.stat().st_size:
            raise AtlasError("is empty", where=str(path), hint=_AGAIN)
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
        try:
            version = _version(connection, path)
            pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
            if pages * size != path.stat().st_size:
                raise AtlasError("damaged: cut off", where=str(path), hint=_AGAIN)
            if version == SCHEMA_VERSION:
                return connection
            older, connection = connection, sqlite3.connect(":memory:", uri=True, check_same_thread=False)
            with closing(older):
                older.backup(connection)
            for step in range(version, SCHEMA_VERSION):
                _MIGRATIONS[step](connection)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.commit()
            return connection
        except BaseException:
            connection.close()
            raise


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Say of a store that SQLite cannot read, or that holds what cannot be, that it is damaged.

    Raises:
        AtlasError: it is, or the system does not let it be read.
    """
    try:
        yield
    except PaperatlasError:
        raise
    except OSError as error:
        raise AtlasError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except (sqlite3.Error, ValueError, TypeError, KeyError) as error:
        # The lower byte says what it is, the upper ones where it came up.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
        if code in _OF_THE_SYSTEM:
            hint = f"may you read it, and is there room in {scratch()}?"
            raise AtlasError(f"cannot be read: {error}", where=str(path), hint=hint) from error
        hint = _AGAIN if code in _OF_THE_FILE else f"if 'paperatlas build -o DIR' says so, too, {_AGAIN}"
        raise AtlasError(f"damaged: {error}", where=str(path), hint=hint) from error


class _Stored(Protocol):
    path: Path


_S = TypeVar("_S", bound=_Stored)
_P = ParamSpec("_P")
_R = TypeVar("_R")


def reading(method: Callable[Concatenate[_S, _P], _R]) -> Callable[Concatenate[_S, _P], _R]:
    """Make a method that reads the store at ``self.path`` say that it is damaged, as :func:`readable` does."""

    @wraps(method)
    def checked(self: _S, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        with readable(self.path):
            return method(self, *args, **kwargs)

    return checked


def _version(connection: sqlite3.Connection, path: Path) -> int:
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if mark != APPLICATION_ID:
        hint = "move it away, or build in another folder"
        raise AtlasError("an SQLite database, but no atlas", where=str(path), hint=hint)
    if version > SCHEMA_VERSION:
        raise AtlasError(
            f"made by a newer version (schema {version}, this one knows {SCHEMA_VERSION})",
            where=str(path),
            hint="upgrade paperatlas",
        )
    if version not in {*_MIGRATIONS, SCHEMA_VERSION}:
        raise AtlasError(f"damaged: there is no schema {version}", where=str(path), hint=_AGAIN)
    return int(version)


def _from_1(connection: sqlite3.Connection) -> None:
    """Schema 1 knew its pipeline by a hash alone, kept no records and no graph."""
    from paperatlas.graph.store.rows import adopt

    (pipeline,) = connection.execute("SELECT value FROM meta WHERE name = 'pipeline'").fetchone()
    connection.execute("DROP TABLE meta")
    for name in ("papers", "sources", "mentions"):
        connection.execute(f"ALTER TABLE {name} RENAME TO {name}_1")
    for name, columns in {"meta": _META, **TABLES}.items():
        connection.execute(f"CREATE TABLE IF NOT EXISTS {name} {columns}")
    adopt(connection, pipeline)
    for name in ("papers", "sources", "mentions"):
        connection.execute(f"DROP TABLE {name}_1")
    index(connection)


#: By version: what brings a store to the next.
_MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {1: _from_1}
