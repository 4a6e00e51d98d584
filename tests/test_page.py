"""The page in a real browser: what a person sees and does there, and that it asks nobody for anything."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from paperatlas.export import write
from paperatlas.graph.atlas import Atlas

from .conftest import HOSTILE
from .test_exports import hostile_atlas

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium (apt install chromium)")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


def opened(browser: Browser, path: Path, **options: object) -> Iterator[Page]:
    """Open a page; afterwards nothing may have been requested but the file, and nothing may stand in the console."""
    page = browser.new_page(viewport={"width": 1280, "height": 800}, **options)  # type: ignore[arg-type]
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.goto(path.as_uri())
    page.wait_for_selector("body[data-ready=true]")
    yield page
    page.close()
    assert requests == [path.as_uri()]
    assert complaints == []


@pytest.fixture
def page(browser: Browser, example_folder: Path) -> Iterator[Page]:
    yield from opened(browser, example_folder / "atlas.html")


def search(page: Page, words: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def click_node(page: Page, node: str) -> None:
    """Click a node where it is drawn."""
    page.evaluate("id => window.paperatlas.network.focus(id, {scale: 1.5})", node)
    place = page.evaluate(
        "id => { const n = window.paperatlas.network; return n.canvasToDOM(n.getPosition(id)) }", node
    )
    box = page.locator("#mynetwork").bounding_box()
    assert box
    page.mouse.click(box["x"] + place["x"], box["y"] + place["y"])


def shown(page: Page) -> set[str]:
    nodes: list[str] = page.evaluate("() => window.paperatlas.network.body.data.nodes.getIds()")
    return set(nodes)


def test_first_view(page: Page) -> None:
    assert "imagenet" in shown(page)
    assert not any(node.startswith("paper/") for node in shown(page))
    expect(page.get_by_role("status")).to_contain_text("things, 40 papers")
    expect(page.locator("#panel")).to_contain_text("Click a thing or a line")
    assert page.evaluate("() => window.paperatlas.network.physics.physicsEnabled") is False


def test_search_finds_a_thing_by_an_alias_and_shows_its_evidence(page: Page) -> None:
    search(page, "vector quantised")
    panel = page.locator("#panel")
    expect(panel.get_by_role("heading", level=2)).to_have_text("VQ-VAE")
    expect(panel).to_contain_text("Method · named in 4 papers · first 2017-11-02")
    expect(panel).to_contain_text("We present VQ-VAE-2, which extends the VQ-VAE to a hierarchy of discrete codes")
    expect(panel.locator("mark", has_text="VQ-VAE-2").first).to_be_visible()
    expect(panel.get_by_role("heading", name="is extended by")).to_be_visible()
    expect(panel.get_by_role("button", name="Neural Discrete Representation Learning").first).to_be_visible()


def test_search_suggests_and_is_worked_by_keyboard(page: Page) -> None:
    box = page.get_by_role("combobox")
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type("bert")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("BERT")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-0")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    wanted = (options.nth(1).inner_text()).split("\n")[-1]
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_have_text(
        wanted.removeprefix("Model").removeprefix("Dataset").removeprefix("Method")
    )
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(box).not_to_be_focused()


def test_a_search_that_finds_nothing(page: Page) -> None:
    search(page, "zzzzz")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.locator("#panel h2")).to_have_count(0)


def test_clicking_a_node_shows_it(page: Page) -> None:
    click_node(page, "imagenet")
    expect(page.locator("#panel h2")).to_have_text("ImageNet")
    expect(page.locator("#panel")).to_contain_text("Dataset · named in 16 papers")


def test_clicking_an_edge_shows_all_its_evidence(page: Page) -> None:
    page.evaluate("() => window.paperatlas.choose('vq-vae-2')")
    middle = page.evaluate(
        """() => {
          const network = window.paperatlas.network;
          network.focus('vq-vae-2', {scale: 4});
          const [a, b] = ['vq-vae-2', 'vq-vae'].map((id) => network.canvasToDOM(network.getPosition(id)));
          return {x: (a.x + b.x) / 2, y: (a.y + b.y) / 2};
        }"""
    )
    box = page.locator("#mynetwork").bounding_box()
    assert box
    page.mouse.click(box["x"] + middle["x"], box["y"] + middle["y"])
    expect(page.locator("#panel h2")).to_have_text("VQ-VAE-2 extends VQ-VAE")
    expect(page.locator("#panel")).to_contain_text("stated by 1 paper")
    expect(page.locator("#panel blockquote")).to_contain_text("We present VQ-VAE-2, which extends the VQ-VAE")
    expect(page.locator("#panel blockquote mark")).to_have_text(["VQ-VAE-2", "VQ-VAE"])


def test_a_paper_shows_its_abstract_with_every_mention_marked(page: Page) -> None:
    search(page, "Neural Discrete Representation")
    panel = page.locator("#panel")
    expect(panel.get_by_role("heading", level=2)).to_have_text("Neural Discrete Representation Learning")
    link = panel.get_by_role("link")
    expect(link).to_have_attribute("href", "https://arxiv.org/abs/1711.00937")
    expect(link).to_have_attribute("rel", "noreferrer noopener")
    abstract = page.locator("#abstract")
    expect(abstract).to_contain_text("We introduce the Vector Quantised Variational Autoencoder (VQ-VAE)")
    expect(abstract).to_contain_text("128×128")
    expect(abstract.locator("mark.Method", has_text="Vector Quantised Variational Autoencoder")).to_have_count(1)
    abstract.locator("mark.Dataset", has_text="CIFAR-10").click()
    expect(page.locator("#panel h2")).to_have_text("CIFAR-10")


def test_filters_by_type(page: Page) -> None:
    before = shown(page)
    page.get_by_role("checkbox", name="Dataset").uncheck()
    assert "imagenet" in before - shown(page)
    assert "vq-vae" in shown(page)
    page.get_by_role("checkbox", name="Dataset").check()
    assert shown(page) == before


def test_filters_by_relation(page: Page) -> None:
    lines = (
        "() => window.paperatlas.network.body.data.edges.getIds().map((id) => window.paperatlas.edgeById.get(id).type)"
    )
    assert "evaluatedOn" in page.evaluate(lines)
    page.get_by_role("checkbox", name="is evaluated on").uncheck()
    assert "evaluatedOn" not in page.evaluate(lines)
    assert "uses" in page.evaluate(lines)


def test_papers_and_everything_on_demand(page: Page, example_atlas: Atlas) -> None:
    page.get_by_role("checkbox", name="papers").check()
    assert "paper/arXiv:1711.00937" in shown(page)
    page.get_by_role("checkbox", name="everything").check()
    assert set(example_atlas.things()) <= shown(page)


def test_labels_do_not_sit_on_each_other(page: Page) -> None:
    page.evaluate(
        """() => {
          const draw = CanvasRenderingContext2D.prototype.fillText;
          window.drawn = [];
          CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
            const scale = this.getTransform().a / devicePixelRatio, half = this.measureText(text).width / 2;
            window.drawn.push({text, left: (x - half) * scale, right: (x + half) * scale, top: y * scale, bottom: y * scale + 13});
            return draw.call(this, text, x, y);
          };
          window.paperatlas.network.redraw();
        }"""
    )
    page.wait_for_function("() => window.drawn.length > 0")
    labels = page.evaluate("() => window.drawn")
    assert len(labels) > 30
    assert "ImageNet" in {label["text"] for label in labels}
    for i, a in enumerate(labels):
        for b in labels[i + 1 :]:
            apart = (
                a["right"] <= b["left"] or b["right"] <= a["left"] or a["bottom"] <= b["top"] or b["bottom"] <= a["top"]
            )
            assert apart, (a, b)


def test_the_layout_of_a_narrow_and_of_a_dark_screen(browser: Browser, example_folder: Path) -> None:
    for page in opened(browser, example_folder / "atlas.html", color_scheme="dark"):
        page.set_viewport_size({"width": 360, "height": 640})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
        ground = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        assert ground == "rgb(17, 22, 29)"


def test_hostile_names_are_only_text(browser: Browser, tmp_path: Path) -> None:
    write(hostile_atlas(), "html", tmp_path / "page.html")
    for page in opened(browser, tmp_path / "page.html"):
        for name in HOSTILE:
            search(page, name)
            expect(page.locator("#panel h2")).to_be_visible()
            page.keyboard.press("Escape")
            page.keyboard.press("Escape")
        search(page, HOSTILE[0])
        expect(page.locator("#panel h2")).to_have_text(HOSTILE[0])
        page.evaluate("() => window.paperatlas.choose(window.paperatlas.network.body.data.nodes.getIds()[0])")
        page.get_by_role("checkbox", name="papers").check()
        assert page.locator("#panel img, #panel script, #panel a[href^=javascript]").count() == 0
        assert page.evaluate("() => window.hacked") is None
