"""Facts of all papers to one graph.

Nodes: one per paper (``paper/arXiv:1711.00937``) and one per thing (``vq-vae``). Edges: one per (head, relation, tail),
keyed by the relation, with its support, its evidence and its confidence; a reported number lies on the edge from the
system to the metric. The attributes are plain values, described in :class:`NodeData` and :class:`EdgeData`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import prod
from typing import TYPE_CHECKING, NamedTuple, NotRequired, TypedDict, cast

from paperatlas.extract.facts import Entity, Facts, Relation, Result, Span
from paperatlas.extract.latex import fold
from paperatlas.extract.paper import Paper
from paperatlas.graph.authority import Entry, tied
from paperatlas.graph.resolve import Near, Reason, Ref, Thing, resolve
from paperatlas.graph.resolve.decisions import NONE, Overrides
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
    #: Things only: why what it is called is one thing, and what else could be the same.
    reasons: NotRequired[list[Reason]]
    near: NotRequired[list[Near]]
    #: Things only: what outside lists call it, by their identifiers.
    exact: NotRequired[list[str]]
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
    linked = link(facts)
    return graph_of(
        ((node, linked.node(node)) for node in linked.nodes), ((*key, linked.edge(key)) for key in linked.edges)
    )


def graph_of(
    nodes: Iterable[tuple[str, NodeData]], edges: Iterable[tuple[str, str, str, EdgeData]]
) -> nx.MultiDiGraph[str]:
    """Put nodes and edges (head, tail, type, data), each in order, into a graph."""
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node, carried in nodes:
        graph.add_node(node, **carried)
    for head, tail, kind, data in edges:
        graph.add_edge(head, tail, key=kind, **data)
    return graph


#: An edge: head, tail, relation.
EdgeKey = tuple[str, str, str]


def link(facts: Iterable[Facts], *, decisions: Overrides = NONE, authority: Sequence[Entry] = ()) -> Linked:
    """Find out which nodes and edges the facts of all papers give; what each carries is made when it is asked for.

    ``decisions`` are a person's on what is one thing; things that ``authority`` names are tied to its identifiers.
    """
    ordered = sorted(facts, key=lambda f: f.paper.key)
    papers = {f.paper.key: f.paper for f in ordered}
    things = {thing.id: thing for thing in tied(resolve(ordered, decisions=decisions), authority)}
    entities = {(key, entity.key): entity for key, f in zip(papers, ordered, strict=True) for entity in f.entities}
    node_of = {member: thing.id for thing in things.values() for member in thing.members}
    types = {thing.id: thing.type.value for thing in things.values()}
    stated: dict[EdgeKey, list[_Statement]] = defaultdict(list)
    for key, of in zip(papers, ordered, strict=True):
        # A thing that a person has dropped is no node, and nothing is stated of it.
        ends = {entity.key: node_of[key, entity.key] for entity in of.entities if (key, entity.key) in node_of}
        ends[PAPER] = f"paper/{key}"
        datasets = {entity: end for entity, end in ends.items() if types.get(end) == EntityType.DATASET}
        for head, kind, tail, statement in _statements(of, ends, datasets):
            fitting = _fitting(kind, types.get(head, PAPER_TYPE), types.get(tail, PAPER_TYPE))
            if fitting is None or head == tail:
                continue
            # A paper is the head of whatever it is an end of.
            if SIGNATURES[fitting].symmetric and tail < head and head in types:
                head, tail = tail, head
            stated[head, tail, fitting.value].append(statement)
    return Linked(papers, things, entities, stated)


@dataclass(frozen=True)
class Linked:
    """The nodes and edges of a graph, before what they carry is made. A basis hashes what it would be made from."""

    papers: Mapping[str, Paper]
    things: Mapping[str, Thing]
    entities: Mapping[Ref, Entity]
    stated: Mapping[EdgeKey, list[_Statement]]

    @property
    def nodes(self) -> list[str]:
        """The identifiers of the nodes, in order."""
        return sorted([*self.things, *(f"paper/{key}" for key in self.papers)])

    @property
    def edges(self) -> list[EdgeKey]:
        """The edges, in order."""
        return sorted(self.stated)

    def node(self, node: str) -> NodeData:
        """Make what a node carries."""
        thing = self.things.get(node)
        return _thing(thing, self.papers, self.entities) if thing else _paper(self.papers[node.removeprefix("paper/")])

    def edge(self, key: EdgeKey) -> EdgeData:
        """Make what an edge carries."""
        return _edge(key[2], self.stated[key])

    def node_basis(self, node: str, digests: Mapping[str, str]) -> bytes:
        """Hash what a node is made from; ``digests`` are of the papers and their facts, by the papers' keys."""
        thing = self.things.get(node)
        if not thing:
            return _hash(digests[node.removeprefix("paper/")])
        return _hash(repr(thing), *(digests[paper] for paper, _ in thing.members))

    def edge_basis(self, key: EdgeKey, digests: Mapping[str, str]) -> bytes:
        """Hash what an edge is made from; ``digests`` as for nodes."""
        return _hash(*(f"{digests[s.key]} {s.position} {s.dataset}" for s in self.stated[key]))


def _hash(*parts: str) -> bytes:
    return blake2b("\n".join(parts).encode(), digest_size=12).digest()


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
    """One paper's statement of an edge: which of its facts that is, and the node of the dataset, if it is a result."""

    key: str
    paper: Paper
    fact: Relation | Result
    position: str
    dataset: str = ""


def _statements(
    facts: Facts, ends: Mapping[str, str], datasets: Mapping[str, str]
) -> Iterator[tuple[str, RelationType, str, _Statement]]:
    """Yield what a paper states: its relations, and its results as measurements of their subjects.

    A number that it reports "on" what most papers take for something else than a dataset is reported on none.
    """
    key = facts.paper.key
    for n, relation in enumerate(facts.relations):
        statement = _Statement(key, facts.paper, relation, f"relation {n}")
        if relation.head in ends and relation.tail in ends:
            yield ends[relation.head], relation.type, ends[relation.tail], statement
    for n, result in enumerate(facts.results):
        statement = _Statement(key, facts.paper, result, f"result {n}", datasets.get(result.dataset, ""))
        if result.subject in ends and result.metric in ends:
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


def _thing(thing: Thing, papers: Mapping[str, Paper], entities: Mapping[Ref, Entity]) -> NodeData:
    naming = sorted({paper for paper, _ in thing.members})
    members = [(f"paper/{paper}", entities[paper, key]) for paper, key in thing.members]
    return NodeData(
        type=thing.type.value,
        name=thing.name,
        aliases=[*thing.aliases],
        papers=[f"paper/{paper}" for paper in naming],
        support=len(naming),
        date=min((papers[paper].date for paper in naming if papers[paper].date), default=""),
        confidence=_together([entity.confidence for _, entity in members]),
        types={kind.value: count for kind, count in thing.types},
        mentions=[Mention(paper=paper, start=start, end=end) for paper, e in members for start, end in e.mentions],
        reasons=[*thing.reasons],
        near=[*thing.near],
        exact=[*thing.exact],
    )


def _edge(key: str, statements: Sequence[_Statement]) -> EdgeData:
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
    quote = " ".join(fold(span.of(paper.text)).text.split())
    return Evidence(paper=node, start=span.start, end=span.end, quote=quote)


def _together(confidences: Sequence[float]) -> float:
    """Combine independent confidences: that not all of them are wrong (noisy-or)."""
    return round(1 - prod(1 - confidence for confidence in confidences), 3)
