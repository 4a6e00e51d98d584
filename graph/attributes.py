"""What nodes and edges carry, made of what papers say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import prod

from paperatlas.extract.facts import Entity, Result, Span
from paperatlas.extract.latex import fold
from paperatlas.extract.paper import Paper
from paperatlas.graph.build import PAPER_TYPE, EdgeData, Evidence, Mention, NodeData, Score
from paperatlas.graph.resolve.things import Ref, Thing
from paperatlas.graph.statements import Statement


def of_paper(paper: Paper) -> NodeData:
    """Return what the node of a paper carries."""
    return NodeData(
        type=PAPER_TYPE,
        name=paper.label,
        aliases=[],
        papers=[],
        support=1,
        date=paper.date,
        confidence=1.0,
        types={},
        link=paper.link,
        authors=[*paper.authors],
        abstract=paper.abstract,
        title=paper.title,
        sources=[str(source) for source in paper.sources],
    )


def of_thing(thing: Thing, dates: Mapping[str, str], entities: Mapping[Ref, Entity]) -> NodeData:
    """Return what the node of a thing carries; ``dates`` are of the papers, by their keys."""
    naming = sorted({paper for paper, _ in thing.members})
    members = [(f"paper/{paper}", entities[paper, key]) for paper, key in thing.members]
    return NodeData(
        type=thing.type.value,
        name=thing.name,
        aliases=[*thing.aliases],
        papers=[f"paper/{paper}" for paper in naming],
        support=len(naming),
        date=min((dates[paper] for paper in naming if dates[paper]), default=""),
        confidence=_together([entity.confidence for _, entity in members]),
        types={kind.value: count for kind, count in thing.types},
        mentions=[Mention(paper=paper, start=start, end=end) for paper, e in members for start, end in e.mentions],
        reasons=[*thing.reasons],
        near=[*thing.near],
        exact=[*thing.exact],
    )


def of_edge(key: str, statements: Sequence[Statement]) -> EdgeData:
    """Return what an edge of the relation ``key`` carries; ``statements`` are in order of their papers."""
    surest: dict[str, float] = {}
    evidence: dict[tuple[str, int, int], Evidence] = {}
    results: list[Score] = []
    for statement in statements:
        fact, paper = statement.fact, f"paper/{statement.key}"
        surest[paper] = max(surest.get(paper, 0.0), fact.confidence)
        place = (paper, *fact.evidence)
        if place not in evidence:
            evidence[place] = _evidence(paper, statement.paper, fact.evidence)
        if isinstance(fact, Result):
            score = Score(
                value=fact.value,
                unit=fact.unit,
                kind=fact.kind,
                dataset=statement.dataset,
                confidence=fact.confidence,
                evidence=evidence[place],
            )
            results.append(score)
    return EdgeData(
        type=key,
        support=len(surest),
        papers=sorted(surest),
        confidence=_together([*surest.values()]),
        evidence=[evidence[place] for place in sorted(evidence)],
        results=results,
    )


def _evidence(node: str, paper: Paper, span: Span) -> Evidence:
    return Evidence(paper=node, start=span.start, end=span.end, quote=_quote(span.of(paper.text)))


# A sentence states several things.
@lru_cache(maxsize=2**16)
def _quote(sentence: str) -> str:
    return " ".join(fold(sentence).text.split())


def _together(confidences: Sequence[float]) -> float:
    """Combine independent confidences: that not all of them are wrong (noisy-or)."""
    return round(1 - prod(1 - confidence for confidence in confidences), 3)
