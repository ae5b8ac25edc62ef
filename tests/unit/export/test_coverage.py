"""Was somebody recording? Absence is evidenced as carefully as presence."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from proofbook.export.checks import Check, Result, check_coverage
from proofbook.export.coverage import derive_coverage
from proofbook.export.observation import Gap, Observation, Silence, SourceTrace, is_long
from proofbook.primitives.instants import format_instant
from support.sample_entries import SampleEntries

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(hours=6)


def look(entries: SampleEntries, as_of: datetime | None = None) -> Check:
    """The coverage check over a period of six hours."""
    seen = Observation(format_instant(START), format_instant(END))
    for index, data in enumerate(entries.raw):
        seen.see(index, json.loads(data))
    return check_coverage(derive_coverage(seen, format_instant(as_of or max(entries.now, END))))


@pytest.fixture
def entries() -> SampleEntries:
    """A gateway that starts a moment before the period."""
    made = SampleEntries(START - timedelta(minutes=1))
    made.started()
    return made


def test_heartbeats_without_any_traffic_are_coverage(entries: SampleEntries) -> None:
    """No activity is a finding only when somebody was there to see none."""
    entries.beats(365)
    assert look(entries).result is Result.AGREE
    assert look(entries).reason is None


def test_traffic_without_heartbeats_is_coverage_too(entries: SampleEntries) -> None:
    """Any entry of a recorder shows that it was alive."""
    for _ in range(95):
        entries.exchange()
        entries.wait(minutes=4)
    assert look(entries).result is Result.AGREE


def test_an_hour_of_silence_is_unknown_and_stamps(entries: SampleEntries) -> None:
    """A missing hour is not a quiet hour."""
    entries.beats(60)
    entries.wait(hours=1)
    entries.beats(300)
    found = look(entries)
    assert found.result is Result.GAP_UNEXPLAINED
    assert found.reason
    assert found.items == (
        "gateway:main: 2026-01-01T00:59:00.000000Z to 2026-01-01T02:00:00.000000Z: silence that nothing explains; activity unknown",
    )


@pytest.mark.parametrize(
    ("reason", "stamps"), [("stopped", False), ("unclean_stop", True), ("store_unavailable", True), ("unknown", True)]
)
def test_a_recorded_gap_explains_but_does_not_fill(entries: SampleEntries, reason: str, *, stamps: bool) -> None:
    """A recorder that was stopped let nothing pass; one that died may have missed what passed. Both are listed."""
    entries.beats(60)
    since = entries.now
    entries.wait(hours=1)
    entries.started("r_2", "unclean")
    entries.gap(since, reason)
    entries.beats(300)
    found = look(entries)
    assert found.result is Result.GAP_EXPLAINED
    assert bool(found.reason) is stamps
    assert found.items[0].endswith("activity unknown")


def test_a_stop_and_a_start_on_record_explain_the_time_between(entries: SampleEntries) -> None:
    """Even when the next run forgets to state the gap."""
    entries.beats(60)
    entries.stopped()
    entries.wait(hours=2)
    entries.started("r_2", "clean")
    entries.beats(240)
    found = look(entries)
    assert (found.result, found.reason) == (Result.GAP_EXPLAINED, None)


def test_a_gap_of_another_source_explains_nothing(entries: SampleEntries) -> None:
    """Each recorder answers for itself."""
    entries.beats(60)
    since = entries.now
    entries.wait(hours=1)
    entries.gap(since, "stopped", source="gateway:other")
    entries.beats(300)
    assert look(entries).result is Result.GAP_UNEXPLAINED


def test_time_before_the_first_record_is_not_covered() -> None:
    """A book opened in the middle of a period says nothing of its beginning."""
    late = SampleEntries(START + timedelta(hours=2))
    late.started()
    late.beats(245)
    found = look(late)
    assert found.result is Result.GAP_UNEXPLAINED
    assert "before the first record" in found.items[0]


def test_a_recorder_that_fell_silent_for_good_is_seen(entries: SampleEntries) -> None:
    """Its last entry is followed by nothing; the checkpoint is much later."""
    entries.beats(60)
    found = look(entries, as_of=END)
    assert found.result is Result.GAP_UNEXPLAINED
    assert found.items[0].startswith("gateway:main: 2026-01-01T00:59:00.000000Z to 2026-01-01T06:00:00.000000Z")


def test_only_the_period_counts(entries: SampleEntries) -> None:
    """A silence before or after it belongs to another room."""
    entries.beats(365)
    entries.wait(hours=5)
    entries.beats(10)
    assert look(entries).result is Result.AGREE


def test_a_book_without_any_recorder_leaves_coverage_unknown() -> None:
    """Not even a gap can be named."""
    empty = SampleEntries(START)
    empty.artifact()
    found = look(empty)
    assert found.result is Result.UNKNOWN
    assert found.reason


def test_coverage_is_worked_out_once_for_what_was_seen(entries: SampleEntries) -> None:
    """Thirty populations ask for it; a book with many silences would be looked through thirty times."""
    entries.beats(10)
    seen = Observation(format_instant(START), format_instant(END))
    values = [json.loads(data) for data in entries.raw]
    for index, value in enumerate(values):
        seen.see(index, value)
    first = derive_coverage(seen, format_instant(END))
    assert derive_coverage(seen, format_instant(END)) is first
    assert derive_coverage(seen, format_instant(END - timedelta(hours=5))) is not first
    seen.see(len(values), values[-1])
    assert derive_coverage(seen, format_instant(END)) is not first


@pytest.mark.parametrize("seed", range(40))
def test_gaps_explain_silences_as_looking_at_every_pair_does(seed: int) -> None:
    """They are looked up by their beginnings; the rule is about pairs."""
    chance = random.Random(seed)
    seen = Observation(format_instant(START), format_instant(END))
    for source in ("gateway:a", "gateway:b"):
        first, last = (format_instant(START + timedelta(minutes=chance.randrange(span))) for span in (9, 300))
        seen.sources[source] = SourceTrace(source, "inline", first, recorder=True, last_recorded=last, last_kind="sample")
    for _ in range(12):
        since = START + timedelta(minutes=chance.randrange(300))
        ends = format_instant(since), format_instant(since + timedelta(minutes=chance.randrange(40)))
        source = chance.choice(("gateway:a", "gateway:b"))
        seen.gaps.append(Gap(source, *ends, chance.choice(("stopped", "disk_full", "overload"))))
        if chance.random() < 0.5:
            seen.silences.append(Silence(source, *ends, "sample", "sample"))
    found = derive_coverage(seen, format_instant(END)).uncovered
    silent = {(each.source, each.since, each.until): each for each in found if each.words.startswith(("recorded", "silence"))}
    for each in seen.silences:
        around = (gap for gap in seen.gaps if gap.source == each.source and _is_around(gap, each))
        gap = next(around, None)
        words = "silence that nothing explains" if gap is None else f"recorded gap, reason {gap.reason}"
        if is_long(each.since, each.until):
            assert silent[each.source, each.since, each.until].words == words


def _is_around(gap: Gap, silence: Silence) -> bool:
    return not is_long(silence.since, gap.since) and not is_long(gap.until, silence.until)
