"""The pages in a real browser: nothing is blocked, nothing is wider than the window, dark is dark; pictures to look at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from proofbook.artifacts.catalogue import ARTIFACTS
from proofbook.artifacts.folder import write_artifacts
from support.artifact_pages import hostile_facts, read_sample_body
from support.command_line import Done
from support.page_views import SCHEMES, overflows

CHROMIUM = shutil.which("chromium")
DARK = 60
pytestmark = [pytest.mark.real, pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


def test_every_page_fits_and_nothing_is_blocked(browser: Browser, drawn: tuple[Path, Done]) -> None:
    """A page that has to be pushed sideways is not read; what the policy blocks is not seen."""
    page = browser.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    shown: set[str] = set()
    for each in sorted(drawn[0].rglob("*.html")):
        page.goto(each.as_uri())
        wrong += overflows(page, f"artifact-{each.parent.name}-{each.stem}", pictured=each.parent.name not in shown)
        shown.add(each.parent.name)
    page.close()
    assert len(shown) > len(ARTIFACTS)
    assert wrong == []


def test_a_diagram_follows_the_colours_of_its_page(browser: Browser, drawn: tuple[Path, Done]) -> None:
    """A light picture on a dark page blinds; dark lines on a dark page are not there."""
    place = min((drawn[0] / "ART-03").glob("sample-flow-*.html")).as_uri()
    grounds = {}
    for scheme in SCHEMES:
        page = browser.new_page(color_scheme=scheme)
        page.goto(place)
        said = page.evaluate("getComputedStyle(document.querySelector('svg.dfd .paper')).fill")
        grounds[scheme] = int(said.removeprefix("rgb(").split(",")[0])
        page.close()
    assert grounds["dark"] < DARK < grounds["light"]


def test_hostile_records_change_nothing_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    """No dialog opens, nothing is loaded, and a word of ten kilobytes stays inside the window."""
    write_artifacts(tmp_path / "out", ARTIFACTS, hostile_facts(), read_sample_body)
    page = browser.new_page(viewport={"width": 390, "height": 900})
    seen: list[str] = []
    page.on("dialog", lambda dialog: seen.append(dialog.message))
    page.on("request", lambda request: seen.append(request.url) if not request.url.startswith("file:") else None)
    for each in sorted((tmp_path / "out").rglob("*.html")):
        page.goto(each.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), each.name
        assert page.evaluate("document.scripts.length") == 0
    page.close()
    assert seen == []
