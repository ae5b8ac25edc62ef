"""Self-tests of changes: approved and tested first, by somebody else; emergencies looked at afterwards (LC-14, LC-15)."""

from __future__ import annotations

from typing import Final

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.reading import count_of, day_later, day_of, key_of, missing, same, text_of, texts_of
from proofbook.assessment.selftests.tally import Tally
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, moment, short, state_in
from proofbook.readmodel.documents import DocumentVersion

_WEIGHTS: Final = frozenset({"model", "adapter", "quantization"})


def _words(change: DocumentVersion) -> str:
    body = change.body
    return f"{body.get('what')} of {short(str(body.get('system')))} released on {moment(str(body.get('released_at')))}"


def change_approved_first(facts: Facts, control: str) -> Outcome:
    """Looks at every change released in the period, but emergencies.

    Met: each was approved, by somebody named, before it was released. Unmet: a release came first. Unknown: no change in the
    period, or an approval is not stated.
    """
    tally = Tally(facts, "change_approved_first", control)
    for change in tally.events("change", "emergency", {False}):
        approved, released = text_of(change.body, "approved_at"), str(change.body.get("released_at"))
        lacking = missing(change.body, "approved_by", "approved_at")
        if lacking:
            tally.unstated(change, f"{_words(change)}; {' and '.join(lacking)} not stated", " and ".join(lacking))
        if approved is not None and approved > released:
            tally.deviates(change, f"{_words(change)}, before it was approved on {moment(approved)}")
    return tally.outcome(
        sound="each was approved before it was released", empty="no change was released in the period", population="POP-08"
    )


def change_self_approval(facts: Facts, control: str) -> Outcome:
    """Looks at who asked for and who approved each change of the period.

    Met: each was approved by somebody else than its requester. Unmet: somebody approved their own. Unknown: no change in the
    period, or it is not stated who asked or approved.
    """
    tally = Tally(facts, "change_self_approval", control)
    for change in tally.events("change"):
        approver, asked = text_of(change.body, "approved_by"), text_of(change.body, "requested_by")
        if same(approver, asked):
            tally.deviates(change, f"{_words(change)}; {short(str(approver))} asked for it and approved it")
        elif approver is None or asked is None:
            lacking = " and ".join(missing(change.body, "approved_by", "requested_by"))
            tally.unstated(
                change, f"{_words(change)}; whether somebody else approved cannot be told: {lacking} not stated", lacking
            )
    return tally.outcome(
        sound="each was approved by somebody else", empty="no change was released in the period", population="POP-08"
    )


def change_tested_first(facts: Facts, control: str) -> Outcome:
    """Looks at every change released in the period, but emergencies, and at evaluations and waivers it names.

    Met: each was tested before its release and met its thresholds, or has a waiver that held. Unmet: released before or without a
    test, against its result, or tested with other weights. Unknown: no change, or test, evaluation or waiver are not on record.
    """
    tally = Tally(facts, "change_tested_first", control)
    for change in tally.events("change", "emergency", {False}):
        released, tested = str(change.body.get("released_at")), text_of(change.body, "tested_at")
        outcome = change.body.get("test_outcome")
        if outcome == "not_tested":
            tally.deviates(change, f"{_words(change)} without a test")
            continue
        if outcome == "not_met":
            tally.deviates(change, f"{_words(change)} although it did not meet its thresholds, without a waiver")
        if tested is None or outcome not in {"met", "not_met", "waived"}:
            tally.unstated(
                change, f"{_words(change)}; when it was tested, or with what result, is not stated", "tested_at, test_outcome"
            )
        elif tested > released:
            tally.deviates(change, f"{_words(change)}, tested only on {moment(tested)}")
        if outcome == "waived":
            _waiver_held(tally, change, released)
        _evaluations_fit(tally, change, released)
    return tally.outcome(
        sound="each was tested before it was released", empty="no change was released in the period", population="POP-08"
    )


