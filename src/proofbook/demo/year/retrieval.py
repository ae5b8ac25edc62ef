"""The sample year's retrieval index: what may be in it, and each build held against that. Outbound traffic, tries, disposals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

from proofbook.demo.year.calendar import DAY, Year
from proofbook.demo.year.cast import APPROVER, HANDBOOK, INDEX, NOTES, NOTES_LIVE, OPERATOR, OWNER, SEGMENT, SYSTEMS
from proofbook.demo.year.plan import Step, keep

MANIFEST: Final = "sample-handbook-scope"
_TRIES: Final = (
    ("unauthenticated_refused", "a request without a key is refused", "refused with 401"),
    ("bypass_refused", "the engine's port does not answer from another host", "connection refused"),
    ("egress_denied", "a connection to the outside is refused", "connection refused and counted"),
    ("permission_mirrored", "a reader finds only what they may read at the source", "two readers, different answers"),
    ("canary", "a planted excluded page is never found", "not found in 50 tries"),
    ("altered_weights_refused", "weights with one changed byte are not served", "not loaded; alert raised"),
)


def plan_retrieval(year: Year) -> Iterator[Step]:
    """All of it."""
    approved = year.at(year.day(-26), 9)
    yield keep(
        "index.manifest", MANIFEST, OWNER, approved + timedelta(minutes=30), title="Scope of the sample handbook index",
        index=INDEX,
        systems=[HANDBOOK], effective_at=approved + timedelta(minutes=15), requested_by=OWNER, approved_by=APPROVER,
        approved_at=approved,
        included=[{"id": "sample-handbook", "classification": "internal"}, {"id": "sample-faq", "classification": "internal"}],
        excluded=[{"id": "sample-personnel-files", "classification": "confidential", "reason": "personal data"}],
        classification_ceiling="internal", permission_filter="groups of the source, asked at each question",
        embedding_model="sample-embedding", refresh="every second week",
    )  # fmt: skip
    for number, week in enumerate(year.weeks()):
        if number % 2 == 0:
            yield _build(year, number // 2 + 1, week.last)
    for month in year.months():
        day = year.before(month, 8)
        for place, (test, expected, observed) in enumerate(_TRIES):
            yield keep(
                "boundary.test", f"sample-try-{test.replace('_', '-')}-{month.id}", APPROVER,
                title=f"Sample try: {expected}, {month.id}", system=None, test=test, performed_at=year.at(day, 9, 5 * place),
                performed_by=APPROVER, expected=expected, observed=observed, outcome="as_expected",
            )  # fmt: skip
        yield _disposal(year, month.id, year.before(month, 6))
    for place, (test, expected, observed) in enumerate(_TRIES):
        yield keep(
            "boundary.test", f"sample-try-{test.replace('_', '-')}-first", APPROVER,
            title=f"Sample try before first use: {expected}",
            system=NOTES, test=test, performed_at=year.at(year.day(NOTES_LIVE), 5, 5 * place), performed_by=APPROVER,
            expected=expected, observed=observed, outcome="as_expected",
        )  # fmt: skip


def plan_boundary(year: Year) -> Iterator[Step]:
    """Rules for what may leave, and their quarterly review."""
    approved = year.at(year.day(-34), 9)
    systems = [system.id for system in SYSTEMS[:3]]
    for record, destination, purpose in (
        ("sample-egress-none", None, "nothing leaves unless a rule says so"),
        ("sample-egress-mirror", "sample-mirror.internal:443", "fetching approved weights"),
    ):
        yield keep(
            "egress.rule", record, APPROVER, title=f"Sample rule: {purpose}", segment=SEGMENT, systems=systems, default="deny",
            destination=destination, purpose=purpose, owner=OPERATOR, approved_by=APPROVER, approved_at=approved,
            effective_at=approved + timedelta(hours=1),
        )  # fmt: skip
    seen = year.at(year.setup, 8)
    for quarter in year.quarters():
        performed = year.at(year.before(quarter, 10), 15)
        yield keep(
            "egress.review", f"sample-egress-{quarter.id}", APPROVER, title=f"Sample review of outbound rules, {quarter.id}",
            segment=SEGMENT, performed_at=performed, reviewer=APPROVER, rules=2, without_owner=0,
            denied=3 + year.number(f"denied {quarter.id}", 40), covers_from=seen,
            covers_until=performed - timedelta(hours=1), findings=[],
        )  # fmt: skip
        seen = performed - timedelta(hours=1)


def _build(year: Year, number: int, day: date) -> Step:
    built = year.at(day, 2)
    pages = 400 + number * 3
    return keep(
        "index.build", f"sample-build-{number:03d}", OPERATOR, title=f"Sample build {number} of the handbook index", index=INDEX,
        systems=[HANDBOOK], number=number, built_at=built, manifest=MANIFEST,
        sources=[{"source": "sample-handbook", "documents": pages}, {"source": "sample-faq", "documents": 60}],
        outside_manifest=0,
        denied_by_rule=12, canaries_planted=1, canaries_found=0, content_sha256=sha256(f"build {number}".encode()).hexdigest(),
        compared_by=["index pipeline (sample)"],
    )  # fmt: skip


def _disposal(year: Year, month: str, day: date) -> Step:
    performed = year.at(day, 3)
    return keep(
        "disposal", f"sample-disposal-{month}", OPERATOR, title=f"Sample disposal of old caches, {month}", what="caches",
        system=None, performed_at=performed, performed_by="retention job (sample)",
        items=20 + year.number(f"disposal {month}", 60), older_than=performed.date() - 30 * DAY, schedule="caches: 30 days",
        verified="requeried", failed=0,
    )  # fmt: skip
