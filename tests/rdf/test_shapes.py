"""The ontology and the shapes: that they say what the schema says, pass what we write, and fail what is broken."""

import io
import re
import subprocess
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, RDFS, SH, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCAT, DCTERMS, PROV, SDO, SKOS, VOID, XSD, DefinedNamespace
from rdflib.term import Node

from paperatlas.export import rdf, write
from paperatlas.export.namespaces import ONTOLOGY, PREFIXES, THINGS
from paperatlas.export.rdf.profiles import Settings
from paperatlas.export.rdf.validation import violations
from paperatlas.export.rdf.vocabulary import MADE, inverse_name
from paperatlas.extract.paper import Paper
from paperatlas.graph.atlas import Atlas
from paperatlas.schema import PAPER, SIGNATURES, TYPE_MEANINGS, EntityType

from .conftest import paper_facts

PA = Namespace(ONTOLOGY)
Run = Callable[..., subprocess.CompletedProcess[str]]


def shipped(name: str) -> Graph:
    return Graph().parse(data=(files("paperatlas.export") / "data" / name).read_text(encoding="utf-8"), format="turtle")


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return shipped("ontology.ttl")


@pytest.mark.parametrize("name", MADE)
def test_the_files_are_what_the_schema_makes(name: str) -> None:
    there = (files("paperatlas.export") / "data" / name).read_text(encoding="utf-8")
    assert there == MADE[name](), "run python -m paperatlas.export.rdf.vocabulary"


def classes(graph: Graph, node: Node | None) -> set[str]:
    """Return the classes that a domain or range is the union of."""
    union = graph.value(node, OWL.unionOf)
    members = Collection(graph, union) if union else [node]
    return {str(member).removeprefix(ONTOLOGY) for member in members}


def test_the_ontology_says_what_the_schema_says(ontology: Graph) -> None:
    for kind in EntityType:
        assert (PA[kind], RDF.type, OWL.Class) in ontology
        assert (PA[kind], RDFS.subClassOf, PA.Thing) in ontology
        assert ontology.value(PA[kind], RDFS.comment) == Literal(TYPE_MEANINGS[kind], lang="en")
    for relation, signature in SIGNATURES.items():
        me = PA[relation]
        assert ontology.value(me, RDFS.label) == Literal(signature.reads, lang="en")
        assert ontology.value(me, RDFS.comment) == Literal(signature.meaning, lang="en")
        heads = {"Paper" if head == PAPER else head for head, _ in signature.pairs}
        assert classes(ontology, ontology.value(me, RDFS.domain)) == heads
        assert classes(ontology, ontology.value(me, RDFS.range)) == {tail for _, tail in signature.pairs}
        assert ((me, RDF.type, OWL.SymmetricProperty) in ontology) == signature.symmetric
        assert ((me, RDF.type, OWL.TransitiveProperty) in ontology) == signature.transitive
        if not signature.symmetric:
            inverse = ontology.value(me, OWL.inverseOf)
            assert inverse == PA[inverse_name(signature)]
            assert ontology.value(inverse, RDFS.label) == Literal(signature.inverse, lang="en")


def test_every_term_of_ours_has_a_label_and_a_comment(ontology: Graph) -> None:
    terms = {s for s in ontology.subjects(RDF.type) if isinstance(s, URIRef) and s.startswith(ONTOLOGY)}
    assert len(terms) > 40
    for term in terms:
        assert ontology.value(term, RDFS.label), term
        assert ontology.value(term, RDFS.comment), term


def test_what_is_written_uses_only_terms_that_there_are(small: Atlas, ontology: Graph) -> None:
    data = Graph().parse(data=_turtle(small), format="turtle")
    used = {
        term for triple in [*data, *ontology, *shipped("shapes.ttl")] for term in triple if isinstance(term, URIRef)
    }
    ours = {s for s in ontology.subjects() if str(s).startswith(ONTOLOGY)}
    shapes = {
        s for name in ("shapes.ttl", "shapes-nanopub.ttl") for s in shipped(name).subjects(RDF.type, SH.NodeShape)
    }
    assert {term for term in used if str(term).startswith(ONTOLOGY)} <= ours | shapes
    # Those of which rdflib has the full list.
    known: list[type[DefinedNamespace]] = [DCAT, DCTERMS, OWL, PROV, RDF, RDFS, SDO, SH, SKOS, VOID, XSD]
    for vocabulary in known:
        start = str(vocabulary._NS)
        for term in used:
            if str(term).startswith(start) and str(term) != start:
                assert str(term).removeprefix(start) in vocabulary, term


def _turtle(atlas: Atlas) -> bytes:
    made = io.BytesIO()
    rdf.write_turtle(atlas, made)
    return made.getvalue()


