"""What axe-core (Deque's rules for WCAG) finds amiss in each view."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from .browsing import opened, search

AXE = Path(__file__).parent / "vendor" / "axe.min.js"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, example_folder: Path, theme: str) -> None:
    amiss: dict[str, list[str]] = {}
    with opened(browser, example_folder / "atlas.html", f"#theme={theme}") as page:
        # Not by a script element, which the page's policy forbids.
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for view in ("Graph", "Things", "Papers", "Results", "Leaderboards", "Timeline"):
            page.get_by_role("navigation").get_by_role("button", name=view, exact=True).click()
            if view == "Results":
                search(page, "vq-vae-2")
            if view == "Leaderboards":
                page.get_by_role("combobox", name="Path from").fill("ima")
            found = page.evaluate(
                "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
                ".map((v) => [v.impact, v.id, v.nodes[0].html.slice(0, 200), v.nodes.length].join(' '))"
            )
            if found:
                amiss[view] = found
    assert amiss == {}
