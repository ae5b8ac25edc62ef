"""Every page that the table of places knows, in a real browser; pictures of all of them to look at.

Nothing is blocked, nothing is said on the console, nothing has to be pushed sideways, axe has no serious finding. The pages are
found by following links through a sample home, so a new place is looked at without being named here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest
from playwright.sync_api import Browser, Page

from proofbook.portal.site import PLACES
from support.axe import WITH_AXE, grave_findings
from support.chromium import IN_CHROMIUM, running_chromium, signed_in
from support.page_views import PICTURES, SCHEMES
from support.place_walk import Found, missing, walk
from support.staffed_home import ADMINISTRATOR, Staffed, do_fieldwork, let_an_output_wait, staffed

pytestmark = [*IN_CHROMIUM, *WITH_AXE]
VIEWS = tuple(product(SCHEMES, (1280, 390))) if os.environ.get("PROOFBOOK_SCREENSHOTS") else (("light", 1280), ("dark", 390))
"""Two in the suite, each colour and each width in one; all four by `make screenshots`."""
ORDER = ("sample-lead", "sample-reviewer", "sample-preparer", ADMINISTRATOR, "sample-auditor")
TALLEST = 3_000
"""Pixels of a picture; a list of a thousand rows looks the same below."""


@dataclass(frozen=True, slots=True)
class Walked:
    """The home and what was found in it."""

    home: Staffed
    found: Found


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """Written, staffed and walked through once."""
    with staffed(tmp_path_factory.mktemp("walked")) as home:
        do_fieldwork(home.people["sample-auditor"])
        let_an_output_wait(home)
        yield Walked(home, walk(PLACES, home.people, ORDER, home.outside))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests here."""
    with running_chromium() as made:
        yield made


def test_every_place_has_a_page_to_look_at(walked: Walked) -> None:
    """A page that nothing leads to is found by nobody, and looked at by no test."""
    assert missing(PLACES, walked.found) == []


def test_every_page_is_sound_in_the_browser(browser: Browser, walked: Walked) -> None:
    """What a reader without sight, without a mouse, without room or without light would stumble over."""
    complaints: list[str] = []
    windows: dict[str, tuple[Page, list[str]]] = {}
    for path, (address, account) in walked.found.pages.items():
        if account not in windows:
            windows[account] = signed_in(browser, walked.home.people.get(account, walked.home.outside))
        page, heard = windows[account]
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
        reply = page.goto(f"http://127.0.0.1:{walked.home.outside.port}{address}")
        assert reply is not None
        complaints += [] if reply.status == 200 else [f"{path}: answers {reply.status} in the browser"]
        complaints += [f"{path}: {each}" for each in look(page, path)]
        complaints += [f"{path}: console: {each}" for each in heard]
        heard.clear()
    for page, _ in windows.values():
        page.context.close()
    assert complaints == []


def test_rules_find_what_is_wrong(browser: Browser, walked: Walked) -> None:
    """Nothing found means nothing unless something can be."""
    page, heard = signed_in(browser, walked.home.outside)
    page.goto(f"http://127.0.0.1:{walked.home.outside.port}/sign-in")
    assert look_at_rules(page) == []
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x><p style=\"color:#ccc\">pale</p>')")
    assert any("image-alt" in each for each in look_at_rules(page))
    page.wait_for_function("true")
    assert any("style-src" in each or "inline style" in each for each in heard), heard
    page.context.close()


def look_at_rules(page: Page) -> list[str]:
    """Grave findings of axe."""
    return grave_findings(page, "axe")


def look(page: Page, path: str) -> list[str]:
    """What is wrong with a loaded page, in words; pictures go to build/screenshots."""
    found = look_at_rules(page)
    found += [] if page.locator("h1").count() == 1 else [f"{page.locator('h1').count()} first headings"]
    twice = page.evaluate(
        "(ids => ids.filter((each, place) => ids.indexOf(each) !== place))([...document.querySelectorAll('[id]')].map(e => e.id))"
    )
    found += [f"the id {each} is there twice" for each in dict.fromkeys(twice)]
    if "<Macro" in page.locator("body").inner_text():
        found.append("a macro is shown as text")
    PICTURES.mkdir(parents=True, exist_ok=True)
    for scheme, width in VIEWS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        wide, tall = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        found += [f"wider than {width}"] if wide > width else []
        picture = str(PICTURES / f"{named(path)}-{scheme}-{width}.png")
        page.screenshot(path=picture, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": min(tall, TALLEST)})
    return found


def named(path: str) -> str:
    """The name of a picture: `page-coverage-control`."""
    return f"page-{re.sub(r'[^a-z0-9]+', '-', path.lower()).strip('-') or 'today'}"
