"""A store as it is read: whole, or no more of it than one look-up needs."""

from __future__ import annotations

import json
import re
import weakref
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from paperatlas.extract.facts import Facts
from paperatlas.extract.paper import Paper
from paperatlas.graph.build import EdgeData, NodeData, graph_of
from paperatlas.graph.memory import uncollected
from paperatlas.graph.runs import Run
from paperatlas.graph.store.rows import Row, read, read_papers, read_runs
from paperatlas.graph.store.schema import connect, readable, reading

if TYPE_CHECKING:
    import networkx as nx

#: No text has one, and SQLite takes text alone.
_SURROGATE = re.compile("[\ud800-\udfff]")


class View:
    """The store at ``path``, opened to read from; a :class:`~paperatlas.graph.lookup.Lookup`.

    What is read is the atlas as it was when it was opened, even if another takes its place meanwhile.

    Raises:
        AtlasError: on opening: there is none, it is something else, or of a newer version; later: it is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._open(path)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def reopen(self, path: Path) -> None:
        """Go on reading the same store in another place."""
        self.close()
        self._open(path)

    def _open(self, path: Path) -> None:
        self.path = path
        self._connection = connect(path)
        # Whoever opens an atlas need not close it.
        weakref.finalize(self, self._connection.close)

    @reading
    def facts(self) -> tuple[Facts, ...]:
        """Return the facts of all papers, in order of their keys."""
        with uncollected():
            return tuple(stored.facts for stored in read(self._connection))

    @reading
    def papers(self) -> tuple[Paper, ...]:
        """Return all papers, in order of their keys."""
        with uncollected():
            return tuple(read_papers(self._connection))

    @reading
    def runs(self) -> tuple[Run, ...]:
        """Return the runs that found them."""
        return read_runs(self._connection)

    @reading
    def run_ids(self) -> dict[str, str]:
        """Return the identifiers of the runs by the papers' keys."""
        return dict(self._connection.execute("SELECT paper, run FROM papers ORDER BY paper"))

    @cached_property
    def meta(self) -> dict[str, str]:
        """What the store notes of itself; ``code`` is there if it holds the graph of its facts."""
        with readable(self.path):
            return dict(self._connection.execute("SELECT name, value FROM meta"))

    @reading
    def graph(self) -> nx.MultiDiGraph[str]:
        """Return the graph."""
        nodes = self._connection.execute("SELECT node, data FROM nodes ORDER BY node")
        edges = self._connection.execute("SELECT head, tail, type, data FROM edges ORDER BY head, tail, type")
        with uncollected():
            return graph_of(
                ((node, _node(data)) for node, data in nodes),
                ((head, tail, kind, _edge(data)) for head, tail, kind, data in edges),
            )

    @reading
    def node(self, node: str) -> NodeData | None:
        """Return what a node carries, or ``None``."""
        rows = self._of("SELECT data FROM nodes WHERE node = ?", node)
        return _node(rows[0][0]) if rows else None

    @reading
    def name(self, node: str) -> str | None:
        """Return the name of a node, or ``None``, without what else it carries."""
        rows = self._of("SELECT name FROM nodes WHERE node = ?", node)
        return rows[0][0] if rows else None

    @reading
    def edges_at(self, node: str) -> list[tuple[str, str, EdgeData]]:
        """Return the edges from a node, then those to it."""
        found: list[tuple[str, str, EdgeData]] = []
        for end in ("head", "tail"):
            query = f"SELECT head, tail, data FROM edges WHERE {end} = ? ORDER BY head, tail, type"  # noqa: S608
            found += [(head, tail, _edge(data)) for head, tail, data in self._of(query, node)]
        return found

    @reading
    def called(self, key: str) -> list[str]:
        """Return the nodes with a name of that surface key, those that most papers name first."""
        query = "SELECT node FROM names JOIN nodes USING (node) WHERE key = ? ORDER BY support DESC, node"
        return [node for (node,) in self._of(query, key)]

    @reading
    def names(self) -> Iterable[tuple[str, str]]:
        """Return the names of all nodes, each with the type of the node."""
        return self._connection.execute("SELECT name, type FROM nodes").fetchall()

    @reading
    def named_in(self, paper: str) -> list[str]:
        """Return the things that a paper's node names, in order."""
        query = "SELECT DISTINCT node FROM members WHERE paper = ? AND node <> '' ORDER BY node"
        return [node for (node,) in self._of(query, paper.removeprefix("paper/"))]

    def _of(self, query: str, asked: str) -> list[Row]:
        """Return the rows of what was asked for. What is no text is nowhere: that tells nothing of the store."""
        if _SURROGATE.search(asked):
            return []
        return self._connection.execute(query, (asked,)).fetchall()


def _node(data: str) -> NodeData:
    return cast("NodeData", json.loads(data))


def _edge(data: str) -> EdgeData:
    return cast("EdgeData", json.loads(data))
