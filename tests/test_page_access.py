"""What axe-core (Deque's rules for WCAG) finds amiss in each view."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from paperatlas.export import write
from paperatlas.graph.atlas import Atlas

from .browsing import opened, search, violations


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, example_folder: Path, theme: str) -> None:
    amiss: dict[str, list[str]] = {}
    with opened(browser, example_folder / "atlas.html", f"#theme={theme}") as page:
        for view in ("Graph", "Things", "Papers", "Results", "Leaderboards", "Timeline"):
            page.get_by_role("navigation").get_by_role("button", name=view, exact=True).click()
            if view == "Results":
                search(page, "vq-vae-2")
            if view == "Leaderboards":
                page.get_by_role("combobox", name="Path from").fill("ima")
            if found := violations(page):
                amiss[view] = found
    assert amiss == {}


def test_axe_finds_nothing_where_queries_are_answered(browser: Browser, example_atlas: Atlas, tmp_path: Path) -> None:
    write(example_atlas, "html", tmp_path / "page.html", with_sparql=True)
    with opened(browser, tmp_path / "page.html", "#view=sparql") as page:
        page.get_by_role("textbox", name="SPARQL query").fill("SELECT ?x { ?x pa:evaluatedOn id:imagenet }")
        page.get_by_role("button", name="Run").click()
        expect(page.locator("#sparql-answer").get_by_role("status")).to_contain_text("rows")
        assert violations(page) == []
