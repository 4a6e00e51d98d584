"""What stands there when the page opens."""

from collections import Counter
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from paperatlas.export.html.excerpt import excerpt
from paperatlas.export.html.layout import positions
from paperatlas.export.html.page import render
from paperatlas.graph.atlas import Atlas

from .browsing import joined, opened, shown


def test_first_view(page: Page, example_atlas: Atlas) -> None:
    nodes = shown(page)
    assert 150 <= len(nodes) <= 300
    assert nodes == joined(example_atlas)
    things = len(example_atlas.things())
    expect(page.locator("#status")).to_have_text(f"{len(nodes)} of {things} things, 40 papers")
    expect(page.locator("#panel")).to_be_hidden()
    assert page.evaluate("() => window.paperatlas.network.physics.physicsEnabled") is False


def test_all_that_is_drawn_lies_in_the_window(page: Page) -> None:
    box = page.locator("#graph").bounding_box()
    assert box
    for node in shown(page):
        at = page.evaluate("id => window.paperatlas.screen(id)", node)
        assert 0 < at["x"] < box["width"], node
        assert 0 < at["y"] < box["height"], node


def test_show_more_and_all(page: Page, example_atlas: Atlas) -> None:
    before = shown(page)
    places = {node: page.evaluate("id => window.paperatlas.network.getPosition(id)", node) for node in list(before)[:9]}
    page.get_by_role("button", name="Show all").click()
    assert shown(page) == set(example_atlas.things())
    assert all(page.evaluate("id => window.paperatlas.network.getPosition(id)", n) == at for n, at in places.items())
    page.get_by_role("button", name="Show less").click()
    assert shown(page) == before


def test_show_more_of_a_larger_atlas(browser: Browser, large_page: Path) -> None:
    with opened(browser, large_page) as page:
        assert len(shown(page)) == 250
        before = shown(page)
        page.get_by_role("button", name="Show more").click()
        assert len(shown(page)) == 500
        assert before < shown(page)


def test_names_do_not_sit_on_each_other(page: Page, example_atlas: Atlas) -> None:
    page.evaluate(
        """() => {
          const draw = CanvasRenderingContext2D.prototype.fillText;
          window.drawn = [];
          CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
            const half = this.measureText(text).width / 2, high = Number(/(\\d+)px/.exec(this.font)[1]);
            window.drawn.push({text, left: x - half, right: x + half, top: y, bottom: y + high});
            return draw.call(this, text, x, y);
          };
          window.paperatlas.network.redraw();
        }"""
    )
    page.wait_for_function("() => window.drawn.length > 0")
    labels = page.evaluate("() => window.drawn")
    assert len(labels) > 90
    foremost = [example_atlas.graph.nodes[thing]["name"] for thing in excerpt(example_atlas).things[:5]]
    assert set(foremost) <= {label["text"] for label in labels}
    assert not [(a["text"], b["text"]) for i, a in enumerate(labels) for b in labels[i + 1 :] if overlap(a, b)]


def overlap(a: dict[str, float], b: dict[str, float]) -> bool:
    return a["left"] < b["right"] and b["left"] < a["right"] and a["top"] < b["bottom"] and b["top"] < a["bottom"]


def test_what_matters_is_large_and_lines_at_hubs_are_faint(page: Page) -> None:
    sizes = page.evaluate(
        "() => Object.fromEntries(window.paperatlas.network.body.data.nodes.get().map((n) => [n.id, n.size]))"
    )
    assert sizes["imagenet"] > 2 * min(sizes.values())
    drawn = page.evaluate("() => window.paperatlas.network.body.data.edges.get()")
    ends = Counter(end for line in drawn for end in (line["from"], line["to"]))
    opacity = {
        line["id"]: line["color"]["opacity"] for line in drawn if line["width"] == min(d["width"] for d in drawn)
    }
    hub = [opacity[key] for key in opacity if "imagenet" in key.split("|")]
    quiet = [opacity[key] for key in opacity if max(ends[end] for end in key.split("|")) <= 3]
    assert max(hub) < min(quiet)


def test_papers_when_asked_for(page: Page) -> None:
    page.get_by_role("checkbox", name="show papers").check()
    assert "paper/arXiv:1711.00937" in shown(page)


def test_colours_by_community_and_year(page: Page) -> None:
    def fills() -> dict[str, str]:
        found: dict[str, str] = page.evaluate(
            "() => Object.fromEntries(window.paperatlas.network.body.data.nodes.get().map((n) => [n.id, n.color.background]))"
        )
        return found

    by_type = fills()
    assert by_type["imagenet"] == by_type["cifar-10"] != by_type["bert"]
    page.get_by_role("radio", name="community").check()
    by_area = fills()
    assert by_area["a3c"] == by_area["dqn"] != by_area["bert"]
    expect(page.locator("#legend li").first).to_be_visible()
    page.get_by_role("radio", name="year").check()
    assert fills()["dqn"] == "#3a528b"
    expect(page.locator("#legend")).to_contain_text("first named in 2013")


def test_the_same_atlas_makes_the_same_page(example_atlas: Atlas) -> None:
    assert render(example_atlas) == render(Atlas(tuple(reversed(example_atlas.facts))))


def test_positions_are_distinct_and_the_first_come_first() -> None:
    edges = [(n // 3, n) for n in range(1, 400)]
    places = positions(500, edges, 100)
    assert len(set(places)) == 500
    assert positions(500, edges, 100) == places
    alone = positions(100, [(a, b) for a, b in edges if b < 100], 100)
    ratio = places[1][0] / alone[1][0]
    assert all(abs(p[0] - q[0] * ratio) < 1 for p, q in zip(places[:100], alone, strict=True))


def test_importance_orders_things(example_atlas: Atlas) -> None:
    chosen = excerpt(example_atlas)
    ranked = [chosen.importance[thing] for thing in chosen.things if thing in joined(example_atlas)]
    assert ranked == sorted(ranked, reverse=True)
    assert chosen.left_out == 0
    assert set(chosen.things) == set(example_atlas.things())


def test_an_atlas_without_any_thing(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(render(Atlas(())), encoding="utf-8")
    with opened(browser, tmp_path / "page.html") as page:
        expect(page.locator("#status")).to_have_text("0 of 0 things, 0 papers")
        for name in ("Things", "Papers", "Results", "Leaderboards", "Timeline", "Graph"):
            page.get_by_role("navigation").get_by_role("button", name=name, exact=True).click()
