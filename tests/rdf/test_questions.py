"""Every named question, its answer on the small atlas read off the texts by hand."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from lxml import etree

from paperatlas.errors import NotFoundError, QueryError, UsageError
from paperatlas.export.sparql import Data, ask, engine, load, notes, with_room
from paperatlas.export.sparql.engine import Answer
from paperatlas.export.sparql.questions import parse, question, questions
from tests.conftest import ROOT

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def data(small_folder: Path) -> Data:
    return load(small_folder)


def answer(data: Data, name: str, **given: str) -> list[tuple[str, ...]]:
    table = ask(data, question(name).fill(given, data.names())).table()
    assert table is not None
    return [tuple(row) for row in table.rows]


QUOTE = "Beta Beta extends Alpha, uses attention and dropout"
FIRST, SECOND = "id:paper/arXiv:1701.00001", "id:paper/arXiv:1801.00002"
#: question, what is given, rows; read off the texts in conftest.py, not off a run.
ANSWERS: list[tuple[str, dict[str, str], list[tuple[str, ...]]]] = [
    (
        "evaluated-on",
        {"dataset": "Image-Net"},
        [("Alpha", "Model", "2", "2017-01-05", "id:alpha"), ("Beta", "Model", "1", "2018-02", "id:beta")],
    ),
    (
        "datasets-of",
        {"model": "Beta"},
        [("COCO", "is trained on", "1", "id:coco"), ("ImageNet", "is evaluated on", "1", "id:imagenet")],
    ),
    (
        "leaderboard",
        {"dataset": "ImageNet", "metric": "accuracy"},
        [
            ("Beta", "75.5", "%", "2018-02", "Beta", SECOND),
            ("Alpha", "71", "%", "2019", "A second look", "id:paper/gamma"),
            ("Alpha", "70.1", "%", "2017-01-05", "We introduce Alpha", FIRST),
        ],
    ),
    (
        "builds-on",
        {"thing": "Alpha"},
        [("Beta", "Model", "directly", "id:beta"), ("Gamma", "Model", "through others", "id:gamma")],
    ),
    (
        "lineage",
        {"thing": "Gamma"},
        [("Beta", "Model", "directly", "id:beta"), ("Alpha", "Model", "through others", "id:alpha")],
    ),
    ("datasets-for-task", {"task": "image classification"}, [("ImageNet", "yes", "1", "id:imagenet")]),
    ("datasets-for-task", {"task": "detection"}, [("COCO", "yes", "0", "id:coco")]),
    ("systems-for-task", {"task": "image classification"}, [("Alpha", "Model", "2", "2017-01-05", "id:alpha")]),
    ("tasks-of", {"model": "alpha"}, [("image classification", "2", "id:image-classification")]),
    ("methods-together", {}, [("attention", "dropout", "2")]),
    ("methods-together", {"method": "dropout"}, [("dropout", "attention", "2")]),
    (
        "first-to-name",
        {"thing": "COCO"},
        [("2018-02", "Beta", "", SECOND), ("2020-05-01", "Benchmarks", "", "id:paper/survey")],
    ),
    ("introduced-by", {"thing": "Beta"}, [("2018-02", "Beta", QUOTE, SECOND)]),
    ("papers-without-system", {}, [("Benchmarks", "2020-05-01", "id:paper/survey")]),
    (
        "papers-naming",
        {"thing": "dropout"},
        [("2017-01-05", "We introduce Alpha", FIRST), ("2018-02", "Beta", SECOND)],
    ),
    ("contradicting-scores", {}, [("Alpha", "accuracy", "ImageNet", "%", "70.1", "71", "2", "id:alpha")]),
    ("contradicting-claims", {}, [("Alpha", "Beta", "1", "1")]),
    ("outperforming", {"model": "Beta"}, [("Alpha", "Model", "1", "id:alpha")]),
    (
        "scores-of",
        {"model": "Beta"},
        [
            ("accuracy", "75.5", "%", "score", "ImageNet", "2018-02", SECOND),
            ("accuracy", "5.4", "%", "gain", "ImageNet", "2018-02", SECOND),
        ],
    ),
    (
        "new-by-year",
        {},
        [
            ("2017", "Dataset", "1"),
            ("2017", "Method", "2"),
            ("2017", "Metric", "1"),
            ("2017", "Model", "1"),
            ("2017", "Task", "1"),
            ("2018", "Dataset", "1"),
            ("2018", "Model", "1"),
            ("2019", "Model", "1"),
            ("2020", "Task", "1"),
        ],
    ),
    ("new-in", {"year": "2018"}, [("Beta", "Model", "2", "id:beta"), ("COCO", "Dataset", "2", "id:coco")]),
    (
        "new-in",
        {"year": "2017", "type": "Method"},
        [("attention", "Method", "2", "id:attention"), ("dropout", "Method", "2", "id:dropout")],
    ),
    ("datasets-together", {}, [("COCO", "ImageNet", "2")]),
    ("datasets-together", {"dataset": "ImageNet"}, [("ImageNet", "COCO", "2")]),
    (
        "evidence",
        {"subject": "Beta", "object": "Alpha"},
        [("extends", QUOTE, "2018-02", SECOND), ("outperforms", QUOTE, "2018-02", SECOND)],
    ),
    (
        "evidence",
        {"subject": "Beta", "object": "Alpha", "relation": "extends"},
        [("extends", QUOTE, "2018-02", SECOND)],
    ),
    (
        "most-supported",
        {},
        [
            ("Alpha", "is applied to", "image classification", "2", "0.96"),
            ("Alpha", "is evaluated on", "ImageNet", "2", "0.96"),
            ("Alpha", "is measured by", "accuracy", "2", "0.91"),
        ],
    ),
    ("most-supported", {"relation": "evaluatedOn"}, [("Alpha", "is evaluated on", "ImageNet", "2", "0.96")]),
    ("named-once", {"type": "Model"}, [("Gamma", "id:gamma")]),
    ("named-once", {"type": "Task"}, [("detection", "id:detection")]),
    ("compared-with", {"model": "Alpha"}, [("Gamma", "Model", "1", "id:gamma")]),
    ("compared-with", {"model": "Gamma"}, [("Alpha", "Model", "1", "id:alpha")]),
    ("names-of", {"thing": "COCO"}, [("COCO", "name")]),
]


@pytest.mark.parametrize(("name", "given", "rows"), ANSWERS, ids=[f"{name} {given}" for name, given, _ in ANSWERS])
def test_a_question_has_the_answer_that_the_papers_give(
    data: Data, name: str, given: dict[str, str], rows: list[tuple[str, ...]]
) -> None:
    assert answer(data, name, **given) == rows


def test_every_question_is_tested_and_documented() -> None:
    names = {each.name for each in questions()}
    assert len(names) >= 15
    assert {name for name, _, _ in ANSWERS} == names
    page = (ROOT / "docs" / "sparql.md").read_text(encoding="utf-8")
    for each in questions():
        assert each.asks.endswith("?")
        assert f"`{each.usage()}` | {each.asks} |" in page
        assert all(re.search(rf"\${parameter.name}\b", each.query) for parameter in each.parameters)


@pytest.mark.parametrize("name", [each.name for each in questions()])
def test_a_question_is_a_query_as_it_stands(data: Data, name: str) -> None:
    ask(data, question(name).query).table()


def test_what_is_given_is_a_term_and_never_a_piece_of_the_query(data: Data) -> None:
    asked = parse("say", '# Say?\n#\n# param word: text -- a word\nSELECT ($word AS ?said) ("$word" AS ?kept) { }')
    nasty = '" } DROP ALL # \\ \n $word ?x <a>'
    filled = asked.fill({"word": nasty}, data.names())
    table = ask(data, filled).table()
    assert table is not None
    assert table.rows == [[nasty, "$word"]]


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("dataset-of", {}, "no question 'dataset-of' (did you mean datasets-of"),
        ("../../etc", {}, "no question '../../etc'"),
        ("datasets-of", {}, "datasets-of wants --model (usage: datasets-of --model NAME)"),
        ("datasets-of", {"modle": "x"}, "datasets-of knows no --modle (did you mean --model?"),
        ("datasets-of", {"model": "Alpa"}, "no Method or Model here is called 'Alpa' (did you mean Alpha?)"),
        ("datasets-of", {"model": "ImageNet"}, "ImageNet is a Dataset (asked for is a Method or Model)"),
        ("new-in", {"year": "last"}, "--year: 'last' is no year (four digits)"),
        ("new-in", {"year": "2018", "type": "Modell"}, "--type: no type 'Modell'"),
        ("most-supported", {"relation": "evaluated"}, "no relation 'evaluated' (did you mean evaluatedOn"),
    ],
)
def test_a_question_that_cannot_be_meant(data: Data, name: str, given: dict[str, str], message: str) -> None:
    with pytest.raises((UsageError, NotFoundError)) as error:
        answer(data, name, **given)
    assert message in str(error.value)


def test_names_are_found_as_an_atlas_finds_them(data: Data, small: object) -> None:
    names = data.names()
    base = "https://w3id.org/paperatlas/id/"
    for spelt in ("Alpha", "ALPHA", "alpha", "id:alpha", f"{base}alpha"):
        assert names.find(spelt).iri == f"{base}alpha"
    assert names.find("arXiv:1701.00001").iri == f"{base}paper/arXiv:1701.00001"
    assert names.find("A second look", ["Paper"]).iri == f"{base}paper/gamma"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT ?x {", "query:1:12: ends too early ({ is not closed)"),
        ("SELECT ?x { ?x skso:broader ?y }", "query:1:16: unknown prefix skso: (did you mean skos:"),
        ("SELECT ?x {\n  ?x a pa:Model .\n  OPTINAL { ?x pa:uses ?y }\n}", "query:3:3: not understood from 'OPTINAL"),
        ("SELECT ?x WEHRE { ?x a pa:Model }", "query:1:11: not understood from 'WEHRE { ?x a pa:Model }' (did you mean WHERE?)"),
        ("SELECT ?x {\n ?x pa:uses ?y . ?z . }", "query:2:21: not understood from '. }'"),
        ("SELECT ?x { ?x skos:prefLabel 'x }", "query:1:31: a string that does not end on its line"),
        ("SELECT ?x { ?x <http://p p> 1 }", "query:1:16: no IRI"),
        ("INSERT DATA { id:a pa:uses id:b }", "query:1:1: INSERT is an update, and this only reads"),
        ("LOAD <http://example.org/>", "LOAD is an update"),
        ("", "query: is empty"),
        ("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }", "SERVICE asks another server"),
        ("SELECT * { SERVICESILENT<http://example.org/> { ?s ?p ?o } }", "SERVICE asks another server"),
        ("SELECT * { service Silent <http://example.org/> { ?s ?p ?o } }", "SERVICE asks another server"),
        ("SELECT * { \\u0053ERVICE SILENT <http://example.org/> { ?s ?p ?o } }", "SERVICE asks another server"),
        ("SELECT (<http://f>(1) AS ?x) { }", "cannot be answered: The custom function <http://f> is not supported"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_query_and_where(data: Data, query: str, message: str) -> None:
    with pytest.raises(QueryError) as error:
        ask(data, query)
    assert message in str(error.value)


def test_words_in_strings_comments_and_names_are_no_keywords(data: Data) -> None:
    query = (
        'PREFIX service: <http://s/> # SERVICE\nSELECT ?service { BIND("SERVICE" AS ?service) FILTER(service:x != 1) }'
    )
    table = ask(data, query).table()
    assert table is not None
    assert table.rows == [["SERVICE"]]


def test_a_term_that_the_ontology_does_not_know_is_pointed_out() -> None:
    (note,) = notes("SELECT * { ?a pa:uses ?b ; a pa:Modell }")
    assert note.startswith("pa:Modell is no term of the ontology: did you mean pa:Model")


def test_a_table_ends_somewhere_and_xml_is_xml(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LONGEST_TABLE", 3)
    rows = "SELECT ?x { VALUES ?x { %s } }"
    table = ask(data, rows % "1 2 3").table()
    assert table is not None
    assert table.rows == [["1"], ["2"], ["3"]]
    with pytest.raises(QueryError, match=r"a table of more than 3 rows \(add LIMIT to the query, or -f csv"):
        ask(data, rows % "1 2 3 4").table()
    found = ask(data, rows % "'a\\u0001\\uFFFFb\\u0009'").serialize("xml")
    (literal,) = etree.fromstring(found).iter("{*}literal")
    assert literal.text == "a\ufffd\ufffdb\t"


@pytest.mark.parametrize("way", [Answer.table, partial(Answer.serialize, format="csv")])
def test_a_query_that_fails_on_the_way_says_so_once(
    data: Data, way: Callable[[Answer], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "refuse", lambda _query: None)
    other: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", other.append)
    query = "SELECT * { ?model a pa:Model SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"
    with pytest.raises(QueryError, match="cannot be answered: The port 9 is not allowed"):
        with_room(lambda: way(ask(data, query)))
    assert other == [], "answers end in the thread that they began in"


def test_a_name_that_nothing_has_ends_in_one_line(paperatlas: Run, small_folder: Path) -> None:
    done = paperatlas("query", small_folder, "datasets-of", "--model", "Alhpa")
    assert (done.returncode, done.stderr) == (
        1,
        "Error: no Method or Model here is called 'Alhpa' (did you mean Alpha?)\n",
    )


def test_the_command(paperatlas: Run, small_folder: Path) -> None:
    done = paperatlas("query", small_folder, "builds-on", "--thing", "alpha", "--limit", "1", "-f", "csv")
    assert done.stdout.splitlines() == [
        "name,type,direct,builder",
        "Beta,Model,directly,https://w3id.org/paperatlas/id/beta",
    ]
    listed = json.loads(paperatlas("query", "--list", "--json").stdout)
    assert [each["name"] for each in listed] == [each.name for each in questions()]
    assert "datasets-of --model NAME" in paperatlas("query", "--list").stdout
    shown = paperatlas("query", small_folder, "tasks-of", "--model=Alpha", "--show").stdout
    assert "<https://w3id.org/paperatlas/id/alpha>" in shown
    assert "image classification" in paperatlas("query", small_folder, "-", stdin=shown).stdout
    turtle = (small_folder / "atlas.ttl").read_text(encoding="utf-8")
    assert "Gamma" in paperatlas("query", "-", "named-once", "--type", "Model", stdin=turtle).stdout
    noted = paperatlas("query", small_folder, "ASK { ?x pa:use ?y }")
    assert noted.stdout.split() == ["answer", "──────", "no"]
    assert "note: pa:use is no term of the ontology: did you mean pa:uses" in noted.stderr
    for arguments, message in (
        (("query", small_folder, "ASK {}", "--frmat", "csv"), "no option --frmat"),
        (("query", small_folder), "what is asked, and of what?"),
        (("query", "-", "-"), "stdin cannot be both"),
        (("query", small_folder, "ASK {}", "--limit", "3"), "--limit is for named questions"),
        (("query", small_folder, "tasks-of", "--model"), "--model wants a value"),
    ):
        done = paperatlas(*arguments)
        assert (done.returncode, message in done.stderr) == (2, True), done.stderr


def test_a_large_atlas_is_indexed_once_and_anew_when_it_changes(
    small_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paperatlas.export.sparql.data._SMALL", 0)
    turtle = tmp_path / "atlas.ttl"
    turtle.write_bytes((small_folder / "atlas.ttl").read_bytes())
    first = load(tmp_path)
    assert answer(first, "tasks-of", model="Alpha") == [("image classification", "2", "id:image-classification")]
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    made = (folder / "names.db").stat().st_mtime_ns
    again = load(tmp_path)
    assert (folder / "names.db").stat().st_mtime_ns == made
    turtle.write_text(turtle.read_text(encoding="utf-8") + "\nid:new a pa:Model ; skos:prefLabel 'New' .\n")
    assert load(tmp_path).names().find("new").name == "new"
    assert len(load(tmp_path).store) == len(again.store) + 2
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []
