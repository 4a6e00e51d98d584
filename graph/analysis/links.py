"""What is stated between two nodes, told from one of them; and what stands around a node."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from paperatlas.errors import UsageError
from paperatlas.graph.build import PAPER_TYPE, EdgeData, Evidence
from paperatlas.schema import SIGNATURES, RelationType

if TYPE_CHECKING:
    import networkx as nx

#: Which way edges are followed from a node.
DIRECTIONS = ("both", "out", "in")


@dataclass(frozen=True, slots=True)
class Link:
    """An edge, told from one of its ends: VQGAN "uses" VQ-VAE, and VQ-VAE "is used by" VQGAN.

    ``support`` is the number of papers that state it; ``evidence`` holds the sentences that do.
    """

    head: str
    relation: str
    tail: str
    reads: str
    support: int
    confidence: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A node near another. ``depth`` is how many edges away; ``links`` are the edges by which it is reached.

    At a depth above 1 they come from nodes that are one edge nearer.
    """

    node: str
    name: str
    type: str
    depth: int
    links: tuple[Link, ...]

    @property
    def support(self) -> int:
        """The number of papers that state the best supported of the links."""
        return max(link.support for link in self.links)


def links_between(graph: nx.MultiDiGraph[str], start: str, end: str) -> tuple[Link, ...]:
    """Return what is stated between two nodes in either direction, told from ``start``; the best supported first."""
    return _ordered(
        _link(head, tail, data, start)
        for head, tail in ((start, end), (end, start))
        if graph.has_edge(head, tail)
        for data in graph[head][tail].values()
    )


def neighbours(
    graph: nx.MultiDiGraph[str],
    node: str,
    *,
    relation: str | None = None,
    direction: str = "both",
    depth: int = 1,
    through_papers: bool = False,
) -> tuple[Neighbour, ...]:
    """Return the nodes up to ``depth`` edges from ``node``, each once: the nearest first, then the best supported.

    Only edges of ``relation`` count, if it is given, and only those that lead out of a node, or into it, if
    ``direction`` says so; a symmetric relation leads both ways. Papers are listed, but what lies behind a paper only
    with ``through_papers``.

    Raises:
        UsageError: there is no such relation or direction, or ``depth`` is less than 1.
    """
    _check(relation or RelationType.USES, [*RelationType], "relation")
    _check(direction, DIRECTIONS, "direction")
    if depth < 1:
        raise UsageError(f"a depth of {depth}", hint="at least 1")
    found: list[Neighbour] = []
    seen = {node}
    ring = [node]
    for distance in range(1, depth + 1):
        reached: dict[str, list[Link]] = defaultdict(list)
        for place in ring:
            for other, link in _links_of(graph, place, direction):
                if relation in (None, link.relation) and other not in seen:
                    reached[other].append(link)
        around = [_neighbour(graph, other, distance, links) for other, links in reached.items()]
        found += sorted(around, key=lambda n: (-n.support, n.name, n.node))
        seen |= reached.keys()
        ring = [other for other in sorted(reached) if through_papers or graph.nodes[other]["type"] != PAPER_TYPE]
    return tuple(found)


def _links_of(graph: nx.MultiDiGraph[str], node: str, direction: str) -> Iterator[tuple[str, Link]]:
    for _, tail, data in graph.out_edges(node, data=True):
        if direction != "in" or SIGNATURES[RelationType(data["type"])].symmetric:
            yield tail, _link(node, tail, data, node)
    for head, _, data in graph.in_edges(node, data=True):
        if direction != "out" or SIGNATURES[RelationType(data["type"])].symmetric:
            yield head, _link(head, node, data, node)


def _neighbour(graph: nx.MultiDiGraph[str], node: str, depth: int, links: Iterable[Link]) -> Neighbour:
    data = graph.nodes[node]
    return Neighbour(node, data["name"], data["type"], depth, _ordered(links))


def _link(head: str, tail: str, attributes: dict[str, Any], told_from: str) -> Link:
    data = cast("EdgeData", attributes)
    signature = SIGNATURES[RelationType(data["type"])]
    return Link(
        head=head,
        relation=data["type"],
        tail=tail,
        reads=signature.reads if told_from == head else signature.inverse,
        support=data["support"],
        confidence=data["confidence"],
        evidence=tuple(data["evidence"]),
    )


def _ordered(links: Iterable[Link]) -> tuple[Link, ...]:
    return tuple(sorted(links, key=lambda link: (-link.support, link.relation, link.head, link.tail)))


def _check(name: str, names: Sequence[str], what: str) -> None:
    if name not in names:
        raise UsageError(f"no {what} {name!r}", hint=f"one of {', '.join(names)}")
