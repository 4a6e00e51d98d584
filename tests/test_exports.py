"""Every format holds the whole graph and nothing that a name could smuggle in, proven by the format's own readers."""

import csv
import io
import json
import re
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pyoxigraph as ox
import pytest
from antlr4 import CommonTokenStream, InputStream
from antlr4_cypher import CypherLexer, CypherParser
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from rdflib import Dataset, Graph, Literal, URIRef, Variable
from rdflib.compare import isomorphic

from paperatlas.errors import OutputError, UsageError
from paperatlas.export import FORMATS, format_of, write, write_to
from paperatlas.export.cypher import literal
from paperatlas.export.namespaces import ONTOLOGY, THINGS
from paperatlas.extract.facts import Entity, Facts, Relation, Result, Span
from paperatlas.extract.paper import Paper, Source
from paperatlas.graph.atlas import Atlas
from paperatlas.schema import PAPER, EntityType, RelationType

from .conftest import HOSTILE


def hostile_atlas() -> Atlas:
    """An atlas whose names, title, abstract, authors, units and addresses are all of them attempts at something."""
    text = " and ".join(HOSTILE) + "."
    entities = []
    for n, name in enumerate(HOSTILE):
        start = text.index(name)
        entities.append(Entity(f"e{n}", name, EntityType.METHOD, (name,), (Span(start, start + len(name)),), 0.5))
    metric = Entity("m", HOSTILE[0] + " metric", EntityType.METRIC, (HOSTILE[0],), (Span(0, len(HOSTILE[0])),), 0.5)
    relations = tuple(Relation(PAPER, RelationType.INTRODUCES, e.key, Span(0, len(text)), 0.5) for e in entities)
    relations += tuple(
        Relation(a.key, RelationType.USES, b.key, Span(0, len(text)), 0.5) for a, b in pairwise(entities)
    )
    results = (Result("e0", "m", "1.5", "'\"<%", "", "score", Span(0, len(text)), 0.5),)
    paper = Paper(
        text,
        id=HOSTILE[1],
        title=HOSTILE[0],
        authors=tuple(HOSTILE),
        date="2022",
        url="javascript:alert(1)",
        sources=(Source("=cmd", 1),),
    )
    moved = len(HOSTILE[0]) + 1
    shifted = tuple(
        Entity(e.key, e.name, e.type, e.aliases, tuple(Span(a + moved, b + moved) for a, b in e.mentions), e.confidence)
        for e in (*entities, metric)
    )
    return Atlas((Facts(paper, shifted, relations, results),))


@pytest.fixture(scope="module", params=["examples", "hostile"])
def atlas(request: pytest.FixtureRequest, example_atlas: Atlas) -> Atlas:
    return example_atlas if request.param == "examples" else hostile_atlas()


def exported(atlas: Atlas, name: str) -> bytes:
    out = io.BytesIO()
    write_to(atlas, name, out)
    return out.getvalue()


def names(atlas: Atlas) -> set[str]:
    return {atlas.graph.nodes[thing]["name"] for thing in atlas.things()}


def test_turtle_is_read_by_rdflib_and_oxigraph_alike(atlas: Atlas) -> None:
    data = exported(atlas, "turtle")
    graph = Graph().parse(data=data, format="turtle")
    store = ox.Store()
    store.bulk_load(data, ox.RdfFormat.TURTLE)
    assert len(graph) == len(store)
    label = URIRef("http://www.w3.org/2004/02/skos/core#prefLabel")
    assert {str(name) for name in graph.objects(None, label)} == names(atlas)


@pytest.mark.parametrize("name", ["ntriples", "jsonld"])
def test_other_rdf_is_the_same_graph(atlas: Atlas, name: str) -> None:
    turtle = Graph().parse(data=exported(atlas, "turtle"), format="turtle")
    other = Graph().parse(data=exported(atlas, name), format={"ntriples": "nt", "jsonld": "json-ld"}[name])
    assert isomorphic(turtle, other)


