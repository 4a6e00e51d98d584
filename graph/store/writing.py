"""A store made anew from the old one and what is added to it, with the same bytes as one made at once.

The rows that stay and those that come are merged in the order of their keys, table by table, into a fresh file. Equal
content is the same sequence of insertions, and so, from one version of SQLite, the same file.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from paperatlas.errors import OutputError
from paperatlas.graph.build import EdgeData, EdgeKey, NodeData
from paperatlas.graph.linking import Linked
from paperatlas.graph.resolve.forms import form
from paperatlas.graph.runs import Run
from paperatlas.graph.store.rows import Row, Stored, run_row
from paperatlas.graph.store.schema import FACTS, TABLES, create, index
from paperatlas.graph.store.scratch import scratch
from paperatlas.graph.store.seal import UNSEALED

#: By which columns the rows of each table are in order.
ORDER = {
    "papers": "paper",
    "sources": "paper, path, line, gave",
    "entities": "paper, position",
    "mentions": "paper, entity, start, end",
    "relations": "paper, position",
    "results": "paper, position",
    "nodes": "node",
    "edges": "head, tail, type",
    "names": "key, node",
    "members": "paper, entity",
    "families": "key",
}


#: How many columns each table has.
_WIDTHS = {table: len(re.findall(r"(?:TEXT|INTEGER|REAL|BLOB) NOT NULL", columns)) for table, columns in TABLES.items()}


@dataclass(frozen=True)
class Change:
    """What becomes of an atlas: the papers that go or are replaced, by their keys, those that come, and their runs."""

    gone: Collection[str]
    added: Sequence[Stored]
    runs: Collection[Run]


def write(
    path: Path, old: Path | None, change: Change, linked: Linked, linked_by: Mapping[str, str], *, anew: bool = False
) -> None:
    """Write the store that ``change`` makes of ``old`` to ``path``; ``linked`` is what it makes of the graph.

    ``old`` is of the current schema. ``linked_by`` tells how the facts were linked, its ``code`` by which version of
    the software: rows of the graph that another version made are made anew, with ``anew`` all are. The file is not yet
    sealed.

    Raises:
        OutputError: the file cannot be written.
    """
    try:
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path.absolute().as_uri(), uri=True, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            if old:
                connection.execute("ATTACH ? AS old", (f"{old.absolute().as_uri()}?mode=ro",))
            else:
                connection.execute("ATTACH ':memory:' AS old")
                create(connection, within="old")
            connection.execute("BEGIN")
            create(connection)
            _Writer(connection, change, linked, linked_by, anew, fresh=old is None).write()
            index(connection)
            connection.execute("COMMIT")
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", where=str(path)) from error
    except sqlite3.Error as error:
        raise OutputError(
            f"cannot be written: {error}", where=str(path), hint=f"is there room there, and in {scratch()}?"
        ) from error


def node_rows(node: str, data: NodeData, basis: bytes) -> dict[str, list[Row]]:
    """Return the rows of a node, by table."""
    keys = {form(name).key for name in (data["name"], *data["aliases"])}
    return {
        "nodes": [(node, data["type"], data["name"], data["support"], basis, _dumps(data))],
        "names": [(key, node) for key in sorted(keys) if key],
    }


def edge_row(key: EdgeKey, data: EdgeData, basis: bytes) -> Row:
    """Return the row of an edge."""
    head, tail, kind = key
    return head, kind, tail, basis, _dumps(data)


def member_rows(linked: Linked) -> list[Row]:
    """Return the rows of which entities are of which node."""
    return [(*ref, family, node) for ref, (family, node) in sorted(linked.members.items())]


def family_rows(linked: Linked) -> list[Row]:
    """Return the rows of which names are of which family."""
    return sorted(linked.families.items())


def note_exports(path: Path, hashes: Mapping[str, str]) -> None:
    """Put the hashes of the files that were made of the store into it, by their names."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("UPDATE meta SET value = ? WHERE name = 'exports'", (_exports(hashes),))


def _exports(hashes: Mapping[str, str]) -> str:
    return json.dumps(dict(sorted(hashes.items())))


