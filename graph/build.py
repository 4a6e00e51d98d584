"""What nodes and edges are, and what they carry.

Nodes: one per paper (``paper/arXiv:1711.00937``) and one per thing (``vq-vae``). Edges: one per (head, relation, tail),
keyed by the relation, with its support, its evidence and its confidence; a reported number lies on the edge from the
system to the metric. The attributes are plain values, described in :class:`NodeData` and :class:`EdgeData`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NotRequired, TypedDict, cast

from paperatlas.extract.paper import Paper
from paperatlas.graph.resolve.things import Near, Reason

if TYPE_CHECKING:
    import networkx as nx

#: The type of a paper's node, beside those of things.
PAPER_TYPE = "Paper"
#: An edge: head, tail, relation.
EdgeKey = tuple[str, str, str]


class Mention(TypedDict):
    """A place where a paper names a thing; offsets count in the paper's own text."""

    paper: str
    start: int
    end: int


class Evidence(TypedDict):
    """A sentence that states something: offsets count in the paper's own text; ``quote`` is as a reader sees it."""

    paper: str
    start: int
    end: int
    quote: str


class Score(TypedDict):
    """A reported number. ``dataset`` is a node's identifier or empty; ``kind`` is "score" or "gain"."""

    value: str
    unit: str
    kind: str
    dataset: str
    confidence: float
    evidence: Evidence


class NodeData(TypedDict):
    """What a node carries. For a thing, ``papers`` are the papers that name it and ``date`` the earliest of them."""

    type: str
    name: str
    aliases: list[str]
    papers: list[str]
    support: int
    date: str
    confidence: float
    types: dict[str, int]
    #: Things only: where each paper names it.
    mentions: NotRequired[list[Mention]]
    #: Things only: why what it is called is one thing, and what else could be the same.
    reasons: NotRequired[list[Reason]]
    near: NotRequired[list[Near]]
    #: Things only: what outside lists call it, by their identifiers.
    exact: NotRequired[list[str]]
    #: Papers only.
    title: NotRequired[str]
    abstract: NotRequired[str]
    link: NotRequired[str]
    authors: NotRequired[list[str]]
    sources: NotRequired[list[str]]


class EdgeData(TypedDict):
    """What an edge carries. ``support`` is the number of papers that state it."""

    type: str
    support: int
    papers: list[str]
    confidence: float
    evidence: list[Evidence]
    results: list[Score]


def nodes(graph: nx.MultiDiGraph[str]) -> Iterator[tuple[str, NodeData]]:
    """Yield the nodes with what they carry, in order."""
    for node, data in graph.nodes(data=True):
        yield node, cast("NodeData", data)


def edges(graph: nx.MultiDiGraph[str]) -> Iterator[tuple[str, str, EdgeData]]:
    """Yield the edges with what they carry, in order."""
    for head, tail, data in graph.edges(data=True):
        yield head, tail, cast("EdgeData", data)


def paper_id(paper: Paper) -> str:
    """Return the identifier of a paper's node."""
    return f"paper/{paper.key}"


def graph_of(
    nodes: Iterable[tuple[str, NodeData]], edges: Iterable[tuple[str, str, str, EdgeData]]
) -> nx.MultiDiGraph[str]:
    """Put nodes and edges (head, tail, type, data), each in order, into a graph."""
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node, carried in nodes:
        graph.add_node(node, **carried)
    for head, tail, kind, data in edges:
        graph.add_edge(head, tail, key=kind, **data)
    return graph
