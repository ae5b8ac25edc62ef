"""ART-08: decisions about new versions, and changes, with what came too late or was approved by the requester."""

from __future__ import annotations

from typing import Any

from proofbook.artifacts.page import Standing
from support.artifact_pages import column, page_of, table
from support.facts_builder import FactsBuilder, at, digest
from support.kept_bodies import least


def event(builder: FactsBuilder, name: str, day: str, within: int | None = 14) -> FactsBuilder:
    """Something new upstream."""
    fields = least("upstream.event", product="llama.cpp", published_at=at(day), decide_within_days=within)
    return builder.add("upstream.event", name, **fields)


def decide(builder: FactsBuilder, name: str, day: str) -> FactsBuilder:
    """What was decided about it."""
    fields = least("upstream.decision", event=name, decision="decline", reason="not needed", decided_at=at(day))
    return builder.add("upstream.decision", f"d-{name}", **fields)


def change(builder: FactsBuilder, name: str, **fields: Any) -> FactsBuilder:
    """A change released on 10 April."""
    given = {"system": "desk", "released_at": at("2026-04-10"), "requested_by": "sample-person-2"}
    return builder.add("change", name, **least("change", **(given | fields)))


def test_nothing_upstream_and_no_change_are_said_in_words() -> None:
    """An empty watch is not a quiet year."""
    page = page_of("ART-08", FactsBuilder().build())
    assert "No upstream event is recorded" in table(page, "Upstream").empty
    assert "nobody noticed" in page.head.limitations[0]


def test_decisions_in_time_late_and_missing_are_told_apart() -> None:
    """Not adopted, because … is evidence; silence is not."""
    builder = FactsBuilder()
    for name, day in (("a-timely", "2026-03-01"), ("b-late", "2026-03-02"), ("c-missing", "2026-03-03")):
        event(builder, name, day)
    event(builder, "d-undue", "2027-01-30", None)
    decide(decide(builder, "a-timely", "2026-03-05"), "b-late", "2026-05-01")
    page = page_of("ART-08", builder.build())
    assert [each.standing for each in column(page, "Upstream", "Decided")] == [
        Standing.STATED,
        Standing.LATE,
        Standing.NOT_STATED,
    ]
    said = column(page, "Upstream", "Decision and reason")
    assert (said[0].text, said[2].text, said[2].standing) == ("decline: not needed", "not decided", Standing.LATE)


def test_self_approval_and_approval_after_the_release_are_marked() -> None:
    """Two ways in which an approval is none."""
    builder = change(FactsBuilder(), "a-sound", approved_by="sample-person-4", approved_at=at("2026-04-09"))
    change(builder, "b-own", approved_by="sample-person-2", approved_at=at("2026-04-09"))
    change(builder, "c-after", approved_by="sample-person-4", approved_at=at("2026-04-20"))
    page = page_of("ART-08", builder.build())
    approvers = [each.standing for each in column(page, "Changes", "Approved by")]
    assert approvers == [Standing.STATED, Standing.DIFFERS, Standing.STATED]
    assert [each.standing for each in column(page, "Changes", "Approved")][2] is Standing.LATE


def test_a_version_is_shown_whole_and_a_digest_by_its_beginning() -> None:
    """`sample versi…` tells nobody which prompt was changed."""
    builder = change(FactsBuilder(), "c1", before="system prompt version 12", after=digest("a"))
    assert column(page_of("ART-08", builder.build()), "Changes", "Before → after")[0].text == (
        "system prompt version 12 → sha256:aaaaaaaaaaaa…"
    )


def test_an_emergency_that_nobody_reviewed_is_late() -> None:
    """Retroactive approval has a day by which it is owed."""
    builder = change(FactsBuilder(), "c1", emergency=True, review_within_days=5)
    cells = column(page_of("ART-08", builder.build()), "Emergency", "Reviewed")
    assert (cells[0].text, cells[0].standing) == ("not stated", Standing.LATE)
