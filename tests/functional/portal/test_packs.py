"""Packs of less from the pages: a roll-forward since a day, the inputs of a bridge letter, and who may have them made from what."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from proofbook.demo.year.kit import write_kit
from proofbook.people.roles import Role
from proofbook.verify.program import verify_room
from proofbook.wiring.home import open_home
from support.command_line import wait_until
from support.staffed_portal import Browser, Staffed, staffed

ENGAGEMENT = "sample-year"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    """The sample year's portal, with a lead and an auditor."""
    folder: Path = tmp_path_factory.mktemp("packs") / "home"
    write_kit(folder)
    with staffed(open_home(folder)) as found:
        found.add("auditor", Role.AUDITOR, engagement=ENGAGEMENT)
        found.add("lead", Role.LEAD)
        yield found


def unpacked(browser: Browser, to: Path, **order: str) -> Path:
    """A pack made from the deliveries page, taken away and unpacked."""
    begun = browser.post("/deliveries", {"engagement": ENGAGEMENT, **order}, page="/deliveries")
    assert begun.status == 303, begun.words
    place = begun.headers["location"]
    wait_until(lambda: "Show it" in browser.get(place).words or "not done" in browser.get(place).words, "the pack", 120)
    found = re.search(r'href="(/deliveries/[^"]+)"[^>]*>Show it', browser.get(place).text)
    assert found is not None, browser.get(place).words
    with zipfile.ZipFile(io.BytesIO(browser.get(f"{found[1]}/all.zip").body)) as packed:
        packed.extractall(to)
    return to


def test_a_roll_forward_and_a_bridge_letter_are_made_taken_away_and_verified(portal: Staffed, tmp_path: Path) -> None:
    """What a lead hands over in January, after lists were tested for the first half of the year."""
    lead = portal.browser("lead")
    rolled = unpacked(lead, tmp_path / "rolled", what="roll-forward", since="2024-12-31")
    assert verify_room(str(rolled)).exit_code == 0
    manifest = json.loads((rolled / "00_README_and_index/manifest.json").read_bytes())
    assert manifest["since"]["signed_at"] < "2025-01-01"
    run = json.loads((rolled / "00_README_and_index/run.json").read_bytes())
    assert run["run_by"] == "lead"
    bridged = unpacked(lead, tmp_path / "bridged", what="bridge-letter")
    assert verify_room(str(bridged)).exit_code == 0
    assert (bridged / "01_Scope_and_description/bridge-letter-draft.html").is_file()
    words = portal.browser("auditor").get("/room/populations").words
    assert "Roll-forward since 2024-12-31" in words
    assert "Bridge letter inputs" in words


def test_a_roll_forward_without_a_beginning_is_refused(portal: Staffed) -> None:
    """Which list it is to begin at is the auditor's to say."""
    reply = portal.browser("lead").post("/deliveries", {"engagement": ENGAGEMENT, "what": "roll-forward"}, page="/deliveries")
    assert reply.status in {400, 422}
    assert "choose a receipt or a day" in reply.words


def test_an_auditor_begins_at_receipts_of_the_engagement_only(portal: Staffed) -> None:
    """A receipt of another engagement, or a made-up one, begins nothing."""
    auditor = portal.browser("auditor")
    reply = auditor.post("/room/roll-forward", {"receipt": "w_00000000000000000000000000"}, page="/room/receipts")
    assert reply.status in {400, 422}
    assert "choose one of this engagement" in reply.words
