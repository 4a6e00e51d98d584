"""The graph in RDF: what it says, that every tool reads the same, and that no name breaks it."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from random import Random

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import DCTERMS, RDF, XSD, Dataset, Graph, Literal, Namespace, URIRef, Variable
from rdflib.compare import isomorphic

from paperatlas.building import build
from paperatlas.errors import UsageError
from paperatlas.export import rdf, write
from paperatlas.export.namespaces import ONTOLOGY, THINGS
from paperatlas.export.rdf.iris import Iris, encoded
from paperatlas.export.rdf.profiles import Settings
from paperatlas.extract.facts import Entity, Facts, Relation, Result, Span
from paperatlas.extract.paper import Paper, clean
from paperatlas.extract.pipeline import Options
from paperatlas.graph.atlas import Atlas, open_atlas
from paperatlas.schema import PAPER, EntityType, RelationType
from tests.conftest import HOSTILE, ROOT
from tests.test_exports import hostile_atlas

from . import riot

PA, ID = Namespace(ONTOLOGY), Namespace(THINGS)
OA = Namespace("http://www.w3.org/ns/oa#")
PROV = Namespace("http://www.w3.org/ns/prov#")
MLS = Namespace("http://www.w3.org/ns/mls#")
CR = Namespace("http://mlcommons.org/croissant/")
FAIR4ML = Namespace("https://w3id.org/fair4ml#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
NP = Namespace("http://www.nanopub.org/nschema#")

#: By the name of the export: what rdflib and Oxigraph call it, and its ending.
TRIPLES = {
    "turtle": ("turtle", ox.RdfFormat.TURTLE, ".ttl"),
    "ntriples": ("nt", ox.RdfFormat.N_TRIPLES, ".nt"),
    "jsonld": ("json-ld", ox.RdfFormat.JSON_LD, ".jsonld"),
}
QUADS = {"trig": ("trig", ox.RdfFormat.TRIG, ".trig"), "nquads": ("nquads", ox.RdfFormat.N_QUADS, ".nq")}


def written(atlas: Atlas, name: str, how: Settings | None = None) -> bytes:
    out = io.BytesIO()
    getattr(rdf, f"write_{name}")(atlas, out, *([how] if how else []))
    return out.getvalue()


def graph_of(atlas: Atlas, how: Settings | None = None) -> Graph:
    return Graph().parse(data=written(atlas, "turtle", how), format="turtle")


def as_lines(quads: Iterable[ox.Quad]) -> set[str]:
    return {str(quad) for quad in quads}


@pytest.fixture(scope="module")
def graph(small: Atlas) -> Graph:
    return graph_of(small)


# What it says.


def test_a_statement_with_its_support(graph: Graph) -> None:
    assert (ID.alpha, PA.appliedTo, ID["image-classification"]) in graph
    statement = ID["statement/alpha/appliedTo/image-classification"]
    assert {(p, o) for p, o in graph.predicate_objects(statement)} == {
        (RDF.type, PA.Statement),
        (RDF.subject, ID.alpha),
        (RDF.predicate, PA.appliedTo),
        (RDF.object, ID["image-classification"]),
        (PA.support, Literal(2)),
        (PA.confidence, Literal("0.96", datatype=URIRef("http://www.w3.org/2001/XMLSchema#decimal"))),
        (PROV.wasDerivedFrom, ID["paper/arXiv:1701.00001"]),
        (PROV.wasDerivedFrom, ID["paper/later"]),
        (PROV.wasGeneratedBy, ID["run/" + run_id(graph)]),
        (PA.evidence, ID["evidence/arXiv:1701.00001/53-125"]),
        (PA.evidence, ID["evidence/later/0-32"]),
    }


def run_id(graph: Graph) -> str:
    (run,) = graph.subjects(RDF.type, PA.Run)
    return str(run).rpartition("/")[2]


def test_evidence_selects_the_sentence_by_quote_and_by_position(small: Atlas, graph: Graph) -> None:
    texts = {
        paper: "\n".join(str(t) for t in (graph.value(paper, DCTERMS.title), graph.value(paper, DCTERMS.abstract)) if t)
        for paper in graph.subjects(RDF.type, PA.Paper)
    }
    places = [*graph.subjects(RDF.type, OA.Annotation)]
    assert places
    for place in places:
        assert set(graph.objects(place, OA.hasBody)) == set(graph.subjects(PA.evidence, place)) != set()
        target = graph.value(place, OA.hasTarget)
        text = texts[next(graph.objects(target, OA.hasSource))]
        quote, position = sorted(graph.objects(target, OA.hasSelector), key=str, reverse=True)
        assert (quote, RDF.type, OA.TextQuoteSelector) in graph
        start, end = (int(str(graph.value(position, part))) for part in (OA.start, OA.end))
        exact, before, after = (str(graph.value(quote, part)) for part in (OA.exact, OA.prefix, OA.suffix))
        assert text[start:end] == exact
        assert text[:start].endswith(before)
        assert text[end:].startswith(after)
        assert len(before) == min(32, start)
        assert len(after) == min(32, len(text) - end)


def test_a_score_is_an_evaluation_and_a_gain_is_not(graph: Graph) -> None:
    score = ID["result/beta/accuracy/arXiv:1801.00002/76-146/75.5%25/on/imagenet"]
    gain = ID["result/beta/accuracy/arXiv:1801.00002/76-146/5.4%25/on/imagenet/gain"]
    assert set(graph.objects(score, RDF.type)) == {
        PA.Result,
        MLS.ModelEvaluation,
        CR.EvaluationResult,
        FAIR4ML.MLModelEvaluation,
    }
    value = Literal("75.5", datatype=URIRef("http://www.w3.org/2001/XMLSchema#decimal"))
    for prefix in (PA.value, MLS.hasValue, CR.value):
        assert graph.value(score, prefix) == value
    for prefix in (PA.metric, MLS.specifiedBy, CR.metric):
        assert graph.value(score, prefix) == ID.accuracy
    assert graph.value(score, FAIR4ML.evaluationDataset) == ID.imagenet
    assert graph.value(score, FAIR4ML.evaluationResults) == Literal("75.5 %")
    assert set(graph.objects(gain, RDF.type)) == {PA.Result}
    assert graph.value(gain, PA.kind) == Literal("gain")


def test_the_run_and_what_it_used(graph: Graph) -> None:
    run = ID["run/" + run_id(graph)]
    assert graph.value(run, PA.pipeline) == Literal("learned")
    assert graph.value(run, PA.setting) == Literal("min_confidence=0.5")
    assert graph.value(graph.value(run, PROV.used), PA.checksum) == Literal("c0ffee")
    assert graph.value(run, PROV.wasAssociatedWith) == ID["software/paperatlas/1.2.3"]


def test_names_are_skos(graph: Graph) -> None:
    assert graph.value(ID.coco, SKOS.prefLabel) == Literal("COCO")
    assert (ID.coco, SKOS.inScheme, ID["scheme/things"]) in graph


def test_plain_has_no_statements_and_is_part_of_the_rest(small: Atlas, graph: Graph) -> None:
    plain = graph_of(small, Settings("plain"))
    assert set(plain) < set(graph)
    assert (ID.beta, PA.extends, ID.alpha) in plain
    for kind in (PA.Statement, PA.Result, PA.Run, OA.Annotation):
        assert not set(plain.subjects(RDF.type, kind))


def test_a_nanopublication_a_statement(small: Atlas) -> None:
    dataset = Dataset().parse(data=written(small, "trig", Settings("nanopub")), format="trig")
    assert len(dataset.default_graph) == 0
    heads = [g for g in dataset.graphs() if str(g.identifier).endswith("#head")]
    assert len(heads) == small.graph.number_of_edges()
    for head in heads:
        (publication,) = head.subjects(RDF.type, NP.Nanopublication)
        assert set(head.subjects()) == {publication}
        names = (NP.hasAssertion, NP.hasProvenance, NP.hasPublicationInfo)
        parts = [URIRef(str(head.value(publication, name))) for name in names]
        assertion, provenance, info = (dataset.graph(part) for part in parts)
        assert len(assertion)
        assert (parts[0], PROV.wasDerivedFrom, None) in provenance
        assert (publication, None, None) in info
    name = ID["nanopub/beta/extends/alpha#assertion"]
    assert [*dataset.graph(name)] == [(ID.beta, PA.extends, ID.alpha)]
    scored = dataset.graph(ID["nanopub/beta/measuredBy/accuracy#assertion"])
    assert len(set(scored.subjects(RDF.type, PA.Result))) == 2


def test_a_profile_of_graphs_needs_a_format_of_graphs(small: Atlas) -> None:
    with pytest.raises(UsageError, match=r"nanopub needs a format with named graphs \(--format trig or nquads\)"):
        written(small, "turtle", Settings("nanopub"))
    with pytest.raises(UsageError, match=r"no profile 'full' \(one of plain, evidence, nanopub\)"):
        Settings("full")


@pytest.mark.parametrize("base", ["https://example.org/", "http://localhost:8080/atlas/", "https://example.org/x#"])
def test_the_base_is_a_setting(small: Atlas, base: str) -> None:
    assert written(small, "turtle", Settings(base=base)).decode().count(THINGS) == 0
    moved = graph_of(small, Settings(base=base))
    assert (URIRef(base + "beta"), PA.extends, URIRef(base + "alpha")) in moved
    assert len(moved) == len(graph_of(small))


@pytest.mark.parametrize(
    "base", ["", "example", "https://example.org", "ftp://x/", "https://x/a b/", "https://x/>/", "/a/"]
)
def test_what_is_no_base(base: str) -> None:
    with pytest.raises(UsageError, match="is no base for IRIs"):
        Settings(base=base)


def test_iris_do_not_hang_on_what_else_is_there(small: Atlas) -> None:
    whole = {str(s) for s in graph_of(small).subjects()}
    for facts in small.facts:
        alone = graph_of(Atlas((facts,), small.runs, small.run_ids))
        assert {str(s) for s in alone.subjects()} <= whole


# Every tool reads the same.


@pytest.fixture(scope="module", params=["examples", "hostile", "small", "seeds"])
def atlas(
    request: pytest.FixtureRequest, example_atlas: Atlas, small: Atlas, tmp_path_factory: pytest.TempPathFactory
) -> Atlas:
    if request.param == "seeds":
        folder = tmp_path_factory.mktemp("seeds")
        build([str(request.getfixturevalue("shared") / "seeds")], folder, options=Options("rules"))
        return open_atlas(folder)
    return {"examples": example_atlas, "hostile": hostile_atlas(), "small": small}[request.param]


@pytest.mark.parametrize("name", TRIPLES)
def test_rdflib_and_oxigraph_read_the_triples_that_were_written(atlas: Atlas, name: str) -> None:
    rows = [*rdf.triples(atlas)]
    assert len(set(rows)) == len(rows)
    assert not any(isinstance(term, ox.BlankNode) for row in rows for term in row)
    data = written(atlas, name)
    rdflib_name, ox_name, _ = TRIPLES[name]
    assert as_lines(ox.parse(data, ox_name)) == as_lines(ox.Quad(*row) for row in rows)
    assert isomorphic(Graph().parse(data=data, format=rdflib_name), graph_of(atlas))
    assert len(Graph().parse(data=data, format=rdflib_name)) == len(rows)


@pytest.mark.parametrize("profile", ["evidence", "nanopub"])
@pytest.mark.parametrize("name", QUADS)
def test_rdflib_and_oxigraph_read_the_quads_that_were_written(atlas: Atlas, name: str, profile: str) -> None:
    how = Settings(profile)
    quads = [*rdf.quads(atlas, how)]
    assert len(set(quads)) == len(quads)
    data = written(atlas, name, how)
    rdflib_name, ox_name, _ = QUADS[name]
    assert as_lines(ox.parse(data, ox_name)) == as_lines(quads)
    assert sum(1 for _ in Dataset().parse(data=data, format=rdflib_name).quads()) == len(quads)


def test_rdflib_over_oxigraph_is_the_same_graph(small: Atlas) -> None:
    fast = rdf.as_rdflib(small)
    assert set(fast) == set(canonical(graph_of(small)))
    found = fast.query("SELECT ?name { ?x pa:extends id:beta ; skos:prefLabel ?name }")
    assert [str(binding[Variable("name")]) for binding in found.bindings] == ["Gamma"]


def canonical(graph: Graph) -> Graph:
    """Write literals as Oxigraph's store does: a decimal's value and not its digits (71.0 is 71), a string's datatype."""
    made = Graph()
    for s, p, o in graph:
        if isinstance(o, Literal) and str(o.datatype).endswith("#decimal"):
            o = Literal(str(o).rstrip("0").rstrip("."), datatype=o.datatype, normalize=False)
        elif isinstance(o, Literal) and o.datatype is None and o.language is None:
            o = Literal(str(o), datatype=XSD.string)
        made.add((s, p, o))
    return made


