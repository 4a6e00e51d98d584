"""Where the nodes of the page stand: computed here, so that the page is still when it opens.

The most important nodes, those of the first view, are laid out by themselves: Kamada & Kawai, "An algorithm for drawing
general undirected graphs" (1989), as igraph has it, each component by itself, the components packed. They are drawn
apart so far that all others find room between them, each beside those that it is joined to. So "show more" fills the
picture and moves nothing in it.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import igraph
import numpy as np
from numpy.typing import NDArray

from paperatlas.graph.analysis.network import seeded

#: The distance between neighbours that the layout aims at, in units of the page.
SPACING = 120.0
#: Screens are wider than high, and so are names: the picture is drawn out by this factor.
_WIDER = 1.6
#: What a node of the first view gets for itself and its name.
_BOX_WIDTH, _BOX_HEIGHT = 110.0, 46.0
_STEPS = 300
#: The side of the square that a node of the least importance gets for itself.
_CELL = 60.0
#: The turn from one point of a sunflower to the next: points lie evenly, whatever their number.
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))

Point = tuple[float, float]
#: One point a row.
Points = NDArray[np.float64]
Cell = tuple[int, int]


def positions(size: int, edges: Sequence[tuple[int, int]], first: int) -> list[Point]:
    """Return a place for each of ``size`` nodes, joined by ``edges``; the same for the same graph.

    Nodes are numbered by importance; the ``first`` of them are laid out for themselves, the others around them.

    >>> positions(1, [], 1)
    [(0.0, 0.0)]
    """
    distinct = sorted({(min(edge), max(edge)) for edge in edges if edge[0] != edge[1]})
    core = min(first, size)
    places = _core(core, [edge for edge in distinct if edge[1] < core])
    room = max(1.0, math.sqrt(size / max(core, 1)) * _CELL / SPACING * 1.6)
    placed: dict[int, Point] = {n: (float(x) * room, float(y) * room) for n, (x, y) in enumerate(places)}
    neighbours: dict[int, list[int]] = defaultdict(list)
    for head, tail in distinct:
        neighbours[head].append(tail)
        neighbours[tail].append(head)
    _fill(placed, range(core, size), neighbours)
    return [(round(placed[n][0], 1), round(placed[n][1], 1)) for n in range(size)]


def _core(size: int, edges: Sequence[tuple[int, int]]) -> Points:
    """Lay out the components of a graph, the largest in the middle, the others as near to it as they fit."""
    graph = igraph.Graph(size, edges)
    components = sorted(graph.connected_components(), key=lambda members: (-len(members), members[0]))
    places = np.zeros((size, 2))
    done: list[int] = []
    begin = 0
    for members in components:
        local = _apart(_component(graph.induced_subgraph(members)) * (_WIDER, 1.0))
        # A smaller component does not fit where one as large did not: the search goes on where that one ended.
        for k in itertools.count(begin if len(members) == 1 else 0):
            moved = local + np.array(_sunflower(k)) * (_WIDER, 1.0)
            if not done or not _touch(moved, places[done]):
                break
        begin = k if len(members) == 1 else begin
        places[members] = moved
        done += members
    return places


def _touch(some: Points, others: Points) -> bool:
    """Tell whether a node of ``some`` stands nearer than it may to one of ``others``."""
    apart = np.abs(some[:, None] - others[None]) / (_BOX_WIDTH * 1.3, _BOX_HEIGHT * 1.6)
    return bool((np.hypot(apart[..., 0], apart[..., 1]) < 1).any())


def _apart(places: Points) -> Points:
    """Move nodes apart, a little at a time, until the boxes that hold them and their names do not overlap."""
    places = places.copy()
    size = len(places)
    upper = np.triu_indices(size, 1)
    for _ in range(_STEPS):
        apart = places[upper[0]] - places[upper[1]]
        over = np.array([_BOX_WIDTH, _BOX_HEIGHT]) - np.abs(apart)
        hit = (over > 1e-6).all(axis=1)
        if not hit.any():
            break
        first, second = upper[0][hit], upper[1][hit]
        apart, over = apart[hit], over[hit]
        # Along the side where less is to be moved; two at the same place part by their numbers.
        sideways = over[:, 0] / _BOX_WIDTH < over[:, 1] / _BOX_HEIGHT
        push = np.where(apart < 0, -over, over) * np.stack([sideways, ~sideways], axis=1) * 0.5
        np.add.at(places, first, push * 0.5)
        np.add.at(places, second, -push * 0.5)
    return places


def _sunflower(k: int) -> Point:
    """Return the k-th point of a spiral that fills the plane evenly."""
    distance = SPACING / 2 * math.sqrt(k)
    return distance * math.cos(k * _GOLDEN_ANGLE), distance * math.sin(k * _GOLDEN_ANGLE)


def _component(graph: igraph.Graph) -> Points:
    """Lay out a connected graph around the origin."""
    size = graph.vcount()
    if size == 1:
        return np.zeros((1, 2))
    start = [
        [math.sqrt(k) * math.cos(k * _GOLDEN_ANGLE), math.sqrt(k) * math.sin(k * _GOLDEN_ANGLE)] for k in range(size)
    ]
    with seeded(0):
        layout = graph.layout_kamada_kawai(seed=start, maxiter=50 * size)
    layout.center()
    lengths = sorted(math.dist(layout[e.source], layout[e.target]) for e in graph.es)
    return np.array(layout.coords) * (SPACING / (lengths[len(lengths) // 2] or 1.0))


def _fill(placed: dict[int, Point], others: range, neighbours: Mapping[int, Sequence[int]]) -> None:
    """Place ``others`` one by one, each as near as can be to the middle of those it is joined to that have a place."""
    taken = {_cell(point) for point in placed.values()}
    rings = _Rings()
    rim = max((math.hypot(x / _WIDER, y) for x, y in placed.values()), default=0.0) + SPACING
    begun: dict[Cell, int] = {}
    for n in others:
        around = [placed[other] for other in neighbours[n] if other in placed]
        # What is joined to nothing with a place of its own goes to the rim, evenly.
        turn = n * _GOLDEN_ANGLE
        middle = (
            (sum(x for x, _ in around) / len(around), sum(y for _, y in around) / len(around))
            if around
            else (rim * _WIDER * math.cos(turn), rim * math.sin(turn))
        )
        start = _cell(middle)
        for k in itertools.count(begun.get(start, 0)):
            column, row = rings[k]
            cell = (start[0] + column, start[1] + row)
            if cell not in taken:
                break
        begun[start] = k
        taken.add(cell)
        # Not in the middle of its square: a grid that shows would look like a meaning.
        shift = 0.28 * _CELL
        placed[n] = (cell[0] * _CELL * _WIDER + shift * math.cos(turn), cell[1] * _CELL + shift * math.sin(turn))


def _cell(point: Point) -> Cell:
    return round(point[0] / _CELL / _WIDER), round(point[1] / _CELL)


class _Rings:
    """The squares around a square, the nearest first."""

    def __init__(self) -> None:
        self._known: list[Cell] = []
        self._source = self._more()

    def __getitem__(self, k: int) -> Cell:
        while len(self._known) <= k:
            self._known.append(next(self._source))
        return self._known[k]

    def _more(self) -> Iterator[Cell]:
        yield (0, 0)
        for radius in itertools.count(1):
            ring = [
                (column, row)
                for column in range(-radius, radius + 1)
                for row in range(-radius, radius + 1)
                if radius - 1 < math.hypot(column, row) <= radius
            ]
            yield from sorted(ring, key=lambda cell: (math.hypot(*cell), cell))
