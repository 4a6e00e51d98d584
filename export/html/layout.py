"""Where the nodes of the page stand: computed here, so that the page is still when it opens.

Kamada & Kawai, "An algorithm for drawing general undirected graphs" (1989), and for large graphs Fruchterman &
Reingold, "Graph drawing by force-directed placement" (1991), as igraph has them. Components are laid out each by itself
and packed, the largest in the middle.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence

import igraph

#: The distance between neighbours that the layout aims at, in units of the page.
SPACING = 120.0
_STEPS = 400
#: Up to this many nodes the slower method is used, that draws distances true to the paths between nodes.
_EXACT = 600
#: The turn from one point of a sunflower to the next: points lie evenly, whatever their number.
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))

Point = tuple[float, float]


def positions(size: int, edges: Sequence[tuple[int, int]]) -> list[Point]:
    """Return a place for each of ``size`` nodes, joined by ``edges``; the same for the same graph.

    >>> positions(1, [])
    [(0.0, 0.0)]
    """
    graph = igraph.Graph(size, list({(min(e), max(e)) for e in edges if e[0] != e[1]}))
    components = sorted(graph.connected_components(), key=lambda members: (-len(members), members[0]))
    places: dict[int, Point] = {}
    circles: list[tuple[Point, float]] = []
    for members in components:
        if len(members) == 1 and circles:
            break
        local = _component(graph.induced_subgraph(members))
        radius = max(math.hypot(x, y) for x, y in local) + SPACING / 2
        centre = _free_place(circles, radius)
        circles.append((centre, radius))
        places |= {n: (x + centre[0], y + centre[1]) for n, (x, y) in zip(members, local, strict=True)}
    # What is joined to nothing lies around the rest, evenly.
    alone = [members[0] for members in components if members[0] not in places]
    rim = max((math.hypot(*centre) + radius for centre, radius in circles), default=0.0)
    first = math.ceil((2 * rim / SPACING) ** 2)
    places |= {n: _sunflower(first + k) for k, n in enumerate(alone)}
    return [(round(places[n][0], 1), round(places[n][1], 1)) for n in range(size)]


def _sunflower(k: int) -> Point:
    """Return the k-th point of a spiral that fills the plane evenly."""
    distance = SPACING / 2 * math.sqrt(k)
    return distance * math.cos(k * _GOLDEN_ANGLE), distance * math.sin(k * _GOLDEN_ANGLE)


def _component(graph: igraph.Graph) -> list[Point]:
    """Lay out a connected graph around the origin."""
    size = graph.vcount()
    if size == 1:
        return [(0.0, 0.0)]
    start = [
        [math.sqrt(k) * math.cos(k * _GOLDEN_ANGLE), math.sqrt(k) * math.sin(k * _GOLDEN_ANGLE)] for k in range(size)
    ]
    # igraph draws its random numbers from a generator that it is told, by default the interpreter's own.
    igraph.set_random_number_generator(random.Random(0))  # noqa: S311
    try:
        if size <= _EXACT:
            layout = graph.layout_kamada_kawai(seed=start, maxiter=50 * size)
        else:
            layout = graph.layout_fruchterman_reingold(seed=start, niter=_STEPS, grid="auto")
    finally:
        igraph.set_random_number_generator(random)
    layout.center()
    lengths = sorted(math.dist(layout[e.source], layout[e.target]) for e in graph.es)
    scale = SPACING / (lengths[len(lengths) // 2] or 1.0)
    return [(x * scale, y * scale) for x, y in layout]


def _free_place(circles: Sequence[tuple[Point, float]], radius: float) -> Point:
    """Return the place nearest to the middle where a circle of ``radius`` touches none of ``circles``."""
    for k in itertools.count():
        x, y = _sunflower(k)
        if all(math.hypot(x - a, y - b) >= radius + other for (a, b), other in circles):
            return x, y
    raise AssertionError  # the plane has no end