@pytest.mark.parametrize("name", [*TRIPLES, *QUADS])
def test_jena_reads_the_same(atlas: Atlas, name: str, tmp_path: Path) -> None:
    command = riot.command(tmp_path / "messages")
    if command is None:
        pytest.skip("needs Jena's riot (apt install libapache-jena-java)")
    ending = (TRIPLES | QUADS)[name][2]
    write(atlas, name, tmp_path / f"atlas{ending}")
    lines = as_lines(ox.parse(riot.read(command, tmp_path / f"atlas{ending}", "nquads"), ox.RdfFormat.N_QUADS))
    assert lines == as_lines(ox.parse(written(atlas, name), (TRIPLES | QUADS)[name][1]))


def test_memory_does_not_grow_with_the_graph() -> None:
    """What the writers hold beside the graph: measured as the most that Python holds while they run."""
    found = []
    for papers in (250, 750):
        command = [sys.executable, "-c", _PEAK, str(papers)]
        output = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
        found.append([int(number) for number in output.split()])
    (before, less), (after, more) = found
    # Buffers are more or less full; whoever kept what is written would hold all of it.
    assert after - before < 0.05 * (more - less), found


_PEAK = """
import sys, tracemalloc
from paperatlas.export import rdf
from tests.rdf.test_graph import atlas_of_names
atlas = atlas_of_names([f"name {n}" for n in range(10 * int(sys.argv[1]))])
atlas.graph
class Nowhere:
    written = 0
    def write(self, data):
        self.written += len(data)
        return len(data)
    def writelines(self, lines):
        for line in lines: self.write(line)
    def flush(self): pass
rdf.write_ntriples(atlas_of_names(["x"]), Nowhere())
tracemalloc.start()
out = Nowhere()
for write in (rdf.write_turtle, rdf.write_jsonld, rdf.write_trig):
    write(atlas, out)
print(tracemalloc.get_traced_memory()[1], out.written)
"""


