"""Pages of large atlases: moved, cut down, and still right."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bench.atlases import made_up
from paperatlas.export.html import excerpt as module
from paperatlas.export.html.page import render

from .browsing import opened, place, search, shown


def test_a_heavy_graph_is_moved_and_then_drawn_anew(browser: Browser, large_page: Path) -> None:
    with opened(browser, large_page) as page:
        page.get_by_role("button", name="Show all").click()
        assert len(shown(page)) == 834
        things = page.evaluate("() => JSON.parse(document.getElementById('data-nodes').textContent)")
        box = page.locator("#graph").bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        before = place(page, things[0]["id"])
        page.evaluate(
            """() => {
              const sheet = document.querySelector('#graph canvas');
              window.shifts = [];
              new MutationObserver(() => window.shifts.push(sheet.style.transform))
                .observe(sheet, {attributes: true, attributeFilter: ['style']});
            }"""
        )
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 60, y + 40, steps=12)
        page.mouse.up()
        page.wait_for_function("() => window.shifts.length > 1 && window.shifts.at(-1) === ''")
        moved = [shift for shift in page.evaluate("() => window.shifts") if re.match(r"translate\([1-9]\d*px", shift)]
        assert moved
        after = place(page, things[0]["id"])
        # The first pixels tell that it is a drag, and do not move the picture.
        right, down = after[0] - before[0], after[1] - before[1]
        assert 20 < right <= 60
        assert down == pytest.approx(right * 2 / 3, abs=2)
        page.mouse.click(*after)
        expect(page.locator("#panel h2")).to_have_text(things[0]["label"])


def test_the_wheel_comes_nearer(browser: Browser, large_page: Path) -> None:
    with opened(browser, large_page) as page:
        page.get_by_role("button", name="Show all").click()
        before = page.evaluate("() => window.paperatlas.network.getScale()")
        page.locator("#graph").hover()
        page.mouse.wheel(0, -300)
        page.wait_for_function(f"() => window.paperatlas.network.getScale() > {before} * 1.05")
        page.wait_for_function("() => document.querySelector('#graph canvas').style.transform === ''")


def test_the_keys_move_the_graph(browser: Browser, large_page: Path) -> None:
    with opened(browser, large_page) as page:
        page.locator("#graph").focus()
        view = "() => ({...window.paperatlas.network.getViewPosition(), scale: window.paperatlas.network.getScale()})"
        before = page.evaluate(view)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("+")
        after = page.evaluate(view)
        assert after["x"] > before["x"]
        assert after["scale"] == pytest.approx(1.4 * before["scale"])
        page.keyboard.press("0")
        assert page.evaluate(view)["scale"] == pytest.approx(before["scale"])


def test_an_atlas_too_large_is_cut_down_to_what_matters(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_THINGS", 40)
    monkeypatch.setattr(module, "MOST_PAPERS", 40)
    atlas = made_up(600, 2400)
    chosen = module.excerpt(atlas)
    assert (len(chosen.things), len(chosen.papers)) == (40, 40)
    assert chosen.left_out == atlas.graph.number_of_nodes() - 80
    least = min(chosen.importance[thing] for thing in chosen.things)
    assert sorted(chosen.importance.values(), reverse=True)[39] == least
    (tmp_path / "page.html").write_text(render(atlas), encoding="utf-8")
    with opened(browser, tmp_path / "page.html") as page:
        expect(page.locator("#status")).to_contain_text(f"{chosen.left_out} less important ones are not in this page")
        search(page, atlas.graph.nodes[chosen.things[0]]["name"])
        expect(page.locator("#panel h2")).to_have_text(atlas.graph.nodes[chosen.things[0]]["name"])
        expect(page.locator("#panel .named")).not_to_have_count(0)
