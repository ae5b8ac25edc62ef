"""Looks at content in the sample year: as many as the quarterly reviews of accesses count, at exchanges that are there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from proofbook.demo.year.calendar import Year
from proofbook.demo.year.plan import Plan, Step, observe
from proofbook.primitives.instants import parse_instant

DESK: Final = "content:sample"
_APART: Final = timedelta(days=2)


def plan_looks(plan: Plan, year: Year) -> Iterator[Step]:
    """One look for each access a review counts, in the time it covers. Call it when traffic and reviews are planned."""
    requests = sorted((step for step in plan.of("exchange.request")), key=lambda step: step.recorded)
    for review in [*plan.of("log_access.review")]:
        since, until = (parse_instant(str(review.body[field])) for field in ("covers_from", "covers_until"))
        seen = [step for step in requests if since < step.recorded < until - _APART]
        for number in range(int(review.body["accesses"])):
            step = seen[year.number(f"look {review.id} {number}", len(seen))]
            yield look(step.id, step.recorded + timedelta(hours=1, minutes=number), "a customer asked about this answer (sample)")


def look(exchange: str, at: datetime, purpose: str) -> Step:
    """Somebody looked at the answer of an exchange, with spans of sensitive data replaced."""
    return observe(
        "content.revealed", exchange, DESK, at,
        exchange=exchange, slot="response", purpose=purpose, view="redacted", rule_set="sha256:" + "0" * 64,
    )  # fmt: skip