def _waiver_held(tally: Tally, change: DocumentVersion, released: str) -> None:
    named = text_of(change.body, "waiver")
    waiver = None if named is None else tally.facts.current("waiver", named)
    if waiver is None:
        tally.unstated(change, f"its test was waived, and {short(named) if named else 'no waiver'} is on record for it", "waiver")
        return
    tally.rest_on(waiver.entry)
    if str(waiver.body.get("approved_at")) > released or str(waiver.body.get("expires_on")) < day_of(tally.facts, released):
        tally.deviates(change, f"{_words(change)} on waiver {short(waiver.id)}, which did not hold that day")


def _evaluations_fit(tally: Tally, change: DocumentVersion, released: str) -> None:
    named, after = texts_of(change.body, "evaluations"), text_of(change.body, "after")
    if not named and change.body.get("what") in _WEIGHTS:
        tally.unstated(change, "no evaluation run is named that shows its test", "evaluations")
    for each in named:
        run = tally.facts.current("evaluation.run", each)
        if run is None:
            tally.unstated(change, f"evaluation run {short(each)} is not on record", "evaluations")
            continue
        tally.rest_on(run.entry)
        ended, model = str(run.body.get("ended_at")), text_of(run.body, "model")
        if ended > released:
            tally.deviates(change, f"{_words(change)}; evaluation {short(each)} ended only on {moment(ended)}")
        other = model is not None and after is not None and key_of(model) != key_of(after)
        if other and change.body.get("what") in _WEIGHTS:
            tally.deviates(change, f"evaluation {short(each)} ran on {short(str(model), 24)}, not on what was released")


def emergency_reviewed(facts: Facts, control: str) -> Outcome:
    """Looks at changes of the period that took the emergency path.

    Met: somebody allowed each, and another person than its requester and releaser reviewed it in time. Unmet: not reviewed,
    late, or by the one who made it. Unknown: no emergency is on record and none is attested, or somebody is not named.
    """
    tally = Tally(facts, "emergency_reviewed", control)
    for change in tally.events("change", "emergency", {True}):
        body = change.body
        days = count_of(body, "review_within_days") or 0
        due = day_later(day_of(facts, str(body.get("released_at"))), days)
        reviewed = text_of(body, "reviewed_at")
        if text_of(body, "approved_by") is None:
            tally.unstated(change, f"{_words(change)} as an emergency; who allowed it is not stated", "approved_by")
        if reviewed is None:
            _unreviewed(tally, change, due)
        elif day_of(facts, reviewed) > due:
            what = f"{_words(change)} as an emergency; reviewed on {moment(reviewed)}, due by {due}"
            tally.fault(change, Consequence.LATE, what, CANNOT_BE_UNDONE)
        if reviewed is not None:
            _reviewed_by_another(tally, change)
    return tally.outcome(
        sound="each was reviewed in time by somebody else", empty="no emergency change in the period", population="POP-12"
    )


def _unreviewed(tally: Tally, change: DocumentVersion, due: str) -> None:
    fix = f"review it, then {state_in(change.kind, change.id, 'reviewed_by and reviewed_at')}"
    if due < day_of(tally.facts, tally.now):
        what = f"{_words(change)} as an emergency; nobody reviewed it by {due}"
        tally.fault(change, Consequence.EXCEPTION, what, f"{fix}; {CANNOT_BE_UNDONE}")
    else:
        tally.fault(change, Consequence.COMING, f"{_words(change)} as an emergency; to be reviewed by {due}", fix)


def _reviewed_by_another(tally: Tally, change: DocumentVersion) -> None:
    body = change.body
    reviewer = text_of(body, "reviewed_by")
    if reviewer is None:
        tally.unstated(change, "who reviewed the emergency is not stated", "reviewed_by")
    elif same(reviewer, text_of(body, "requested_by")) or same(reviewer, text_of(body, "released_by")):
        tally.deviates(change, f"{short(reviewer)} reviewed an emergency of their own")
