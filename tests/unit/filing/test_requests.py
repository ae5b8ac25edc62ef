"""Requests and comments in files: the company's side only, and no state is moved."""

from __future__ import annotations

from typing import Any

import pytest

from support.filing_room import NOW, Desk
from support.kept_bodies import document

NUMBER = {"number": "R-1", "engagement": "soc2-2026", "description": "Sample listing"}


def request(**stated: Any) -> dict[str, Any]:
    """A request in a file."""
    return document("audit_request", "soc2-2026.r-1", **NUMBER, **stated)


def comment(**stated: Any) -> dict[str, Any]:
    """A comment in a file."""
    return document("audit_comment", "m-1", request="soc2-2026.r-1", said_at=NOW, text="x", **stated)


def test_wording_may_be_filed(desk: Desk) -> None:
    """A list that is kept in Git is still a list."""
    desk.apply(request())
    assert desk.refusals(request(owner="A Person")) == []
    assert desk.refusals(comment(side="staff")) == []


@pytest.mark.parametrize(
    "stated",
    [
        {"state": "accepted"}, {"state": "submitted"}, {"returned_because": "x"}, {"evidence": [{"sort": "file", "id": "a.csv"}]},
    ],
)  # fmt: skip
def test_no_file_moves_a_request(desk: Desk, stated: dict[str, Any]) -> None:
    """The company accepting its own evidence is what this must never allow."""
    assert any("is not moved by a file" in each for each in desk.refusals(request(**stated)))
    desk.apply(request())
    assert any("is not moved by a file" in each for each in desk.refusals(request(**stated)))


def test_no_file_speaks_for_the_auditor_or_takes_words_back(desk: Desk) -> None:
    """What was said, by whom, stays."""
    desk.apply(request())
    assert any("speaks for the auditor" in each for each in desk.refusals(comment(side="auditor")))
    desk.apply(comment(side="staff"))
    assert any("was said already" in each for each in desk.refusals(comment(side="staff", notes="other")))
