"""Groups of things that are more related among each other than to the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperatlas.graph.analysis.network import network, seeded

if TYPE_CHECKING:
    import networkx as nx

#: After as many rounds little changes any more.
_ROUNDS = 10
#: How many of its members a community is named by.
_NAMED_BY = 3


@dataclass(frozen=True, slots=True)
class Community:
    """Things that belong together; ``nodes`` are their identifiers, the most central first, who give the ``name``."""

    name: str
    nodes: tuple[str, ...]


def communities(
    graph: nx.MultiDiGraph[str], *, resolution: float = 1.0, min_size: int = 2, seed: int = 0
) -> tuple[Community, ...]:
    """Return the communities of the things of a graph, the largest first; a thing is in one of them at most.

    The method is Leiden, that of Traag, Waltman & van Eck ("From Louvain to Leiden: guaranteeing well-connected
    communities", 2019), on modularity, as igraph has it; an edge weighs as many papers as tie its ends together. A
    higher ``resolution`` makes more and smaller communities. Those of less than ``min_size`` things are left out. One
    ``seed`` gives one outcome. The most central members are those with the highest PageRank within the community.
    """
    net = network(graph)
    with seeded(seed):
        found = net.graph.community_leiden("modularity", weights="support", resolution=resolution, n_iterations=_ROUNDS)
    made = []
    for members in found:
        if len(members) >= min_size:
            inner = net.graph.induced_subgraph(members)
            ranks = inner.pagerank(weights="support")
            central = sorted(zip([-round(rank, 9) for rank in ranks], [net.nodes[n] for n in members], strict=True))
            ordered = tuple(node for _, node in central)
            made.append(Community(", ".join(graph.nodes[node]["name"] for node in ordered[:_NAMED_BY]), ordered))
    return tuple(sorted(made, key=lambda community: (-len(community.nodes), community.nodes)))
