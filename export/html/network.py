"""The graph as pyvis' network: placed, sized, and carrying what the page tells of each node and edge."""

from __future__ import annotations

from typing import TypedDict

from pyvis.network import Network

from paperatlas.export.html.layout import positions
from paperatlas.export.html.texts import Place, Texts
from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import PAPER_TYPE, Score, edges, nodes
from paperatlas.schema import SIGNATURES, RelationType

#: How many things the page shows at first: the most important ones that are joined to others.
FIRST_VIEW = 250

#: Node size in pixels: of the least, and what each doubling of importance adds.
_SIZE, _GROWTH = 6.0, 3.0
#: The width of an edge is its support, up to this.
_WIDEST = 6


class _ScoreView(TypedDict):
    text: str
    kind: str
    dataset: str
    place: Place


def network(atlas: Atlas, texts: Texts) -> Network:
    """Make the network of ``atlas``. Things have their places; papers find theirs amid what they are joined to."""
    graph = atlas.graph
    things = atlas.things()
    order = {thing: n for n, thing in enumerate(things)}
    between = [(order[head], order[tail]) for head, tail in graph.edges() if head in order and tail in order]
    places = positions(len(things), between)
    importance = {thing: int(graph.nodes[thing]["support"]) + int(graph.degree(thing)) for thing in things}
    first = _first_view(things, {things[n] for edge in between for n in edge}, importance)
    drawn = Network(directed=True, height="100%", width="100%")
    for node, data in nodes(graph):
        is_paper = data["type"] == PAPER_TYPE
        x, y = (0.0, 0.0) if is_paper else places[order[node]]
        drawn.add_node(
            node,
            label=data["name"],
            shape="square" if is_paper else "dot",
            x=x,
            y=y,
            size=_SIZE if is_paper else _SIZE + _GROWTH * importance[node].bit_length(),
            group=data["type"],
            aliases=data["aliases"],
            support=data["support"],
            date=data["date"],
            papers=data["papers"],
            first=node in first,
        )
    for number, (head, tail, edge) in enumerate(edges(graph)):
        drawn.add_edge(
            head,
            tail,
            id=number,
            type=edge["type"],
            width=min(edge["support"], _WIDEST),
            support=edge["support"],
            confidence=edge["confidence"],
            symmetric=SIGNATURES[RelationType(edge["type"])].symmetric,
            evidence=[texts.place(evidence) for evidence in edge["evidence"]],
            results=[_score(score, texts) for score in edge["results"]],
        )
    return drawn


def _first_view(things: list[str], joined: set[str], importance: dict[str, int]) -> set[str]:
    ranked = sorted((thing for thing in things if thing in joined), key=lambda thing: (-importance[thing], thing))
    return set(ranked[:FIRST_VIEW])


def _score(score: Score, texts: Texts) -> _ScoreView:
    return _ScoreView(
        text=f"{score['value']} {score['unit']}".strip(),
        kind=score["kind"],
        dataset=score["dataset"],
        place=texts.place(score["evidence"]),
    )
