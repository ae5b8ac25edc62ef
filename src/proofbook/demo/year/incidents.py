"""What went wrong in the sample year, what nearly did, and what was practised; alerts and what they turned out to be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from proofbook.demo.year.calendar import DAY, Year
from proofbook.demo.year.cast import (
    APPROVER,
    CHECKER,
    HELP_DESK,
    OPERATOR,
    OWNER,
    REVIEWER,
    SYSTEMS,
    TRIAGE,
    USER,
)
from proofbook.demo.year.plan import Step, keep

INCIDENT_DAY: Final = 229
_NEAR: Final = (
    ("sample-near-miss-1", TRIAGE, 88, "wrong_output_acted_on"),
    ("sample-near-miss-2", HELP_DESK, 190, "disclosure_output"),
)
_ALERTS: Final = 24
_DISPOSITIONS: Final = ("false_alarm", "event", "false_alarm", "duplicate")


def plan_incidents(year: Year) -> Iterator[Step]:
    """All of it."""
    detected = year.at(year.day(INCIDENT_DAY), 15)
    yield _incident(
        year, "incident.real", "sample-incident-1", HELP_DESK, INCIDENT_DAY, "injection",
        title="Sample incident: instructions hidden in a pasted mail were followed",
        description="A pasted mail held instructions; one proposed answer followed them. A person noticed before it was sent.",
        changes=["sample-change-emergency-1"], new_evaluation_case="sample-case-201",
        notifications=[{"at": detected + timedelta(hours=2), "who": APPROVER, "what": "owner told; no customer concerned"}],
    )  # fmt: skip
    for record, system, day, category in _NEAR:
        yield _incident(
            year, "incident.near_miss", record, system, day, category, title=f"Sample near miss on {system}",
            description="A wrong proposal was rejected in review before it took effect.",
        )  # fmt: skip
    yield _exercise(year)
    for number in range(_ALERTS):
        yield _alert(year, number)
    raised = detected - timedelta(minutes=10)
    yield _triage("sample-alert-incident", HELP_DESK, raised, "incident", incident="sample-incident-1")


def _incident(year: Year, kind: str, record: str, system: str, day: int, category: str, **more: Any) -> Step:
    detected = year.at(year.day(day), 15)
    closed = detected + timedelta(days=5)
    given: dict[str, Any] = {
        "category": category,
        "systems": [system],
        "detected_by": USER,
        "detected_at": detected,
        "started_at": detected - timedelta(minutes=20),
        "classified_by": APPROVER,
        "classified_at": detected + timedelta(minutes=40),
        "severity": "medium" if kind == "incident.real" else "low",
        "severity_reason": "nothing left the organisation",
        "data_classes": ["internal"],
        "people_affected": 0,
        "decisions_affected": 0,
        "containment": [{"at": detected + timedelta(hours=1), "who": OPERATOR, "what": "the path was shut"}],
        "notifications": [],
        "evidence": [{"what": "the exchange, as recorded", "collected_by": OPERATOR,
                      "collected_at": detected + timedelta(hours=1)}],
        "exchanges": [],
        "root_cause": "the proposal was shown without its source",
        "contributing": ["no case for it in the evaluation suite"],
        "lookback": "no other exchange of that week shows it",
        "actions": [
            {
                "what": "add a case to the suite", "owner": OPERATOR, "due": year.day(day + 14),
                "done_at": closed - timedelta(days=1), "evidence": "evaluation suite",
            }
        ],
        "commitment_impact": "no",
        "commitment_reason": "no customer was concerned",
        "closed_by": APPROVER,
        "closed_at": closed,
    }  # fmt: skip
    return keep(kind, record, APPROVER, closed + timedelta(minutes=20), **(given | more))


def _exercise(year: Year) -> Step:
    held = year.at(year.by_year_end() + 5 * DAY, 14)
    return keep(
        "incident.exercise", "sample-exercise-1", APPROVER, title="EXERCISE: sample tabletop, a poisoned model",
        scenario="sample-tabletop-poisoned-model", scenario_version="1", held_at=held, minutes=90, facilitator=APPROVER,
        observer=CHECKER,
        participants=[f"{OWNER}, owner", f"{OPERATOR}, operator", f"{REVIEWER}, reviewer"],
        objectives=["who decides to take a model out of service"],
        injects=["00:05 an alert names a hash nobody knows", "00:30 a customer asks"],
        decisions=[{"at": held + timedelta(minutes=20), "who": OWNER, "what": "take the model out of service"}],
        expected_actual="expected within 15 minutes; took 20", gaps=["nobody knew where the mirror is"],
        actions=[
            {
                "what": "write down where the mirror is", "owner": OPERATOR, "due": (held + timedelta(days=14)).date(),
                "done_at": held + timedelta(hours=2), "evidence": "version policy",
            }
        ],
        signed_off_by=APPROVER, signed_off_at=held + timedelta(minutes=100), next_by=(held + timedelta(days=365)).date(),
    )  # fmt: skip


def _alert(year: Year, number: int) -> Step:
    day = year.day(6 + number * 14)
    system = SYSTEMS[number % 3].id
    raised = year.at(day, 9, year.number(f"alert {number}", 60))
    return _triage(f"sample-alert-{number:02d}", system, raised, _DISPOSITIONS[number % len(_DISPOSITIONS)])


def _triage(record: str, system: str, raised: datetime, disposition: str, **more: Any) -> Step:
    triaged = raised + timedelta(hours=2)
    return keep(
        "alert.triage", record, CHECKER, triaged + timedelta(minutes=5), title=f"Sample alert on {system}", alert=record,
        source="sample monitoring", system=system, raised_at=raised, triaged_by=CHECKER, triaged_at=triaged, within_hours=24,
        disposition=disposition, reason="looked at in the log", **more,
    )  # fmt: skip