# No name breaks it.


def atlas_of_names(names: list[str]) -> Atlas:
    """Put every name wherever a name, an identifier or a text can stand: ten to a paper, one of them its identifier."""
    facts = []
    for start in range(0, len(names), 10):
        some = names[start : start + 10]
        text = "m " + " ".join(some)
        paper = Paper(text, id=some[0], title=some[-1], authors=tuple(some), url=some[0], date="2022")
        whole = Span(0, len(paper.text))
        things = [Entity(f"e{n}", name, EntityType.METHOD, (name,), (whole,), 0.5) for n, name in enumerate(some)]
        metric = Entity("m", "m", EntityType.METRIC, ("m",), (Span(0, 1),), 0.5)
        stated = tuple(Relation(PAPER, RelationType.INTRODUCES, thing.key, whole, 0.5) for thing in things)
        score = Result("e0", "m", "1.50", some[-1], "", "score", whole, 0.5)
        facts.append(Facts(paper, (*things, metric), stated, (score,)))
    return Atlas(tuple({each.paper.key: each for each in facts}.values()))


#: What breaks careless writers, amid anything that Unicode has.
NAMES = st.one_of(
    st.text(min_size=1, max_size=20),
    st.text("\"'\\<>{}|^`%#/?:@.;,&= \t\n\r\u2028\u2029\u200f\u202e\u00a0ab", min_size=1, max_size=20),
    st.text("\u05d0\u0634\u202b\u202e\U0001f409\U0001f1e9\u200d\ufe0f\u0301e", min_size=1, max_size=20),
    st.sampled_from(
        [*HOSTILE, "..", ".", "../..", "a/../b", "//", "%2F", "%", "\\u0041", "_:b", "@prefix", "x" * 5_000]
    ),
).map(clean)
#: So many names are in one graph, and so many graphs are made: 10,000 names in all.
A_GRAPH, GRAPHS = 500, 20


