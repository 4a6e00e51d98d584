"""Outside lists: read in their formats, tied by name under guards, kept with the atlas, exported."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from rdflib import SKOS, Graph, URIRef

from paperatlas.building import build
from paperatlas.errors import InputError
from paperatlas.export import write_to
from paperatlas.extract.facts import Facts
from paperatlas.extract.pipeline import Options
from paperatlas.graph.atlas import Atlas, open_atlas
from paperatlas.graph.authority import Entry, read_authority, tie
from paperatlas.graph.resolve import resolve

from .test_resolution import DATASET, METHOD, METRIC, MODEL, TASK, named, paper

CSV = """\
id,name,aliases,type
wd:Q1,ImageNet,ImageNet Large Scale Visual Recognition Challenge|ILSVRC,Dataset
https://example.org/biggan,BigGAN,,Model
"""
TURTLE = """\
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix ex: <https://example.org/> .
ex:imagenet a skos:Concept, ex:Dataset ; skos:prefLabel "ImageNet"@en, "ImageNetz"@de ; skos:altLabel "ILSVRC" .
"""


def tied(entries: list[Entry], *facts: Facts) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    ties = tie(resolve(facts), entries)
    return dict(ties.exact), ties.untied


def test_lists_are_read(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(CSV)
    (tmp_path / "list.ttl").write_text(TURTLE)
    (tmp_path / "list.jsonl").write_text('{"id": "wd:Q1", "name": "ImageNet", "aliases": ["ILSVRC"]}\n')
    first, second = read_authority(tmp_path / "list.csv")
    assert first.aliases == ("ImageNet Large Scale Visual Recognition Challenge", "ILSVRC")
    assert (second.id, second.type) == ("https://example.org/biggan", MODEL)
    assert read_authority(tmp_path / "list.ttl") == (
        Entry("https://example.org/imagenet", "ImageNet", ("ILSVRC",), DATASET),
    )
    assert read_authority(tmp_path / "list.jsonl") == (Entry("wd:Q1", "ImageNet", ("ILSVRC",)),)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "id,name\nx,\n", "a.csv:2: no name"),
        ("a.csv", "id,name\nx y,Foo\n", "a.csv:2: an id with blanks"),
        ("a.jsonl", '{"id": "x", "name": "Foo"}\n{"id"', "a.jsonl:2: not JSON"),
        ("a.ttl", "no turtle", "a.ttl: not readable as RDF"),
        ("a.csv", "id,name\n", "a.csv: names nothing"),
        ("a.csv", 'id,name\n\nx,Foo\ny,"Bar\nz,Baz\n', "a.csv:4: not a table: a quote that is not closed"),
        ("a.csv", 'id,name\nx,"Foo" net\ny,"Bar', "a.csv:3: not a table: a quote that is not closed"),
        ("a.csv", 'id,name\n"y" x,"Bar\n', "a.csv:2: not a table: a quote that is not closed"),
        ("a.csv", 'id,name\ny,"Bar\nz,"Baz"\n', "a.csv:2: not a table: a quote that is not closed"),
        pytest.param(
            "a.csv",
            "id,name\nx," + "y" * (17 * 2**20),
            "a.csv:2: not a table: field larger than field limit (16777216)",
            id="cell",
        ),
        ("a.jsonl", '{"id": ' + "[" * 10_000 + "]" * 10_000 + "}", "a.jsonl:1: not JSON: nested too deeply"),
        ("a.jsonl", '{"id": ' + "9" * 10_000 + "}", "a.jsonl:1: not JSON: a number of too many digits"),
        ("a.jsonl", r'{"id": "x", "name": "\ud800"}', r"a.jsonl:1: not JSON: half of a surrogate pair (\ud800)"),
    ],
)
def test_bad_lists_say_where(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as error:
        read_authority(tmp_path / name)
    assert message in str(error.value)


def test_cells_may_be_long_and_lines_end_where_lines_end(tmp_path: Path) -> None:
    (tmp_path / "list.jsonl").write_text('{"id": "x", "name": "Foo\u2028Net"}\n')
    assert read_authority(tmp_path / "list.jsonl") == (Entry("x", "Foo Net"),)
    (tmp_path / "list.csv").write_text(f"id,name\nx,{'y' * 200_000}\n")
    assert [len(entry.name) for entry in read_authority(tmp_path / "list.csv")] == [200_000]
    (tmp_path / "list.csv").write_text('id,name\nx,"Foo\nNet"\ny,Bar\u2028Net\n')
    assert read_authority(tmp_path / "list.csv") == (Entry("x", "Foo Net"), Entry("y", "Bar Net"))


def test_quotes_within_a_cell_are_read_as_python_reads_them(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text('name,type,id\n"Foo" net,Model,x\nBar "2",Model,y\n"a ""b""\nc",Model,"z"')
    entries = read_authority(tmp_path / "list.csv")
    assert [(entry.name, entry.type) for entry in entries] == [
        ("Foo net", MODEL),
        ('Bar "2"', MODEL),
        ('a "b" c', MODEL),
    ]
    (tmp_path / "list.tsv").write_text('name\ttype\tid\n"Why Should I Trust You?" explainer\tMethod\tx\n')
    assert read_authority(tmp_path / "list.tsv") == (Entry("x", "Why Should I Trust You? explainer", (), METHOD),)


def test_names_tie_under_guards() -> None:
    facts = [
        paper("a", named("GPT-2", MODEL), named("GPT-3", MODEL), named("ImageNet 128x128", DATASET)),
        paper("b", named("ResNet-50", MODEL), named("variational auto-encoders", METHOD)),
    ]
    entries = [
        Entry("q:2", "GPT 2", (), MODEL),
        Entry("q:i", "ImageNet", (), DATASET),
        Entry("q:r", "ResNet", (), MODEL),
        Entry("q:v", "Variational autoencoder"),
    ]
    exact = {"gpt-2": ("q:2",), "imagenet": ("q:i",), "variational-auto-encoders": ("q:v",)}
    assert tied(entries, *facts) == (exact, ())


def test_what_is_ambiguous_is_left_untied_and_told() -> None:
    jaguar = [Entry("q:1", "Mercury", (), METHOD), Entry("q:2", "Mercury", (), METHOD)]
    assert tied(jaguar, paper("a", named("Mercury", METHOD))) == ({}, ("Mercury (mercury) could be q:1 or q:2",))
    assert tied([Entry("q:1", "BERT", (), DATASET)], paper("a", named("BERT", MODEL))) == ({}, ())


def test_an_abbreviation_alone_ties_only_what_nobody_spells_out() -> None:
    entry = Entry("q:1", "Alzheimer's disease", ("AD",), TASK)
    spelt = paper("a", named("anomaly detection", TASK, "AD"))
    assert tied([entry], spelt) == ({}, ())
    assert tied([entry], paper("a", named("Alzheimer's disease", TASK)))[0] == {"alzheimer-s-disease": ("q:1",)}
    assert tied([Entry("q:2", "AD")], paper("a", named("AD", TASK))) == ({}, ())
    assert tied([Entry("q:2", "FID", (), METRIC)], paper("a", named("FID", METRIC)))[0] == {"fid": ("q:2",)}


def test_an_atlas_keeps_its_list_and_exports_it(
    tmp_path: Path, paperatlas: Callable[..., CompletedProcess[str]]
) -> None:
    source = tmp_path / "papers.jsonl"
    source.write_text(json.dumps({"id": "p", "abstract": "BigGAN is trained on ImageNet 128x128 and on CelebA."}))
    (tmp_path / "list.csv").write_text(CSV)
    folder = tmp_path / "atlas"
    run = paperatlas("build", source, "-o", folder, "--pipeline", "rules", "--link", tmp_path / "list.csv")
    assert "2 things tied to an outside list, 0 left untied" in run.stderr
    build([str(source)], folder, options=Options("rules"))
    atlas = open_atlas(folder)
    assert atlas.graph.nodes["imagenet"]["exact"] == ["wd:Q1"]
    assert atlas.graph.nodes["celeba"]["exact"] == []
    graph = Graph().parse(folder / "atlas.ttl")
    assert set(graph.objects(None, SKOS.exactMatch)) == {
        URIRef("http://www.wikidata.org/entity/Q1"),
        URIRef("https://example.org/biggan"),
    }
    out = io.BytesIO()
    write_to(atlas, "sssom", out)
    text = out.getvalue().decode()
    head = [line for line in text.splitlines() if line.startswith("#")]
    assert "#  wikidata: http://www.wikidata.org/entity/" in head
    assert any(line.startswith("#mapping_set_id: ") for line in head)
    assert any(line.startswith("#license: ") for line in head)
    rows = [*csv.DictReader((line for line in text.splitlines() if line[0] != "#"), delimiter="\t")]
    assert [(r["subject_id"], r["predicate_id"], r["object_id"], r["object_label"]) for r in rows] == [
        ("id:biggan", "skos:exactMatch", "ns1:biggan", "BigGAN"),
        ("id:imagenet", "skos:exactMatch", "wikidata:Q1", "ImageNet"),
    ]
    assert {r["mapping_justification"] for r in rows} == {"semapv:LexicalMatching"}


def test_a_mapping_runs_no_formula() -> None:
    atlas = Atlas([paper("a", named("-2+3Net", MODEL), named("@Bar0", MODEL), named("Foo", MODEL))])
    for node, identifier in zip(atlas.things(), ("=cmd|x", "wd:Q1", "-1"), strict=True):
        data = atlas.graph.nodes[node]
        reason = {"rule": "authority", "note": identifier, "forms": [data["name"], data["name"]]}
        data.update(exact=[identifier], reasons=[reason])
    out = io.BytesIO()
    write_to(atlas, "sssom", out)
    table = (line for line in out.getvalue().decode().splitlines() if line[0] != "#")
    free = ("subject_id", "subject_label", "object_id", "object_label", "match_string")
    assert [[row[column] for column in free] for row in csv.DictReader(table, delimiter="\t")] == [
        ["id:2%2B-3net", "'-2+3Net", "'=cmd|x", "'-2+3Net", "'-2+3Net"],
        ["id:bar0", "'@Bar0", "wikidata:Q1", "'@Bar0", "'@Bar0"],
        ["id:foo", "Foo", "-1", "Foo", "Foo"],
    ]
