"""Hostile papers, small screens, screen readers, and nothing from outside."""

import functools
import http.server
import re
import threading
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from paperatlas.export import write
from paperatlas.export.html.page import render

from .browsing import opened, search
from .conftest import HOSTILE
from .test_exports import hostile_atlas


def test_hostile_names_are_only_text(browser: Browser, tmp_path: Path) -> None:
    write(hostile_atlas(), "html", tmp_path / "page.html")
    with opened(browser, tmp_path / "page.html", f"#n=9999&a={HOSTILE[0]}&at=<img src=x onerror=alert(1)>") as page:
        for name in HOSTILE:
            search(page, name)
            expect(page.locator("#panel h2")).to_be_visible()
            page.keyboard.press("Escape")
            page.keyboard.press("Escape")
        search(page, HOSTILE[0])
        expect(page.locator("#panel h2")).to_have_text(HOSTILE[0])
        for view in ("Things", "Papers", "Results", "Leaderboards", "Timeline", "Graph"):
            page.get_by_role("navigation").get_by_role("button", name=view, exact=True).click()
            assert page.locator("main img, main script, main iframe, main a[href^=javascript]").count() == 0
        page.get_by_role("checkbox", name="show papers").check()
        assert page.evaluate("() => window.hacked") is None


def test_marks_stand_where_names_are_though_characters_are_wide(browser: Browser, tmp_path: Path) -> None:
    atlas = hostile_atlas()
    (tmp_path / "page.html").write_text(render(atlas), encoding="utf-8")
    with opened(browser, tmp_path / "page.html") as page:
        found = page.evaluate(
            """() => Object.values(JSON.parse(document.getElementById('data-atlas').textContent).papers)
              .flatMap((paper) => paper.marks.map(([from, to, thing]) => [paper.text.slice(from, to), thing]))"""
        )
    names = {node: {data["name"], *data["aliases"]} for node, data in atlas.graph.nodes(data=True)}
    assert len(found) >= 8
    wide = [text for text, thing in found if "\U0001f409" in text]
    assert wide
    behind = [text for text, thing in found if text in names[thing]]
    assert len(behind) >= len(found) - 3


def test_the_policy_allows_what_is_inlined_and_nothing_else(browser: Browser, example_folder: Path) -> None:
    path = example_folder / "atlas.html"
    text = path.read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    assert policy[1].startswith("default-src &#39;none&#39;;")
    assert "unsafe" not in policy[1]
    assert not re.search(r'(?:src|href)="?https?:', text)
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("body[data-ready=true]")
    outcome = page.evaluate(
        """async () => {
          const script = document.createElement('script');
          script.textContent = 'window.ran = true';
          document.body.append(script);
          const fetched = await fetch('https://example.org/').then(() => true, () => false);
          const image = await new Promise((done) => {
            const img = new Image();
            img.onload = () => done(true); img.onerror = () => done(false);
            img.src = 'https://example.org/a.png';
          });
          let evaluated = true;
          try { eval('1'); } catch { evaluated = false; }
          return [window.ran === true, fetched, image, evaluated];
        }"""
    )
    page.close()
    assert outcome == [False, False, False, False]


def test_over_http(browser: Browser, example_folder: Path) -> None:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(example_folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/atlas.html"
        with opened(browser, url, "#at=vq-vae") as page:
            # A browser asks a server, and no file, for the icon of the page.
            expect(page.locator("#panel h2")).to_have_text("VQ-VAE")
            search(page, "imagenet")
            assert page.url == f"{url}#at=imagenet"
    finally:
        server.shutdown()
        server.server_close()


def test_a_narrow_screen(browser: Browser, example_folder: Path) -> None:
    with opened(browser, example_folder / "atlas.html", viewport={"width": 360, "height": 640}) as page:
        fits(page)
        expect(page.locator("#controls")).to_be_hidden()
        page.get_by_role("button", name="Filters").click()
        page.get_by_role("checkbox", name="Dataset").uncheck()
        page.get_by_role("button", name="Filters").click()
        expect(page.locator("#controls")).to_be_hidden()
        search(page, "vq-vae")
        expect(page.locator("#panel h2")).to_be_in_viewport()
        expect(page.locator("#graph")).to_be_in_viewport()
        fits(page)
        for view in ("Things", "Papers", "Results", "Leaderboards", "Timeline"):
            page.get_by_role("navigation").get_by_role("button", name=view, exact=True).click()
            fits(page)


def fits(page: Page) -> None:
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    assert page.evaluate("() => document.documentElement.scrollHeight") <= 640


def test_dark_and_light(browser: Browser, example_folder: Path) -> None:
    with opened(browser, example_folder / "atlas.html", color_scheme="dark") as page:
        body = page.locator("body")
        expect(body).to_have_css("background-color", "rgb(16, 21, 28)")
        page.get_by_role("button", name="Dark").click()
        expect(body).to_have_css("background-color", "rgb(255, 255, 255)")
        page.reload()
        expect(body).to_have_css("background-color", "rgb(255, 255, 255)")
        page.emulate_media(color_scheme="light")
        page.get_by_role("button", name="Dark").click()
        expect(body).to_have_css("background-color", "rgb(16, 21, 28)")


def test_very_long_names_break(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(render(hostile_atlas()), encoding="utf-8")
    with opened(browser, tmp_path / "page.html", "#view=things", viewport={"width": 360, "height": 640}) as page:
        fits(page)