class _Writer:
    """Fills the tables of a fresh store."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        change: Change,
        linked: Linked,
        linked_by: Mapping[str, str],
        anew: bool,
        *,
        fresh: bool,
    ) -> None:
        self._connection = connection
        self._change = change
        self._linked = linked
        self._linked_by = linked_by
        #: Whether there is no old store: then rows, which all come in order, have nothing to be merged with.
        self._fresh = fresh
        self._same = not anew and self._old_meta("code") == linked_by["code"]

    def write(self) -> None:
        """Fill them all."""
        facts = [name for name in FACTS if name != "runs"]
        self._stage(facts)
        self._connection.executemany("INSERT INTO gone VALUES (?)", [(key,) for key in sorted({*self._change.gone})])
        for table in facts:
            self._add(table, (row for stored in self._change.added for row in stored.rows[table]))
            self._merge(table, "paper NOT IN (SELECT key FROM gone)")
        self._runs()
        digests = dict(self._connection.execute("SELECT paper, digest FROM papers"))
        self._nodes(digests)
        self._edges(digests)
        self._members()
        meta = {**self._linked_by, "exports": _exports({}), "seal": UNSEALED}
        self._connection.executemany("INSERT INTO meta VALUES (?, ?)", sorted(meta.items()))

    def _runs(self) -> None:
        known = {row[0]: row for row in self._connection.execute("SELECT * FROM old.runs")}
        known |= {run.id: run_row(run) for run in self._change.runs}
        used = [run for (run,) in self._connection.execute("SELECT DISTINCT run FROM papers ORDER BY run")]
        self._add("runs", [known[run] for run in used], into="main")

    def _nodes(self, digests: Mapping[str, str]) -> None:
        """Write the nodes and their names; what has its old basis keeps its old rows."""
        linked = self._linked
        before = self._before("nodes", ("node",), ((node,) for node in linked.outdated.nodes))
        bases = {node: linked.node_basis(node, digests) for node in linked.nodes}
        tables = ["nodes", "names"]
        self._stage(tables)
        made = [node for node, basis in bases.items() if before.get((node,)) != basis]
        gone = before.keys() - {(node,) for node in bases} | {(node,) for node in made}
        self._connection.executemany("INSERT INTO gone_nodes VALUES (?)", sorted(gone))
        names: list[Row] = []

        def rows() -> Iterator[Row]:
            for node in made:
                by_table = node_rows(node, linked.node(node), bases[node])
                names.extend(by_table["names"])
                yield from by_table["nodes"]

        self._add("nodes", rows())
        self._add("names", sorted(names))
        for table in tables:
            self._merge(table, "node NOT IN (SELECT node FROM gone_nodes)" if self._same else "FALSE")

    def _edges(self, digests: Mapping[str, str]) -> None:
        linked = self._linked
        before = self._before("edges", ("head", "tail", "type"), linked.outdated.edges)
        self._stage(["edges"])
        bases = {key: linked.edge_basis(key, digests) for key in linked.edges}
        made = [key for key, basis in bases.items() if before.get(key) != basis]
        gone = before.keys() - bases.keys() | {*made}
        self._connection.executemany("INSERT INTO gone_edges VALUES (?, ?, ?)", sorted(gone))
        self._add("edges", (edge_row(key, linked.edge(key), bases[key]) for key in made))
        # Not NOT IN: over several columns that looks through all that go, for each row.
        those = "FROM gone_edges AS g WHERE (g.head, g.tail, g.type) = (edges.head, edges.tail, edges.type)"
        self._merge("edges", f"NOT EXISTS (SELECT 1 {those})" if self._same else "FALSE")

    def _members(self) -> None:
        """Write which entities are of which node, and the families in which that was decided."""
        tables = ["members", "families"]
        self._stage(tables)
        outdated = [(family,) for family in sorted(self._linked.outdated.families)]
        self._connection.executemany("INSERT INTO gone_families VALUES (?)", outdated)
        self._add("members", member_rows(self._linked))
        self._add("families", family_rows(self._linked))
        for table in tables:
            self._merge(table, "FALSE" if self._linked.whole else "family NOT IN (SELECT family FROM gone_families)")

    def _before(
        self, table: str, key: Sequence[str], outdated: Iterable[Sequence[str]]
    ) -> dict[tuple[str, ...], bytes]:
        """Return the bases of the old rows that may have to give way, by their keys."""
        if not self._same:
            return {}
        columns = ", ".join(key)
        if self._linked.whole:
            rows = self._connection.execute(f"SELECT {columns}, basis FROM old.{table}")  # noqa: S608
            return {tuple(row[:-1]): row[-1] for row in rows}
        query = f"SELECT basis FROM old.{table} WHERE ({columns}) = ({', '.join('?' * len(key))})"  # noqa: S608
        found = ((tuple(one), self._connection.execute(query, tuple(one)).fetchone()) for one in outdated)
        return {one: row[0] for one, row in found if row}

    def _stage(self, tables: Iterable[str]) -> None:
        """Make room for what is new, outside the file."""
        for statement in _STAGES:
            self._connection.execute(statement)
        for table in tables if not self._fresh else ():
            self._connection.execute(f"CREATE TABLE temp.{table} {TABLES[table]}")

    def _add(self, table: str, rows: Iterable[Row], *, into: str = "") -> None:
        """Put rows, which are in order, into a table's stage, or the table itself if nothing is to be merged."""
        into = into or ("main" if self._fresh else "temp")
        marks = ", ".join("?" * _WIDTHS[table])
        self._connection.executemany(f"INSERT INTO {into}.{table} VALUES ({marks})", rows)  # noqa: S608

    def _merge(self, table: str, stays: str) -> None:
        """Fill a table with the old rows that stay and the new ones, in order."""
        if self._fresh:
            return
        old = f"SELECT * FROM old.{table} WHERE {stays}"  # noqa: S608
        both = f"{old} UNION ALL SELECT * FROM temp.{table} ORDER BY {ORDER[table]}"  # noqa: S608
        self._connection.execute(f"INSERT INTO main.{table} {both}")
        self._connection.execute(f"DROP TABLE temp.{table}")

    def _old_meta(self, name: str) -> str | None:
        row = self._connection.execute("SELECT value FROM old.meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None


#: Which papers, nodes, edges and families go, or are replaced.
_STAGES = (
    "CREATE TEMP TABLE IF NOT EXISTS gone (key TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE IF NOT EXISTS gone_nodes (node TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE IF NOT EXISTS gone_edges (head TEXT, tail TEXT, type TEXT, PRIMARY KEY (head, tail, type)) "
    "WITHOUT ROWID",
    "CREATE TEMP TABLE IF NOT EXISTS gone_families (family TEXT PRIMARY KEY) WITHOUT ROWID",
)


def _dumps(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
