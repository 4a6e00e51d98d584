"""What is stated in RDF: the plain triple, the statement with its support, and the numbers that are reported with it.

id:vq-vae pa:appliedTo id:image-generation .
<.../id/statement/vq-vae/appliedTo/image-generation> a pa:Statement ;
    rdf:subject id:vq-vae ; rdf:predicate pa:appliedTo ; rdf:object id:image-generation ;
    pa:support 2 ; pa:confidence 0.98 ; prov:wasDerivedFrom <.../id/paper/arXiv:1711.00937> .
"""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode

from paperatlas.export.rdf.iris import Iris
from paperatlas.export.rdf.terms import (
    CR,
    FAIR4ML,
    MLS,
    PA,
    PROV,
    RDF,
    SKOS,
    A,
    Row,
    decimal,
    integer,
    text,
)
from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import EdgeData, Score
from paperatlas.schema import EntityType, RelationType


def plain(iris: Iris, head: str, tail: str, edge: EdgeData, types: tuple[str, str]) -> Iterator[Row]:
    """Yield the triple that an edge is; ``types`` are those of its ends."""
    yield iris.node(head), PA[edge["type"]], iris.node(tail)
    # Broader holds between concepts of one kind; that a model is a method is said by isA alone.
    if edge["type"] == RelationType.IS_A and types[0] == types[1]:
        yield iris.node(head), SKOS.broader, iris.node(tail)


def statement(iris: Iris, atlas: Atlas, head: str, tail: str, edge: EdgeData) -> Iterator[Row]:
    """Yield the statement: who says so, how sure that is, and where it stands."""
    me = iris.statement(head, edge["type"], tail)
    yield me, A, PA.Statement
    yield me, RDF.subject, iris.node(head)
    yield me, RDF.predicate, PA[edge["type"]]
    yield me, RDF.object, iris.node(tail)
    yield me, PA.support, integer(edge["support"])
    yield me, PA.confidence, decimal(str(edge["confidence"]))
    for paper in edge["papers"]:
        yield me, PROV.wasDerivedFrom, iris.node(paper)
    for run in runs(atlas, edge):
        yield me, PROV.wasGeneratedBy, iris.run(run)
    for evidence in edge["evidence"]:
        yield me, PA.evidence, iris.evidence_of(evidence)


def runs(atlas: Atlas, edge: EdgeData) -> list[str]:
    """Return the identifiers of the runs that found an edge in its papers."""
    keys = (paper.removeprefix("paper/") for paper in edge["papers"])
    return sorted({atlas.run_ids[key] for key in keys if key in atlas.run_ids})


def results(iris: Iris, subject: str, metric: str, edge: EdgeData) -> dict[NamedNode, Score]:
    """Return the numbers on an edge by their IRIs: what a paper says twice in one sentence is said once."""
    found: dict[NamedNode, Score] = {}
    for score in edge["results"]:
        found.setdefault(iris.result(subject, metric, score), score)
    return found


def result(
    iris: Iris, me: NamedNode, subject: str, metric: str, score: Score, kind: str, metric_name: str
) -> Iterator[Row]:
    """Yield a reported number.

    A value that was reached is also an evaluation in the field's vocabularies; a gain is not. ``kind`` is the type of
    the subject.
    """
    value = decimal(score["value"])
    yield me, A, PA.Result
    yield me, PA.subject, iris.node(subject)
    yield me, PA.metric, iris.node(metric)
    if score["dataset"]:
        yield me, PA.dataset, iris.node(score["dataset"])
    yield me, PA.value, value
    if score["unit"]:
        yield me, PA.unit, text(score["unit"])
    yield me, PA.kind, text(score["kind"])
    yield me, PA.confidence, decimal(str(score["confidence"]))
    yield me, PA.paper, iris.node(score["evidence"]["paper"])
    yield me, PROV.wasDerivedFrom, iris.node(score["evidence"]["paper"])
    yield me, PA.evidence, iris.evidence_of(score["evidence"])
    if score["kind"] != "score":
        return
    yield me, A, MLS.ModelEvaluation
    yield me, MLS.specifiedBy, iris.node(metric)
    yield me, MLS.hasValue, value
    yield me, A, CR.EvaluationResult
    yield me, CR.metric, iris.node(metric)
    yield me, CR.value, value
    if kind == EntityType.MODEL:
        yield me, A, FAIR4ML.MLModelEvaluation
        yield me, FAIR4ML.evaluatedMLModel, iris.node(subject)
        if score["dataset"]:
            yield me, FAIR4ML.evaluationDataset, iris.node(score["dataset"])
        yield me, FAIR4ML.evaluationMetrics, text(metric_name)
        yield me, FAIR4ML.evaluationResults, text(f"{score['value']} {score['unit']}".strip())
