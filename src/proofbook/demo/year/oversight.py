"""People over outputs in the sample year: decisions reviewed before they take effect, and accepted ones checked again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from proofbook.demo.year.calendar import DAY, Span, Year
from proofbook.demo.year.cast import CHECKER, HELP_DESK, KEYS, REVIEWER, TRIAGE, USER, live_systems, model_of
from proofbook.demo.year.plan import Step, keep
from proofbook.demo.year.traffic import exchange

REVIEWED: Final = {HELP_DESK: "sample refund decisions", TRIAGE: "sample order of tickets"}
_OUTCOMES: Final = ("accepted", "accepted", "accepted_with_edits", "accepted", "rejected", "accepted")
_SATURDAY: Final = 5
CHECKED: Final = 3


def plan_oversight(year: Year) -> Iterator[Step]:
    """All of it."""
    steps = tuple(_reviews(year))
    yield from steps
    reviews = [step for step in steps if step.kind == "decision.review"]
    since = year.first
    for month in year.months():
        day = year.before(month, 2)
        days = Span(month.id, since, day, month.whole_first)
        for system in live_systems(year, day):
            mine = [each for each in reviews if each.body["system"] == system.id and _in(each, days)]
            yield _spot_check(year, days, system.id, mine)
        since = day + DAY


def _reviews(year: Year) -> Iterator[Step]:
    for number, day in enumerate(year.days()):
        if day.weekday() >= _SATURDAY:
            continue
        system = HELP_DESK if number % 2 else TRIAGE
        record = f"sample-review-{day.isoformat()}"
        outcome = year.choose(record, _OUTCOMES)
        decided = year.at(day, 11, year.number(record, 50))
        key = next(each for each in KEYS if each.system == system and each.kind == "service")
        asked = exchange(key, system, model_of(system, number).digest, f"asked for {record}", decided - timedelta(minutes=40))
        yield from asked
        yield keep(
            "decision.review", record, REVIEWER,
            title=f"Sample decision of {day.isoformat()}", decision=f"sample-case-{number:04d}", decision_type=REVIEWED[system],
            system=system, exchanges=[asked[0].id], model=model_of(system, number).digest,
            shown_sha256=sha256(f"shown in {record}".encode()).hexdigest(), requested_by=USER, reviewer=REVIEWER,
            authority="named in the sample oversight procedure", opened_at=decided - timedelta(minutes=3 + number % 9),
            decided_at=decided, outcome=outcome, reason_code=None if outcome == "accepted" else "wording",
            edit_distance=24 if outcome == "accepted_with_edits" else 0,
            effective_at=None if outcome == "rejected" else decided + timedelta(minutes=30),
        )  # fmt: skip


def _spot_check(year: Year, days: Span, system: str, reviews: list[Step]) -> Step:
    accepted = [each for each in reviews if each.body["outcome"].startswith("accepted")]
    items: list[dict[str, Any]] = [
        {"review": each.id, "first_reviewer": REVIEWER, "verdict": "right"}
        for each in accepted[:: max(1, len(accepted) // CHECKED)]
    ][:CHECKED]
    return keep(
        "spot_check", f"{system}-check-{days.id}", CHECKER, title=f"Sample check of accepted outputs of {system}, {days.id}",
        system=system, covers_from=days.first, covers_until=days.last, population=len(accepted),
        seed=f"sample-seed-{days.id}", checker=CHECKER, blind="yes", items=items, tolerance="0.05", follow_up="no errors found",
        performed_at=year.at(days.last, 17), records=[],
    )  # fmt: skip


def _in(step: Step, days: Span) -> bool:
    return days.first.isoformat() <= step.id.removeprefix("sample-review-") <= days.last.isoformat()
