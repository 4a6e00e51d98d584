"""Nanopublications: every statement as a small publication of its own, in four named graphs.

    <.../nanopub/vq-vae/appliedTo/image-generation#head> {
        <.../nanopub/...> a np:Nanopublication ; np:hasAssertion <...#assertion> ;
            np:hasProvenance <...#provenance> ; np:hasPublicationInfo <...#pubinfo> .
    }
    <...#assertion> { id:vq-vae pa:appliedTo id:image-generation . }
    <...#provenance> { <...#assertion> prov:wasDerivedFrom <.../paper/arXiv:1711.00937> ; pa:support 2 . ... }
    <...#pubinfo> { <.../nanopub/...> rdfs:label "VQ-VAE is applied to image generation" . ... }

After the Nanopublication Guidelines (nanopub.org/guidelines): each of the four graphs is named, none is empty, and the
provenance is that of the assertion. The statement's numbers are part of its assertion. IRIs are stable; they are not
trusty URIs, which would change with every new paper.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from pyoxigraph import NamedNode, Quad

from paperatlas.export.rdf import evidence, statements
from paperatlas.export.rdf.describe import run
from paperatlas.export.rdf.iris import Iris
from paperatlas.export.rdf.terms import NP, PA, PROV, RDFS, A, Row, decimal, integer, text
from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import EdgeData, NodeData, edges
from paperatlas.schema import SIGNATURES, RelationType


def nanopubs(atlas: Atlas, iris: Iris) -> Iterator[Quad]:
    """Yield the quads of all nanopublications, in order of the edges."""
    for head, tail, edge in edges(atlas.graph):
        name = iris.nanopub(head, edge["type"], tail)
        # A base that ends in "#" has its fragment already.
        joint = "/" if "#" in iris.base else "#"
        me, *graphs = (NamedNode(name + end) for end in ("", *(joint + part for part in _GRAPHS)))
        contents = (
            _head(me, graphs),
            _assertion(atlas, iris, head, tail, edge),
            _provenance(atlas, iris, graphs[1], edge),
            _pubinfo(atlas, iris, me, head, tail, edge),
        )
        for graph, rows in zip(graphs, contents, strict=True):
            for row in dict.fromkeys(rows):
                yield Quad(*row, graph)


_GRAPHS = ("head", "assertion", "provenance", "pubinfo")


def _head(me: NamedNode, graphs: list[NamedNode]) -> Iterator[Row]:
    _, assertion, provenance, pubinfo = graphs
    yield me, A, NP.Nanopublication
    yield me, NP.hasAssertion, assertion
    yield me, NP.hasProvenance, provenance
    yield me, NP.hasPublicationInfo, pubinfo


def _assertion(atlas: Atlas, iris: Iris, head: str, tail: str, edge: EdgeData) -> Iterator[Row]:
    nodes = atlas.graph.nodes
    yield from statements.plain(iris, head, tail, edge, (nodes[head]["type"], nodes[tail]["type"]))
    for me, score in statements.results(iris, head, tail, edge).items():
        yield from statements.result(iris, me, head, tail, score, nodes[head]["type"], nodes[tail]["name"])


def _provenance(atlas: Atlas, iris: Iris, assertion: NamedNode, edge: EdgeData) -> Iterator[Row]:
    yield assertion, PA.support, integer(edge["support"])
    yield assertion, PA.confidence, decimal(str(edge["confidence"]))
    for paper in edge["papers"]:
        yield assertion, PROV.wasDerivedFrom, iris.node(paper)
    for run_id in statements.runs(atlas, edge):
        yield assertion, PROV.wasGeneratedBy, iris.run(run_id)
    for place in edge["evidence"]:
        yield assertion, PA.evidence, iris.evidence_of(place)
        data = cast("NodeData", atlas.graph.nodes[place["paper"]])
        span = (place["start"], place["end"])
        yield from evidence.annotation(iris, place["paper"], span, data, place["quote"], [assertion])


def _pubinfo(atlas: Atlas, iris: Iris, me: NamedNode, head: str, tail: str, edge: EdgeData) -> Iterator[Row]:
    names = atlas.graph.nodes[head]["name"], atlas.graph.nodes[tail]["name"]
    yield me, RDFS.label, text(f"{names[0]} {SIGNATURES[RelationType(edge['type'])].reads} {names[1]}")
    for node, name in zip((head, tail), names, strict=True):
        yield iris.node(node), RDFS.label, text(name)
    runs = set(statements.runs(atlas, edge))
    for each in atlas.runs:
        if each.id in runs:
            yield me, PROV.wasAttributedTo, iris.software(each)
            yield from run(iris, each)
