"""Approved policies, active controls, systems in production, sign-offs: nothing half-finished is let in as ready."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.filing.readiness import parse_path
from proofbook.filing.remark import Code
from support.filing_room import NOW, Desk
from support.kept_bodies import document

READY: dict[str, Any] = {
    "status": "approved",
    "owner": "sample-person-1",
    "author": "sample-person-1",
    "approver": "sample-person-2",
    "approved_at": NOW,
    "effective_on": "2026-04-01",
    "next_review": "2027-04-01",
}
SLOTS = ("who", "what", "when", "standard", "record", "owner")
ACTIVE: dict[str, Any] = {"status": "active", **dict.fromkeys(SLOTS, "sample")}
SECTION = {"heading": "sample", "text": "whom: [[state whom]]"}


def policy(**stated: Any) -> dict[str, Any]:
    """A policy that may be approved."""
    return document("policy", "p-1", **{**READY, **stated})


def test_what_is_complete_is_let_in(desk: Desk) -> None:
    """The rules can be met."""
    assert desk.notes(policy(), document("control", "c-1", **ACTIVE), document("ai_system", "s-1", status="production")) == []


@pytest.mark.parametrize("name", ["owner", "approver", "approved_at", "effective_on", "next_review"])
def test_an_approved_policy_says_who_and_when(desk: Desk, name: str) -> None:
    """An approval without a name or a day is none."""
    (refusal,) = desk.refusals(policy(**{name: None}))
    assert f"field record.{name}: is not stated, and status is approved" in refusal


def test_an_author_does_not_approve(desk: Desk) -> None:
    """However the name is spelt."""
    (refusal,) = desk.refusals(policy(approver=" Sample-Person-1"))
    assert "wrote it and approved it; another person than the author approves" in refusal
    assert desk.notes(policy(author=None)) == [(Code.NOT_READY, ("author",))]


@pytest.mark.parametrize("name", SLOTS)
def test_an_active_control_has_all_its_slots(desk: Desk, name: str) -> None:
    """Who does what, when, to what standard, leaving which record; and an owner."""
    (refusal,) = desk.refusals(document("control", "c-1", **{**ACTIVE, name: None}))
    assert f"field record.{name}: is not stated, and status is active" in refusal


@pytest.mark.parametrize(
    ("kind", "stated"),
    [
        ("policy", {**READY, "sections": [SECTION]}),
        ("policy", {**READY, "notes": "[[x]]"}),
        ("control", {**ACTIVE, "what": "does [[what]]"}),
        ("ai_system", {"status": "production", "intended_use": "[[what for]]"}),
    ],
)
def test_a_blank_refuses_what_claims_to_be_ready(desk: Desk, kind: str, stated: dict[str, Any]) -> None:
    """And is only listed in what does not."""
    (refusal,) = desk.refusals(document(kind, "x-1", **stated))
    assert "is still a blank, and status is " in refusal
    draft = {"policy": "draft", "control": "draft", "ai_system": "pilot"}[kind]
    notes = desk.notes(document(kind, "x-1", **{**stated, "status": draft}))
    assert [code for code, _ in notes] == [Code.BLANK]


def test_a_starter_text_that_nobody_edited_is_refused(desk: Desk) -> None:
    """A policy taken from a shelf is not the organisation's own; one edited word makes it so."""
    desk.starters = {"sample-starter": (("One", "a text\nin lines"),)}
    same = [{"heading": "One ", "text": "a text in  lines"}]
    (refusal,) = desk.refusals(policy(starter="sample-starter/1", sections=same))
    assert "field record.sections: is the starter text sample-starter/1, unedited, and status is approved" in refusal
    assert desk.notes(policy(starter="sample-starter/1", sections=[{"heading": "One", "text": "our text in lines"}])) == []
    assert desk.notes(policy(starter="unknown/1", sections=same)) == []
    assert desk.notes(policy(starter="sample-starter/1", sections=same, status="draft")) == []


def signed(desk: Desk, entry: str, **stated: Any) -> dict[str, Any]:
    """A sign-off of the policy's version in that entry."""
    values = {"of_kind": "policy", "of_id": "p-1", "of_entry": entry, "signed_at": NOW, "signer": "sample-person-2"}
    return document("sign_off", "s-1", **{"decision": "approved", **values, **stated})


def test_a_sign_off_names_a_version_that_exists(desk: Desk) -> None:
    """A signature under nothing."""
    (entry,) = desk.apply(policy())
    (other,) = desk.apply(document("risk", "r-1"))
    assert desk.refusals(signed(desk, entry)) == []
    assert "is not an entry of this book, not of policy/p-1" in desk.refusals(signed(desk, "e_" + "9" * 26))[0]
    assert "is an entry of risk/r-1, not of policy/p-1" in desk.refusals(signed(desk, other))[0]
    assert "is an entry of policy/p-1, not of policy/p-2" in desk.refusals(signed(desk, entry, of_id="p-2"))[0]


def test_nobody_approves_blanks(desk: Desk) -> None:
    """The blanks of the signed version are listed; asking for changes is how to sign it meanwhile."""
    (entry,) = desk.apply(policy(status="draft", sections=[SECTION]))
    (refusal,) = desk.refusals(signed(desk, entry))
    assert "policy/p-1 still has blanks: sections[0].text" in refusal
    assert desk.refusals(signed(desk, entry, decision="changes_requested")) == []


def test_signing_what_one_wrote_is_told(desk: Desk) -> None:
    """By the account that applies, and by the name that signs."""
    (entry,) = desk.apply(policy())
    assert desk.notes(signed(desk, entry)) == [(Code.OWN_WORK_SIGNED, ("signer",))]
    desk.actor = type(desk.actor)("os:sample-signer", desk.actor.kind, desk.actor.method)
    assert desk.notes(signed(desk, entry)) == []
    assert desk.notes(signed(desk, entry, signer="sample-writer")) == [(Code.OWN_WORK_SIGNED, ("signer",))]


def test_paths_are_read_back() -> None:
    """Blanks and references are told by path, and found in the file by it."""
    assert parse_path("sections[10].text") == ("sections", 10, "text")
    assert parse_path("a") == ("a",)