def stored(atlas: Atlas, how: Settings | None = None) -> ox.Store:
    store = ox.Store()
    store.bulk_extend(rdf.quads(atlas, how or Settings()))
    return store


@pytest.mark.parametrize("profile", ["plain", "evidence", "nanopub"])
@pytest.mark.parametrize("which", ["small", "example_atlas"])
def test_what_is_written_conforms(which: str, profile: str, request: pytest.FixtureRequest) -> None:
    assert [*violations(stored(request.getfixturevalue(which), Settings(profile)))] == []


def test_a_paper_is_the_head_also_of_what_reads_in_both_directions() -> None:
    paper = Paper("Ours is compared with Alpha.", id="p")
    atlas = Atlas((paper_facts(paper, [("PAPER", "comparedWith", "Alpha")]),))
    assert [(head, tail) for head, tail in atlas.graph.edges()] == [("paper/p", "alpha")]
    assert [*violations(stored(atlas))] == []


@pytest.mark.parametrize("profile", ["evidence", "nanopub"])
def test_a_large_file_is_checked_in_pieces_with_the_same_outcome(
    small: Atlas, profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, broken = stored(small, Settings(profile)), stored(small, Settings(profile))
    for store in (whole, broken):
        if store is broken:
            store.update(
                "DELETE { GRAPH ?g { ?s pa:quote ?q } } WHERE { GRAPH ?g { ?s pa:quote ?q } }", prefixes=PREFIXES
            )
            store.update("DELETE WHERE { ?s pa:quote ?q }", prefixes=PREFIXES)
        expected = [*violations(store)]
        monkeypatch.setattr("paperatlas.export.rdf.validation._WHOLE", 0)
        monkeypatch.setattr("paperatlas.export.rdf.validation._BATCH", 7)
        assert sorted(violations(store)) == expected
        assert bool(expected) == (store is broken)
        monkeypatch.undo()


#: What breaks a graph, as SPARQL, and the node that then fails, with the property that does; one and more a shape.
BROKEN = {
    "PaperShape": ("DELETE WHERE { <paper/survey> dcterms:identifier ?x }", "id:paper/survey", "dcterms:identifier"),
    "PaperShape date": ("INSERT DATA { <paper/survey> dcterms:date '1999-99'^^xsd:gYearMonth }", "id:paper/survey", "dcterms:date"),
    "ThingShape": ("DELETE WHERE { <alpha> skos:prefLabel ?x }", "id:alpha", "skos:prefLabel"),
    "ThingShape type": ("INSERT DATA { <alpha> a pa:Metric }", "id:alpha", "rdf:type"),
    "ThingShape confidence": (
        "DELETE { <alpha> pa:confidence ?x } INSERT { <alpha> pa:confidence 1.5 } WHERE { <alpha> pa:confidence ?x }",
        "id:alpha",
        "pa:confidence",
    ),
    "StatementShape": (
        "DELETE WHERE { <statement/beta/extends/alpha> pa:evidence ?x }", "id:statement/beta/extends/alpha", "pa:evidence"
    ),
    "StatementShape predicate": (
        "DELETE { ?s rdf:predicate ?x } INSERT { ?s rdf:predicate pa:likes } WHERE "
        "{ VALUES ?s { <statement/beta/extends/alpha> } ?s rdf:predicate ?x }",
        "id:statement/beta/extends/alpha",
        "rdf:predicate",
    ),
    "ResultShape": ("DELETE { ?s pa:value ?x } WHERE { ?s a pa:Result ; pa:value ?x }", "id:result/", "pa:value"),
    "ResultShape dataset": ("INSERT { ?s pa:dataset <alpha> } WHERE { ?s a pa:Result }", "id:result/", "pa:dataset"),
    "EvaluationShape": ("INSERT { ?s mls:hasValue 3.5 } WHERE { ?s a mls:ModelEvaluation }", "id:result/", "mls:hasValue"),
    "ModelEvaluationShape": (
        "DELETE WHERE { ?s fair4ml:evaluatedMLModel ?x }", "id:result/", "fair4ml:evaluatedMLModel"
    ),
    "AnnotationShape": ("DELETE WHERE { ?s oa:hasTarget ?x }", "id:evidence/", "oa:hasTarget"),
    "AnnotationShape order": (
        "DELETE { ?s pa:start ?x } INSERT { ?s pa:start 9999 } WHERE { ?s pa:start ?x }", "id:evidence/", "pa:start"
    ),
    "TargetShape": ("DELETE WHERE { ?s a oa:TextPositionSelector }", "id:evidence/", "oa:hasSelector"),
    "QuoteShape": ("DELETE WHERE { ?s oa:exact ?x }", "id:evidence/", "oa:exact"),
    "PositionShape": ("DELETE WHERE { ?s oa:end ?x }", "id:evidence/", "oa:end"),
    "SourceShape": ("INSERT { ?s oa:hasSource <alpha> } WHERE { ?s oa:hasSource ?x }", "id:evidence/", "oa:hasSource"),
    "PlaceShape": ("INSERT { ?s pa:paper <alpha> } WHERE { ?s a pa:Result }", "id:result/", "pa:paper"),
    "RunShape": ("DELETE WHERE { ?s pa:fingerprint ?x }", "id:run/", "pa:fingerprint"),
    "SchemeShape": ("DELETE WHERE { <scheme/things> rdfs:label ?x }", "id:scheme/things", "rdfs:label"),
    "IntroducesShape": ("INSERT DATA { <alpha> pa:introduces <beta> }", "id:alpha", ""),
    "UsesShape": ("INSERT DATA { <alpha> pa:uses <coco> }", "id:alpha", ""),
    "ExtendsShape": ("INSERT DATA { <alpha> pa:extends <coco> }", "id:alpha", ""),
    "IsAShape": ("INSERT DATA { <coco> pa:isA <alpha> }", "id:coco", ""),
    "AppliedToShape": ("INSERT DATA { <alpha> pa:appliedTo <coco> }", "id:alpha", ""),
    "TrainedOnShape": ("INSERT DATA { <alpha> pa:trainedOn <beta> }", "id:alpha", ""),
    "EvaluatedOnShape": ("INSERT DATA { <coco> pa:evaluatedOn <imagenet> }", "id:coco", ""),
    "BenchmarkForShape": ("INSERT DATA { <alpha> pa:benchmarkFor <detection> }", "id:alpha", ""),
    "MeasuredByShape": ("INSERT DATA { <alpha> pa:measuredBy <coco> }", "id:alpha", ""),
    "ComparedWithShape": ("INSERT DATA { <coco> pa:comparedWith <alpha> }", "id:coco", ""),
    "OutperformsShape": ("INSERT DATA { <alpha> pa:outperforms <accuracy> }", "id:alpha", ""),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_graph_fails(small: Atlas, what: str) -> None:
    update, node, path = BROKEN[what]
    store = stored(small)
    store.update(f"BASE <{THINGS}> {update}", prefixes=PREFIXES)
    assert (node, path) in {(v.node if v.node == node else v.node[: len(node)], v.path) for v in violations(store)}


def test_every_shape_is_shown_to_fail() -> None:
    names = {str(shape).removeprefix(ONTOLOGY) for shape in shipped("shapes.ttl").subjects(RDF.type, SH.NodeShape)}
    assert names == {what.partition(" ")[0] for what in BROKEN}


@pytest.mark.parametrize(
    ("update", "path"),
    [
        ("DELETE WHERE { GRAPH ?g { ?s np:hasProvenance ?x } }", "np:hasProvenance"),
        ("DELETE WHERE { GRAPH ?g { ?s pa:support ?x } }", "pa:support"),
        ("DELETE WHERE { GRAPH ?g { ?s oa:exact ?x } }", "oa:exact"),
    ],
)
def test_a_broken_nanopublication_fails(small: Atlas, update: str, path: str) -> None:
    store = stored(small, Settings("nanopub"))
    store.update(update, prefixes=PREFIXES)
    assert path in {violation.path for violation in violations(store)}


def test_the_command(paperatlas: Run, small: Atlas, small_folder: Path, tmp_path: Path) -> None:
    done = paperatlas("validate", small_folder)
    assert (done.returncode, done.stdout) == (0, "")
    assert re.fullmatch(rf"{small_folder}: \d+ triples; conforms\n", done.stderr)
    write(small, "trig", tmp_path / "np.trig", settings=Settings("nanopub"))
    assert paperatlas("validate", tmp_path / "np.trig").returncode == 0
    turtle = (small_folder / "atlas.ttl").read_text(encoding="utf-8")
    (tmp_path / "bad.ttl").write_text(
        turtle.replace('skos:prefLabel "Gamma"', 'skos:altLabel "Gamma"'), encoding="utf-8"
    )
    done = paperatlas("validate", tmp_path / "bad.ttl", "-q")
    assert done.returncode == 1
    assert "id:gamma skos:prefLabel: Less than 1 values" in done.stdout
    assert all(line.startswith("id:gamma ") for line in done.stdout.splitlines())
    (tmp_path / "worse.ttl").write_text("id:a a <b", encoding="utf-8")
    done = paperatlas("validate", tmp_path / "worse.ttl")
    assert done.returncode == 1
    assert "worse.ttl: not readable as RDF" in done.stderr
