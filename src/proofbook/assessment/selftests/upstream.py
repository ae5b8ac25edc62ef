"""Self-tests of what comes from outside: events decided in time, vendors registered and looked at (LC-16, LC-25)."""

from __future__ import annotations

from collections import defaultdict

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.reading import count_of, day_later, day_of, text_of
from proofbook.assessment.selftests.tally import Tally
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, moment, short, write_new
from proofbook.readmodel.documents import DocumentVersion

_EXCEPTION, _NOT_SHOWN = Consequence.EXCEPTION, Consequence.NOT_SHOWN
_REVIEW_DAYS = {"annual": 366, "semi_annual": 184}


def upstream_decided_in_time(facts: Facts, control: str) -> Outcome:
    """Looks at upstream events published in the period and at the decisions about them, declining included.

    Met: each was decided within the days the policy states, deferrals have an end, critical ones a waiver. Unmet: none, or
    late, or deferred beyond its end or without a waiver. Unknown: no event on record and none attested, or the days are not
    stated.
    """
    tally = Tally(facts, "upstream_decided_in_time", control)
    decisions: defaultdict[str, list[DocumentVersion]] = defaultdict(list)
    for decision in facts.scoped("upstream.decision"):
        if decision.body.get("decision") != "undecided":
            decisions[str(decision.body.get("event"))].append(decision)
    for event in tally.events("upstream.event"):
        found = sorted(decisions[event.id], key=lambda each: str(each.body.get("decided_at")))
        tally.rest_on(*(each.entry for each in found))
        days = count_of(event.body, "decide_within_days")
        published = str(event.body.get("published_at"))
        due = None if days is None else day_later(day_of(facts, published), days)
        if due is None:
            tally.unstated(event, f"{_event(event)}; the days within which it is decided are not stated", "decide_within_days")
        if not found:
            _undecided(tally, event, due)
        else:
            _in_time(tally, event, found[0], due)
            _deferred(tally, event, found[-1])
    return tally.outcome(
        sound="each was decided in time", empty="no upstream event was published in the period", population="POP-13"
    )


def _event(event: DocumentVersion) -> str:
    body = event.body
    return f"{body.get('what')} of {short(str(body.get('product')))} published on {moment(str(body.get('published_at')))}"


def _undecided(tally: Tally, event: DocumentVersion, due: str | None) -> None:
    fix = write_new("upstream.decision", "the decision")
    if due is None:
        tally.fault(event, _NOT_SHOWN, "nothing was decided about it on record", fix)
    elif due < day_of(tally.facts, tally.now):
        tally.fault(event, _EXCEPTION, f"{_event(event)}; nothing was decided by {due}", f"{fix}; {CANNOT_BE_UNDONE}")
    else:
        tally.fault(event, Consequence.COMING, f"{_event(event)}; to be decided by {due}", fix)


def _in_time(tally: Tally, event: DocumentVersion, decision: DocumentVersion, due: str | None) -> None:
    decided = str(decision.body.get("decided_at"))
    if due is None or day_of(tally.facts, decided) <= due or _waiver_by(tally, decision, due):
        return
    what = f"{_event(event)}; decided on {moment(decided)} ({short(decision.id)}), due by {due}"
    tally.fault(event, Consequence.LATE, what, CANNOT_BE_UNDONE)


def _waiver_by(tally: Tally, decision: DocumentVersion, due: str) -> bool:
    """Whether a waiver for more time was approved before the time was over."""
    named = text_of(decision.body, "waiver")
    waiver = None if named is None else tally.facts.current("waiver", named)
    if waiver is None:
        return False
    tally.rest_on(waiver.entry)
    in_time = day_of(tally.facts, str(waiver.body.get("approved_at"))) <= due
    return in_time and day_of(tally.facts, str(decision.body.get("decided_at"))) <= str(waiver.body.get("expires_on"))


def _deferred(tally: Tally, event: DocumentVersion, decision: DocumentVersion) -> None:
    """A deferral that nothing followed."""
    if decision.body.get("decision") != "defer":
        return
    until = text_of(decision.body, "defer_until")
    if until is None:
        tally.unstated(decision, f"{event.id} was put off without a day", "defer_until")
    elif until < day_of(tally.facts, tally.now):
        what = f"{_event(event)}; put off until {until} ({short(decision.id)}), and nothing was decided since"
        tally.fault(event, _EXCEPTION, what, f"{write_new('upstream.decision', 'the decision')}; {CANNOT_BE_UNDONE}")
    named = text_of(decision.body, "waiver")
    if event.body.get("classification") == "security_critical" and (
        named is None or tally.facts.current("waiver", named) is None
    ):
        tally.deviates(event, f"{_event(event)} is security-critical and was put off ({short(decision.id)}) without a waiver")
