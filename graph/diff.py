"""What two atlases differ in: papers, nodes, edges and scores."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, TypedDict, TypeVar

from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import PAPER_TYPE, NodeData, Score, edges, nodes

K = TypeVar("K", bound=Hashable)

#: How much of the places that name either must be shared by two nodes of other names to be one thing renamed.
_SAME = 0.5


class Renamed(TypedDict):
    """A thing that has another name or type in the second atlas."""

    before: str
    after: str
    name: list[str]
    type: list[str]


class Side(TypedDict):
    """What only one of two atlases has, in order; ``edges`` are (head, relation, tail), ``scores`` as told."""

    papers: list[str]
    nodes: list[str]
    edges: list[list[str]]
    scores: list[list[str]]


class Difference(TypedDict):
    """What two atlases differ in. ``changed_papers`` have other text or facts, ``changed_edges`` other evidence."""

    only_first: Side
    only_second: Side
    changed_papers: list[str]
    renamed: list[Renamed]
    changed_nodes: list[str]
    changed_edges: list[list[str]]


def compare(first: Atlas, second: Atlas) -> Difference:
    """Return what ``first`` and ``second`` differ in. Edges of a thing that was renamed are told by its new name."""
    facts = [{f.paper.key: f for f in atlas.facts} for atlas in (first, second)]
    things = [{n: data for n, data in nodes(atlas.graph) if data["type"] != PAPER_TYPE} for atlas in (first, second)]
    renamed = dict(_renamed(*things))
    told = [_edges(first, renamed), _edges(second, {})]
    scores = [_scores(first, renamed), _scores(second, {})]
    gone, come, changed = _sides(*told)
    return Difference(
        only_first=Side(
            papers=sorted(facts[0].keys() - facts[1].keys()),
            nodes=sorted(things[0].keys() - things[1].keys() - renamed.keys()),
            edges=[[*edge] for edge in gone],
            scores=[[*score] for score in sorted(scores[0] - scores[1])],
        ),
        only_second=Side(
            papers=sorted(facts[1].keys() - facts[0].keys()),
            nodes=sorted(things[1].keys() - things[0].keys() - {*renamed.values()}),
            edges=[[*edge] for edge in come],
            scores=[[*score] for score in sorted(scores[1] - scores[0])],
        ),
        changed_papers=_sides(*facts)[2],
        renamed=[
            _rename(before, after, things[0][before], things[1][after])
            for before, after in sorted(_all_renamed(renamed, *things).items())
        ],
        changed_nodes=[n for n in _sides(*things)[2] if _as_named(things[0][n]) == _as_named(things[1][n])],
        changed_edges=[[*edge] for edge in changed],
    )


def tell(difference: Difference, *, limit: int | None = None) -> Iterator[str]:
    """Yield a difference in lines of text: - only the first has it, + only the second, ~ it is another."""

    def lines(heading: str, marked: list[str]) -> Iterator[str]:
        if marked:
            yield f"{heading} ({len(marked)})"
            yield from (f"  {line}" for line in marked[:limit])
            if limit is not None and len(marked) > limit:
                yield f"  and {len(marked) - limit} more (-v shows them)"

    one, two = difference["only_first"], difference["only_second"]
    both = [*difference["changed_papers"]]
    yield from lines("papers", _marked(one["papers"], two["papers"], both))
    renamed = [f"~ {_arrow(*r['name'])} ({_arrow(*r['type'])})" for r in difference["renamed"]]
    yield from lines("renamed or retyped", renamed)
    yield from lines("nodes", _marked(one["nodes"], two["nodes"], difference["changed_nodes"]))
    joined = [[" ".join(edge) for edge in side] for side in (one["edges"], two["edges"], difference["changed_edges"])]
    yield from lines("edges", _marked(*joined))
    scores = [[_score(*score) for score in side["scores"]] for side in (one, two)]
    yield from lines("scores", _marked(scores[0], scores[1], []))


def _marked(gone: list[str], come: list[str], changed: list[str]) -> list[str]:
    return [*(f"- {x}" for x in gone), *(f"+ {x}" for x in come), *(f"~ {x}" for x in changed)]


def _arrow(before: str, after: str) -> str:
    return before if before == after else f"{before} -> {after}"


def _score(subject: str, metric: str, value: str, unit: str, kind: str, dataset: str, paper: str) -> str:
    on = f" on {dataset}" if dataset else ""
    return f"{subject} {metric} {value}{unit}{on} ({kind}, {paper.removeprefix('paper/')})"


def _sides(first: Mapping[K, Any], second: Mapping[K, Any]) -> tuple[list[K], list[K], list[K]]:
    """Return the keys that only one has, that only the other has, and those under which they differ, in order."""
    order: dict[str, Any] = {"key": str}
    return (
        sorted(first.keys() - second.keys(), **order),
        sorted(second.keys() - first.keys(), **order),
        sorted((key for key in first.keys() & second.keys() if first[key] != second[key]), **order),
    )


def _places(data: NodeData) -> set[tuple[str, int, int]]:
    return {(m["paper"], m["start"], m["end"]) for m in data.get("mentions", ())}


def _as_named(data: NodeData) -> tuple[str, str]:
    return data["name"], data["type"]


def _renamed(first: Mapping[str, NodeData], second: Mapping[str, NodeData]) -> Iterator[tuple[str, str]]:
    """Yield the things that have another identifier in the second: most of the places that name either name both."""
    gone = {node: _places(first[node]) for node in first.keys() - second.keys()}
    come = {node: _places(second[node]) for node in second.keys() - first.keys()}
    at = {place: node for node, places in come.items() for place in places}
    pairs = {(node, at[place]) for node, places in gone.items() for place in places if place in at}
    share = {(a, b): len(gone[a] & come[b]) / len(gone[a] | come[b]) for a, b in pairs}
    taken: set[str] = set()
    for a, b in sorted(pairs, key=lambda pair: (-share[pair], pair)):
        if share[a, b] >= _SAME and not {f"- {a}", f"+ {b}"} & taken:
            taken |= {f"- {a}", f"+ {b}"}
            yield a, b


def _all_renamed(
    renamed: Mapping[str, str], first: Mapping[str, NodeData], second: Mapping[str, NodeData]
) -> dict[str, str]:
    """Add to the things with another identifier those that have only another name or type."""
    both = first.keys() & second.keys()
    return {**renamed, **{node: node for node in both if _as_named(first[node]) != _as_named(second[node])}}


def _rename(before: str, after: str, first: NodeData, second: NodeData) -> Renamed:
    return Renamed(
        before=before, after=after, name=[first["name"], second["name"]], type=[first["type"], second["type"]]
    )


def _edges(atlas: Atlas, renamed: Mapping[str, str]) -> dict[tuple[str, str, str], Any]:
    return {
        (renamed.get(head, head), data["type"], renamed.get(tail, tail)): data["evidence"]
        for head, tail, data in edges(atlas.graph)
    }


def _scores(atlas: Atlas, renamed: Mapping[str, str]) -> set[tuple[str, ...]]:
    def told(head: str, tail: str, score: Score) -> tuple[str, ...]:
        subject, metric, dataset = (renamed.get(node, node) for node in (head, tail, score["dataset"]))
        return subject, metric, score["value"], score["unit"], score["kind"], dataset, score["evidence"]["paper"]

    return {told(head, tail, score) for head, tail, data in edges(atlas.graph) for score in data["results"]}
