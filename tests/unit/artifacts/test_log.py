"""ART-06: what the log holds, where it has holes, and who checked it."""

from __future__ import annotations

from proofbook.artifacts.page import Standing
from support.artifact_pages import column, page_of, table
from support.facts_builder import FactsBuilder, digest


def check(builder: FactsBuilder, day: str, outcome: str = "checks_out", gaps: int = 0) -> FactsBuilder:
    """A daily integrity check."""
    return builder.add(
        "integrity.check", f"c-{day}", happened=day, performed_by="sample-job", size=10, outcome=outcome, gaps_open=gaps
    )


def test_an_empty_log_is_a_count_of_this_book() -> None:
    """No recorded traffic is not a statement about the systems."""
    page = page_of("ART-06", FactsBuilder().build())
    assert "not a statement about the systems" in table(page, "Exchanges").empty
    assert page.marks[0].text == "0 exchanges"
    assert "not covered either" in table(page, "Gaps").empty


def test_gaps_of_the_period_are_marked_and_others_left_out() -> None:
    """What happened in a gap is unknown, and never zero."""
    builder = FactsBuilder().gap("2026-04-01 02:00", "2026-04-01 05:00").gap("2025-03-01", "2025-03-02")
    page = page_of("ART-06", builder.build())
    assert len(table(page, "Gaps").rows) == 1
    assert (page.marks[1].text, page.marks[1].standing) == ("1 gap", Standing.DIFFERS)
    assert "did not record: 1." in page.head.checks[1]


def test_checks_are_told_by_month_with_the_days_that_have_none() -> None:
    """A year of daily checks fits on a page, and a missing day does not get lost in it."""
    builder = FactsBuilder("2026-02-01", "2026-04-30")
    for day in range(1, 29):
        check(builder, f"2026-02-{day:02d}")
    for day in range(1, 31):
        check(builder, f"2026-03-{day:02d}")
    page = page_of("ART-06", builder.build())
    days = column(page, "Integrity checks", "Days with a check")
    assert [(each.text, each.standing) for each in days] == [
        ("28 of 28", Standing.STATED),
        ("30 of 31", Standing.DIFFERS),
        ("0 of 30", Standing.DIFFERS),
    ]
    assert table(page, "Integrity checks that").rows == ()


def test_a_check_that_shows_damage_or_open_gaps_is_listed_by_itself() -> None:
    """The one that matters is not summed up."""
    builder = check(
        check(check(FactsBuilder("2026-03-01", "2026-03-31"), "2026-03-01"), "2026-03-02", "damaged"), "2026-03-03", gaps=2
    )
    page = page_of("ART-06", builder.build())
    assert [each.text for each in column(page, "Integrity checks that", "What it showed")] == ["damaged", "checks out"]
    assert column(page, "Integrity checks", "What they showed")[0].standing is Standing.DIFFERS
    assert column(page, "Integrity checks", "Gaps open at most")[0].standing is Standing.DIFFERS


def test_months_to_come_owe_no_check_yet() -> None:
    """As of the middle of a period, its end is not due."""
    page = page_of("ART-06", check(FactsBuilder("2026-02-01", "2026-12-31"), "2026-02-03").build(as_of="2026-02-10"))
    assert [each.text for each in column(page, "Integrity checks", "Days with a check")] == ["1 of 10"]


def test_an_exchange_without_weights_and_an_unknown_caller_are_shown_as_such() -> None:
    """Not bound and not known are values of their own."""
    builder = FactsBuilder().served("desk", None, "2026-02-01", "2026-02-02", 3, binding=None)
    builder.caller("unknown", "desk", "2026-02-01", "2026-02-02", 3, kind="unknown")
    page = page_of("ART-06", builder.build())
    assert column(page, "Exchanges", "Model artifact")[0].standing is Standing.UNKNOWN
    assert column(page, "Who called", "Principal")[0].standing is Standing.UNKNOWN


def test_another_entity_s_traffic_is_not_here() -> None:
    """One book may hold several entities."""
    builder = (
        FactsBuilder().system("theirs", entity="Another Sample Company").served("theirs", digest("a"), "2026-02-01", "2026-02-02")
    )
    assert table(page_of("ART-06", builder.build()), "Exchanges").rows == ()


def test_the_evidence_id_changes_with_the_traffic() -> None:
    """Two pages that show different counts must not carry one id."""
    one = page_of("ART-06", FactsBuilder().served("desk", None, "2026-02-01", "2026-02-02", 3).build())
    two = page_of("ART-06", FactsBuilder().served("desk", None, "2026-02-01", "2026-02-02", 4).build())
    assert one.head.evidence_id != two.head.evidence_id
