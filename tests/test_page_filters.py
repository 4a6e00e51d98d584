"""Filters, neighbourhoods, paths, and that the URL holds them."""

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import edges, nodes

from .browsing import joined, lines, opened, search, set_slider, shown


def test_by_type(page: Page) -> None:
    before = shown(page)
    page.get_by_role("checkbox", name="Dataset").uncheck()
    assert "imagenet" not in shown(page)
    assert "vq-vae" in shown(page)
    expect(page.locator("#filters-button")).to_have_text("Filters (1)")
    page.get_by_role("checkbox", name="Dataset").check()
    assert shown(page) == before


def test_the_legend_counts(page: Page, example_atlas: Atlas) -> None:
    for kind in ("Model", "Method", "Dataset", "Task", "Metric"):
        count = sum(data["type"] == kind for _, data in nodes(example_atlas.graph))
        expect(page.locator("#types label", has_text=kind)).to_have_text(f"{kind}{count}")
    count = sum(data["type"] == "evaluatedOn" for *_, data in edges(example_atlas.graph))
    expect(page.locator("#relations label", has_text="is evaluated on")).to_have_text(f"is evaluated on{count}")


def test_only_one_type(page: Page, example_atlas: Atlas) -> None:
    page.locator(".switch", has_text="Metric").hover()
    page.get_by_role("button", name="Only Metric").click()
    kinds = {example_atlas.graph.nodes[node]["type"] for node in shown(page)}
    assert kinds <= {"Metric"}


def test_by_relation(page: Page, example_atlas: Atlas) -> None:
    stated = {
        "|".join(sorted((head, tail))) for head, tail, data in edges(example_atlas.graph) if data["type"] == "uses"
    }
    assert lines(page) - stated
    for box in page.locator("#relations input").all():
        if box.get_attribute("value") != "uses":
            box.uncheck()
    assert lines(page)
    assert lines(page) <= stated


def test_by_year(page: Page, example_atlas: Atlas) -> None:
    set_slider(page, "from", 2018)
    set_slider(page, "to", 2018)
    expect(page.locator("#years")).to_contain_text("from 2018")
    assert "bert" in shown(page)
    assert "deep-q-network" not in shown(page)
    dates = {node: data["date"] for node, data in nodes(example_atlas.graph)}
    for node in shown(page):
        papers = example_atlas.graph.nodes[node]["papers"]
        assert any(dates[paper].startswith("2018") for paper in papers), node


def test_by_support_and_confidence(page: Page, example_atlas: Atlas) -> None:
    set_slider(page, "support", 3)
    wanted = {n for n, data in nodes(example_atlas.graph) if data["support"] >= 3 and data["type"] != "Paper"}
    assert shown(page) <= wanted
    assert "imagenet" in shown(page)
    set_slider(page, "support", 1)
    set_slider(page, "sure", 0.9)
    sure = {
        "|".join(sorted((head, tail))) for head, tail, data in edges(example_atlas.graph) if data["confidence"] >= 0.9
    }
    assert lines(page) <= sure
    page.get_by_role("button", name="Reset all").click()
    assert shown(page) == joined(example_atlas)
    assert lines(page) - sure


def test_neighbourhood(page: Page, example_atlas: Atlas) -> None:
    things = set(example_atlas.things())
    graph = example_atlas.graph.to_undirected(as_view=True)
    search(page, "vq-vae")
    near = {"vq-vae"}
    for depth in ("1", "2", "3"):
        page.get_by_role("group", name="Neighbourhood").get_by_role("button", name=depth).click()
        near |= {other for node in near for other in graph[node] if other in things}
        assert shown(page) == near
        expect(page.get_by_role("button", name=depth, exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="off", exact=True).click()
    assert shown(page) >= joined(example_atlas)


def test_path(page: Page) -> None:
    page.get_by_role("combobox", name="Path from").fill("vq-vae-2")
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="Path to").fill("vctk")
    page.keyboard.press("Enter")
    panel = page.locator("#panel")
    expect(panel.locator("h2")).to_have_text("From VQ-VAE-2 to VCTK")
    expect(panel).to_contain_text("2 steps")
    expect(panel.locator(".hop")).to_have_count(2)
    expect(panel.locator(".hop").first).to_contain_text("VQ-VAE-2 extends VQ-VAE")
    expect(panel.locator(".hop").first.locator("blockquote")).to_contain_text("We present VQ-VAE-2, which extends")
    expect(panel.locator(".hop").nth(1)).to_contain_text("VQ-VAE is evaluated on VCTK")
    page.get_by_role("button", name="Clear").click()
    expect(panel).to_be_hidden()


def test_path_from_the_panel(page: Page) -> None:
    search(page, "gpt-3")
    page.get_by_role("button", name="Path from here").click()
    expect(page.get_by_role("combobox", name="Path to")).to_be_focused()
    page.keyboard.type("imagenet")
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_have_text("From GPT-3 to ImageNet")
    for relation in page.locator("#relations input").all():
        relation.uncheck()
    expect(page.locator("#panel")).to_contain_text("Nothing that the filters let through joins the two.")


def test_the_url_brings_the_view_back(browser: Browser, example_folder: Path) -> None:
    fragment = "#at=vq-vae&depth=1&hide=Dataset%2CTask&sure=0.5&theme=dark&colour=area&papers=1"
    with opened(browser, example_folder / "atlas.html", fragment) as page:
        expect(page.locator("#panel h2")).to_have_text("VQ-VAE")
        expect(page.get_by_role("checkbox", name="Dataset")).not_to_be_checked()
        expect(page.get_by_role("checkbox", name="show papers")).to_be_checked()
        expect(page.get_by_role("radio", name="community")).to_be_checked()
        expect(page.locator("label", has_text="sure:")).to_contain_text("50 % or more")
        expect(page.locator("body")).to_have_css("background-color", "rgb(16, 21, 28)")
        assert "imagenet" not in shown(page)
        assert "bert" not in shown(page)
        assert "paper/arXiv:1711.00937" in shown(page)
        page.reload()
        page.wait_for_selector("body[data-ready=true]")
        assert page.evaluate("() => window.paperatlas.state().depth") == 1


def test_a_url_that_makes_no_sense(browser: Browser, example_folder: Path, example_atlas: Atlas) -> None:
    fragment = "#at=nobody&depth=99&n=abc&view=nowhere&hide=,,&sure=x&with=%00&a=__proto__&theme=pink&%%%"
    with opened(browser, example_folder / "atlas.html", fragment) as page:
        assert shown(page) == joined(example_atlas)
        expect(page.locator("#panel")).to_be_hidden()


def test_nothing_passes(page: Page) -> None:
    for box in page.locator("#types input").all():
        box.uncheck()
    expect(page.get_by_text("Nothing passes the filters.")).to_be_visible()
    assert shown(page) == set()
