"""Pages opened in a real browser under watch, and what a person does there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from paperatlas.graph.atlas import Atlas

_AXE = Path(__file__).parent / "vendor" / "axe.min.js"


@contextmanager
def opened(browser: Browser, path: Path | str, fragment: str = "", **options: Any) -> Iterator[Page]:
    """Open a page; afterwards nothing may have been requested but the file, and nothing may stand in the console."""
    url = path if isinstance(path, str) else path.as_uri()
    settings: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **options}
    page = browser.new_page(**settings)
    page.set_default_timeout(10_000)
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.goto(url + fragment)
    page.wait_for_selector("body[data-ready=true]")
    yield page
    page.close()
    # What is handed to the person as a download is made in the page.
    assert {request.partition("#")[0] for request in requests if not request.startswith("blob:")} == {url}
    assert complaints == [], complaints


def search(page: Page, words: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def shown(page: Page) -> set[str]:
    """Return the nodes that are drawn."""
    nodes: list[str] = page.evaluate("() => window.paperatlas.network.body.data.nodes.getIds()")
    return set(nodes)


def lines(page: Page) -> set[str]:
    """Return the pairs of nodes between which a line is drawn."""
    pairs: list[str] = page.evaluate("() => window.paperatlas.network.body.data.edges.getIds()")
    return set(pairs)


def place(page: Page, node: str) -> tuple[float, float]:
    """Return where a node is drawn, in pixels of the window."""
    at = page.evaluate("id => window.paperatlas.screen(id)", node)
    box = page.locator("#graph").bounding_box()
    assert box
    return box["x"] + at["x"], box["y"] + at["y"]


def joined(atlas: Atlas) -> set[str]:
    """Return the things that are joined to others: those of the first view, as there are few enough."""
    things = set(atlas.things())
    return {end for edge in atlas.graph.edges() if things.issuperset(edge) for end in edge}


def set_slider(page: Page, name: str, value: float) -> None:
    slider = page.locator(f"#{name}")
    slider.evaluate(
        "(input, value) => { input.value = value; "
        "for (const kind of ['input', 'change']) input.dispatchEvent(new Event(kind, {bubbles: true})) }",
        value,
    )


def violations(page: Page) -> list[str]:
    """Return what axe-core finds amiss in the page as it is."""
    # Not by a script element, which the page's policy forbids.
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(
        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        ".map((v) => [v.impact, v.id, v.nodes[0].html.slice(0, 200), v.nodes.length].join(' '))"
    )
    return found
