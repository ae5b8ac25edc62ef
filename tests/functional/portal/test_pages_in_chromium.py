"""The pages in a real browser: nothing is blocked, nothing overflows, the keyboard gets everywhere; pictures to look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from support.chromium import IN_CHROMIUM, opened, running_chromium
from support.page_views import overflows
from support.sample_entries import SAMPLE_ARTIFACT

pytestmark = IN_CHROMIUM


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests here."""
    with running_chromium() as made:
        yield made


def test_every_page_fits_and_nothing_is_blocked(browser: Browser, day: Any) -> None:
    """A violation of the policy would be a style or picture that readers do not see."""
    pages = {
        "today-without": "/",
        "book": "/book",
        "exchanges": "/exchanges",
        "exchange": f"/exchanges/{day.first}",
        "refused": f"/exchanges/{day.refused}",
        "shredded": f"/exchanges/{day.shredded}",
        "models": "/models",
        "model": f"/models/{SAMPLE_ARTIFACT}",
        "gaps": "/gaps",
        "two-sources": "/reconciliation",
    }
    page, complaints = opened(browser, day.visitor, "light", 1280)
    assert page.url == f"http://127.0.0.1:{day.visitor.port}/"
    for name, path in pages.items():
        page.goto(f"http://127.0.0.1:{day.visitor.port}{path}")
        complaints += overflows(page, f"portal-{name}", widths=(1600, 1280, 390))
    assert complaints == []
    page.context.close()


def test_headings_labels_and_landmarks_are_there(browser: Browser, day: Any) -> None:
    """What somebody who listens to the page goes by."""
    page, _ = opened(browser, day.visitor, "light", 1280)
    for path in ("/", "/book", "/exchanges", f"/exchanges/{day.first}", "/models", f"/models/{SAMPLE_ARTIFACT}", "/gaps"):
        page.goto(f"http://127.0.0.1:{day.visitor.port}{path}")
        assert page.locator("h1").count() == 1
        assert page.locator("main, header, footer, nav").count() >= 4
        assert page.evaluate("[...document.querySelectorAll('input,select')].every(each => each.labels.length > 0)")
        assert page.evaluate("[...document.querySelectorAll('table')].every(each => each.querySelector('th'))")
        twice = "ids => ids.filter((each, place) => ids.indexOf(each) !== place)"
        assert page.evaluate(f"({twice})([...document.querySelectorAll('[id]')].map(each => each.id))") == []
        assert page.evaluate("[...document.querySelectorAll('a')].every(each => each.textContent.trim() !== '')")
    page.context.close()


def test_keyboard_reaches_the_content_and_the_details_open(browser: Browser, day: Any) -> None:
    """Without a mouse and without a script."""
    page, _ = opened(browser, day.visitor, "light", 1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
    page.goto(f"http://127.0.0.1:{day.visitor.port}/book")
    summary = page.locator("details.demand summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.demand").first.locator("code.long").is_visible()
    page.context.close()


def test_narrow_window_shows_rows_as_cards_with_their_labels(browser: Browser, day: Any) -> None:
    """A table of nine columns cannot be read on a telephone."""
    page, _ = opened(browser, day.visitor, "light", 390)
    page.goto(f"http://127.0.0.1:{day.visitor.port}/exchanges")
    cell = page.locator("table.cards tbody td").first
    assert cell.evaluate("each => getComputedStyle(each).display") == "grid"
    assert cell.evaluate("each => getComputedStyle(each, '::before').content") == '"Occurred"'
    page.context.close()


def test_filter_form_works_without_a_script(browser: Browser, day: Any) -> None:
    """The policy allows forms to this page only."""
    page, complaints = opened(browser, day.visitor, "dark", 1280)
    page.goto(f"http://127.0.0.1:{day.visitor.port}/exchanges")
    page.get_by_label("State").select_option("denied")
    page.get_by_role("button", name="Narrow").click()
    assert page.locator("table.cards tbody tr").count() == 1
    page.get_by_role("link", name="No longer narrow by state").click()
    assert page.locator("table.cards tbody tr").count() == 50
    assert complaints == []
    page.context.close()


def test_a_stranger_s_page_cannot_frame_it(browser: Browser, day: Any) -> None:
    """Clicks on a hidden frame would be clicks on the page."""
    page, _ = opened(browser, day.visitor, "light", 1280)
    page.goto("about:blank")
    page.set_content(f'<iframe src="http://127.0.0.1:{day.visitor.port}/"></iframe>')
    page.wait_for_timeout(500)
    assert "The book" not in "".join(frame.content() for frame in page.frames if "chrome-error" not in frame.url)
    page.context.close()
