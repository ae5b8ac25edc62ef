"""Pages about an engagement in a real browser: nothing is blocked, nothing overflows, the grid keeps its names in sight."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from support.chromium import IN_CHROMIUM, opened, running_chromium
from support.page_views import overflows
from support.sample_portal import Visitor

PAGES = {
    "today": "/",
    "due": "/due",
    "coverage": "/coverage",
    "coverage-quarters": "/coverage?by=quarter",
    "control": "/coverage/sample-control-inventory",
    "answers": "/answers",
    "answer": "/answers/22",
    "artifacts": "/artifacts",
    "shelf": "/artifacts/ART-03",
    "artifact-drawn": "/artifacts/ART-03/sample-flow-help-desk",
    "artifact-page": "/artifacts/ART-01/sample-help-desk",
}
pytestmark = IN_CHROMIUM


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests here."""
    with running_chromium() as made:
        yield made


def test_every_page_fits_and_nothing_is_blocked(browser: Browser, year: Visitor) -> None:
    """The policy allows no inline style: drawings and artifacts have to do without."""
    page, complaints = opened(browser, year, "light", 1280)
    for name, path in PAGES.items():
        page.goto(f"http://127.0.0.1:{year.port}{path}")
        assert page.locator("h1").count() == 1, name
        twice = "ids => ids.filter((each, place) => ids.indexOf(each) !== place)"
        assert page.evaluate(f"({twice})([...document.querySelectorAll('[id]')].map(each => each.id))") == [], name
        assert page.evaluate("[...document.querySelectorAll('select')].every(each => each.labels.length > 0)"), name
        assert page.evaluate("[...document.querySelectorAll('a')].every(each => each.textContent.trim() !== '')"), name
        complaints += overflows(page, f"portal-{name}")
    assert complaints == []
    page.context.close()


def test_grid_scrolls_sideways_and_its_first_column_stays(browser: Browser, year: Visitor) -> None:
    """On a telephone twelve months do not fit; a letter without its row says nothing."""
    page, _ = opened(browser, year, "light", 390)
    page.goto(f"http://127.0.0.1:{year.port}/coverage")
    region = page.get_by_role("region", name="Coverage grid")
    assert region.evaluate("each => each.scrollWidth > each.clientWidth")
    row = page.locator(".coverage tbody th[scope=row]").first
    before = row.evaluate("each => each.getBoundingClientRect().left")
    region.evaluate("each => { each.scrollLeft = 200 }")
    assert row.evaluate("each => each.getBoundingClientRect().left") == before
    assert page.locator(".coverage td").first.evaluate("each => each.getBoundingClientRect().left") < before + 150
    page.context.close()


def test_square_is_reached_by_keyboard_and_leads_to_its_row(browser: Browser, year: Visitor) -> None:
    """Links, not scripts."""
    page, complaints = opened(browser, year, "light", 1280)
    page.goto(f"http://127.0.0.1:{year.port}/coverage")
    page.locator(".coverage td.missed a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/coverage/*#r*")
    target = page.locator("tr:target")
    assert "missed" in target.inner_text()
    assert target.locator("td").first.evaluate("each => getComputedStyle(each).backgroundColor") != "rgba(0, 0, 0, 0)"
    assert complaints == []
    page.context.close()


def test_width_is_switched_without_a_script(browser: Browser, year: Visitor) -> None:
    """The form keeps the engagement."""
    page, _ = opened(browser, year, "dark", 1280)
    page.goto(f"http://127.0.0.1:{year.port}/coverage")
    page.get_by_label("Intervals").select_option("quarter")
    page.get_by_role("button", name="Show").click()
    assert page.locator(".coverage thead th").count() == 5
    assert "engagement=sample-year" in page.url
    page.context.close()


def test_artifact_wears_the_frame_s_colours(browser: Browser, year: Visitor) -> None:
    """Its own style is nested below the frame; a browser that ignored it would show bare lists."""
    page, _ = opened(browser, year, "light", 1280)
    page.goto(f"http://127.0.0.1:{year.port}{PAGES['artifact-drawn']}")
    assert page.locator(".artifact dl.facts").evaluate("each => getComputedStyle(each).display") == "grid"
    assert page.locator("svg.dfd").evaluate("each => each.getBoundingClientRect().width") > 300
    page.context.close()


def test_arrow_keys_walk_the_grid_and_tab_leaves_it(browser: Browser, year: Visitor) -> None:
    """Four hundred squares are four hundred stops of the Tab key otherwise."""
    page, complaints = opened(browser, year, "light", 1280)
    page.goto(f"http://127.0.0.1:{year.port}/coverage")
    page.wait_for_function("document.querySelectorAll('.coverage td a[tabindex=\"0\"]').length === 1")
    first = page.locator(".coverage td a").first
    first.focus()
    here = "[...document.querySelectorAll('.coverage td a')].indexOf(document.activeElement)"
    page.keyboard.press("ArrowDown")
    below = page.evaluate(here)
    assert below > 0
    page.keyboard.press("ArrowRight")
    assert page.evaluate(here) == below + 1
    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")
    assert page.evaluate(here) == 0
    page.keyboard.press("Tab")
    assert page.evaluate(here) == -1
    assert complaints == []
    page.context.close()
