"""``python -m tools.screenshots INPUT... -o DIR``: build an atlas of each input and write pictures of its page.

Of ``examples`` come ``examples-first.png`` (what a person sees first), ``-thing`` (the most important thing chosen),
``-dark`` (communities, in the dark), ``-all``, ``-boards``, ``-timeline`` and ``-narrow`` (a telephone). Needs
Chromium.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from paperatlas.building import build
from paperatlas.graph.atlas import PAGE

#: What a picture shows: its name, the page's fragment, and the window's width and height.
VIEWS = (
    ("first", "", 1280, 800),
    ("thing", "#at={thing}", 1280, 800),
    ("dark", "#theme=dark&colour=area", 1280, 800),
    ("all", "#n=999999", 1280, 800),
    ("boards", "#view=boards", 1280, 800),
    ("timeline", "#view=timeline", 1280, 800),
    ("narrow", "#at={thing}", 360, 740),
)


def take(browser: Browser, page: Path, name: str, folder: Path) -> None:
    """Write the pictures of one page."""
    for view, fragment, width, height in VIEWS:
        window = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
        window.goto(page.as_uri())
        thing = window.evaluate("() => JSON.parse(document.getElementById('data-nodes').textContent)[0].id")
        window.goto("about:blank")
        window.goto(page.as_uri() + fragment.format(thing=thing))
        window.wait_for_selector("body[data-ready=true]")
        window.wait_for_timeout(500)
        window.screenshot(path=folder / f"{name}-{view}.png")
        window.close()


def main() -> None:
    """Build the atlases and write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", type=Path, nargs="+", help="a folder of papers")
    parser.add_argument("-o", "--output", type=Path, default=Path("build/screenshots"))
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for source in options.input:
            build([str(source)], Path(made) / source.name)
            take(browser, Path(made) / source.name / PAGE, source.name, options.output)
            print(f"wrote {options.output}/{source.name}-*.png")
        browser.close()


if __name__ == "__main__":
    main()
