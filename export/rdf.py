"""RDF: the graph as plain triples, and beside each the sentences that state it.

    id:vq-vae a pa:Method ; skos:prefLabel "VQ-VAE" ; pa:appliedTo id:image-generation .
    <.../id/statement/vq-vae/appliedTo/image-generation> a pa:Statement ;
        rdf:subject id:vq-vae ; rdf:predicate pa:appliedTo ; rdf:object id:image-generation ;
        pa:support 2 ; pa:evidence <.../id/evidence/arXiv:1711.00937/120-190> .

Terms of our own are in the ontology's namespace (``pa:``), things in another (``id:``). There are no blank nodes, so
that every run gives the same triples under the same names.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import quote

from rdflib import DCTERMS, PROV, RDF, RDFS, SDO, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from paperatlas.export.namespaces import ONTOLOGY, PREFIXES, THINGS
from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import PAPER_TYPE, EdgeData, Evidence, NodeData, Score, edges, nodes
from paperatlas.schema import SIGNATURES, TYPE_MEANINGS, RelationType

PA = Namespace(ONTOLOGY)
Triple = tuple[Node, Node, Node]


def write_turtle(atlas: Atlas, out: BinaryIO) -> None:
    """Write the graph as Turtle, subjects in order."""
    _graph(atlas).serialize(out, format="turtle", encoding="utf-8")


def write_ntriples(atlas: Atlas, out: BinaryIO) -> None:
    """Write the graph as N-Triples, lines in order."""
    lines = _graph(atlas).serialize(format="nt", encoding="utf-8").splitlines(keepends=True)
    out.writelines(sorted(line for line in lines if line.strip()))


def write_jsonld(atlas: Atlas, out: BinaryIO) -> None:
    """Write the graph as JSON-LD with the prefixes as its context; nodes, keys and values in order."""
    document = json.loads(_graph(atlas).serialize(format="json-ld", auto_compact=True))
    document["@graph"] = sorted((_ordered(node) for node in document.get("@graph", [])), key=_canonical)
    out.write(json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n")


def write_trig(atlas: Atlas, out: BinaryIO) -> None:
    """Write everything to the default graph, and what each paper states once more to a graph named after the paper.

    rdflib's own TriG writer puts the graphs in an order that changes from run to run; the default graph is its Turtle,
    the named graphs follow in order.
    """
    write_turtle(atlas, out)
    stated: dict[str, list[str]] = defaultdict(list)
    for head, tail, data in edges(atlas.graph):
        for paper in data["papers"]:
            stated[paper].append(" ".join(node.n3() for node in (iri(head), PA[data["type"]], iri(tail))))
    for paper in sorted(stated):
        lines = "".join(f"    {line} .\n" for line in sorted(stated[paper]))
        out.write(f"\n<{iri(paper)}/statements> {{\n{lines}}}\n".encode())


def iri(node: str) -> URIRef:
    """Return the IRI of a node of the graph; what an IRI cannot hold is percent-encoded.

    >>> iri("β-vae"), iri("paper/arXiv:1711.00937")[-23:]
    (rdflib.term.URIRef('https://w3id.org/paperatlas/id/%CE%B2-vae'), '/paper/arXiv:1711.00937')
    """
    return URIRef(THINGS + quote(node, safe="/:-._~"))


def triples(atlas: Atlas) -> Iterator[Triple]:
    """Yield the triples of the default graph: the vocabulary, papers and things, statements, evidence, results."""
    yield from _vocabulary()
    for node, data in nodes(atlas.graph):
        yield from _paper(node, data) if data["type"] == PAPER_TYPE else _thing(node, data)
    for head, tail, edge in edges(atlas.graph):
        yield from _statement(head, tail, edge)


def _graph(atlas: Atlas) -> Graph:
    graph = Graph()
    _bind(graph)
    for triple in triples(atlas):
        graph.add(triple)
    return graph


def _bind(graph: Graph) -> None:
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)


def _vocabulary() -> Iterator[Triple]:
    """Yield what a reader of the file needs to know of our own terms."""
    for kind, meaning in TYPE_MEANINGS.items():
        yield PA[kind], RDF.type, RDFS.Class
        yield PA[kind], RDFS.label, Literal(kind.value, lang="en")
        yield PA[kind], RDFS.comment, Literal(meaning, lang="en")
    for relation, signature in SIGNATURES.items():
        yield PA[relation], RDF.type, RDF.Property
        yield PA[relation], RDFS.label, Literal(signature.reads, lang="en")
        yield PA[relation], RDFS.comment, Literal(signature.meaning, lang="en")


def _paper(node: str, data: NodeData) -> Iterator[Triple]:
    paper = iri(node)
    yield paper, RDF.type, PA.Paper
    yield paper, RDF.type, SDO.ScholarlyArticle
    yield paper, RDFS.label, Literal(data["name"])
    yield paper, DCTERMS.identifier, Literal(node.removeprefix("paper/"))
    yield paper, DCTERMS.abstract, Literal(data["abstract"])
    if data["title"]:
        yield paper, DCTERMS.title, Literal(data["title"])
    if data["date"]:
        yield paper, DCTERMS.date, _date(data["date"])
    if data["link"]:
        yield paper, SDO.url, Literal(data["link"], datatype=XSD.anyURI)
    for author in data["authors"]:
        yield paper, DCTERMS.creator, Literal(author)


def _thing(node: str, data: NodeData) -> Iterator[Triple]:
    thing = iri(node)
    yield thing, RDF.type, PA[data["type"]]
    yield thing, RDF.type, SKOS.Concept
    yield thing, RDFS.label, Literal(data["name"])
    yield thing, SKOS.prefLabel, Literal(data["name"])
    for alias in data["aliases"]:
        if alias != data["name"]:
            yield thing, SKOS.altLabel, Literal(alias)
    yield thing, PA.support, Literal(data["support"])
    if data["date"]:
        yield thing, PA.firstSeen, _date(data["date"])
    for paper in data["papers"]:
        yield iri(paper), PA.mentions, thing


def _statement(head: str, tail: str, data: EdgeData) -> Iterator[Triple]:
    relation = PA[RelationType(data["type"])]
    yield iri(head), relation, iri(tail)
    statement = iri(f"statement/{head}/{data['type']}/{tail}")
    yield statement, RDF.type, PA.Statement
    yield statement, RDF.subject, iri(head)
    yield statement, RDF.predicate, relation
    yield statement, RDF.object, iri(tail)
    yield statement, PA.support, Literal(data["support"])
    yield statement, PA.confidence, _decimal(str(data["confidence"]))
    for paper in data["papers"]:
        yield statement, PROV.wasDerivedFrom, iri(paper)
    for evidence in data["evidence"]:
        yield statement, PA.evidence, _evidence_iri(evidence)
        yield from _evidence(evidence)
    for number, score in enumerate(data["results"], start=1):
        yield from _result(f"result/{head}/{tail}/{number}", head, tail, score)


def _evidence_iri(evidence: Evidence) -> URIRef:
    return iri(f"evidence/{evidence['paper'].removeprefix('paper/')}/{evidence['start']}-{evidence['end']}")


def _evidence(evidence: Evidence) -> Iterator[Triple]:
    place = _evidence_iri(evidence)
    yield place, RDF.type, PA.Evidence
    yield place, PA.quote, Literal(evidence["quote"])
    yield place, PA.paper, iri(evidence["paper"])
    yield place, PA.start, Literal(evidence["start"])
    yield place, PA.end, Literal(evidence["end"])


def _result(node: str, subject: str, metric: str, score: Score) -> Iterator[Triple]:
    result = iri(node)
    yield result, RDF.type, PA.Result
    yield result, PA.subject, iri(subject)
    yield result, PA.metric, iri(metric)
    if score["dataset"]:
        yield result, PA.dataset, iri(score["dataset"])
    yield result, PA.value, _decimal(score["value"])
    if score["unit"]:
        yield result, PA.unit, Literal(score["unit"])
    yield result, PA.kind, Literal(score["kind"])
    yield result, PA.paper, iri(score["evidence"]["paper"])
    yield result, PA.evidence, _evidence_iri(score["evidence"])
    yield from _evidence(score["evidence"])


def _date(date: str) -> Literal:
    """Return a date as precise as it is known."""
    return Literal(date, datatype={4: XSD.gYear, 7: XSD.gYearMonth}.get(len(date), XSD.date), normalize=False)


def _decimal(value: str) -> Literal:
    """Return a number with the digits that it was reported with; Turtle cannot write a decimal without a point."""
    return Literal(value if "." in value else f"{value}.0", datatype=XSD.decimal, normalize=False)


def _ordered(value: Any) -> Any:
    """Put the values of a JSON-LD node in order: what it lists are sets."""
    if isinstance(value, dict):
        return {key: _ordered(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted((_ordered(inner) for inner in value), key=_canonical)
    return value


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
