"""What of an atlas the page holds: all of it, or of a large one the part that matters most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import PAPER_TYPE, EdgeData, NodeData, edges, nodes

#: As many things, and as many papers, a page holds at most: it is to open in seconds and to fit into a mail (12 MB).
MOST_THINGS, MOST_PAPERS = 5000, 2500

#: A line of the graph: head, tail, what it carries.
Edge = tuple[str, str, EdgeData]


@dataclass(frozen=True)
class Excerpt:
    """The nodes and edges that the page holds.

    ``things`` are in the order of their importance, which is how many papers name a thing and how much it is joined to;
    those that are joined to no other come last. ``areas`` tells the community of a thing, the largest is 0.
    ``left_out`` counts the things and papers that the page lacks.
    """

    nodes: Mapping[str, NodeData]
    things: Sequence[str]
    papers: Sequence[str]
    edges: Sequence[Edge]
    importance: Mapping[str, int]
    areas: Mapping[str, int]
    left_out: int


def excerpt(atlas: Atlas) -> Excerpt:
    """Choose what the page of ``atlas`` holds."""
    known = dict(nodes(atlas.graph))
    lines = [*edges(atlas.graph)]
    every = [node for node, data in known.items() if data["type"] != PAPER_TYPE]
    degree: Counter[str] = Counter()
    joined: set[str] = set()
    for head, tail, _ in lines:
        degree.update((head, tail))
        if PAPER_TYPE not in (known[head]["type"], known[tail]["type"]):
            joined |= {head, tail}
    importance = {thing: known[thing]["support"] + degree[thing] for thing in every}
    ranked = sorted(every, key=lambda thing: (thing not in joined, -importance[thing], thing))
    things = ranked[:MOST_THINGS]
    naming = Counter(paper for thing in things for paper in known[thing]["papers"])
    papers = [node for node, data in known.items() if data["type"] == PAPER_TYPE]
    if len(papers) > MOST_PAPERS:
        papers = sorted(sorted(papers, key=lambda paper: (-naming[paper], paper))[:MOST_PAPERS])
    kept = {*things, *papers}
    whole = len(kept) == len(known)
    chosen = lines if whole else [line for line in (_within(line, kept) for line in lines) if line]
    return Excerpt(
        nodes=known,
        things=things,
        papers=papers,
        edges=chosen,
        importance=importance,
        areas={thing: area for area, group in enumerate(atlas.communities()) for thing in group.nodes if thing in kept},
        left_out=len(known) - len(kept),
    )


def _within(line: Edge, kept: set[str]) -> Edge | None:
    """Return what of an edge stands in papers that the page holds."""
    head, tail, data = line
    if head not in kept or tail not in kept:
        return None
    evidence = [e for e in data["evidence"] if e["paper"] in kept]
    if not evidence:
        return None
    results = [r for r in data["results"] if r["evidence"]["paper"] in kept and r["dataset"] in {"", *kept}]
    return head, tail, {**data, "evidence": evidence, "results": results}
