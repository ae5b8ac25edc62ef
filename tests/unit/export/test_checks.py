"""Checks: each outcome in its one word, and only those that bear on completeness stamp it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from proofbook.export.checks import (
    Check,
    Result,
    check_clock,
    check_count,
    check_period_over,
    check_scans,
    check_sequence,
    check_served,
    check_truncation,
)
from proofbook.export.header import completeness
from proofbook.export.observation import MAX_LISTED, Listed, Observation
from proofbook.primitives.canonical import JsonValue
from proofbook.primitives.instants import format_instant
from support.sample_entries import GATEWAY, WRITER, SampleEntries

START = datetime(2026, 1, 1, tzinfo=UTC)


def observe(entries: SampleEntries) -> Observation:
    """What a January sees of some entries."""
    seen = Observation(format_instant(START), format_instant(START + timedelta(days=31)))
    for index, data in enumerate(entries.raw):
        seen.see(index, json.loads(data))
    return seen


def scan(entries: SampleEntries, as_of: datetime) -> Check:
    """The check of the last look at the disks."""
    return check_scans(observe(entries), format_instant(as_of), format_instant(as_of - timedelta(days=7)))


@pytest.fixture
def entries() -> SampleEntries:
    """An empty sample."""
    return SampleEntries(START)


def test_counts_agree_or_differ_and_a_difference_stamps() -> None:
    """Nothing is rounded, nothing is within tolerance."""
    assert check_count("interactions", 3, 3).reason is None
    differs = check_count("interactions", 3, 4)
    assert (differs.result, differs.reason) == (Result.DIFFERS, "interactions: 3 written, 4 counted")
    assert check_truncation(10, 10).result is Result.AGREE
    assert check_truncation(9, 10).reason is not None


def test_a_missing_number_is_named_and_stamps(entries: SampleEntries) -> None:
    """A number that is missing is an entry that is missing."""
    entries.started()
    entries.add("source.heartbeat", GATEWAY, {"run": "r", "open_exchanges": 0, "refused": 0, "exchanges": 0}, skip_numbers=3)
    found = check_sequence(observe(entries))
    assert found.result is Result.DIFFERS
    assert found.items == ("entry 1: gateway:main goes from number 1 to 5",)
    assert found.reason


def test_a_fresh_and_whole_look_at_the_disks_agrees(entries: SampleEntries) -> None:
    """It is the second source of the list of artifacts."""
    entries.collected()
    assert scan(entries, START + timedelta(days=6)).result is Result.AGREE


def test_no_look_an_old_look_and_a_partial_look_are_three_findings(entries: SampleEntries) -> None:
    """None of them shows that the list is complete."""
    assert scan(entries, START).result is Result.UNKNOWN
    entries.collected()
    old = scan(entries, START + timedelta(days=8))
    assert old.result is Result.UNKNOWN
    assert old.reason == "the model stores were last looked at on 2026-01-01T00:00:00.000000Z"
    skipped = [{"code": "unreadable", "detail": "no permission", "path": "/srv/x"}]
    entries.collected(skipped=skipped, skipped_total=1)
    partial = scan(entries, START)
    assert partial.result is Result.GAP_EXPLAINED
    assert partial.reason


def test_a_clock_that_went_back_is_listed_and_does_not_stamp(entries: SampleEntries) -> None:
    """Order rests on the position in the book."""
    body: dict[str, JsonValue] = {
        "before": "2026-01-02T00:00:00.000000Z",
        "after": "2026-01-01T23:00:00.000000Z",
        "milliseconds": 3_600_000,
    }
    entries.add("clock.stepped", "book", body, source=WRITER)
    found = check_clock(observe(entries))
    assert (found.result, found.reason) == (Result.GAP_EXPLAINED, None)
    assert "back to 2026-01-01T23:00:00.000000Z" in found.items[0]


def test_unknown_weights_are_unknown_and_stamp_the_list_of_artifacts_only(entries: SampleEntries) -> None:
    """An exchange whose weights nobody knows may have been served by anything."""
    assert check_served(observe(entries), stamps=True).result is Result.NOT_APPLICABLE
    model = {
        "asked": None,
        "artifact": None,
        "status": "unknown",
        "method": "none",
        "reason": "sample",
        "resolved_at": None,
        "remote_host": None,
    }
    entries.exchange(model=model)
    assert check_served(observe(entries), stamps=False).reason is None
    found = check_served(observe(entries), stamps=True)
    assert found.result is Result.UNKNOWN
    assert found.reason == "which weights served is unknown for 1 requests"


@pytest.mark.parametrize(
    ("signed", "result"), [("2026-02-01T00:00:00.000000Z", "agree"), ("2026-01-31T23:59:59.999999Z", "unknown")]
)
def test_a_period_is_over_at_its_last_moment(signed: str, result: str) -> None:
    """To the microsecond."""
    found = check_period_over("2026-02-01T00:00:00.000000Z", signed)
    assert found.result.value == result
    assert (found.reason is None) is (result == "agree")


def test_one_reason_is_enough_to_stamp() -> None:
    """Completeness is never an average."""
    sound, broken = check_count("a", 1, 1), check_count("b", 1, 2)
    assert completeness((sound, sound)) == "demonstrated"
    assert completeness((sound, broken, sound)) == "not_demonstrated"
    assert broken.sentence() == "count tie out: b: 1 written, 2 counted"


def test_a_long_list_is_cut_and_its_count_is_not() -> None:
    """A hostile book must not make a header of a gigabyte."""
    found = Listed()
    for number in range(MAX_LISTED + 50):
        found.add(str(number))
    assert (len(found.items), found.total) == (MAX_LISTED, MAX_LISTED + 50)
