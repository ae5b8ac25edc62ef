"""Self-tests of the log itself: no gap without a reason, verified by others, disposed of as scheduled (LC-20, LC-21, LC-33)."""

from __future__ import annotations

from typing import Final

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.actions import note_overdue
from proofbook.assessment.selftests.reading import count_of, day_later, day_of, days_between, later, same, text_of, texts_of
from proofbook.assessment.selftests.tally import Matter, Tally
from proofbook.assessment.selftests.wording import counted, moment, short, state_in, write_new
from proofbook.readmodel.documents import DocumentVersion
from proofbook.readmodel.sources import Gap, Run

SILENT_HOURS: Final = 1
"""A recorder that is said to run and was not heard of for so long is not known to run."""
RUN_DAYS: Final = 31
"""A disposal run may leave what fell due since the run before."""

_BREAKS, _NOT_SHOWN = Consequence.BREAKS_THE_TRAIL, Consequence.NOT_SHOWN


def log_complete(facts: Facts, control: str) -> Outcome:
    """Looks at every recorder: numbers that must follow, stretches without a record, runs that ended without a word.

    Met: recorders ran over the period, and no stretch is missing. Unmet: a gap that nobody explained, or a number is missing.
    Unknown: nothing ever recorded, the book began later than the period, a gap is explained but what happened in it is not known,
    or content is kept for less than the period.
    """
    tally = Tally(facts, "log_complete", control)
    if not facts.runs:
        return tally.outcome(sound="", empty="no recorder is known to have run")
    for source in facts.sources:
        tally.examined += 1
        if source.entries != source.last_seq:
            what = f"has {source.entries} entries, and its last number is {source.last_seq}"
            tally.fault(Matter("source", source.source), _BREAKS, what, "proofbook verify; find the entries in a backup")
    _began_in_time(tally)
    _gaps(tally)
    _ended_in_order(tally)
    _heard_of(tally)
    _kept_long_enough(tally)
    tally.remark("requests that never reached a recorder are not seen here: see the tests around the gateway")
    return tally.outcome(sound="every number follows and no stretch is missing", empty="no recorder is on record")


def _began_in_time(tally: Tally) -> None:
    """Traffic of systems that were live before the first recorder started is not on record."""
    began = min(each.started for each in tally.facts.runs)
    if began > tally.since:
        first_day = day_of(tally.facts, began)
        live = [each for each in tally.facts.systems() if (text_of(each.body, "go_live") or "") < first_day]
        if live or not tally.facts.systems():
            tally.doubt(f"the first recorder started on {moment(began)}; what happened earlier in the period is unknown")


def _gaps(tally: Tally) -> None:
    """A gap is explained by an outage on record over all of it, or by an exception that names it or covers its days."""
    outages = _explained_outages(tally)
    named = {name for each in tally.facts.scoped("control.exception") for name in texts_of(each.body, "instances")}
    for gap in tally.facts.gaps:
        if gap.until <= tally.since or gap.since >= tally.horizon:
            continue
        matter = Matter("source.gap", f"{gap.source}@{gap.since}")
        what = f"{gap.source} did not record from {moment(gap.since)} to {moment(gap.until)} ({gap.reason})"
        if gap.reason == "stopped":
            fix = "record why it was stopped: proofbook record template outage"
            tally.fault(matter, _NOT_SHOWN, f"{what}; it had been stopped in order, what happened then is unknown", fix)
        elif matter.id in named or _lies_in(gap, outages):
            tally.fault(
                matter, _NOT_SHOWN, f"{what}; explained, but what happened in it is unknown", "disclose it with the period"
            )
        else:
            fix = f"{write_new('outage', 'why')}, or a control.exception that names {matter.id}"
            tally.fault(matter, _BREAKS, f"{what}, and nobody explained it", fix)


def _explained_outages(tally: Tally) -> list[tuple[str, str]]:
    """From when to when systems were down, of outages with a cause."""
    found: list[tuple[str, str]] = []
    for outage in tally.facts.scoped("outage"):
        ended = text_of(outage.body, "ended_at")
        if ended is not None and text_of(outage.body, "cause") is not None:
            found.append((str(outage.body.get("began_at")), ended))
    return found


def _lies_in(gap: Gap, outages: list[tuple[str, str]]) -> bool:
    """Whether one outage covers a gap, give or take an hour."""
    return any(began <= later(gap.since, 1) and gap.until <= later(ended, 1) for began, ended in outages)


def _ended_in_order(tally: Tally) -> None:
    """A run that ended without a word has to have left a gap."""
    spans: dict[str, list[Gap]] = {}
    for gap in tally.facts.gaps:
        spans.setdefault(gap.source, []).append(gap)
    for run in tally.facts.runs:
        unclean = run.previous_end == "unclean" and tally.since <= run.started < tally.horizon
        if unclean and not any(gap.since <= run.started <= later(gap.until, 1) for gap in spans.get(run.source, ())):
            what = f"the run before the one of {moment(run.started)} ended without a word, and no gap tells since when"
            tally.fault(Matter("source", run.source), _BREAKS, what, write_new("outage", "what is known of it"))


def _heard_of(tally: Tally) -> None:
    newest: dict[str, Run] = {}
    for run in tally.facts.runs:
        known = newest.get(run.source)
        if known is None or run.started > known.started:
            newest[run.source] = run
    for source in tally.facts.sources:
        latest = newest.get(source.source)
        if latest is not None and latest.stopped is None and later(source.last_recorded, SILENT_HOURS) < tally.horizon:
            what = f"is said to run and was last heard of on {moment(source.last_recorded)}; what happened since is unknown"
            tally.fault(Matter("source", source.source), _NOT_SHOWN, what, "start it again: proofbook up")


