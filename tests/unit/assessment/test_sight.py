"""Stretches in which no recorder was at work: what happened in them is unknown."""

from __future__ import annotations

from proofbook.assessment.facts import Facts
from proofbook.assessment.sight import derive_blinds
from support.facts_builder import FactsBuilder


def blinds(facts: Facts) -> list[tuple[str, str, str]]:
    """Start and end to the minute, and why."""
    return [(each.start[:16], each.end[:16], each.why.removeprefix("gateway:main: ")) for each in derive_blinds(facts)]


def test_recorder_that_ran_all_the_time_leaves_nothing_unseen() -> None:
    """Otherwise every month would be unknown."""
    assert blinds(FactsBuilder().build()) == []


def test_recorded_gap_is_unseen() -> None:
    """However short: what was lost is lost."""
    facts = FactsBuilder().gap("2026-03-02 10:00", "2026-03-02 10:01").build()
    assert blinds(facts) == [("2026-03-02T10:00", "2026-03-02T10:01", "recorded gap, unclean stop")]


def test_stop_on_purpose_counts_when_it_is_long() -> None:
    """A restart of a minute is passed over, half an hour is not."""
    builder = FactsBuilder().gap("2026-03-02 10:00", "2026-03-02 10:05", reason="stopped")
    assert blinds(builder.build()) == []
    assert len(blinds(builder.gap("2026-03-03 10:00", "2026-03-03 10:06", reason="stopped").build())) == 1


def test_time_between_stop_and_start_is_unseen() -> None:
    """Even if nobody recorded a gap for it."""
    builder = (
        FactsBuilder().run("2025-12-01", "2026-03-02 10:00").run("2026-03-02 12:00", "2026-03-02 13:00").run("2026-03-02 13:04")
    )
    assert blinds(builder.build()) == [("2026-03-02T10:00", "2026-03-02T12:00", "was stopped")]


def test_run_that_ended_without_a_word_is_unseen_from_its_start() -> None:
    """Nothing says until when it recorded."""
    facts = FactsBuilder().run("2026-01-01 00:00").run("2026-03-02 12:00").build()
    assert blinds(facts)[-1] == ("2026-01-01T00:00", "2026-03-02T12:00", "a run ended without a word")


def test_gap_that_tells_when_a_run_ended_stands_for_it() -> None:
    """The next start found the last sign of life and recorded the gap: only that stretch is unseen."""
    builder = FactsBuilder().run("2025-12-01").gap("2026-03-02 10:00", "2026-03-02 12:00").run("2026-03-02 12:00")
    assert blinds(builder.build()) == [("2026-03-02T10:00", "2026-03-02T12:00", "recorded gap, unclean stop")]


def test_silence_at_the_end_is_unseen() -> None:
    """A recorder that died last night is not one that saw nothing since."""
    died = FactsBuilder().run("2025-12-01", last_sign="2026-05-01").build("2026-05-02")
    assert blinds(died) == [("2026-05-01T12:00", "2026-05-02T12:00", "no sign of life since")]
    ended = FactsBuilder().run("2025-12-01", "2026-05-01").build("2026-05-02")
    assert blinds(ended) == [("2026-05-01T12:00", "2026-05-02T12:00", "was stopped")]


def test_time_before_the_first_start_is_unseen() -> None:
    """A recorder installed in March saw nothing of January."""
    facts = FactsBuilder().run("2026-03-02 12:00").build()
    assert blinds(facts) == [("2026-01-01T00:00", "2026-03-02T12:00", "before the first recorder started")]


def test_without_a_recorder_everything_is_unseen() -> None:
    """Nothing on record is not the same as nothing happened; a collector of files is no recorder of traffic."""
    from dataclasses import replace

    facts = FactsBuilder().build("2026-05-02")
    collector = tuple(replace(each, assurance="collected") for each in facts.sources)
    assert blinds(replace(facts, sources=collector)) == [("2026-01-01T00:00", "2026-05-02T12:00", "no recorder ever started")]


def test_each_recorder_is_looked_at_by_itself() -> None:
    """One gateway that runs does not see what passes another."""
    facts = FactsBuilder().run("2025-12-01").run("2025-12-01", "2026-03-01", source="gateway:second").run(
        "2026-03-02", source="gateway:second").build()  # fmt: skip
    assert [each.why for each in derive_blinds(facts)] == ["gateway:second: was stopped"]


def test_nothing_is_unseen_that_is_still_to_come() -> None:
    """A run or gap after the moment looked back from was not known then."""
    facts = (
        FactsBuilder()
        .run("2025-12-01", last_sign="2026-05-01 11:58")
        .run("2026-06-01")
        .gap("2026-05-20", "2026-05-21")
        .build("2026-05-01")
    )
    assert blinds(facts) == []