@settings(max_examples=GRAPHS, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck])
@given(st.lists(NAMES.filter(bool), min_size=25, max_size=60), st.randoms(use_true_random=False))
def test_any_name_comes_back_from_every_format(drawn: list[str], random: Random) -> None:
    names = grown(drawn, random)
    assert len(names) == A_GRAPH
    atlas = atlas_of_names(names)
    rows = as_lines(ox.Quad(*row) for row in rdf.triples(atlas))
    for name, (_, ox_name, _) in TRIPLES.items():
        assert as_lines(ox.parse(written(atlas, name), ox_name)) == rows, name
    quads = as_lines(rdf.quads(atlas))
    for name, (_, ox_name, _) in QUADS.items():
        assert as_lines(ox.parse(written(atlas, name), ox_name)) == quads, name
    titles = {paper.title for paper in atlas.papers.values()}
    plain = Graph().parse(data=written(atlas, "turtle", Settings("plain")), format="turtle")
    assert {str(title) for title in plain.objects(None, DCTERMS.title)} == titles
    queried = ox.Store()
    queried.bulk_load(written(atlas, "turtle"), ox.RdfFormat.TURTLE)
    assert all(ox.Quad(Iris().node(node), *labelled(data)) in queried for node, data in atlas.graph.nodes(data=True))


def labelled(data: dict[str, str]) -> tuple[ox.NamedNode, ox.Literal]:
    return ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label"), ox.Literal(data["name"])


def grown(drawn: list[str], random: Random) -> list[str]:
    """Make a graph's worth of names of some: hypothesis draws few long lists."""
    names = dict.fromkeys(drawn)
    while len(names) < A_GRAPH:
        one, other = random.choice(drawn), random.choice(drawn)
        names[
            clean(one[: random.randrange(1, 9)] + other[-random.randrange(1, 9) :])
            + chr(random.randrange(0x3041, 0x9FFF))
        ] = None
    return [*names][:A_GRAPH]


def test_names_that_differ_have_iris_that_differ() -> None:
    names = [
        *HOSTILE,
        "a b",
        "a%20b",
        "a+b",
        "..",
        "%2E%2E",
        ".",
        "/",
        "//",
        "é",
        "e\u0301",
        "A",
        "a",
        "a/./b",
        "a/%2E/b",
    ]
    assert len({encoded(name) for name in names}) == len(names)
    for name in names:
        iri = Iris().node(name).value
        assert iri == URIRef(iri).n3().strip("<>")
        assert ".." not in iri.split("/")
