"""Debian's Chromium, and windows of it that are let in to a page of ours."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from support.sample_portal import Visitor

CHROMIUM = shutil.which("chromium")
IN_CHROMIUM = [pytest.mark.real, pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")]
"""Marks of tests that need it."""


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """A browser for the length of the block."""
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


def opened(browser: Browser, visitor: Visitor, scheme: Literal["light", "dark"], width: int) -> tuple[Page, list[str]]:
    """A window that is let in, and what its console says from then on."""
    page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"http://127.0.0.1:{visitor.port}/?key={visitor.key}")
    return page, complaints


def signed_in(
    browser: Browser, visitor: Visitor, scheme: Literal["light", "dark"] = "light", width: int = 1280
) -> tuple[Page, list[str]]:
    """A window of somebody who signed in already, and what its console and its policy say from then on."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    name, _, value = (visitor.cookie or "").partition("=")
    if value:
        context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{visitor.port}"}])
    page, complaints = context.new_page(), list[str]()
    page.expose_function("complain", lambda said: complaints.append(str(said)))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', each => complain(`${each.violatedDirective}: ${each.blockedURI}`))"
    )
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints
