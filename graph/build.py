"""Facts of all papers to one graph.

Nodes: one per paper (``paper/arXiv:1711.00937``) and one per thing (``vq-vae``). Edges: one per (head, relation, tail),
keyed by the relation, with its support, its evidence and its confidence; a reported number lies on the edge from the
system to the metric. The attributes are plain values, described in :class:`NodeData` and :class:`EdgeData`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, NotRequired, TypedDict

from paperatlas.extract.facts import Facts, Result, Span
from paperatlas.extract.latex import fold
from paperatlas.extract.paper import Paper
from paperatlas.extract.surface import slug, surface_key
from paperatlas.graph.resolve import Thing, resolve
from paperatlas.schema import PAPER, SIGNATURES, EntityType, RelationType

if TYPE_CHECKING:
    import networkx as nx

#: The type of a paper's node, beside those of things.
PAPER_TYPE = "Paper"


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
    """What a node carries. For a thing, ``papers`` are the nodes of the papers that name it and ``date`` the earliest."""

    type: str
    name: str
    aliases: list[str]
    papers: list[str]
    support: int
    date: str
    confidence: float
    types: dict[str, int]
    title: NotRequired[str]
    link: NotRequired[str]
    authors: NotRequired[list[str]]
    mentions: NotRequired[list[tuple[str, int, int]]]


class EdgeData(TypedDict):
    """What an edge carries. ``support`` is the number of papers that state it."""

    type: str
    support: int
    papers: list[str]
    confidence: float
    evidence: list[Evidence]
    results: list[Score]


def paper_id(paper: Paper) -> str:
    """Return the identifier of a paper's node."""
    return f"paper/{paper.key}"


def build_graph(facts: Iterable[Facts]) -> nx.MultiDiGraph[str]:
    """Link the facts of all papers into one graph; the same whatever their order."""
    import networkx as nx

    ordered = sorted(facts, key=lambda f: f.paper.key)
    things = resolve(ordered)
    node_of = {member: thing.id for thing in things for member in thing.members}
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    nodes = {thing.id: _thing(thing, ordered) for thing in things}
    nodes |= {paper_id(f.paper): _paper(f) for f in ordered}
    edges: dict[tuple[str, str, RelationType], list[tuple[float, Evidence]]] = defaultdict(list)
    scores: dict[tuple[str, str], list[Score]] = defaultdict(list)
    metrics = _MetricNodes(things, nodes)
    for paper in ordered:
        ends = {entity.key: node_of[paper.paper.key, entity.key] for entity in paper.entities}
        ends[PAPER] = paper_id(paper.paper)
        for relation in paper.relations:
            head, tail = ends[relation.head], ends[relation.tail]
            if SIGNATURES[relation.type].symmetric:
                head, tail = sorted((head, tail))
            if head != tail:
                edges[head, tail, relation.type].append((relation.confidence, _evidence(paper.paper, relation.evidence)))
        for result in paper.results:
            metric = ends.get(result.metric) or metrics.node(result, paper.paper)
            subject = ends[result.subject]
            score = _score(result, paper.paper, ends.get(result.dataset, ""))
            scores[subject, metric].append(score)
            edges[subject, metric, RelationType.MEASURED_BY].append((result.confidence, score["evidence"]))
    for node in sorted(nodes):
        graph.add_node(node, **nodes[node])
    for (head, tail, kind), stated in sorted(edges.items()):
        results = scores.get((head, tail), []) if kind is RelationType.MEASURED_BY else []
        graph.add_edge(head, tail, key=kind.value, **_edge(kind, stated, results))
    return graph


def _thing(thing: Thing, facts: list[Facts]) -> NodeData:
    raise NotImplementedError


class _MetricNodes:
    """Nodes for metrics that a result names in words that extraction took for no entity."""

    def __init__(self, things: Iterable[Thing], nodes: dict[str, NodeData]) -> None:
        self._nodes = nodes
        self._known = {
            surface_key(alias): thing.id for thing in things if thing.type is EntityType.METRIC for alias in thing.aliases
        }

    def node(self, result: Result, paper: Paper) -> str:
        """Return the node that the words mean; a new one if no paper names such a metric."""
        raise NotImplementedError
