"""What is central: things by how many papers name them, and by where they stand among the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperatlas.errors import UsageError
from paperatlas.graph.analysis.network import Network, network
from paperatlas.graph.build import PAPER_TYPE, nodes
from paperatlas.schema import EntityType

if TYPE_CHECKING:
    import networkx as nx

#: From how many things on the shortest paths are followed for betweenness; from all of a large network it would take
#: too long to wait for.
_SOURCES = 200


@dataclass(frozen=True, slots=True)
class Central:
    """A thing and how central it is."""

    node: str
    name: str
    type: str
    score: float


#: How central each thing is, by its identifier.
Scores = dict[str, float]


def _support(graph: nx.MultiDiGraph[str]) -> Scores:
    return {node: float(data["support"]) for node, data in nodes(graph) if data["type"] != PAPER_TYPE}


def _pagerank(graph: nx.MultiDiGraph[str]) -> Scores:
    net = network(graph, directed=True)
    if not net.nodes:
        return {}
    papers = [graph.nodes[node]["support"] for node in net.nodes]
    # Most who name a thing lead nowhere from it: a single paper's word must not take all readers along. Where nothing
    # leads on, one starts again.
    nowhere = len(papers)
    net.graph.add_vertex()
    net.graph.add_edges([(n, nowhere) for n in range(nowhere)], {"support": papers})
    ranks = net.graph.personalized_pagerank(directed=True, weights="support", reset=[*papers, 0])[:nowhere]
    return _scores(net, [rank / sum(ranks) for rank in ranks])


def _degree(graph: nx.MultiDiGraph[str]) -> Scores:
    net = network(graph)
    return _scores(net, net.graph.degree())


def _betweenness(graph: nx.MultiDiGraph[str]) -> Scores:
    net = network(graph)
    step = max(1, len(net.nodes) // _SOURCES)
    found = net.graph.betweenness(directed=False, sources=range(0, len(net.nodes), step))
    return _scores(net, [score * step for score in found])


def _core(graph: nx.MultiDiGraph[str]) -> Scores:
    net = network(graph)
    return _scores(net, net.graph.coreness())


def _scores(net: Network, scores: Iterable[float]) -> Scores:
    # The last digits of a sum are not the same on every machine.
    return {node: round(float(score), 9) for node, score in zip(net.nodes, scores, strict=True)}


#: The kinds of centrality.
KINDS: dict[str, Callable[[nx.MultiDiGraph[str]], Scores]] = {
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
      supported the likelier, or starts again, the more papers name it the likelier; all add up to 1;
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
    ranked = [
        (Central(node, data["name"], data["type"], score), data["support"])
        for node, score in KINDS[kind](graph).items()
        if type in (None, (data := graph.nodes[node])["type"])
    ]
    ranked.sort(key=lambda item: (-item[0].score, -item[1], item[0].node))
    return tuple(central for central, _ in ranked)