def test_trig_says_which_paper_states_what(atlas: Atlas) -> None:
    dataset = Dataset()
    dataset.parse(data=exported(atlas, "trig"), format="trig")
    turtle = Graph().parse(data=exported(atlas, "turtle"), format="turtle")
    assert set(dataset.default_graph) == set(turtle)
    for _, _, edge in atlas.graph.edges(data=True):
        assert edge["papers"]
    named = {
        str(graph.identifier): len(graph) for graph in dataset.graphs() if len(graph) and graph != dataset.default_graph
    }
    stating = {paper for _, _, edge in atlas.graph.edges(data=True) for paper in edge["papers"]}
    assert len(named) == len(stating)
    assert sum(named.values()) == sum(edge["support"] for _, _, edge in atlas.graph.edges(data=True))


def test_plain_triples_beside_the_evidence(example_atlas: Atlas) -> None:
    graph = Graph().parse(data=exported(example_atlas, "turtle"), format="turtle")
    foo = (URIRef(THINGS + "vq-vae-2"), URIRef(ONTOLOGY + "extends"), URIRef(THINGS + "vq-vae"))
    assert foo in graph
    (found,) = graph.query(
        f"SELECT ?quote {{ <{THINGS}statement/vq-vae-2/extends/vq-vae> pa:evidence/pa:quote ?quote }}",
        initNs={"pa": ONTOLOGY},
    ).bindings
    assert found[Variable("quote")] == Literal(
        "We present VQ-VAE-2, which extends the VQ-VAE to a hierarchy of discrete codes: a small top grid holds the "
        "global layout and a larger bottom grid the texture."
    )


def test_graphml_is_read_back(atlas: Atlas) -> None:
    graph = nx.read_graphml(io.BytesIO(exported(atlas, "graphml")), force_multigraph=True)
    assert set(graph.nodes) == set(atlas.graph.nodes)
    assert graph.number_of_edges() == atlas.graph.number_of_edges()
    assert {graph.nodes[thing]["label"] for thing in atlas.things()} == names(atlas)


def test_gexf_is_read_back_and_has_no_date_of_today(atlas: Atlas) -> None:
    data = exported(atlas, "gexf")
    assert b"lastmodifieddate" not in data
    root = etree.fromstring(data)
    labels = {node.get("label") for node in root.iter("{*}node")}
    assert names(atlas) <= labels
    assert len([*root.iter("{*}edge")]) == atlas.graph.number_of_edges()


def test_node_link_json_is_read_back(atlas: Atlas) -> None:
    data = json.loads(exported(atlas, "json"))
    graph = nx.node_link_graph(data, edges="edges")
    assert {*graph.edges} == {*atlas.graph.edges}
    for node in data["nodes"]:
        assert {"id", "type", "name", "aliases"} <= node.keys()
        assert node["name"] == atlas.graph.nodes[node["id"]]["name"]


def tables(atlas: Atlas, folder: Path) -> dict[str, list[dict[str, str]]]:
    write(atlas, "csv", folder)
    read = {}
    for name in ("nodes", "edges", "results"):
        with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            read[name] = [*csv.DictReader(file)]
    return read


def test_tables_are_read_back_and_run_no_formula(atlas: Atlas, tmp_path: Path) -> None:
    read = tables(atlas, tmp_path)
    assert [row["id"].removeprefix("'") for row in read["nodes"]] == [*atlas.graph.nodes]
    assert len(read["edges"]) == atlas.graph.number_of_edges()
    assert len(read["results"]) == sum(len(edge["results"]) for _, _, edge in atlas.graph.edges(data=True))
    for rows in read.values():
        for row in rows:
            assert not any(re.match(r"\s*[=+\-@\t\r＝＋－＠](?!\d+(?:\.\d+)?$)", cell) for cell in row.values())


def test_a_formula_in_a_name_is_defused(tmp_path: Path) -> None:
    found = {row["name"] for row in tables(hostile_atlas(), tmp_path)["nodes"]}
    assert '\'=HYPERLINK("http://evil")' in found


