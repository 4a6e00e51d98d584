"""Search, the panel, and what a click shows."""

import re

from playwright.sync_api import Page, expect

from paperatlas.graph.atlas import Atlas

from .browsing import place, search


def test_search_finds_a_thing_by_an_alias_and_shows_its_evidence(page: Page) -> None:
    search(page, "vector quantised")
    panel = page.locator("#panel")
    expect(panel.get_by_role("heading", level=2)).to_have_text("VQ-VAE")
    expect(panel).to_contain_text("Method · named in 4 papers · first 2017-11-02")
    expect(panel).to_contain_text("also Vector Quantised Variational Autoencoder")
    expect(panel).to_contain_text("We present VQ-VAE-2, which extends the VQ-VAE to a hierarchy of discrete codes")
    expect(panel.get_by_role("button", name="VQ-VAE-2").first).to_be_visible()
    expect(panel.get_by_role("heading", name="is extended by")).to_be_visible()
    expect(panel.get_by_role("button", name="Neural Discrete Representation Learning").first).to_be_visible()
    expect(panel.get_by_role("link", name="arxiv.org/abs/1711.00937").first).to_be_visible()


def test_a_search_brings_the_thing_into_the_middle(page: Page) -> None:
    search(page, "muzero")
    box = page.locator("#graph").bounding_box()
    assert box
    x, y = place(page, "muzero")
    assert abs(x - box["x"] - box["width"] / 2) < 2
    assert abs(y - box["y"] - box["height"] / 2) < 2
    names = page.evaluate("() => window.paperatlas.names().map((name) => name.text)")
    assert "MuZero" in names


def test_search_suggests_and_is_worked_by_keyboard(page: Page) -> None:
    box = page.get_by_role("combobox", name="Search things and papers")
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type("bert")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("BERT")
    expect(box).to_have_attribute("aria-activedescendant", "search-list-0")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    wanted = options.nth(1).locator(".name").inner_text()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_have_text(wanted)
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(box).not_to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()


def test_a_suggestion_is_taken_by_the_mouse(page: Page) -> None:
    page.get_by_role("combobox", name="Search things and papers").fill("imagenet")
    page.get_by_role("option").first.click()
    expect(page.locator("#panel h2")).to_have_text("ImageNet")


def test_a_search_that_finds_nothing(page: Page) -> None:
    search(page, "zzzzz")
    expect(page.get_by_role("option")).to_have_text("Nothing here is called so.")
    expect(page.locator("#panel")).to_be_hidden()


def test_clicking_a_node_shows_it(page: Page) -> None:
    page.mouse.click(*place(page, "imagenet"))
    expect(page.locator("#panel h2")).to_have_text("ImageNet")
    expect(page.locator("#panel")).to_contain_text("Dataset · named in 16 papers")
    box = page.locator("#graph").bounding_box()
    assert box
    page.mouse.click(box["x"] + 5, box["y"] + 5)
    expect(page.locator("#panel")).to_be_hidden()


def test_clicking_a_line_shows_all_its_evidence(page: Page) -> None:
    page.evaluate("() => window.paperatlas.choose('vq-vae-2')")
    (x1, y1), (x2, y2) = place(page, "vq-vae-2"), place(page, "vq-vae")
    page.mouse.move((x1 + x2) / 2, (y1 + y2) / 2)
    expect(page.locator(".tip")).to_have_text("VQ-VAE-2 extends VQ-VAE")
    page.mouse.click((x1 + x2) / 2, (y1 + y2) / 2)
    panel = page.locator("#panel")
    expect(panel.locator("h3")).to_have_text("VQ-VAE-2 extends VQ-VAE")
    expect(panel).to_contain_text("stated by 1 paper")
    expect(panel.locator("blockquote")).to_contain_text("We present VQ-VAE-2, which extends the VQ-VAE")
    expect(panel.locator("blockquote mark")).to_have_text(["VQ-VAE-2", "VQ-VAE"])


def test_hovering_names_the_neighbours(page: Page, example_atlas: Atlas) -> None:
    page.mouse.move(*place(page, "vq-vae"))
    page.wait_for_function("() => window.paperatlas.names()[0].text === 'VQ-VAE'")
    names = set(page.evaluate("() => window.paperatlas.names().map((name) => name.text)"))
    graph = example_atlas.graph.to_undirected(as_view=True)
    near = {example_atlas.graph.nodes[node]["name"] for node in {"vq-vae", *graph["vq-vae"]}}
    assert {"VQ-VAE"} < names <= near


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
    mention = abstract.locator("mark.Method", has_text="Vector Quantised Variational Autoencoder")
    expect(mention).to_have_css("color", "rgb(29, 111, 184)")
    expect(panel.get_by_role("heading", name="What it states")).to_be_visible()
    abstract.locator("mark.Dataset", has_text="CIFAR-10").press("Enter")
    expect(page.locator("#panel h2")).to_have_text("CIFAR-10")


def test_the_back_button_and_the_url(page: Page) -> None:
    search(page, "vq-vae-2")
    search(page, "imagenet")
    assert page.url.endswith("#at=imagenet")
    page.go_back()
    expect(page.locator("#panel h2")).to_have_text("VQ-VAE-2")
    page.go_back()
    expect(page.locator("#panel")).to_be_hidden()
    page.go_forward()
    expect(page.locator("#panel h2")).to_have_text("VQ-VAE-2")


def test_what_is_long_opens_on_demand(page: Page) -> None:
    search(page, "imagenet")
    panel = page.locator("#panel")
    heading = panel.get_by_role("heading", name=re.compile("Papers that name it"))
    count = int(heading.inner_text().split()[-1])
    assert count > 10
    more = panel.get_by_role("button", name=re.compile(r"Show \d+ more")).last
    expect(more).to_have_text(f"Show {count - 8} more")
    assert panel.locator(".named").count() == 8
    more.click()
    assert panel.locator(".named").count() == count
    toggle = panel.locator(".toggle[aria-expanded=false]").first
    fact = panel.locator(".fact").nth(6)
    expect(fact.locator("blockquote")).to_have_count(0)
    toggle.click()
    expect(fact.locator("blockquote").first).to_be_visible()
