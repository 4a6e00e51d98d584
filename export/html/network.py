"""The graph as pyvis' network: placed, sized, and carrying what the page tells of each node and edge."""

from __future__ import annotations

import math
from typing import TypedDict

from pyvis.network import Network

from paperatlas.export.html.excerpt import Excerpt
from paperatlas.export.html.layout import Point, positions
from paperatlas.export.html.texts import Place, Texts
from paperatlas.graph.build import Score
from paperatlas.schema import SIGNATURES, RelationType

#: How many things the page shows at first: the most important ones.
FIRST_VIEW = 250

#: Node size in pixels: of what has no importance at all, and what the most important one has more.
_SIZE, _GROWTH = 4.0, 20.0
_PAPER_SIZE = 5.0


class _ScoreView(TypedDict):
    value: str
    unit: str
    kind: str
    dataset: str
    confidence: float
    place: Place


def network(chosen: Excerpt, texts: Texts) -> Network:
    """Make the network of what was chosen. Things have their places; papers find theirs in the page."""
    places = placed(chosen)
    most = max(chosen.importance.values(), default=1)
    drawn = Network(directed=True, height="100%", width="100%")
    # Its own goes through all nodes for each edge.
    drawn.get_nodes = drawn.node_map.keys
    for thing, (x, y) in zip(chosen.things, places, strict=True):
        data = chosen.nodes[thing]
        drawn.add_node(
            thing,
            label=data["name"],
            x=x,
            y=y,
            size=_size(chosen.importance[thing], most),
            group=data["type"],
            aliases=[alias for alias in data["aliases"] if alias != data["name"]],
            support=data["support"],
            confidence=data["confidence"],
            date=data["date"],
            papers=[paper for paper in data["papers"] if paper in texts.papers],
            area=chosen.areas.get(thing, -1),
        )
    for paper in chosen.papers:
        data = chosen.nodes[paper]
        drawn.add_node(
            paper, label=data["name"], shape="square", size=_PAPER_SIZE, group=data["type"], date=data["date"]
        )
    for number, (head, tail, edge) in enumerate(chosen.edges):
        drawn.add_edge(
            head,
            tail,
            id=number,
            type=edge["type"],
            support=edge["support"],
            confidence=edge["confidence"],
            symmetric=SIGNATURES[RelationType(edge["type"])].symmetric,
            evidence=[texts.place(evidence) for evidence in edge["evidence"]],
            results=[_score(score, texts) for score in edge["results"]],
        )
    return drawn


def placed(chosen: Excerpt) -> list[Point]:
    """Return the places of the things, in their order."""
    order = {thing: n for n, thing in enumerate(chosen.things)}
    between = [(order[head], order[tail]) for head, tail, _ in chosen.edges if head in order and tail in order]
    return positions(len(order), between, FIRST_VIEW)


def _size(importance: int, most: int) -> float:
    """Return the size of a node: it grows with the logarithm, as importance spreads over several powers of ten.

    >>> _size(0, 500), _size(30, 500), _size(500, 500)
    (4.0, 12.2, 24.0)
    """
    share = math.log1p(importance) / math.log1p(most)
    return round(_SIZE + _GROWTH * share * math.sqrt(share), 1)


def _score(score: Score, texts: Texts) -> _ScoreView:
    return _ScoreView(
        value=score["value"],
        unit=score["unit"],
        kind=score["kind"],
        dataset=score["dataset"],
        confidence=score["confidence"],
        place=texts.place(score["evidence"]),
    )