def strings_of(statement: str) -> list[str]:
    """Parse a statement as openCypher's grammar has it; return its strings, unescaped, in their order."""
    parser = CypherParser(CommonTokenStream(CypherLexer(InputStream(statement))))
    parser.removeErrorListeners()
    waiting, found = [parser.script()], []
    assert parser.getNumberOfSyntaxErrors() == 0, statement
    while waiting:
        node = waiting.pop()
        if isinstance(node, CypherParser.StringLitContext | CypherParser.CharLitContext):
            found.append(re.sub(r"\\(u[0-9A-F]{4}|.)", unescaped, node.getText()[1:-1], flags=re.S))
        waiting += reversed([*(node.getChildren() if hasattr(node, "getChildren") else ())])
    return found


def unescaped(escape: re.Match[str]) -> str:
    return chr(int(escape[1][1:], 16)) if len(escape[1]) > 1 else escape[1]


def test_cypher_is_parsed_to_the_very_statements_and_strings() -> None:
    atlas = hostile_atlas()
    constraint, *lines = exported(atlas, "cypher").decode().split("\n")[:-1]
    assert constraint.startswith("CREATE CONSTRAINT paperatlas_id IF NOT EXISTS FOR (n:PaperatlasNode)")
    assert len(lines) == atlas.graph.number_of_nodes() + atlas.graph.number_of_edges()
    strings = [string for line in lines for string in strings_of(line)]
    expected: list[str] = []
    for node, data in atlas.graph.nodes(data=True):
        expected += [node, data["name"], *data["aliases"], data["date"]]
        if data["type"] == "Paper":
            expected += [data["abstract"], data["link"], *data["authors"]]
    assert strings[: len(expected)] == expected


@given(st.one_of(st.text(), st.sampled_from([*HOSTILE, "'", "\\", "\\'", "a\nb", "\u2028", "\\u0027", "*/ //"])))
def test_a_cypher_string_is_read_back_whatever_it_holds(text: str) -> None:
    assert strings_of(f"RETURN {literal(text)};") == [text]


def test_page_holds_names_as_text_only() -> None:
    page = exported(hostile_atlas(), "html").decode()
    assert page.count("</script>") == 5
    for name in HOSTILE[:2]:
        assert name not in page


@pytest.mark.parametrize("name", FORMATS)
def test_equal_atlases_give_equal_bytes(name: str, example_atlas: Atlas, tmp_path: Path) -> None:
    again = Atlas(reversed(example_atlas.facts), example_atlas.runs, example_atlas.run_ids)
    for n, atlas in enumerate((example_atlas, again)):
        write(atlas, name, tmp_path / str(n))
    first, second = (
        [(p / f).read_bytes() for f in sorted(x.name for x in p.iterdir())] if p.is_dir() else [p.read_bytes()]
        for p in (tmp_path / "0", tmp_path / "1")
    )
    assert first == second


def test_formats_by_the_ends_of_names() -> None:
    assert {form.suffix: format_of(Path("x" + form.suffix)) for form in FORMATS.values() if form.suffix} == {
        form.suffix: name for name, form in FORMATS.items() if form.suffix
    }
    assert format_of(Path("x.docx")) is None


def test_a_failed_export_leaves_the_old_file(
    example_atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "graph.ttl"
    target.write_text("old")

    def fail(_atlas: Atlas, out: io.BytesIO) -> None:
        out.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("paperatlas.export.rdf.write_turtle", fail)
    with pytest.raises(OutputError, match=r"cannot be written: No space left on device"):
        write(example_atlas, "turtle", target)
    assert target.read_text() == "old"
    assert [*tmp_path.iterdir()] == [target]


def test_formats_that_are_none(example_atlas: Atlas, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no format 'owl' \(one of turtle, ntriples"):
        write(example_atlas, "owl", tmp_path / "x")
    with pytest.raises(UsageError, match=r"csv is a folder of tables.*\(name the folder with -o\)"):
        write_to(example_atlas, "csv", io.BytesIO())
