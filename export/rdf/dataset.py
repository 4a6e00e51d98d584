"""What a file or an endpoint of RDF holds, in VoID and DCAT; and what an endpoint can do, as a service description.

See W3C, Describing Linked Datasets with the VoID Vocabulary; SPARQL 1.1 Service Description; DCAT 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from paperatlas.export.namespaces import ONTOLOGY, VOCABULARIES
from paperatlas.export.rdf.terms import DCAT, DCTERMS, RDFS, SD, VOID, A, Row, english, integer, text
from paperatlas.export.select import rows

_CLASSES = "SELECT ?term (COUNT(*) AS ?count) { ?node a ?term } GROUP BY ?term"
_PROPERTIES = "SELECT ?term (COUNT(*) AS ?count) { ?node ?term ?value } GROUP BY ?term"

#: The results that an endpoint gives, as W3C names them.
_RESULT_FORMATS = (
    "SPARQL_Results_JSON SPARQL_Results_XML SPARQL_Results_CSV SPARQL_Results_TSV Turtle N-Triples RDF_XML JSON-LD"
).split()


@dataclass(frozen=True, slots=True)
class Statistics:
    """How much of what is in a store: its triples, its nodes by class, its triples by property."""

    triples: int
    classes: Mapping[str, int] = field(default_factory=dict)
    properties: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the numbers as a JSON object."""
        return {"triples": self.triples, "classes": dict(self.classes), "properties": dict(self.properties)}


def statistics(store: ox.Store) -> Statistics:
    """Count what is in the default graph of ``store``."""
    properties = _counts(store, _PROPERTIES)
    return Statistics(sum(properties.values()), _counts(store, _CLASSES), properties)


def _counts(store: ox.Store, query: str) -> dict[str, int]:
    return dict(sorted((term, int(count)) for term, count in rows(store, query)))


def described(
    dataset: str, title: str, counted: Statistics, *, endpoint: str = "", dumps: Mapping[str, str] | None = None
) -> Iterator[Row]:
    """Yield the description of a dataset: what it holds, and where it is to be had.

    ``dataset`` is its IRI, ``endpoint`` that of its SPARQL endpoint; ``dumps`` are media types by the IRIs of files.
    """
    me = ox.NamedNode(dataset)
    yield me, A, VOID.Dataset
    yield me, A, DCAT.Dataset
    yield me, DCTERMS.title, english(title)
    yield me, VOID.triples, integer(counted.triples)
    for vocabulary in sorted({ONTOLOGY, *VOCABULARIES.values()}):
        if any(term.startswith(vocabulary) for term in (*counted.properties, *counted.classes)):
            yield me, VOID.vocabulary, ox.NamedNode(vocabulary)
    if endpoint:
        yield me, VOID.sparqlEndpoint, ox.NamedNode(endpoint)
    for file, kind in (dumps or {}).items():
        yield me, VOID.dataDump, ox.NamedNode(file)
        yield me, DCAT.distribution, ox.NamedNode(f"{file}#distribution")
        yield ox.NamedNode(f"{file}#distribution"), A, DCAT.Distribution
        yield ox.NamedNode(f"{file}#distribution"), DCAT.downloadURL, ox.NamedNode(file)
        yield (
            ox.NamedNode(f"{file}#distribution"),
            DCAT.mediaType,
            ox.NamedNode(f"https://www.iana.org/assignments/media-types/{kind}"),
        )
    for number, (term, count) in enumerate(counted.classes.items(), start=1):
        part = ox.NamedNode(f"{dataset}-class-{number}")
        yield me, VOID.classPartition, part
        yield part, VOID["class"], ox.NamedNode(term)
        yield part, VOID.entities, integer(count)
    for number, (term, count) in enumerate(counted.properties.items(), start=1):
        part = ox.NamedNode(f"{dataset}-property-{number}")
        yield me, VOID.propertyPartition, part
        yield part, VOID.property, ox.NamedNode(term)
        yield part, VOID.triples, integer(count)


def service(endpoint: str, dataset: str, counted: Statistics) -> Iterator[Row]:
    """Yield the description of a SPARQL endpoint: what it understands and what it is about."""
    me = ox.NamedNode(f"{endpoint}#service")
    graph = ox.NamedNode(f"{endpoint}#default-graph")
    data = ox.NamedNode(dataset)
    yield me, A, SD.Service
    yield me, RDFS.label, text("paperatlas, read-only")
    yield me, SD.endpoint, ox.NamedNode(endpoint)
    yield me, SD.supportedLanguage, SD.SPARQL11Query
    for name in _RESULT_FORMATS:
        yield me, SD.resultFormat, ox.NamedNode(f"http://www.w3.org/ns/formats/{name}")
    yield me, SD.defaultDataset, data
    yield data, A, SD.Dataset
    yield data, SD.defaultGraph, graph
    yield graph, A, SD.Graph
    yield graph, VOID.triples, integer(counted.triples)
