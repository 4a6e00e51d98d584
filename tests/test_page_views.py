"""Tables, timeline, leaderboards and pictures."""

import csv
import io
import re
from pathlib import Path
from xml.etree import ElementTree

from playwright.sync_api import Browser, Page, expect

from paperatlas.export.html.page import render
from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import edges

from .browsing import joined, opened, search, set_slider
from .test_exports import hostile_atlas


def view(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Views").get_by_role("button", name=name, exact=True).click()


def column(page: Page, number: int) -> list[str]:
    return page.locator(f"#sheet tbody td:nth-child({number})").all_inner_texts()


def downloaded(page: Page, name: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name, exact=True).click()
    return Path(waiting.value.path()).read_bytes()


def rows(content: bytes) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(content.decode("utf-8-sig")))]


def test_things(page: Page, example_atlas: Atlas) -> None:
    view(page, "Things")
    assert page.url.endswith("#view=things")
    expect(page.locator("#sheet").get_by_role("status")).to_have_text(f"{len(example_atlas.things())} rows")
    assert column(page, 1)[0] == "ImageNet"
    counts = [int(count) for count in column(page, 3)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == 16
    page.get_by_role("button", name="Name").click()
    names = column(page, 1)
    assert names[0].startswith(("2", "A", "a"))
    assert names != column(page, 3)
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    first = names[0]
    page.get_by_role("button", name="Name").click()
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "descending")
    assert column(page, 1)[0] != first
    page.get_by_role("button", name="more rows").click()
    assert column(page, 1)[-1] == first


def test_tables_keep_step_with_the_filters(page: Page) -> None:
    view(page, "Things")
    page.get_by_role("checkbox", name="Dataset").uncheck()
    assert "ImageNet" not in column(page, 1)
    set_slider(page, "support", 4)
    assert min(map(int, column(page, 3))) >= 4
    count = len(column(page, 1))
    expect(page.locator("#sheet").get_by_role("status")).to_have_text(f"{count} rows")
    assert len(rows(downloaded(page, "Download CSV"))) == count


def test_a_row_leads_to_the_panel_and_the_graph(page: Page) -> None:
    view(page, "Things")
    page.locator("#sheet").get_by_role("button", name="CIFAR-10", exact=True).click()
    expect(page.locator("#panel h2")).to_have_text("CIFAR-10")
    page.get_by_role("button", name="Show in the graph").click()
    expect(page.locator("#graph")).to_be_visible()
    expect(page.locator("#panel h2")).to_have_text("CIFAR-10")


def test_papers(page: Page) -> None:
    view(page, "Papers")
    expect(page.locator("#sheet").get_by_role("status")).to_have_text("40 rows")
    dates = [date for date in column(page, 2) if date]
    assert dates == sorted(dates, reverse=True)
    set_slider(page, "from", 2020)
    assert all(date >= "2020" for date in column(page, 2))
    found = rows(downloaded(page, "Download CSV"))
    assert {"Title", "Date", "Things", "Identifier", "Link"} == set(found[0])
    assert all(row["Date"] >= "2020" for row in found)


def test_the_neighbourhood_narrows_the_tables(page: Page) -> None:
    search(page, "vq-vae-2")
    page.get_by_role("group", name="Neighbourhood").get_by_role("button", name="1").click()
    view(page, "Things")
    assert {"VQ-VAE-2", "VQ-VAE"} <= set(column(page, 1))
    assert len(column(page, 1)) < 15


def test_results(page: Page, example_atlas: Atlas) -> None:
    count = sum(len(data["results"]) for *_, data in edges(example_atlas.graph))
    view(page, "Results")
    expect(page.locator("#sheet").get_by_role("status")).to_have_text(f"{count} rows")
    page.get_by_role("button", name="Value").click()
    values = [float(value.lstrip("+")) for value in column(page, 3)]
    assert values == sorted(values, reverse=True)
    found = rows(downloaded(page, "Download CSV"))
    assert len(found) == count
    told = sorted(score["value"] for *_, data in edges(example_atlas.graph) for score in data["results"])
    assert sorted(row["Value"] for row in found) == sorted(str(float(value)).removesuffix(".0") for value in told)
    assert all(row["Evidence"].endswith(".") for row in found)
    page.locator("#sheet summary").first.click()
    expect(page.locator("#sheet blockquote").first).to_be_visible()


def test_formulas_are_defused(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(render(hostile_atlas()), encoding="utf-8")
    with opened(browser, tmp_path / "page.html", "#view=things") as page:
        names = [row["Name"] for row in rows(downloaded(page, "Download CSV"))]
    assert '\'=HYPERLINK("http://evil")' in names
    assert not any(name.startswith(("=", "+", "@")) for name in names)


def test_timeline(page: Page) -> None:
    view(page, "Timeline")
    years = page.locator("#sheet h3").all_inner_texts()
    assert years[0].startswith("2013")
    assert years == sorted(years)
    section = page.locator(".year", has=page.locator("h3", has_text="2013"))
    section.get_by_role("button", name="DQN").click()
    expect(page.locator("#panel h2")).to_have_text("DQN")
    page.get_by_role("checkbox", name="Method").uncheck()
    expect(section.get_by_role("button", name="DQN")).to_have_count(0)


def test_pictures(page: Page, example_atlas: Atlas) -> None:
    image = downloaded(page, "PNG")
    assert image.startswith(b"\x89PNG")
    assert len(image) > 20_000
    root = ElementTree.fromstring(downloaded(page, "SVG"))
    space = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f".//{space}circle")) == len(joined(example_atlas))
    names = {text.text for text in root.iter(f"{space}text")}
    assert "ImageNet" in names
    titles = {title.text for title in root.iter(f"{space}title")}
    assert "VQ-VAE" in titles
    assert re.match(r"\d+", root.attrib["width"])


def test_leaderboards(page: Page, example_atlas: Atlas) -> None:
    boards = example_atlas.leaderboard()
    view(page, "Leaderboards")
    scores = sum(len(board.rows) for board in boards)
    expect(page.locator("#sheet").get_by_role("status")).to_have_text(f"{len(boards)} boards, {scores} scores")
    largest = boards[0]
    shown = page.locator(".board").first
    expect(shown.locator("h3")).to_have_text(largest.title)
    assert shown.locator("tbody tr").count() == len(largest.rows)
    ranks = [cells.split("\n")[0] for cells in shown.locator("tbody td:first-child").all_inner_texts()]
    assert ranks == ["–" if row.rank is None else str(row.rank) for row in largest.rows]
    page.get_by_role("combobox", name="Datasets").select_option(label=largest.dataset_name)
    page.get_by_role("combobox", name="Metrics").select_option(label=largest.metric_name)
    wanted = [b for b in boards if (b.dataset, b.metric) == (largest.dataset, largest.metric)]
    expect(page.locator(".board")).to_have_count(len(wanted))
    found = rows(downloaded(page, "Download CSV"))
    assert len(found) == sum(len(board.rows) for board in wanted)
    page.reload()
    expect(page.locator(".board")).to_have_count(len(wanted))
    page.locator(".board summary").first.click()
    expect(page.locator(".board blockquote").first).to_be_visible()
