"""`08_Incidents_exceptions`: incidents and near misses; exercises apart; exceptions with the response of management or its lack.

Promises: an exercise never stands among incidents, nor the other way round (soc2.md 19.18); an exception without a response says
so. Nothing is graded. Pure.
"""

from __future__ import annotations

from proofbook.artifacts.page import Block, Cell, Standing, Table
from proofbook.artifacts.speaking import NOT_STATED, cell, counted
from proofbook.assessment.exceptions import ExceptionCase, derive_exceptions
from proofbook.assessment.facts import happened_at
from proofbook.bundle.parts import INCIDENTS_FOLDER
from proofbook.export.parts.framing import Sheet, page_files
from proofbook.export.parts.planned import PartsFrom, PlannedPart
from proofbook.export.parts.registers import plain_all, records_csv, records_table, text_table

_INCIDENT = ("category", "severity", "closed_at")
_PARTS = (("Fact", "fact"), ("Cause", "cause"), ("Correction", "correction"), ("Prevention", "prevention"))


def plan_incidents(origin: PartsFrom) -> PlannedPart:
    """Registers and records of the period, and every exception in scope."""
    facts = origin.assessed.facts
    found = {
        kind: sorted(facts.in_period(kind), key=happened_at)
        for kind in ("incident.real", "incident.near_miss", "incident.exercise", "alert.triage")
    }
    cases = derive_exceptions(origin.assessed.grid, ()).cases
    exceptions, responses = [each.record for each in cases], [one for each in cases for one in each.responses]
    real, near, exercises = found["incident.real"], found["incident.near_miss"], found["incident.exercise"]
    register: tuple[Block, ...] = (
        records_table(origin, "Incidents", real, _INCIDENT, "No incident is recorded in the period."),
        records_table(origin, "Near misses", near, _INCIDENT, "No near miss is recorded in the period."),
        records_table(origin, "EXERCISES: nothing in them happened", exercises, ("scenario",), "No exercise is recorded."),
    )
    first = Sheet(
        INCIDENTS_FOLDER, "register", "Incidents, near misses and exercises", "Three kinds of record, never mixed.",
        register, (*real, *near, *exercises), artifact="ART-07", query="incident records of the period, every one",
        plain={kind: plain_all(versions) for kind, versions in found.items()},
        marks=(Cell(counted(len(real), "incident")), Cell(counted(len(exercises), "exercise"))),
    )  # fmt: skip
    second = Sheet(
        INCIDENTS_FOLDER, "exceptions", "Exceptions and what management says", "Where a control did not operate as described.",
        (_exceptions(origin, cases), *map(_response, cases)), (*exceptions, *responses),
        query="exceptions in scope, whatever their state, with every response", plain=plain_all((*exceptions, *responses)),
        limits=("A finding of a self-test that nobody recorded as an exception is not in this list.",),
        marks=(Cell(counted(len(cases), "exception")),),
    )  # fmt: skip
    named = (("incidents", "Incidents", "incident.real"), ("near-misses", "Near misses", "incident.near_miss"))
    more = (("exercises", "Exercises; no incidents", "incident.exercise"), ("alerts", "Alerts", "alert.triage"))
    return PlannedPart(
        (
            *page_files(origin, first),
            *(records_csv(INCIDENTS_FOLDER, name, title, kind, found[kind]) for name, title, kind in (*named, *more)),
            *page_files(origin, second),
            records_csv(INCIDENTS_FOLDER, "exceptions", "Exceptions", "control.exception", exceptions),
            records_csv(INCIDENTS_FOLDER, "management-responses", "Responses of management", "management.response", responses),
        )
    )


def _exceptions(origin: PartsFrom, cases: tuple[ExceptionCase, ...]) -> Table:
    zone = origin.assessed.facts.scope.period.zone
    rows = (
        (
            f"{each.record.body['title']} ({each.record.id})",
            each.record.body["control"],
            cell(each.record.body["found_at"], zone),
            Cell(each.status, Standing.LATE if each.status == "open" else Standing.STATED),
            each.age_days,
            Cell(f"{each.actions_overdue} overdue", Standing.LATE) if each.actions_overdue else each.actions_open,
            len(each.responses) or Cell("none on record", Standing.NOT_STATED),
        )
        for each in cases
    )
    columns = ("Exception", "Control", "Found", "State", "Days", "Actions open", "Responses")
    return text_table("Exceptions", columns, rows, "No exception is recorded; that is a count, not a finding.")


def _response(case: ExceptionCase) -> Table:
    """What was found and what management answers, in its four parts."""
    said = case.responses[-1].body if case.responses else {}
    rows = [("What was found", case.record.body["facts"]), ("Effect", cell(case.record.body["effect"]))]
    rows += [(title, said.get(name) or NOT_STATED) for title, name in _PARTS]
    rows += [("Answered by", said.get("responded_by") or NOT_STATED)]
    return text_table(f"{case.record.id}", ("Part", "Words"), rows, "")
