"""How much the RDF says: a profile is a function from an atlas to its triples, or quads.

``plain``: papers, things, and the triples between them. ``evidence``: also every statement with its support, its
evidence and its run, and every result. Both are in one graph, subjects in order. ``nanopub`` is in
:mod:`paperatlas.export.rdf.nanopub`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import cast

from pyoxigraph import NamedNode

from paperatlas.errors import UsageError
from paperatlas.export.namespaces import THINGS, known_base
from paperatlas.export.rdf import describe, evidence, statements
from paperatlas.export.rdf.iris import Iris
from paperatlas.export.rdf.spill import Spill, spill
from paperatlas.export.rdf.terms import Row
from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import PAPER_TYPE, EdgeData, NodeData, edges, nodes

#: What ``--profile`` takes.
PROFILES = ("plain", "evidence", "nanopub")


@dataclass(frozen=True, slots=True)
class Settings:
    """How RDF is written. ``base`` is the beginning of the IRIs of papers and things.

    Raises:
        UsageError: there is no such profile, or ``base`` is no base for IRIs.
    """

    profile: str = "evidence"
    base: str = THINGS

    def __post_init__(self) -> None:
        known_base(self.base)
        if self.profile not in PROFILES:
            raise UsageError(f"no profile {self.profile!r}", hint=f"one of {', '.join(PROFILES)}")


def plain(atlas: Atlas, iris: Iris) -> Iterator[Row]:
    """Yield papers, things, and the triples between them."""
    yield from _nodes(atlas, iris)
    for head, tail, edge in edges(atlas.graph):
        yield from _plain(atlas, iris, head, tail, edge)


def full(atlas: Atlas, iris: Iris) -> Iterator[Row]:
    """Yield all that an atlas knows: what :func:`plain` does, and statements, results, evidence, runs."""
    yield from distinct(row for run in atlas.runs for row in describe.run(iris, run))
    yield from _nodes(atlas, iris)
    with spill(width=5) as places:
        for head, tail, edge in edges(atlas.graph):
            yield from _plain(atlas, iris, head, tail, edge)
            yield from statements.statement(iris, atlas, head, tail, edge)
            yield from _results(atlas, iris, head, tail, edge)
            places.add(stated_places(iris, head, tail, edge))
        yield from _evidence(atlas, iris, places)


def distinct(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield each of a few rows once."""
    yield from dict.fromkeys(rows)


def stated_places(iris: Iris, head: str, tail: str, edge: EdgeData) -> Iterator[tuple[str | int, ...]]:
    """Yield where an edge's statement and results stand: paper, start, end, quote, and the IRI of what stands there."""
    me = iris.statement(head, edge["type"], tail).value
    for place in edge["evidence"]:
        yield place["paper"], place["start"], place["end"], place["quote"], me
    for result, score in statements.results(iris, head, tail, edge).items():
        place = score["evidence"]
        yield place["paper"], place["start"], place["end"], place["quote"], result.value


def _nodes(atlas: Atlas, iris: Iris) -> Iterator[Row]:
    yield from describe.vocabulary()
    yield from describe.scheme(iris)
    with spill(width=2) as mentions:
        for node, data in nodes(atlas.graph):
            if data["type"] != PAPER_TYPE:
                yield from describe.thing(iris, node, data)
                mentions.add((paper, node) for paper in data["papers"])
        yield from _papers(atlas, iris, mentions)


def _papers(atlas: Atlas, iris: Iris, mentions: Spill) -> Iterator[Row]:
    mentioning = groupby(mentions.ordered(), key=lambda row: row[0])
    paper, things = next(mentioning, ("", iter(())))
    for node, data in nodes(atlas.graph):
        if data["type"] == PAPER_TYPE:
            named = [str(thing) for _, thing in things] if paper == node else []
            yield from describe.paper(iris, node, data, named)
            if paper == node:
                paper, things = next(mentioning, ("", iter(())))


def _plain(atlas: Atlas, iris: Iris, head: str, tail: str, edge: EdgeData) -> Iterator[Row]:
    types = atlas.graph.nodes[head]["type"], atlas.graph.nodes[tail]["type"]
    return statements.plain(iris, head, tail, edge, types)


def _results(atlas: Atlas, iris: Iris, head: str, tail: str, edge: EdgeData) -> Iterator[Row]:
    subject, metric = atlas.graph.nodes[head], atlas.graph.nodes[tail]
    for me, score in statements.results(iris, head, tail, edge).items():
        yield from statements.result(iris, me, head, tail, score, subject["type"], metric["name"])


def _evidence(atlas: Atlas, iris: Iris, places: Spill) -> Iterator[Row]:
    for (paper, start, end, quote), rows in groupby(places.ordered(), key=lambda row: row[:4]):
        data = cast("NodeData", atlas.graph.nodes[str(paper)])
        bodies = [NamedNode(str(row[4])) for row in rows]
        yield from evidence.annotation(iris, str(paper), (int(start), int(end)), data, str(quote), bodies)


#: The profiles that are one graph.
TRIPLES: dict[str, Callable[[Atlas, Iris], Iterator[Row]]] = {"plain": plain, "evidence": full}
