"""What the graph's nodes are in RDF: papers, things, and the runs that found what is said of them.

id:vq-vae a pa:Method, skos:Concept ; skos:prefLabel "VQ-VAE" ; pa:support 2 .
<.../id/paper/arXiv:1711.00937> a pa:Paper, schema:ScholarlyArticle ; pa:mentions id:vq-vae .
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode

from paperatlas.export.namespaces import outside_iri
from paperatlas.export.rdf.iris import Iris, encoded
from paperatlas.export.rdf.terms import (
    DC,
    DCTERMS,
    FABIO,
    FAIR4ML,
    MLS,
    PA,
    PROV,
    RDFS,
    SCHEMA,
    SKOS,
    A,
    Row,
    address,
    date,
    decimal,
    english,
    integer,
    text,
)
from paperatlas.graph.build import NodeData
from paperatlas.graph.runs import Run
from paperatlas.schema import SIGNATURES, TYPE_MEANINGS, EntityType

#: What a thing of ours is in the vocabularies that others query by.
ALSO_TYPED: dict[EntityType, NamedNode] = {
    EntityType.MODEL: FAIR4ML.MLModel,
    EntityType.DATASET: SCHEMA.Dataset,
    EntityType.TASK: MLS.Task,
    EntityType.METRIC: MLS.EvaluationMeasure,
}

#: Links that identify the paper, not only lead to it.
_IDENTIFYING = ("https://arxiv.org/abs/", "https://doi.org/")


def vocabulary() -> Iterator[Row]:
    """Yield what a reader of the file needs to know of our own terms; the ontology says all of it."""
    yield PA.Paper, RDFS.label, english("Paper")
    for kind, meaning in TYPE_MEANINGS.items():
        yield PA[kind], RDFS.label, english(kind.value)
        yield PA[kind], RDFS.comment, english(meaning)
    for relation, signature in SIGNATURES.items():
        yield PA[relation], RDFS.label, english(signature.reads)
        yield PA[relation], RDFS.comment, english(signature.meaning)


def scheme(iris: Iris) -> Iterator[Row]:
    """Yield the scheme that all things are concepts of."""
    yield iris.scheme, A, SKOS.ConceptScheme
    yield iris.scheme, RDFS.label, english("Things that the papers of this atlas name")


def paper(iris: Iris, node: str, data: NodeData, things: Iterable[str]) -> Iterator[Row]:
    """Yield a paper, and that it mentions ``things``."""
    me = iris.node(node)
    key = node.removeprefix("paper/")
    yield me, A, PA.Paper
    yield me, A, SCHEMA.ScholarlyArticle
    if key.startswith("arXiv:"):
        yield me, A, FABIO.Preprint
    yield me, RDFS.label, text(data["name"])
    yield me, DCTERMS.identifier, text(key)
    if data["title"]:
        yield me, DCTERMS.title, text(data["title"])
    yield me, DCTERMS.abstract, text(data["abstract"])
    if data["date"]:
        yield me, DCTERMS.date, date(data["date"])
    if data["link"]:
        yield me, SCHEMA.url, address(data["link"])
        for start in _IDENTIFYING:
            if data["link"].startswith(start):
                yield me, SCHEMA.sameAs, NamedNode(start + encoded(data["link"].removeprefix(start)))
    for author in dict.fromkeys(data["authors"]):
        yield me, DC.creator, text(author)
    for thing in things:
        yield me, PA.mentions, iris.node(thing)


def thing(iris: Iris, node: str, data: NodeData) -> Iterator[Row]:
    """Yield a thing."""
    me = iris.node(node)
    kind = EntityType(data["type"])
    yield me, A, PA[kind]
    if kind in ALSO_TYPED:
        yield me, A, ALSO_TYPED[kind]
    yield me, A, SKOS.Concept
    yield me, RDFS.label, text(data["name"])
    yield me, SKOS.prefLabel, text(data["name"])
    for alias in data["aliases"]:
        if alias != data["name"]:
            yield me, SKOS.altLabel, text(alias)
    yield me, SKOS.inScheme, iris.scheme
    yield me, PA.support, integer(data["support"])
    yield me, PA.confidence, decimal(str(data["confidence"]))
    if data["date"]:
        yield me, PA.firstSeen, date(data["date"])
    yield from outside(me, data.get("exact", []))


def outside(me: NamedNode, identifiers: Iterable[str]) -> Iterator[Row]:
    """Yield what outside lists call a thing: as an IRI that matches it exactly, else as the notation that it is."""
    for identifier in identifiers:
        if found := outside_iri(identifier):
            yield me, SKOS.exactMatch, NamedNode(found)
        else:
            yield me, SKOS.notation, text(identifier)


def run(iris: Iris, run: Run) -> Iterator[Row]:
    """Yield a run, the software that it was of, and the model that it used."""
    me, software = iris.run(run.id), iris.software(run)
    yield me, A, PA.Run
    yield me, A, PROV.Activity
    yield me, RDFS.label, text(" ".join(part for part in (run.software, run.version, run.pipeline, run.model) if part))
    yield me, PA.fingerprint, text(run.fingerprint)
    if run.pipeline:
        yield me, PA.pipeline, text(run.pipeline)
    for name, value in run.settings:
        yield me, PA.setting, text(f"{name}={value}")
    yield me, PROV.wasAssociatedWith, software
    if run.model:
        model = iris.model(run)
        yield me, PROV.used, model
        yield model, A, PROV.Entity
        yield model, RDFS.label, text(run.model)
        if run.checksum:
            yield model, PA.checksum, text(run.checksum)
    yield software, A, PROV.SoftwareAgent
    yield software, RDFS.label, text(f"{run.software} {run.version}".strip())
    if run.version:
        yield software, SCHEMA.softwareVersion, text(run.version)
