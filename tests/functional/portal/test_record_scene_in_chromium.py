"""A record's life in a real browser: written, mistaken, looked at, recorded, signed by somebody else, compared."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from support.chromium import IN_CHROMIUM, running_chromium
from support.page_views import overflows
from support.record_portal import REVIEWER, WRITER, RecordPortal, Somebody, serving

pytestmark = IN_CHROMIUM


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests here."""
    with running_chromium() as made:
        yield made


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordPortal]:
    """A home with nothing in it."""
    with serving(tmp_path_factory.mktemp("scene")) as made:
        yield made


def window(browser: Browser, who: Somebody, *, script: bool = True) -> tuple[BrowserContext, Page, list[str]]:
    """A window of somebody who is signed in, and what its console says."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=script)
    name, _, value = (who.visitor.cookie or "").partition("=")
    context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    return context, page, complaints


def write_system(page: Page, root: str) -> list[str]:
    """The writer's part: a mistake, rows, a draft that is kept, a look, the record."""
    page.goto(f"{root}/records/ai_system")
    wide = overflows(page, "records-empty")
    page.get_by_role("link", name="Write the first one").click()
    page.get_by_label("Id needed").fill("help-desk")
    page.get_by_label("Title needed").fill("Sample help desk")
    page.get_by_label("Status needed").select_option("production")
    page.get_by_role("group", name="Upstreams").get_by_role("button", name="Add one").click()
    page.get_by_label("Upstreams, 1").fill("sample-hub")
    page.get_by_label("Users").fill("staff\nsample agents")
    page.get_by_text("Kept for you at").wait_for()
    page.get_by_role("button", name="See what this would record").last.click()
    page.get_by_text("Nothing was recorded yet.").wait_for()
    assert page.get_by_label("Purpose needed").get_attribute("aria-invalid") == "true"
    wide += overflows(page, "records-mistake")
    page.get_by_label("Purpose needed").fill("Proposes answers;\na person sends them.")
    page.get_by_label("Approved at").fill("2026-03-28T09:00:00")
    page.get_by_role("button", name="See what this would record").last.click()
    page.get_by_role("heading", name="What this would record").wait_for()
    assert "before it is recorded" in page.locator(".remarks").inner_text()
    assert "sample-hub not on record" in page.locator(".sheet-of").inner_text()
    wide += overflows(page, "records-plan")
    page.get_by_role("button", name="Record version 1").click()
    page.get_by_text("Version 1 is recorded.").wait_for()
    return wide


def test_a_record_is_written_signed_changed_and_compared(browser: Browser, portal: RecordPortal) -> None:
    """Monday's work of two people."""
    writer, reviewer = portal.people[WRITER], portal.people[REVIEWER]
    root = f"http://127.0.0.1:{writer.visitor.port}"
    context, page, complaints = window(browser, writer)
    wide = write_system(page, root)
    found = portal.newest("ai_system", "help-desk")
    assert found is not None
    assert found.body["purpose"] == "Proposes answers;\na person sends them."
    assert (found.body["users"], found.body["upstreams"]) == (["staff", "sample agents"], ["sample-hub"])
    assert page.get_by_text("nobody signs what they wrote themselves").is_visible()

    others, other, more = window(browser, reviewer)
    other.goto(f"{root}/approvals")
    wide += overflows(other, "approvals")
    other.get_by_role("link", name="Sample help desk").click()
    other.get_by_text("Sign version 1").click()
    other.get_by_label("Approve").check()
    other.get_by_label("What you sign").fill("I read it and asked the team.")
    other.get_by_role("button", name="Sign as").click()
    other.get_by_text("Approved, recorded under your name about version 1.").wait_for()
    wide += overflows(other, "record")

    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Purpose needed").fill("Proposes answers;\na trained person sends them.")
    page.get_by_label("Why this version is written").fill("training began")
    page.get_by_role("button", name="See what this would record").last.click()
    assert page.locator("ins").inner_text().endswith("trained ")
    page.get_by_role("button", name="Record version 2").click()
    page.get_by_role("link", name="History").click()
    wide += overflows(page, "record-history")
    page.get_by_role("link", name="What changed").click()
    assert "training began" in page.locator("main").inner_text()
    wide += overflows(page, "record-difference")
    complaints = [each for each in complaints if "422" not in each]  # the browser tells of the mistake that was made on purpose
    assert (complaints, more, wide) == ([], [], [])
    for each in (context, others):
        each.close()


def test_the_form_works_without_a_script(browser: Browser, portal: RecordPortal) -> None:
    """Rows, mistakes and the record itself."""
    writer = portal.people[WRITER]
    context, page, _ = window(browser, writer, script=False)
    page.goto(f"http://127.0.0.1:{writer.visitor.port}/records/new/policy")
    page.get_by_label("Id needed").fill("use")
    page.get_by_label("Title needed").fill("Sample policy")
    page.get_by_label("Type needed").select_option("policy")
    page.get_by_label("Version needed").fill("1")
    page.get_by_label("Status needed").select_option("draft")
    page.get_by_role("button", name="Add one").last.press("Tab")
    page.locator("[id='f-r.sections']").get_by_role("button", name="Add one").click()
    page.get_by_label("Heading needed").fill("Purpose")
    page.get_by_label("Text needed").fill("Models run here.\n\nPeople decide.")
    page.get_by_label("Title needed").press("Enter")
    page.get_by_role("button", name="Record version 1").click()
    found = portal.newest("policy", "use")
    assert found is not None
    assert found.body["sections"] == [{"heading": "Purpose", "text": "Models run here.\n\nPeople decide."}]
    context.close()
