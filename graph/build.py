"""Facts of all papers to one graph.

Nodes: one per paper (``paper/arXiv:1711.00937``) and one per thing (``vq-vae``). Edges: one per (head, relation, tail),
keyed by the relation, with its support, its evidence and its confidence; a reported number lies on the edge from the
system to the metric. The attributes are plain values, described in :class:`NodeData` and :class:`EdgeData`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, NamedTuple, NotRequired, TypedDict, cast

from paperatlas.extract.facts import Facts, Span
from paperatlas.extract.latex import fold
from paperatlas.extract.paper import Paper
from paperatlas.graph.resolve import Thing, resolve
from paperatlas.schema import PAPER, SIGNATURES, EntityType, RelationType

if TYPE_CHECKING:
    import networkx as nx

#: The type of a paper's node, beside those of things.
PAPER_TYPE = "Paper"


class Mention(TypedDict):
    """A place where a paper names a thing; offsets count in the paper's own text."""

    paper: str
    start: int
    end: int


class Evidence(TypedDict):
    """A sentence that states something: offsets count in the paper's own text; ``quote`` is as a reader sees it."""

    paper: str
    start: int
    end: int
    quote: str


class Score(TypedDict):
    """A reported number. ``dataset`` is a node's identifier or empty; ``kind`` is "score" or "gain"."""

    value: str
    unit: str
    kind: str
    dataset: str
    confidence: float
    evidence: Evidence


class NodeData(TypedDict):
    """What a node carries. For a thing, ``papers`` are the papers that name it and ``date`` the earliest of them."""

    type: str
    name: str
    aliases: list[str]
    papers: list[str]
    support: int
    date: str
    confidence: float
    types: dict[str, int]
    #: Things only: where each paper names it.
    mentions: NotRequired[list[Mention]]
    #: Papers only.
    title: NotRequired[str]
    abstract: NotRequired[str]
    link: NotRequired[str]
    authors: NotRequired[list[str]]
    sources: NotRequired[list[str]]


class EdgeData(TypedDict):
    """What an edge carries. ``support`` is the number of papers that state it."""

    type: str
    support: int
    papers: list[str]
    confidence: float
    evidence: list[Evidence]
    results: list[Score]


def nodes(graph: nx.MultiDiGraph[str]) -> Iterator[tuple[str, NodeData]]:
    """Yield the nodes with what they carry, in order."""
    for node, data in graph.nodes(data=True):
        yield node, cast("NodeData", data)


def edges(graph: nx.MultiDiGraph[str]) -> Iterator[tuple[str, str, EdgeData]]:
    """Yield the edges with what they carry, in order."""
    for head, tail, data in graph.edges(data=True):
        yield head, tail, cast("EdgeData", data)


def paper_id(paper: Paper) -> str:
    """Return the identifier of a paper's node."""
    return f"paper/{paper.key}"


def build_graph(facts: Iterable[Facts]) -> nx.MultiDiGraph[str]:
    """Link the facts of all papers into one graph; the same whatever their order."""
    import networkx as nx

    ordered = sorted(facts, key=lambda f: f.paper.key)
    things = resolve(ordered)
    described = {paper_id(f.paper): _paper(f.paper) for f in ordered}
    described |= {thing.id: data for thing, data in zip(things, _things(things, ordered), strict=True)}
    stated: dict[tuple[str, str, str], list[_Statement]] = defaultdict(list)
    node_of = {member: thing.id for thing in things for member in thing.members}
    for paper in ordered:
        ends = {entity.key: node_of[paper.paper.key, entity.key] for entity in paper.entities}
        ends[PAPER] = paper_id(paper.paper)
        datasets = {key: end for key, end in ends.items() if described[end]["type"] == EntityType.DATASET}
        for head, kind, tail, statement in _statements(paper, ends, datasets):
            fitting = _fitting(kind, described[head]["type"], described[tail]["type"])
            if fitting is None or head == tail:
                continue
            if SIGNATURES[fitting].symmetric:
                head, tail = sorted((head, tail))
            stated[head, tail, fitting.value].append(statement)
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in sorted(described):
        graph.add_node(node, **described[node])
    for (head, tail, key), statements in sorted(stated.items()):
        graph.add_edge(head, tail, key=key, **_edge(key, statements))
    return graph


#: What a system has to do with a thing of each type, where a paper says no more than that it has.
_ATTACHED = {
    EntityType.TASK: RelationType.APPLIED_TO,
    EntityType.DATASET: RelationType.EVALUATED_ON,
    EntityType.METRIC: RelationType.MEASURED_BY,
    EntityType.METHOD: RelationType.USES,
    EntityType.MODEL: RelationType.USES,
}


def _fitting(kind: RelationType, head: str, tail: str) -> RelationType | None:
    """Return the relation that a statement is of, now that the types of its ends are those that most papers give.

    A paper that took a dataset for a model and says that its own system "uses" it says that it is evaluated on it. What
    no relation may hold between is not asserted.
    """
    ends = (PAPER if head == PAPER_TYPE else head, tail)
    if SIGNATURES[kind].allows(*ends):
        return kind
    attached = _ATTACHED[EntityType(tail)]
    return attached if kind in _ATTACHED.values() and SIGNATURES[attached].allows(*ends) else None


class _Statement(NamedTuple):
    """One paper's statement of an edge, with the number that it gives, if any."""

    confidence: float
    evidence: Evidence
    score: Score | None = None


def _statements(
    facts: Facts, ends: Mapping[str, str], datasets: Mapping[str, str]
) -> Iterator[tuple[str, RelationType, str, _Statement]]:
    """Yield what a paper states: its relations, and its results as measurements of their subjects.

    A number that it reports "on" what most papers take for something else than a dataset is reported on none.
    """
    for relation in facts.relations:
        evidence = _evidence(facts.paper, relation.evidence)
        yield ends[relation.head], relation.type, ends[relation.tail], _Statement(relation.confidence, evidence)
    for result in facts.results:
        evidence = _evidence(facts.paper, result.evidence)
        score = Score(
            value=result.value,
            unit=result.unit,
            kind=result.kind,
            dataset=datasets.get(result.dataset, ""),
            confidence=result.confidence,
            evidence=evidence,
        )
        statement = _Statement(result.confidence, evidence, score)
        yield ends[result.subject], RelationType.MEASURED_BY, ends[result.metric], statement


def _paper(paper: Paper) -> NodeData:
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


def _things(things: Sequence[Thing], facts: Sequence[Facts]) -> Iterator[NodeData]:
    papers = {f.paper.key: f.paper for f in facts}
    entities = {(f.paper.key, entity.key): entity for f in facts for entity in f.entities}
    for thing in things:
        naming = sorted({paper for paper, _ in thing.members})
        members = [(paper_id(papers[paper]), entities[paper, key]) for paper, key in thing.members]
        yield NodeData(
            type=thing.type.value,
            name=thing.name,
            aliases=[*thing.aliases],
            papers=[paper_id(papers[paper]) for paper in naming],
            support=len(naming),
            date=min((papers[paper].date for paper in naming if papers[paper].date), default=""),
            confidence=_together([entity.confidence for _, entity in members]),
            types={kind.value: count for kind, count in thing.types},
            mentions=[Mention(paper=paper, start=start, end=end) for paper, e in members for start, end in e.mentions],
        )


def _edge(key: str, statements: Sequence[_Statement]) -> EdgeData:
    surest: dict[str, float] = {}
    for statement in statements:
        paper = statement.evidence["paper"]
        surest[paper] = max(surest.get(paper, 0.0), statement.confidence)
    evidence = {(e["paper"], e["start"], e["end"]): e for e in (s.evidence for s in statements)}
    return EdgeData(
        type=key,
        support=len(surest),
        papers=sorted(surest),
        confidence=_together([*surest.values()]),
        evidence=[evidence[place] for place in sorted(evidence)],
        results=[s.score for s in statements if s.score],
    )


def _evidence(paper: Paper, span: Span) -> Evidence:
    return Evidence(
        paper=paper_id(paper), start=span.start, end=span.end, quote=" ".join(fold(span.of(paper.text)).text.split())
    )


def _together(confidences: Sequence[float]) -> float:
    """Combine independent confidences: that not all of them are wrong (noisy-or)."""
    return round(1 - prod(1 - confidence for confidence in confidences), 3)
