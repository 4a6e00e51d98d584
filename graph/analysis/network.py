"""The graph as one edge a pair of nodes, for igraph's algorithms: weighted by how many papers tie the two together."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperatlas.graph.build import PAPER_TYPE, edges

if TYPE_CHECKING:
    import igraph
    import networkx as nx


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes, and an :class:`igraph.Graph` in which they have the numbers of their places.

    An edge's attribute ``support`` is the number of papers that state any relation between its ends.
    """

    nodes: tuple[str, ...]
    graph: igraph.Graph


def network(
    graph: nx.MultiDiGraph[str],
    *,
    directed: bool = False,
    keep: Callable[[str], bool] | None = None,
) -> Network:
    """Return the network of the nodes that are to be kept: by default the things, without the papers."""
    import igraph

    kept = keep or (lambda node: graph.nodes[node]["type"] != PAPER_TYPE)
    names = tuple(node for node in graph if kept(node))
    number = {node: n for n, node in enumerate(names)}
    papers: dict[tuple[int, int], Collection[str]] = {}
    for head, tail, edge in edges(graph):
        if head in number and tail in number:
            pair = number[head], number[tail]
            if not directed and pair[0] > pair[1]:
                pair = pair[::-1]
            # Most pairs have one edge: a set for each would take longer than all the rest.
            papers[pair] = {*papers[pair], *edge["papers"]} if pair in papers else edge["papers"]
    pairs = sorted(papers)
    made = igraph.Graph(len(names), pairs, directed=directed)
    made.es["support"] = [len(papers[pair]) for pair in pairs]
    return Network(names, made)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Let igraph draw the same random numbers each time, and give it back the interpreter's own."""
    import igraph

    igraph.set_random_number_generator(random.Random(seed))  # noqa: S311
    try:
        yield
    finally:
        igraph.set_random_number_generator(random)
