"""What papers state of each other's things: their relations and results as edges between nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from paperatlas.extract.facts import Facts, Relation, Result
from paperatlas.extract.paper import Paper
from paperatlas.graph.build import PAPER_TYPE, EdgeKey
from paperatlas.schema import PAPER, SIGNATURES, EntityType, RelationType

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


class Statement(NamedTuple):
    """One paper's statement of an edge: which of its facts that is, and the node of the dataset, if it is a result."""

    key: str
    paper: Paper
    fact: Relation | Result
    position: str
    dataset: str = ""


def stated_by(facts: Facts, ends: Mapping[str, str], types: Mapping[str, str]) -> Iterator[tuple[EdgeKey, Statement]]:
    """Yield the edges that a paper states.

    ``ends`` are the nodes of what the paper names, by the keys of its entities; a thing that a person has dropped has
    none, and nothing is stated of it. ``types`` are the types of the nodes.
    """
    own = f"paper/{facts.paper.key}"
    nodes = {**ends, PAPER: own}
    for head, kind, tail, statement in _statements(facts, nodes, types):
        fitting = _fitting(kind, types.get(head, PAPER_TYPE), types.get(tail, PAPER_TYPE))
        # A number whose metric most papers take for something else is a score by nothing.
        if fitting is None or head == tail or (isinstance(statement.fact, Result) and fitting is not kind):
            continue
        # A paper is the head of whatever it is an end of.
        if SIGNATURES[fitting].symmetric and tail < head and head != own:
            head, tail = tail, head
        yield (head, tail, fitting.value), statement


def _statements(
    facts: Facts, nodes: Mapping[str, str], types: Mapping[str, str]
) -> Iterator[tuple[str, RelationType, str, Statement]]:
    """Yield a paper's relations, and its results as measurements of their subjects.

    A number that it reports "on" what most papers take for something else than a dataset is reported on none; one by
    what most take for no metric is not reported (see :func:`stated_by`).
    """
    key = facts.paper.key
    for n, relation in enumerate(facts.relations):
        if relation.head in nodes and relation.tail in nodes:
            statement = Statement(key, facts.paper, relation, f"relation {n}")
            yield nodes[relation.head], relation.type, nodes[relation.tail], statement
    for n, result in enumerate(facts.results):
        if result.subject in nodes and result.metric in nodes:
            dataset = nodes.get(result.dataset, "")
            on = dataset if types.get(dataset) == EntityType.DATASET else ""
            statement = Statement(key, facts.paper, result, f"result {n}", on)
            yield nodes[result.subject], RelationType.MEASURED_BY, nodes[result.metric], statement
