"""Checking RDF against the SHACL shapes, by pySHACL.

pySHACL works on graphs in memory at some thousand triples a second, and its memory grows with them. Our shapes ask of a
node no more than its own triples and the types of what these point to; so a large file is taken in pieces, each with
just that, and the time is proportional to the file. What is small is checked as a whole.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice

import pyoxigraph as ox
import rdflib
from rdflib import RDF, SH, XSD

from paperatlas.errors import AtlasError
from paperatlas.export.namespaces import PREFIXES
from paperatlas.export.rdf.terms import NP
from paperatlas.export.rdf.terms import RDF as OX_RDF
from paperatlas.export.rdf.vocabulary import NANOPUB_SHAPES_FILE, SHAPES_FILE

#: Up to so many triples are checked as a whole.
_WHOLE = 20_000
#: So many nodes are checked at once beyond that.
_BATCH = 1_000

#: Wraps an iterable of batches to show how far it has come: (batches, how many) -> batches.
Progress = Callable[[Iterable[list[ox.NamedNode]], int], Iterable[list[ox.NamedNode]]]


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One thing that fails: the node, the property (or ""), what is wrong, and with which value (or "")."""

    node: str
    path: str
    message: str
    value: str

    def __str__(self) -> str:
        place = f"{self.node} {self.path}".strip()
        return f"{place}: {self.message}" + (f" [{self.value}]" if self.value else "")


@contextmanager
def _silence() -> Iterator[None]:
    """Keep back what rdflib says of literals that are not of their types: the shapes find them, too."""
    logger = logging.getLogger("rdflib.term")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def violations(store: ox.Store, progress: Progress = lambda batches, _total: batches) -> Iterator[Violation]:
    """Yield what in ``store`` does not conform to our shapes, all its graphs taken together; in order of the nodes."""
    shapes = _shapes(NANOPUB_SHAPES_FILE if _has_nanopubs(store) else SHAPES_FILE)
    if len(store) <= _WHOLE:
        yield from _check(_graph(store), shapes)
        return
    subjects = sorted(
        (found for found in {quad.subject for quad in store} if isinstance(found, ox.NamedNode)), key=lambda s: s.value
    )
    batches = [subjects[start : start + _BATCH] for start in range(0, len(subjects), _BATCH)]
    for batch in progress(batches, len(batches)):
        piece = _graph(_around(store, batch))
        yield from _check(piece, _aimed(shapes, piece, {rdflib.URIRef(node.value) for node in batch}))


def _has_nanopubs(store: ox.Store) -> bool:
    return any(islice(store.quads_for_pattern(None, OX_RDF.type, NP.Nanopublication), 1))


def _shapes(name: str) -> rdflib.Graph:
    text = (files("paperatlas.export") / "data" / name).read_text(encoding="utf-8")
    return rdflib.Graph().parse(data=text, format="turtle")


def _around(store: ox.Store, nodes: Iterable[ox.NamedNode]) -> Iterator[ox.Quad]:
    """Yield all that our shapes look at when they look at ``nodes``."""
    for node in nodes:
        for quad in store.quads_for_pattern(node, None, None):
            yield quad
            if isinstance(quad.object, ox.NamedNode | ox.BlankNode):
                yield from store.quads_for_pattern(quad.object, OX_RDF.type, None)
        yield from store.quads_for_pattern(None, NP.hasAssertion, node)


def _aimed(shapes: rdflib.Graph, data: rdflib.Graph, nodes: set[rdflib.URIRef]) -> rdflib.Graph:
    """Return ``shapes`` with those of ``nodes`` as targets that the shapes' own declarations find in ``data``.

    The other nodes of a piece are there in part only, and would fail.
    """
    aimed = rdflib.Graph(namespace_manager=shapes.namespace_manager)
    for shape, predicate, value in shapes:
        if predicate == SH.targetClass:
            found = set(data.subjects(RDF.type, value))
        elif predicate == SH.targetSubjectsOf:
            found = set(data.subjects(value, None))
        elif predicate == SH.targetObjectsOf:
            found = set(data.objects(None, value))
        else:
            aimed.add((shape, predicate, value))
            continue
        for node in found & nodes:
            aimed.add((shape, SH.targetNode, node))
    return aimed


@_silence()
def _graph(quads: Iterable[ox.Quad]) -> rdflib.Graph:
    graph = rdflib.Graph()
    for quad in quads:
        graph.add((_term(quad.subject), _term(quad.predicate), _term(quad.object)))
    return graph


def _term(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> rdflib.term.IdentifiedNode | rdflib.Literal:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, ox.Triple):
        raise AtlasError("a triple about a triple, which the shapes cannot speak of", where=str(term))
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    # To rdflib a plain string and an xsd:string are two things, though RDF 1.1 has made them one.
    datatype = None if term.datatype.value == str(XSD.string) else rdflib.URIRef(term.datatype.value)
    return rdflib.Literal(term.value, datatype=datatype, normalize=False)


@_silence()
def _check(graph: rdflib.Graph, shapes: rdflib.Graph) -> list[Violation]:
    import pyshacl

    conforms, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inplace=True)
    if conforms:
        return []
    return sorted({_violation(report, found) for found in report.subjects(RDF.type, SH.ValidationResult)})


def _violation(report: rdflib.Graph, found: rdflib.term.Node) -> Violation:
    node, path, value = (report.value(found, part) for part in (SH.focusNode, SH.resultPath, SH.value))
    messages = sorted(str(message) for message in report.objects(found, SH.resultMessage))
    return Violation(
        _short(node), _short(path), "; ".join(messages), _short(value) if value != node and value is not None else ""
    )


def _short(term: rdflib.term.Node | None) -> str:
    """Write a term for a person: IRIs by the known prefixes, a literal's text on one line."""
    if term is None:
        return ""
    text = " ".join(str(term).split())
    if isinstance(term, rdflib.URIRef):
        prefix = next((name for name, space in PREFIXES.items() if text.startswith(space)), None)
        return f"{prefix}:{text.removeprefix(PREFIXES[prefix])}" if prefix else f"<{text}>"
    return text if len(text) <= 80 else f"{text[:79]}…"
