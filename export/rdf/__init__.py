"""RDF: the graph as plain triples, and beside each the sentences that state it.

    id:vq-vae a pa:Method ; skos:prefLabel "VQ-VAE" ; pa:appliedTo id:image-generation .
    <.../id/statement/vq-vae/appliedTo/image-generation> a pa:Statement ;
        rdf:subject id:vq-vae ; rdf:predicate pa:appliedTo ; rdf:object id:image-generation ;
        pa:support 2 ; pa:evidence <.../id/evidence/arXiv:1711.00937/120-190> .

Terms of our own are in the ontology's namespace (``pa:``), things under a base that the user may set (``id:``). There
are no blank nodes, so that every run gives the same triples under the same names. Writers stream: what they hold in
memory does not grow with the graph.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, BinaryIO, cast

import pyoxigraph as ox

from paperatlas.errors import UsageError
from paperatlas.export.namespaces import prefixes
from paperatlas.export.rdf import jsonld
from paperatlas.export.rdf.header import OrderedPrefixes
from paperatlas.export.rdf.iris import Iris
from paperatlas.export.rdf.nanopub import nanopubs
from paperatlas.export.rdf.profiles import TRIPLES, Settings
from paperatlas.export.rdf.spill import spill
from paperatlas.export.rdf.terms import PA, Row
from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import edges

if TYPE_CHECKING:
    import rdflib

__all__ = [
    "Settings",
    "as_rdflib",
    "quads",
    "triples",
    "write_jsonld",
    "write_nquads",
    "write_ntriples",
    "write_trig",
    "write_turtle",
]

_DEFAULT = Settings()


def write_turtle(atlas: Atlas, out: BinaryIO, settings: Settings = _DEFAULT) -> None:
    """Write the graph as Turtle.

    Raises:
        UsageError: the profile needs named graphs.
    """
    _write((ox.Triple(*row) for row in triples(atlas, settings)), out, ox.RdfFormat.TURTLE, settings)


def write_ntriples(atlas: Atlas, out: BinaryIO, settings: Settings = _DEFAULT) -> None:
    """Write the graph as N-Triples, a triple a line.

    Raises:
        UsageError: the profile needs named graphs.
    """
    ox.serialize((ox.Triple(*row) for row in triples(atlas, settings)), out, ox.RdfFormat.N_TRIPLES)


def write_jsonld(atlas: Atlas, out: BinaryIO, settings: Settings = _DEFAULT) -> None:
    """Write the graph as JSON-LD with the prefixes as its context, a subject a line.

    Raises:
        UsageError: the profile needs named graphs.
    """
    jsonld.write(triples(atlas, settings), out, prefixes(settings.base))


def write_trig(atlas: Atlas, out: BinaryIO, settings: Settings = _DEFAULT) -> None:
    """Write everything to the default graph, and what each paper states once more to a graph named after the paper.

    With the profile ``nanopub``, write nanopublications.
    """
    _write(quads(atlas, settings), out, ox.RdfFormat.TRIG, settings)


def write_nquads(atlas: Atlas, out: BinaryIO, settings: Settings = _DEFAULT) -> None:
    """Write the same as :func:`write_trig` as N-Quads, a quad a line."""
    ox.serialize(quads(atlas, settings), out, ox.RdfFormat.N_QUADS)


def triples(atlas: Atlas, settings: Settings = _DEFAULT) -> Iterator[Row]:
    """Yield the triples of a profile; none comes twice.

    Raises:
        UsageError: the profile needs named graphs.
    """
    if settings.profile not in TRIPLES:
        raise UsageError(
            f"the profile {settings.profile} needs a format with named graphs", hint="--format trig or nquads"
        )
    return TRIPLES[settings.profile](atlas, Iris(settings.base))


def quads(atlas: Atlas, settings: Settings = _DEFAULT) -> Iterator[ox.Quad]:
    """Yield the quads of a profile; none comes twice."""
    iris = Iris(settings.base)
    if settings.profile not in TRIPLES:
        yield from nanopubs(atlas, iris)
        return
    for row in triples(atlas, settings):
        yield ox.Quad(*row)
    with spill(width=4) as stated:
        for head, tail, edge in edges(atlas.graph):
            stated.add((paper, head, edge["type"], tail) for paper in edge["papers"])
        for paper, rows in groupby(stated.ordered(), key=lambda row: str(row[0])):
            graph = ox.NamedNode(f"{iris.node(paper).value}/statements")
            for _, *stated_triple in rows:
                subject, relation, thing = map(str, stated_triple)
                yield ox.Quad(iris.node(subject), PA[relation], iris.node(thing), graph)


def _write(
    statements: Iterator[ox.Triple] | Iterator[ox.Quad], out: BinaryIO, format: ox.RdfFormat, settings: Settings
) -> None:
    ordered = OrderedPrefixes(out)
    ox.serialize(statements, cast("BinaryIO", ordered), format, prefixes=prefixes(settings.base))
    ordered.flush()


def as_rdflib(atlas: Atlas, settings: Settings = _DEFAULT) -> rdflib.Graph:
    """Return the graph for rdflib: its API, with Oxigraph as the store behind it, which is many times faster.

    Raises:
        UsageError: the profile needs named graphs.
    """
    import rdflib
    from oxrdflib import OxigraphStore

    store = ox.Store()
    store.bulk_extend(ox.Quad(*row) for row in triples(atlas, settings))
    default = rdflib.graph.DATASET_DEFAULT_GRAPH_ID
    graph = rdflib.Graph(OxigraphStore(store=store), identifier=default, bind_namespaces="none")
    for prefix, namespace in prefixes(settings.base).items():
        graph.bind(prefix, namespace)
    return graph
