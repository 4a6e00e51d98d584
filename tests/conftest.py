"""What the tests share: the examples' atlas, built once, and where the user's own documents lie, if they do."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page

from paperatlas.building import build
from paperatlas.extract.facts import Facts
from paperatlas.extract.fetch.openalex import KEY
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import Options, extract_facts, load
from paperatlas.graph.atlas import Atlas, open_atlas
from paperatlas.schema import PAPER, SIGNATURES

from .browsing import opened
from .services import Services, serving

# How fast a machine is shall decide no test; what must not take forever asks for patience.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
SHARED = ROOT.parent / "shared"

#: Names that are markup, queries or formulas to a careless writer.
HOSTILE = [
    "</script><script>window.hacked=1</script>",
    '"><img src=x onerror="window.hacked=1">',
    "'); DROP TABLE papers; --",
    '"""^^<http://evil> . <http://evil> <a> "',
    "} UNION { ?s ?p ?o } #",
    '=HYPERLINK("http://evil")',
    "back\\slash \\u0027 'quote'",
    "]]><!-- & &amp; %0a {{ 7*7 }} ${x}",
    "\u202eright-to-left \U0001f409 \u2028 line",
]


@pytest.fixture(scope="session")
def facts_in() -> Callable[..., Facts]:
    """Extract the facts of one text with the rules."""
    nlp = load("rules")

    def extract(abstract: str, title: str = "") -> Facts:
        return next(extract_facts([Paper(abstract, id="p", title=title)], nlp))

    return extract


@pytest.fixture(scope="session")
def example_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the examples' atlas, by the rules: they say the same on every machine. Not to be written to."""
    folder = tmp_path_factory.mktemp("atlas")
    build([str(EXAMPLES)], folder, options=Options("rules"))
    return folder


@pytest.fixture(scope="session")
def example_atlas(example_folder: Path) -> Atlas:
    """The examples' atlas."""
    return open_atlas(example_folder)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of the user's own documents and of the gold standard, which is no part of the project."""
    if not SHARED.is_dir():
        pytest.skip("the user's documents (../shared) are not here")
    return SHARED


@pytest.fixture
def paperatlas() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command as a person does, in a process of its own."""

    def run(
        *args: str | Path, stdin: str = "", cwd: Path | None = None, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "paperatlas", *map(str, args)]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, cwd=cwd, env=env, check=False)

    return run


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """A server on this machine that answers as the services that papers are fetched from."""
    monkeypatch.delenv(KEY, raising=False)
    with serving() as running:
        yield running


@pytest.fixture
def patience() -> Iterator[None]:
    """Give up on what takes a minute: it would take forever."""

    def give_up(_signal: int, _frame: object) -> None:
        pytest.fail("still at it after a minute")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser, for all tests of the page."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("needs Debian's chromium (apt install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, example_folder: Path) -> Iterator[Page]:
    """The examples' page, opened."""
    with opened(browser, example_folder / "atlas.html") as page:
        yield page


@pytest.fixture(scope="session")
def large_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of 1,000 nodes."""
    from bench.atlases import made_up
    from paperatlas.export.html.page import render

    path = tmp_path_factory.mktemp("large") / "page.html"
    path.write_text(render(made_up(1000, 4000)), encoding="utf-8")
    return path


def assert_sound(facts: Facts) -> None:
    """Check that facts are within the schema, and that all of them stand in the text."""
    types = {e.key: e.type.value for e in facts.entities} | {PAPER: PAPER}
    assert len(types) == len(facts.entities) + 1
    for entity in facts.entities:
        assert {span.of(facts.paper.text) for span in entity.mentions} == set(entity.aliases)
        assert all(alias.strip() for alias in entity.aliases)
        assert 0 < entity.confidence <= 1
    for relation in facts.relations:
        assert SIGNATURES[relation.type].allows(types[relation.head], types[relation.tail])
        assert relation.head != relation.tail
        assert relation.evidence.of(facts.paper.text).strip()
    for result in facts.results:
        assert types[result.metric] == "Metric"
        assert result.subject in types
        assert result.dataset == "" or types[result.dataset] == "Dataset"
        assert result.value.lstrip("-") in result.evidence.of(facts.paper.text).replace(",", "")
