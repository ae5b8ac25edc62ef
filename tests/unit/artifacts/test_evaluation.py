"""ART-05: runs held against lines that were set before them."""

from __future__ import annotations

from typing import Any

from proofbook.artifacts.page import Gallery, Standing
from support.artifact_pages import column, page_of, table
from support.facts_builder import FactsBuilder, at, digest

A, B = digest("a"), digest("b")


def run(builder: FactsBuilder, name: str, day: str, value: str = "0.91", **fields: Any) -> FactsBuilder:
    """A run of one metric."""
    result = {
        "metric": "accuracy", "family": "task_quality", "value": value, "n": 200, "threshold": "at least 0.85",
        "outcome": "met" if value >= "0.85" else "not_met",
    }  # fmt: skip
    given = {
        "system": "desk", "suite": "suite", "suite_version": "1", "standard": "s1", "model": A, "operator": "sample-person-2",
        "started_at": at(f"{day} 08:00"), "results": [result], "signed_off_by": "sample-person-1",
    }  # fmt: skip
    return builder.add("evaluation.run", name, happened=f"{day} 12:00", **(given | fields))


def standard(builder: FactsBuilder, recorded: str, at_least: str = "0.85") -> FactsBuilder:
    """A version of the lines."""
    lines = [{"metric": "accuracy", "family": "task_quality", "at_least": at_least}]
    return builder.add(
        "evaluation.standard",
        "s1",
        happened=recorded,
        recorded=recorded,
        system="desk",
        thresholds=lines,
        set_by="sample-person-1",
    )


def desk() -> FactsBuilder:
    """A system that A served, with lines set in January."""
    return standard(FactsBuilder().system("desk").served("desk", A, "2026-01-12", "2026-11-01"), "2026-01-05")


def test_no_run_is_said_and_not_left_empty() -> None:
    """An absent evaluation is the finding, not a blank page."""
    page = page_of("ART-05", desk().build())
    assert page.marks[0].text == "no run in the period"
    assert "No evaluation run" in table(page, "Runs").empty
    assert not [each for each in page.blocks if isinstance(each, Gallery)]


def test_a_line_set_after_the_run_does_not_hold_for_it() -> None:
    """A threshold moved after the result proves nothing."""
    builder = run(FactsBuilder().system("desk"), "r1", "2026-03-20")
    page = page_of("ART-05", standard(builder, "2026-04-01").build())
    held = column(page, "Runs", "Standard held")[0]
    assert (held.text, held.standing) == ("none was recorded before the run", Standing.DIFFERS)
    builder = run(desk(), "r1", "2026-03-20")
    page = page_of("ART-05", standard(builder, "2026-04-01", "0.70").build())
    assert column(page, "Runs", "Standard held")[0].text == "version 1"
    assert [each.text for each in column(page, "Lines that", "Line")] == ["at least 0.85", "at least 0.70"]


def test_marks_of_a_run() -> None:
    """Another model than served, a line not met, signed off by whoever ran it: each is marked where it stands."""
    builder = run(desk(), "sound", "2026-03-20")
    run(builder, "other", "2026-04-20", model=B)
    run(builder, "missed", "2026-05-20", value="0.80")
    run(builder, "own", "2026-06-20", signed_off_by="sample-person-2")
    page = page_of("ART-05", builder.build())
    stated, differs = Standing.STATED, Standing.DIFFERS
    assert [each.standing for each in column(page, "Runs", "Model")] == [stated, differs, stated, stated]
    assert [each.standing for each in column(page, "Runs", "Measured against its lines")] == [stated, stated, differs, stated]
    assert [each.standing for each in column(page, "Runs", "Signed off by")] == [stated, stated, stated, differs]


def test_a_trend_has_a_ring_where_the_line_is_not_met() -> None:
    """Shape, not colour, tells the two apart; each point has its words."""
    page = page_of("ART-05", run(run(desk(), "r1", "2026-03-20"), "r2", "2026-06-20", value="0.80").build())
    gallery = next(each for each in page.blocks if isinstance(each, Gallery))
    (drawing,) = gallery.drawings
    marks = {each.partition('"')[0]: each.count("<circle") for each in drawing.screen.split('class="pg-series pg-')[1:]}
    assert (marks["met"], marks["not_met"]) == (1, 1)
    assert "r2, 2026-06-20: accuracy 0.80" in drawing.alt
    assert "threshold 0.85" in drawing.paper


def test_an_open_failed_case_is_marked() -> None:
    """A failure without a disposition is one of the typical failures."""
    failures = [
        {"case": "c1", "metric": "accuracy", "disposition": "accepted", "reason": "r"},
        {"case": "c2", "metric": "accuracy", "disposition": "open"},
    ]
    page = page_of("ART-05", run(desk(), "r1", "2026-03-20", failures=failures, failures_total=2).build())
    cells = column(page, "Failed cases", "What was decided")
    assert [each.standing for each in cells] == [Standing.STATED, Standing.DIFFERS]