def _kept_long_enough(tally: Tally) -> None:
    days = days_between(tally.facts.scope.period.first.isoformat(), tally.facts.scope.period.last.isoformat()) + 1
    for page in tally.facts.systems():
        kept = count_of(page.body, "log_retention_days")
        if kept is not None and kept < days and page.body.get("status") == "production":
            what = f"its content is kept for {kept} days, the period has {days}: early content cannot be shown at its end"
            tally.unstated(page, what, "a longer log_retention_days, or keep the period's content on hold")


def log_integrity_verified(facts: Facts, control: str) -> Outcome:
    """Looks at verifications of the log in the period: what they showed, over how many entries, who looked at gaps.

    Met: each checked out over a book that only grew, gaps are explained, and somebody else than the one who verified reviewed
    them. Unmet: damage, more entries than the book has, open gaps, or a review by the one who verified. Unknown: no
    verification, fewer entries than the one before, or nobody reviewed.
    """
    tally = Tally(facts, "log_integrity_verified", control)
    before: DocumentVersion | None = None
    reviewed = False
    for check in sorted(tally.events("integrity.check"), key=lambda each: (str(each.body.get("performed_at")), each.index)):
        _verified(tally, check)
        _only_grew(tally, check, before)
        reviewed = _gaps_reviewed(tally, check) or reviewed
        note_overdue(tally, check)
        before = check
    if tally.examined and not reviewed:
        tally.doubt("no verification of the period names somebody who reviewed gaps")
    return tally.outcome(
        sound="each checked out and gaps were reviewed", empty="no verification of the log in the period", population="POP-29"
    )


def _verified(tally: Tally, check: DocumentVersion) -> None:
    outcome = check.body.get("outcome")
    if outcome == "damaged":
        what = f"the log was found damaged on {moment(str(check.body.get('performed_at')))}"
        tally.fault(check, _BREAKS, what, "proofbook verify names the place; restore from a backup and record an incident")
    elif outcome != "checks_out":
        tally.fault(check, _NOT_SHOWN, "what it showed is unclear", "proofbook verify, and record its result")
    if text_of(check.body, "root") is None:
        tally.unstated(check, "the checkpoint it was held against is not named", "root")


def _only_grew(tally: Tally, check: DocumentVersion, before: DocumentVersion | None) -> None:
    size = count_of(check.body, "size") or 0
    if size > tally.facts.book_size:
        what = f"it covered {size} entries, the book has {tally.facts.book_size}"
        tally.fault(check, _BREAKS, what, "find the entries that are gone in a backup; proofbook verify")
    earlier = 0 if before is None else count_of(before.body, "size") or 0
    if size < earlier and before is not None:
        what = f"it covered {size} entries, {short(before.id)} before it {earlier}"
        tally.fault(check, _NOT_SHOWN, what, "proofbook verify over the whole book, and record its result")


def _gaps_reviewed(tally: Tally, check: DocumentVersion) -> bool:
    body, reviewer = check.body, text_of(check.body, "reviewer")
    still_open = count_of(body, "gaps_open")
    if still_open:
        what = f"{counted(still_open, 'gap', 'gaps')} without an explanation"
        tally.fault(check, Consequence.EXCEPTION, what, f"explain them, then {state_in(check.kind, check.id, 'gaps_open')}")
    if reviewer is None:
        return False
    if same(reviewer, text_of(body, "performed_by")):
        tally.deviates(check, f"{short(reviewer)} verified the log and reviewed the result")
    if still_open is None:
        tally.unstated(check, f"{short(reviewer)} reviewed it; how many gaps are open is not stated", "gaps_open")
    return True


def disposal_on_schedule(facts: Facts, control: str) -> Outcome:
    """Looks at disposals of the period: what failed, how the end is known, and whether anything older was left.

    Met: each names its schedule, its end was seen, nothing failed or was left beyond the schedule. Unmet: items failed, or
    older ones were kept. Unknown: no disposal in the period, or end or schedule is not shown.
    """
    tally = Tally(facts, "disposal_on_schedule", control)
    for disposal in tally.events("disposal"):
        body, failed = disposal.body, count_of(disposal.body, "failed") or 0
        if failed:
            number = counted(failed, "item", "items")
            fix = f"dispose of them, then {write_new('disposal', 'that run')}"
            tally.fault(disposal, Consequence.EXCEPTION, f"{number} of {body.get('what')} could not be disposed of", fix)
        if body.get("verified") not in {"requeried", "certificate"}:
            tally.unstated(disposal, f"nothing shows that {body.get('what')} are gone", "verified")
        if text_of(body, "schedule") is None:
            tally.unstated(disposal, "the rule of the schedule is not named", "schedule")
        _nothing_older(tally, disposal)
    return tally.outcome(
        sound="each ran as scheduled and its end was seen", empty="no disposal in the period", population="POP-28"
    )


def _nothing_older(tally: Tally, disposal: DocumentVersion) -> None:
    """Of logs: what the system's page allows to keep, against what the run left."""
    system, limit = text_of(disposal.body, "system"), text_of(disposal.body, "older_than")
    page = None if system is None else tally.facts.current("ai_system", system)
    kept = None if page is None else count_of(page.body, "log_retention_days")
    if disposal.body.get("what") != "logs" or limit is None or kept is None:
        return
    performed = day_of(tally.facts, str(disposal.body.get("performed_at")))
    if day_later(limit, kept + RUN_DAYS) < performed:
        what = f"it left logs of {days_between(limit, performed)} days, {short(str(system))} keeps them for {kept}"
        tally.deviates(disposal, what)
