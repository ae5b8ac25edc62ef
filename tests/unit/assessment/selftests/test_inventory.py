"""Self-tests of the inventory: traffic before or without registration, reviews by the wrong person, scans nobody reconciled."""

from __future__ import annotations

import pytest

from support.facts_builder import at
from support.planted import EXCEPTION, NOT_SHOWN, Planted, check_planted, check_unknown, outcome_of
from support.sound_documents import P3, SCAN
from support.sound_records import sound_builder

DESK, NEW = ("ai_system", "sample-desk"), ("ai_system", "sample-new")
REVIEW, SCANNED = ("inventory.review", "ir-q1"), ("discovery.review", "dv-1")

FAULTS = [
    Planted(
        "registered_before_use", ("ai_system", "sample-ghost"), EXCEPTION, "served 7 exchanges from 2026-02-01 12:00 UTC",
        plant=lambda builder: builder.served("sample-ghost", None, "2026-02-01", "2026-02-02", 7, binding="unknown"),
    ),
    Planted("registered_before_use", DESK, EXCEPTION, "registered on 2026-02-01 12:00 UTC", {"registered_at": at("2026-02-01")}),
    Planted("registered_before_use", DESK, EXCEPTION, "approved on 2026-02-01", {"approved_at": at("2026-02-01")}),
    Planted("registered_before_use", DESK, NOT_SHOWN, "approved_at is not stated", {"approved_at": None}),
    Planted(
        "registered_before_use", DESK, NOT_SHOWN, "registered_at is not stated", {"registered_at": None, "recorded": "2026-02-02"}
    ),
    Planted("registered_before_use", DESK, NOT_SHOWN, "risk_tier", {"risk_tier": "unknown"}),
    Planted("registered_before_use", DESK, EXCEPTION, "retired on 2026-10-01", {"retired_on": "2026-10-01", "status": "retired"}),
    Planted("registered_before_use", DESK, NOT_SHOWN, "the page says proposed", {"status": "proposed"}),
    Planted("registered_before_use", NEW, EXCEPTION, "it went live on 2026-05-04", {"approved_at": at("2026-05-05 00:00")}),
    Planted("owner_reviews_inventory", REVIEW, EXCEPTION, "who does not own sample-desk", {"reviewer": P3}),
    Planted("owner_reviews_inventory", REVIEW, NOT_SHOWN, "is not named", {"reviewed_version": None}),
    Planted("owner_reviews_inventory", REVIEW, NOT_SHOWN, "is none of the page", {"reviewed_version": SCAN}),
    Planted("owner_reviews_inventory", REVIEW, NOT_SHOWN, "outcome is not stated", {"outcome": "unknown"}),
    Planted("owner_reviews_inventory", REVIEW, NOT_SHOWN, "corrections are open", {"outcome": "changes_open"}),
    Planted("owner_reviews_inventory", REVIEW, NOT_SHOWN, "what changed", {"outcome": "changed"}),
    Planted(
        "owner_reviews_inventory", REVIEW, NOT_SHOWN, "its page names no owner",
        change={DESK: {"business_owner": None, "technical_owner": None}},
    ),
    Planted(
        "owner_reviews_inventory", REVIEW, EXCEPTION, "due on 2026-04-01 and is open",
        {"actions": [{"what": "fix", "owner": P3, "due": "2026-04-01"}]},
    ),
    Planted("discovery_reconciled", SCANNED, EXCEPTION, "2 of 3 differences left", {"differences": 3, "unresolved": 2}),
    Planted("discovery_reconciled", SCANNED, NOT_SHOWN, "how 3 differences were resolved", {"differences": 3}),
    Planted("discovery_reconciled", SCANNED, NOT_SHOWN, "left_out not stated", {"left_out": None}),
    Planted("discovery_reconciled", SCANNED, NOT_SHOWN, "is not on record", {"scan": "e_none"}),
    Planted("discovery_reconciled", SCANNED, NOT_SHOWN, "or left is not stated", {"unresolved": None}),
    Planted(
        "discovery_reconciled", ("discovery.run", "sample-host"), NOT_SHOWN, "found 4 differences that nobody has reconciled",
        plant=lambda builder: builder.discovery("2026-08-01", differences=4),
    ),
]  # fmt: skip


@pytest.mark.parametrize("planted", FAULTS, ids=str)
def test_fault_is_found(planted: Planted) -> None:
    """Each way in which the inventory can be wrong is told apart."""
    check_planted(planted)


def test_scan_with_more_than_the_reconciliation_speaks_of_is_found() -> None:
    """Otherwise a reconciliation could be written without reading the scan."""
    scan = sound_builder(drop=["discovery.run"]).next_entry()
    check_planted(
        Planted(
            "discovery_reconciled", SCANNED, EXCEPTION, "found 5 differences, the reconciliation speaks of 0", {"scan": scan},
            drop=["discovery.run"], plant=lambda builder: builder.discovery("2026-03-02", differences=5),
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("check", "drop", "reason"),
    [
        ("owner_reviews_inventory", ["inventory.review"], "no inventory review in the period"),
        ("discovery_reconciled", ["discovery.review"], "no reconciliation"),
        ("registered_before_use", ["ai_system"], "no traffic"),
    ],
)
def test_nothing_to_look_at_is_unknown(check: str, drop: list[str], reason: str) -> None:
    """Absence is never none."""
    check_unknown(check, reason, drop=drop, traffic=False)


def test_registration_the_book_itself_shows_needs_no_statement() -> None:
    """A page that was recorded before the first traffic was there before it, whatever it states."""
    year = Planted("registered_before_use", DESK, NOT_SHOWN, "", {"registered_at": None})
    assert outcome_of(year).findings == ()
