"""The closed vocabulary of the graph: five types of things, eleven relations between them.

Everything that knows a type or a relation by name looks it up here: extraction takes the signatures as hard
constraints, the exports take the labels, the ontology is generated from it. A new relation is one more row.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: The document itself as an end of a relation, or as the subject of a result.
PAPER = "PAPER"


class EntityType(StrEnum):
    """What a thing is."""

    MODEL = "Model"
    METHOD = "Method"
    DATASET = "Dataset"
    TASK = "Task"
    METRIC = "Metric"


#: One sentence a type, for readers of the ontology and of the page's legend.
TYPE_MEANINGS: dict[EntityType, str] = {
    EntityType.MODEL: "A particular system with a name of its own: a trained network, a released model, an agent.",
    EntityType.METHOD: "A technique, algorithm, architecture class or objective that others can reuse.",
    EntityType.DATASET: "A named corpus, benchmark, test suite or environment to train or evaluate on.",
    EntityType.TASK: "A problem that a system solves, as the field names it.",
    EntityType.METRIC: "A named measure of quality.",
}


class RelationType(StrEnum):
    """How two things, or the paper and a thing, relate."""

    INTRODUCES = "introduces"
    USES = "uses"
    EXTENDS = "extends"
    IS_A = "isA"
    APPLIED_TO = "appliedTo"
    TRAINED_ON = "trainedOn"
    EVALUATED_ON = "evaluatedOn"
    BENCHMARK_FOR = "benchmarkFor"
    MEASURED_BY = "measuredBy"
    COMPARED_WITH = "comparedWith"
    OUTPERFORMS = "outperforms"


@dataclass(frozen=True, slots=True)
class Signature:
    """What a relation may hold between, and how it reads in either direction."""

    #: The words between head and tail: "Gato *is applied to* image captioning".
    reads: str
    #: The words when it is told from the tail: "image captioning *is addressed by* Gato".
    inverse: str
    meaning: str
    #: The pairs of types it may hold between; ``PAPER`` stands for the document.
    pairs: frozenset[tuple[str, str]]
    symmetric: bool = False
    transitive: bool = False

    def allows(self, head: str, tail: str) -> bool:
        """Tell whether the relation may hold from a thing of type ``head`` to one of type ``tail``."""
        return (head, tail) in self.pairs


def _pairs(heads: str, tails: str) -> frozenset[tuple[str, str]]:
    return frozenset((head, tail) for head in heads.split() for tail in tails.split())


_ALL = " ".join(EntityType)
_SAME = frozenset((kind.value, kind.value) for kind in EntityType)

SIGNATURES: dict[RelationType, Signature] = {
    RelationType.INTRODUCES: Signature(
        "introduces", "is introduced by", "The paper proposes, presents or releases it.", _pairs(PAPER, _ALL)
    ),
    RelationType.USES: Signature(
        "uses",
        "is used by",
        "The head contains, employs or is trained with the tail.",
        _pairs("Model Method PAPER", "Method Model"),
    ),
    RelationType.EXTENDS: Signature(
        "extends",
        "is extended by",
        "The head is built upon, derived from, a variant of or a successor of the tail.",
        _pairs("Model Method", "Model Method") | _pairs("Dataset", "Dataset"),
    ),
    RelationType.IS_A: Signature(
        "is a",
        "has as an instance",
        "The head is a kind of the tail.",
        _SAME | _pairs("Model", "Method"),
        transitive=True,
    ),
    RelationType.APPLIED_TO: Signature(
        "is applied to",
        "is addressed by",
        "The head performs or addresses the task.",
        _pairs("Model Method PAPER", "Task"),
    ),
    RelationType.TRAINED_ON: Signature(
        "is trained on",
        "is training data of",
        "Training or pre-training data.",
        _pairs("Model Method PAPER", "Dataset"),
    ),
    RelationType.EVALUATED_ON: Signature(
        "is evaluated on",
        "is a test bed of",
        "Evaluated, tested, demonstrated or compared on it.",
        _pairs("Model Method PAPER", "Dataset"),
    ),
    RelationType.BENCHMARK_FOR: Signature(
        "is a benchmark for",
        "is measured on",
        "The text ties the dataset to the task it measures.",
        _pairs("Dataset", "Task"),
    ),
    RelationType.MEASURED_BY: Signature(
        "is measured by",
        "measures",
        "A result is reported, or quality is measured, with this metric.",
        _pairs("Model Method Task PAPER", "Metric"),
    ),
    RelationType.COMPARED_WITH: Signature(
        "is compared with",
        "is compared with",
        "Compared, or said to be on a par, with no winner stated.",
        _pairs("Model Method PAPER", "Model Method"),
        symmetric=True,
    ),
    RelationType.OUTPERFORMS: Signature(
        "outperforms",
        "is outperformed by",
        "The head is stated to be better than the tail.",
        _pairs("Model Method PAPER", "Model Method"),
    ),
}
