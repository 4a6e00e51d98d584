"""``python -m bench.page [--nodes 300 1000 5000] [--patience S]``: how soon the page can be used, and how it moves.

Atlases of a given size are made up (four edges a node), opened in Chromium without a GPU, and compared with what stock
pyvis makes of the same nodes and edges, in the same run. A view is usable when it is drawn and still: for the page at
its first frame, for stock pyvis when its physics have settled, or never within S seconds. Frames are counted while a
mouse drags and wheels for two seconds, everything shown. Times are the machine's; the ratios carry over.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright
from pyvis.network import Network

from bench.atlases import made_up
from paperatlas.export.html.page import render
from paperatlas.graph.atlas import Atlas

#: Tells when the frame after the first drawing has come, in seconds from the start of the navigation.
_OURS = """() => new Promise((done) => {
  const look = () => document.body.dataset.ready ? requestAnimationFrame(() => requestAnimationFrame(
    () => done(performance.now() / 1000))) : setTimeout(look, 5);
  look();
})"""
_STOCK = """document.addEventListener('DOMContentLoaded', () => {
  const settled = () => { window.settled ??= performance.now() / 1000; };
  network.once('stabilizationIterationsDone', settled);
  network.once('stabilized', settled);
})"""
_COUNT = """() => {
  window.frames_ = 0;
  const count = () => { window.frames_++; requestAnimationFrame(count); };
  requestAnimationFrame(count);
}"""


@dataclass(frozen=True, slots=True)
class Measured:
    """``usable`` in seconds (None: not in time), ``frames`` a second while it is moved, ``size`` in MiB."""

    usable: float | None
    frames: float
    size: float


def stock(atlas: Atlas, path: Path) -> None:
    """Write what pyvis makes of the graph by itself, its physics on."""
    net = Network(directed=True, height="750px", cdn_resources="in_line")
    graph = atlas.graph
    for node, data in graph.nodes(data=True):
        net.add_node(node, label=data["name"], group=data["type"], title=data["name"])
    # Not by add_edge, which looks for both ends in a list of all nodes.
    net.edges = [{"from": head, "to": tail, "arrows": "to"} for head, tail in graph.edges()]
    path.write_text(net.generate_html(notebook=False), encoding="utf-8")


def _frames(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.evaluate(_COUNT)
    started, before = time.perf_counter(), page.evaluate("() => window.frames_")
    page.mouse.down()
    step = 0
    while time.perf_counter() - started < 1.2:
        step += 1
        page.mouse.move(x + 4 * (step % 40), y + 3 * (step % 30))
    page.mouse.up()
    while time.perf_counter() - started < 2.4:
        step += 1
        page.mouse.wheel(0, 60 if step % 20 < 10 else -60)
    counted = page.evaluate("() => window.frames_") - before
    return float(counted) / (time.perf_counter() - started)


def _measure(browser: Browser, path: Path, *, patience: float | None) -> Measured:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort())
    if patience is not None:
        page.add_init_script(_STOCK)
    page.goto(path.as_uri(), wait_until="commit")
    if patience is None:
        usable = page.evaluate(_OURS)
        if page.locator("#everything").is_visible():
            page.locator("#everything").click()
        page.wait_for_timeout(1500)
        frames = _frames(page, "#graph")
    else:
        try:
            usable = page.wait_for_function("() => window.settled", timeout=patience * 1000).json_value()
            frames = _frames(page, "#mynetwork")
        except TimeoutError:
            # Its script is busy, and the page answers to nothing.
            usable, frames = None, 0.0
    page.close()
    return Measured(usable, frames, path.stat().st_size / 2**20)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, nargs="+", default=[300, 1000, 5000])
    parser.add_argument("--patience", type=float, default=60)
    options = parser.parse_args()
    print("| nodes | edges | page, MiB | usable, s | stock pyvis, s | times | frames/s | stock pyvis | times |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for nodes in options.nodes:
            atlas = made_up(nodes, 4 * nodes)
            ours, theirs = Path(folder) / f"ours{nodes}.html", Path(folder) / f"stock{nodes}.html"
            ours.write_text(render(atlas), encoding="utf-8")
            stock(atlas, theirs)
            # The best of three: what the machine does besides is not the page's.
            found = [_measure(browser, ours, patience=None) for _ in range(3)]
            usable = min(one.usable for one in found if one.usable is not None)
            frames = max(one.frames for one in found)
            other = _measure(browser, theirs, patience=options.patience)
            late = f"{other.usable:.1f}" if other.usable is not None else f"> {options.patience:.0f}"
            times = f"{'' if other.usable is not None else '> '}{(other.usable or options.patience) / usable:.0f}"
            smooth = f"{other.frames:.1f} | {frames / other.frames:.1f}" if other.frames else "– | –"
            print(
                f"| {atlas.graph.number_of_nodes()} | {atlas.graph.number_of_edges()} | {found[0].size:.1f} "
                f"| {usable:.2f} | {late} | {times} | {frames:.0f} | {smooth} |",
                flush=True,
            )
        browser.close()


if __name__ == "__main__":
    main()
