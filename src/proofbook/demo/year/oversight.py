"""People over outputs in the sample year: decisions reviewed before they take effect, and accepted ones checked again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Final

from proofbook.demo.year.calendar import Span, Year
from proofbook.demo.year.cast import CHECKER, HELP_DESK, REVIEWER, TRIAGE, USER, live_systems, model_of
from proofbook.demo.year.plan import Step, keep

REVIEWED: Final = {HELP_DESK: "sample refund decisions", TRIAGE: "sample order of tickets"}
_OUTCOMES: Final = ("accepted", "accepted", "accepted_with_edits", "accepted", "rejected", "accepted")
_SATURDAY: Final = 5
CHECKED: Final = 3


def plan_oversight(year: Year) -> Iterator[Step]:
    """All of it."""
    reviews = tuple(_reviews(year))
    yield from reviews
    for month in year.months():
        day = year.before(month, 2)
        for system in live_systems(year, day):
            mine = [each for each in reviews if each.body["system"] == system.id and _in(each, month)]
            yield _spot_check(year, month, day, system.id, mine)


def _reviews(year: Year) -> Iterator[Step]:
    for number, day in enumerate(year.days()):
        if day.weekday() >= _SATURDAY:
            continue
        system = HELP_DESK if number % 2 else TRIAGE
        record = f"sample-review-{day.isoformat()}"
        outcome = year.choose(record, _OUTCOMES)
        decided = year.at(day, 11, year.number(record, 50))
        yield keep(
            "decision.review", record, REVIEWER,
            title=f"Sample decision of {day.isoformat()}", decision=f"sample-case-{number:04d}", decision_type=REVIEWED[system],
            system=system, exchanges=[], model=model_of(system, number).digest,
            shown_sha256=sha256(f"shown in {record}".encode()).hexdigest(), requested_by=USER, reviewer=REVIEWER,
            authority="named in the sample oversight procedure", opened_at=decided - timedelta(minutes=3 + number % 9),
            decided_at=decided, outcome=outcome, reason_code=None if outcome == "accepted" else "wording",
            edit_distance=24 if outcome == "accepted_with_edits" else 0,
            effective_at=None if outcome == "rejected" else decided + timedelta(minutes=30),
        )  # fmt: skip


def _spot_check(year: Year, month: Span, day: date, system: str, reviews: list[Step]) -> Step:
    accepted = [each for each in reviews if each.body["outcome"].startswith("accepted")]
    items: list[dict[str, Any]] = [
        {"review": each.id, "first_reviewer": REVIEWER, "verdict": "right"}
        for each in accepted[:: max(1, len(accepted) // CHECKED)]
    ][:CHECKED]
    return keep(
        "spot_check", f"{system}-check-{month.id}", CHECKER, title=f"Sample check of accepted outputs of {system}, {month.id}",
        system=system, covers_from=month.first, covers_until=day, population=len(accepted),
        seed=f"sample-seed-{month.id}", checker=CHECKER, blind="yes", items=items, tolerance="0.05", follow_up="no errors found",
        performed_at=year.at(day, 17), records=[],
    )  # fmt: skip


def _in(step: Step, month: Span) -> bool:
    return month.first.isoformat() <= step.id.removeprefix("sample-review-") <= month.last.isoformat()
