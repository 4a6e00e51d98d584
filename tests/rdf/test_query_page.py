"""The page to ask, in a real browser: a question is chosen, asked and answered, and nobody else is asked for anything."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from .test_protocol import serving


def test_a_question_is_chosen_and_answered(browser: Browser, small_folder: Path) -> None:
    with serving(small_folder) as server:
        page = browser.new_page()
        page.set_default_timeout(20_000)
        requests: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{server.address}/query")
        page.get_by_label("Questions").select_option("papers-without-system")
        expect(page.locator(".CodeMirror").first).to_contain_text("?paper")
        page.locator(".yasqe_queryButton").first.click()
        expect(page.locator(".yasr").first).to_contain_text("Benchmarks")
        expect(page.locator("#about")).to_have_text("Neither a model nor a method.")
        page.close()
    assert {url for url in requests if not url.startswith((server.address, "data:", "blob:"))} == set()
    assert complaints == []
