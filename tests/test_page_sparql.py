"""SPARQL in the page, and the scripts that the project carries for it."""

import hashlib
import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from typer.testing import CliRunner

from paperatlas.building import build, relink
from paperatlas.cli import app
from paperatlas.export import write
from paperatlas.export.html import answers_sparql
from paperatlas.extract.pipeline import Options
from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import edges
from tools.vendor import MANIFESTS, content_of

from .browsing import opened
from .conftest import EXAMPLES


@pytest.fixture(scope="module")
def answering(example_atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sparql") / "page.html"
    write(example_atlas, "html", path, with_sparql=True)
    return path


def test_a_query_is_answered_and_leads_into_the_graph(browser: Browser, answering: Path, example_atlas: Atlas) -> None:
    with opened(browser, answering, "#view=sparql") as page:
        query = page.get_by_role("textbox", name="SPARQL query")
        query.fill("SELECT ?dataset (COUNT(?x) AS ?n) WHERE { ?x pa:evaluatedOn ?dataset } GROUP BY ?dataset")
        page.get_by_role("button", name="Run").click()
        told = {tail for _, tail, data in edges(example_atlas.graph) if data["type"] == "evaluatedOn"}
        answer = page.locator("#sparql-answer")
        expect(answer.get_by_role("status")).to_have_text(f"{len(told)} rows")
        row = answer.locator("tr", has=page.get_by_role("button", name="ImageNet", exact=True))
        count = sum(tail == "imagenet" and d["type"] == "evaluatedOn" for _, tail, d in edges(example_atlas.graph))
        expect(row.locator("td").nth(1)).to_have_text(str(count))
        row.get_by_role("button").click()
        expect(page.locator("#panel h2")).to_have_text("ImageNet")
        page.get_by_role("button", name="Show in the graph").click()
        expect(page.locator("#graph")).to_be_visible()


def test_ask_construct_and_a_mistake(browser: Browser, answering: Path) -> None:
    with opened(browser, answering, "#view=sparql") as page:
        query = page.get_by_role("textbox", name="SPARQL query")
        answer = page.locator("#sparql-answer")
        query.fill("ASK { id:vq-vae-2 pa:extends id:vq-vae }")
        query.press("Control+Enter")
        expect(answer).to_have_text("yes")
        query.fill("CONSTRUCT { ?x skos:related ?y } WHERE { ?x pa:extends ?y }")
        query.press("Control+Enter")
        expect(answer.locator("pre")).to_contain_text("/id/vq-vae-2> <http://www.w3.org/2004/02/skos/core#related>")
        query.fill("SELECT nonsense")
        query.press("Control+Enter")
        expect(answer.get_by_role("alert")).to_contain_text("expected")


def test_the_policy_lets_it_compile_and_nothing_more(answering: Path, example_folder: Path) -> None:
    policy = answering.read_text(encoding="utf-8").partition("base-uri")[0]
    assert "&#39;wasm-unsafe-eval&#39;" in policy
    assert "unsafe-inline" not in policy
    assert "&#39;unsafe-eval" not in policy
    assert "wasm" not in (example_folder / "atlas.html").read_text(encoding="utf-8").partition("base-uri")[0]


def test_the_command_line_asks_for_it(example_folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = CliRunner().invoke(app, ["export", str(example_folder), "--with-sparql", "-o", str(page)])
    assert done.exit_code == 0
    assert 'id="view-sparql"' in page.read_text(encoding="utf-8")
    done = CliRunner().invoke(app, ["export", str(example_folder), "--with-sparql", "-o", str(tmp_path / "a.ttl")])
    assert done.exit_code != 0
    assert "only a page answers SPARQL" in str(done.exception)


def test_the_page_goes_on_answering(tmp_path: Path) -> None:
    build([str(EXAMPLES / "generative.txt")], tmp_path, options=Options("rules"), with_sparql=True)
    assert answers_sparql(tmp_path / "atlas.html")
    relink(tmp_path)
    assert answers_sparql(tmp_path / "atlas.html")


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.parent.name)
def test_carried_scripts_are_what_the_manifest_says(manifest: Path) -> None:
    entries = json.loads(manifest.read_text(encoding="utf-8"))
    told = {file["to"]: file["sha256"] for entry in entries for file in entry["files"]}
    there = {path.name for path in manifest.parent.iterdir()} - {"vendor.json", "README.md"}
    assert set(told) == there
    for name, checksum in told.items():
        assert hashlib.sha256(content_of(manifest.parent / name)).hexdigest() == checksum
