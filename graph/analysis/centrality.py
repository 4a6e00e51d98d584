"""What is central: things by how many papers name them, and by where they stand among the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperatlas.errors import UsageError
from paperatlas.graph.analysis.network import network
from paperatlas.schema import EntityType

if TYPE_CHECKING:
    import igraph
    import networkx as nx

#: From how many things on the shortest paths are followed for betweenness; from all, in a large network, would take
#: hours.
_SOURCES = 200


@dataclass(frozen=True, slots=True)
class Central:
    """A thing and how central it is."""

    node: str
    name: str
    type: str
    score: float


def _support(net: igraph.Graph) -> list[float]:
    return [float(papers) for papers in net.vs["papers"]]


def _pagerank(net: igraph.Graph) -> list[float]:
    return list(net.personalized_pagerank(directed=True, weights="support", reset=net.vs["papers"]))


def _degree(net: igraph.Graph) -> list[float]:
    return [float(degree) for degree in net.as_undirected().degree()]


def _betweenness(net: igraph.Graph) -> list[float]:
    step = max(1, net.vcount() // _SOURCES)
    found = net.betweenness(directed=False, sources=range(0, net.vcount(), step))
    return [score * step for score in found]


def _core(net: igraph.Graph) -> list[float]:
    return [float(core) for core in net.as_undirected().coreness()]


#: The kinds of centrality. A vertex of the network knows the number of its ``papers``.
KINDS: dict[str, Callable[[igraph.Graph], list[float]]] = {
    "support": _support,
    "pagerank": _pagerank,
    "degree": _degree,
    "betweenness": _betweenness,
    "core": _core,
}


def centrality(graph: nx.MultiDiGraph[str], kind: str = "pagerank", *, type: str | None = None) -> tuple[Central, ...]:
    """Return the things of a graph, or those of one ``type``, the most central first; papers are left out.

    The ``kind`` is one of

    - "support": the number of papers that name it;
    - "pagerank": Brin & Page, "The anatomy of a large-scale hypertextual web search engine" (1998): where a reader is
      found who starts at something that a paper names, and follows what it uses, extends or is measured on, the better
      supported the likelier; all add up to 1;
    - "degree": the number of things that it is related to;
    - "betweenness": Brandes, "A faster algorithm for betweenness centrality" (2001): on how many shortest paths between
      others it lies; with more than 400 things an estimate from 200 of them, spread evenly (Brandes & Pich,
      "Centrality estimation in large networks", 2007);
    - "core": the largest k such that it stays when all with less than k neighbours are taken out, again and again.

    Those that are equally central come by support, then by identifier.

    Raises:
        UsageError: there is no such kind, or no such type.
    """
    if kind not in KINDS:
        raise UsageError(f"no centrality {kind!r}", hint=f"one of {', '.join(KINDS)}")
    if type not in (None, *EntityType):
        raise UsageError(f"no type {type!r}", hint=f"one of {', '.join(EntityType)}")
    net = network(graph, directed=True)
    if not net.nodes:
        return ()
    data = [graph.nodes[node] for node in net.nodes]
    net.graph.vs["papers"] = [d["support"] for d in data]
    scores = KINDS[kind](net.graph)
    # The last digits of a sum are not the same on every machine.
    ranked = [
        Central(node, d["name"], d["type"], round(score, 9))
        for node, d, score in zip(net.nodes, data, scores, strict=True)
    ]
    support = {node: d["support"] for node, d in zip(net.nodes, data, strict=True)}
    ranked.sort(key=lambda central: (-central.score, -support[central.node], central.node))
    return tuple(central for central in ranked if type in (None, central.type))
