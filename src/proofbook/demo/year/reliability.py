"""Reliability of the sample year: capacity, availability, backups, a restore; and the log, verified every night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from proofbook.demo.year.calendar import DAY, Span, Year
from proofbook.demo.year.cast import APPROVER, CHECKER, HELP_DESK, OPERATOR, OWNER, SampleAi, live_systems
from proofbook.demo.year.plan import Step, keep, mark_entry

OUTAGE_DAY: Final = 262
_PROBES_A_DAY: Final = 96


def plan_reliability(year: Year) -> Iterator[Step]:
    """All of it."""
    for month in year.months():
        yield _capacity(year, month)
        for place, system in enumerate(live_systems(year, month.last)):
            yield _availability(year, month, system, place)
        yield _probing(year, month)
    yield _outage(year)
    for number, day in enumerate(year.days()):
        yield keep(
            "backup.run", f"sample-backup-{day.isoformat()}", OPERATOR, title=f"Sample backup of {day.isoformat()}",
            what=["weights", "indexes", "configuration", "book"], job="nightly", ended_at=year.at(day, 1, 30 + number % 7),
            outcome="complete", location="sample backup store",
        )  # fmt: skip
    tested = year.at(year.by_year_end(), 14)
    yield keep(
        "restore.test", "sample-restore-1", OPERATOR, title="Sample restore of weights, index and book",
        what=["weights", "indexes", "book"],
        performed_at=tested, performed_by=OPERATOR, from_backup="the newest nightly backup", offline="yes", hashes_match="yes",
        minutes=35, outcome="restored",
    )  # fmt: skip


def plan_log_checks(year: Year) -> Iterator[Step]:
    """The log verified every night by somebody who does not run it, and reviewed each month.

    Size and root of the checkpoint it was held against are known when the book is written, and filled in then.
    """
    for number, day in enumerate(year.days()):
        yield keep(
            "integrity.check", f"sample-integrity-{day.isoformat()}", CHECKER,
            title=f"Sample verification of the log, {day.isoformat()}", performed_at=year.at(day, 4, number % 11),
            performed_by="sample verifier job", size=0, outcome="checks_out", gaps_open=0, reviewer=CHECKER,
        )  # fmt: skip
    for month in year.months():
        day = year.before(month, 3)
        check = f"sample-integrity-{day.isoformat()}"
        yield keep(
            "sign_off", f"sample-log-{month.id}", APPROVER, title=f"Sample sign-off of the log's verification, {month.id}",
            of_kind="integrity.check", of_id=check, of_entry=mark_entry("integrity.check", check), role="reviewer",
            signer=APPROVER,
            statement="I looked at the month's verifications and at the gaps they name.", checked=["gaps", "verifier output"],
            decision="approved", signed_at=year.at(day, 16),
        )  # fmt: skip


def _capacity(year: Year, month: Span) -> Step:
    return keep(
        "capacity.review", f"sample-capacity-{month.id}", OPERATOR, title=f"Sample capacity review, {month.id}", systems=[],
        performed_at=year.at(year.before(month, 4), 10), reviewer=OPERATOR, covers_from=month.first,
        covers_until=max(month.last - 4 * DAY, month.first),
        peak_requests_per_minute=4 + year.number(f"peak {month.id}", 9), queue_p95_ms=150 + year.number(f"queue {month.id}", 200),
        gpu_memory_peak="0.72", breaches=0, forecast="room for three times the load",
    )  # fmt: skip


def _availability(year: Year, month: Span, system: SampleAi, place: int) -> Step:
    first = max(month.first, system.live_on(year))
    expected = _PROBES_A_DAY * ((month.last - first).days + 1)
    outage = year.day(OUTAGE_DAY)
    down = 8 if system.id == HELP_DESK and month.first <= outage <= month.last else 0
    unseen = 12 if month.first == year.months()[2].first else 0
    return keep(
        "availability.report", f"{system.id}-availability-{month.id}", OPERATOR, year.at(month.last, 23, 58, place),
        title=f"Sample availability of {system.name}, {month.id}", system=system.id, first=first, last=month.last,
        definition="a probe answered within five seconds", prober="sample prober, another host, every 15 minutes",
        probes_expected=expected, up=expected - down - unseen, down=down, planned=0, unknown=unseen,
        reported_at=year.at(month.last, 23, 57, place),
        reviewer=OWNER, outages=["sample-outage-1"] if down else [],
    )  # fmt: skip


def _probing(year: Year, month: Span) -> Step:
    return keep(
        "control.performance", f"sample-admins-{month.id}", APPROVER, title=f"Sample look at privileged accounts, {month.id}",
        control="LC-08", performed_at=year.at(year.before(month, 9), 11), performed_by=APPROVER, outcome="complete",
        evidence="list of host accounts and second factors (sample)",
    )  # fmt: skip


def _outage(year: Year) -> Step:
    began = year.at(year.day(OUTAGE_DAY), 10)
    return keep(
        "outage", "sample-outage-1", OPERATOR, began + timedelta(hours=3), title="Sample outage of the help desk assistant",
        system=HELP_DESK,
        began_at=began, ended_at=began + timedelta(hours=2), extent="down", cause="a driver that had to be loaded again",
        noticed_by="sample prober", actions=[],
    )  # fmt: skip
