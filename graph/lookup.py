"""Looking one thing up: what it carries, what is stated of it, and what it is called. In a graph, or in a store."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, cast

from paperatlas.graph.build import EdgeData, NodeData
from paperatlas.graph.resolve.forms import form

if TYPE_CHECKING:
    import networkx as nx


#: Surrogates that stand for no byte.
_LONE = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def as_text(given: str) -> str:
    """Return what was typed, or what a file is called, as text, with U+FFFD for what is none.

    The system gives bytes, and those that the locale does not know (under "C" all but ASCII) are surrogates to Python.

    >>> as_text("Fr\\udcc3\\udca9chet"), as_text("Fr\\udce9chet")
    ('Fréchet', 'Fr\ufffdchet')
    """
    return _LONE.sub("\ufffd", given).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class Lookup(Protocol):
    """What answers for one node without the others."""

    def node(self, node: str) -> NodeData | None:
        """Return what a node carries, or ``None`` if there is none of that identifier."""

    def name(self, node: str) -> str | None:
        """Return the name of a node, or ``None``."""

    def edges_at(self, node: str) -> list[tuple[str, str, EdgeData]]:
        """Return the edges (head, tail, data) from a node, then those to it."""

    def called(self, key: str) -> list[str]:
        """Return the nodes with a name of that surface key, those that most papers name first."""

    def names(self) -> Iterable[tuple[str, str]]:
        """Return the names of all nodes, each with the type of the node."""

    def named_in(self, paper: str) -> list[str]:
        """Return the things that a paper's node names, in order."""


class GraphLookup:
    """Looks things up in a graph."""

    def __init__(self, graph: nx.MultiDiGraph[str]) -> None:
        self._graph = graph

    def node(self, node: str) -> NodeData | None:
        """Return what a node carries, or ``None``."""
        return cast("NodeData", self._graph.nodes[node]) if node in self._graph else None

    def name(self, node: str) -> str | None:
        """Return the name of a node, or ``None``."""
        return cast("NodeData", self._graph.nodes[node])["name"] if node in self._graph else None

    def edges_at(self, node: str) -> list[tuple[str, str, EdgeData]]:
        """Return the edges from a node, then those to it."""
        found = [*self._graph.out_edges(node, data=True), *self._graph.in_edges(node, data=True)]
        return [(head, tail, cast("EdgeData", data)) for head, tail, data in found]

    def called(self, key: str) -> list[str]:
        """Return the nodes with a name of that surface key."""
        return sorted(self._by_key.get(key, ()), key=lambda node: (-self._graph.nodes[node]["support"], node))

    def names(self) -> Iterable[tuple[str, str]]:
        """Return the names of all nodes, each with the type of the node."""
        return ((data["name"], data["type"]) for data in self._graph.nodes.values())

    def named_in(self, paper: str) -> list[str]:
        """Return the things that a paper's node names, in order."""
        return [node for node, data in self._graph.nodes.items() if paper in data["papers"]]

    @cached_property
    def _by_key(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for node, data in self._graph.nodes.items():
            for name in (data["name"], *data["aliases"]):
                found[form(name).key].add(node)
        return found
