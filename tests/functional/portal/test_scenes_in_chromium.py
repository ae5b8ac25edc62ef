"""What this portal must be good at, played in a real browser by people who sign in with their passwords (design: five scenes)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from playwright.sync_api import Browser, Page, expect

from proofbook.demo.year.kit import write_kit
from proofbook.people.roles import Role
from proofbook.wiring.home import Home, open_home
from support.chromium import IN_CHROMIUM, running_chromium
from support.staffed_portal import PASSWORD, Staffed, staffed

pytestmark = IN_CHROMIUM
ENGAGEMENT = "sample-year"
_REQUESTS = """SELECT idx, bytes FROM entry WHERE CAST(bytes AS TEXT) LIKE '%"protocol":"openai.chat"%' LIMIT 1"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The sample year."""
    folder: Path = tmp_path_factory.mktemp("scenes") / "home"
    write_kit(folder)
    return open_home(folder)


@pytest.fixture(scope="module")
def portal(home: Home) -> Iterator[Staffed]:
    """Its portal, with a compliance lead and an auditor."""
    with staffed(home) as found:
        found.add("lead", Role.LEAD)
        found.add("auditor", Role.AUDITOR, engagement=ENGAGEMENT)
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all scenes."""
    with running_chromium() as made:
        yield made


def sign_in(browser: Browser, portal: Staffed, account: str) -> tuple[Page, list[str]]:
    """Through the page, as a person does; and what the console says from then on."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"http://127.0.0.1:{portal.port}/exchanges")
    page.get_by_label("Account").fill(account)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/exchanges")
    page.goto(f"http://127.0.0.1:{portal.port}/")
    return page, complaints


def test_monday_morning(browser: Browser, portal: Staffed) -> None:
    """What would be rejected today leads to the form that mends it; a square of the grid leads to its evidence."""
    page, complaints = sign_in(browser, portal, "lead")
    page.goto(f"http://127.0.0.1:{portal.port}/?engagement={ENGAGEMENT}")
    expect(page.get_by_role("heading", name="Exceptions")).to_be_visible()
    page.locator("main").get_by_role("link", name=re.compile("^(Correct|Record|Write)")).first.click()
    expect(page.get_by_role("button", name="See what this would record").first).to_be_visible()
    page.goto(f"http://127.0.0.1:{portal.port}/coverage?engagement={ENGAGEMENT}")
    page.locator("td.missed a").first.click()
    expect(page.locator("b.missed").first).to_be_visible()
    assert complaints == []


def test_an_answer_is_questioned(browser: Browser, portal: Staffed) -> None:
    """From a business decision to the weights and the policy, with what is missing named, and to the proof of the exchange."""
    page, complaints = sign_in(browser, portal, "lead")
    page.goto(f"http://127.0.0.1:{portal.port}/records/decision.review")
    page.locator("main table a, main ul a").first.click()
    decision = page.locator("main").inner_text()
    named = re.search(r"sample-case-\d+|sample-decision-[\w-]+|sample-[\w-]*\d+", decision)
    assert named is not None
    page.goto(f"http://127.0.0.1:{portal.port}/lineage?id={named[0]}")
    words = page.locator("main").inner_text()
    for step in ("Human review", "Exchange", "Model weights", "Provenance", "Evaluation", "Approval", "Policy"):
        assert step in words
    page.locator("main a[href^='/exchanges/x_']").first.click()
    expect(page.locator(".outcome.holds").first).to_be_visible()
    assert complaints == []


def test_fieldwork(browser: Browser, portal: Staffed, tmp_path: Path) -> None:
    """The auditor watches a population being made, takes it, draws own ids, opens an item, and takes a receipt home."""
    page, complaints = sign_in(browser, portal, "auditor")
    expect(page.get_by_role("heading", name=ENGAGEMENT)).to_be_visible()
    page.get_by_role("link", name="Populations").first.click()
    page.get_by_role("link", name="POP-15").click()
    page.get_by_role("button", name="Produce it").click()
    page.get_by_role("link", name="Show it").click(timeout=60_000)
    expect(page.get_by_role("heading", name="Transcript")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="interactions.csv").click()
    table = tmp_path / "interactions.csv"
    taken.value.save_as(table)
    ids = [line.split(",")[3] for line in table.read_text("utf-8").splitlines()[1:3]]
    page.get_by_role("link", name="Draw a sample of interactions").click()
    page.get_by_role("textbox", name="Ids").fill("\n".join([*ids, "x_not_there"]))
    page.get_by_role("button", name="Draw it").click()
    expect(page.get_by_text("Asked for and not in the population")).to_be_visible()
    page.get_by_role("link", name=ids[0]).click()
    expect(page.locator(".outcome.holds").first).to_be_visible()
    page.get_by_role("link", name="Receipts").first.click()
    with page.expect_download() as given:
        page.get_by_role("button", name="Save the receipt").click()
    receipt = tmp_path / "receipt.note"
    given.value.save_as(receipt)
    page.get_by_label("Receipt").last.set_input_files(receipt)
    page.get_by_role("button", name="Check it").click()
    expect(page.locator(".outcome.holds").first).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert [each for each in complaints if "403" not in each] == []


def test_somebody_cheated(browser: Browser, portal: Staffed, home: Home) -> None:
    """A row that was changed behind the writer's back is named on the page of its exchange. It is put back: other scenes use the book."""
    page, _ = sign_in(browser, portal, "lead")
    connection = apsw.Connection(str(home.book))
    index, data = next(iter(connection.execute(_REQUESTS)))
    exchange = re.search(rb'"exchange":"(x_[0-9a-z]+)"', data)
    assert exchange is not None
    changed = data.replace(b'"protocol":"openai.chat"', b'"protocol":"openai.chut"')
    assert changed != data
    connection.execute("UPDATE entry SET bytes = ? WHERE idx = ?", (changed, index)).fetchall()
    try:
        page.goto(f"http://127.0.0.1:{portal.port}/exchanges/{exchange[1].decode()}")
        expect(page.get_by_text("This record does not check out.")).to_be_visible()
    finally:
        connection.execute("UPDATE entry SET bytes = ? WHERE idx = ?", (data, index)).fetchall()
        connection.close()
