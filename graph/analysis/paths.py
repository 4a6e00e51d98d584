"""How two things hang together: the shortest paths between them, with the sentences behind every step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from paperatlas.errors import UsageError
from paperatlas.graph.analysis.links import Link, links_between
from paperatlas.graph.analysis.network import Network, network
from paperatlas.graph.build import PAPER_TYPE
from paperatlas.graph.quotes import quoted

if TYPE_CHECKING:
    import networkx as nx

#: A longer path says nothing to anybody.
LONGEST = 12
#: A step costs 1, and the less is behind it the more, by up to 1/64: less than a step, all steps taken together. In
#: powers of two, so that sums which are equal are equal.
_SURCHARGE = 2.0**-6
_GRAIN = 2.0**20
#: Paths that are looked at beyond those asked for, so that among equals the order of names decides.
_SPARE = 10


@dataclass(frozen=True, slots=True)
class Hop:
    """A step of a path, from ``start`` to ``end``: all that is stated between the two, told from ``start``."""

    start: str
    end: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """A way from one node to another. ``nodes`` holds both ends, so that there is one hop less than nodes."""

    nodes: tuple[str, ...]
    names: tuple[str, ...]
    hops: tuple[Hop, ...]

    @property
    def support(self) -> int:
        """The number of papers behind its weakest step (any relation between the two counts)."""
        return min(len({e["paper"] for link in hop.links for e in link.evidence}) for hop in self.hops)


def paths(
    graph: nx.MultiDiGraph[str],
    start: str,
    end: str,
    *,
    limit: int = 5,
    max_length: int = 4,
    through_papers: bool = False,
) -> tuple[Route, ...]:
    """Return up to ``limit`` shortest simple paths from ``start`` to ``end`` of at most ``max_length`` hops.

    Edges are followed either way. Shorter paths come first; of equally long ones that with the least sum of 1/support
    over its hops, where support is the number of papers that state any relation between the two; then by identifiers.
    Where more paths are equal than ``limit`` and ten, those of them come that the search meets first, each time the
    same.
    Papers are no way stations, unless ``through_papers``. The algorithm is Yen's ("Finding the K shortest loopless
    paths in a network", 1971), as igraph has it.

    Raises:
        UsageError: the ends are one node, ``limit`` is less than 1, or ``max_length`` is not from 1 to 12.
    """
    if start == end:
        raise UsageError(f"a path from {start} to itself")
    if limit < 1 or not 1 <= max_length <= LONGEST:
        raise UsageError(f"{limit} paths of {max_length} steps", hint=f"at least one, of 1 to {LONGEST} steps")
    between = _between(graph, start, end, max_length, through_papers=through_papers)
    if between is None:
        return ()
    nodes, net = between.nodes, between.graph
    costs = [1 + round(_GRAIN * _SURCHARGE / support) / _GRAIN for support in net.es["support"]]
    found = net.get_k_shortest_paths(
        nodes.index(start), nodes.index(end), k=limit + _SPARE, weights=costs, output="epath"
    )
    ranked = sorted((sum(costs[step] for step in steps), _along(between, start, steps)) for steps in found)
    return tuple(_path(graph, path) for _, path in ranked[:limit] if len(path) <= max_length + 1)


def _between(graph: nx.MultiDiGraph[str], start: str, end: str, length: int, *, through_papers: bool) -> Network | None:
    """Return the network of what lies on any way of at most ``length`` steps between two nodes, if there is one."""
    whole = network(graph, keep=lambda n: through_papers or n in (start, end) or graph.nodes[n]["type"] != PAPER_TYPE)
    ends = [whole.nodes.index(start), whole.nodes.index(end)]
    from_start, from_end = whole.graph.distances(ends)
    near = [n for n, (there, back) in enumerate(zip(from_start, from_end, strict=True)) if there + back <= length]
    return Network(tuple(whole.nodes[n] for n in near), whole.graph.induced_subgraph(near)) if near else None


def _along(network: Network, start: str, steps: Sequence[int]) -> tuple[str, ...]:
    """Return the nodes that lie along some edges."""
    nodes = [start]
    for step in steps:
        ends = [network.nodes[n] for n in network.graph.es[step].tuple]
        nodes.append(ends[ends[0] == nodes[-1]])
    return tuple(nodes)


def _path(graph: nx.MultiDiGraph[str], nodes: tuple[str, ...]) -> Route:
    return Route(
        nodes,
        tuple(graph.nodes[node]["name"] for node in nodes),
        tuple(Hop(here, there, links_between(graph, here, there)) for here, there in pairwise(nodes)),
    )


def tell(routes: Iterable[Route], *, evidence: bool = True, all_evidence: bool = False) -> Iterator[str]:
    """Yield paths in lines of text: a line a step, below it the sentences that state it."""
    for n, route in enumerate(routes, 1):
        yield f"{n}. {' – '.join(route.names)}"
        names = dict(zip(route.nodes, route.names, strict=True))
        for hop in route.hops:
            for link in hop.links:
                support = f"  [{link.support} papers]" if link.support > 1 else ""
                yield f"  {names[hop.start]} {link.reads} {names[hop.end]}{support}"
                if evidence:
                    yield from quoted(link.evidence, all_evidence=all_evidence)
        yield ""
