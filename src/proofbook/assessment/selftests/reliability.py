"""Self-tests of reliability: capacity looked at, availability counted honestly, a restore tried (LC-26 to LC-28)."""

from __future__ import annotations

from collections import defaultdict

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.actions import note_overdue
from proofbook.assessment.selftests.reading import count_of, day_of, missing, rows_of, text_of, texts_of
from proofbook.assessment.selftests.tally import Matter, Tally
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, counted, listed, moment, short, state_in, write_new
from proofbook.readmodel.documents import DocumentVersion

_EXCEPTION = Consequence.EXCEPTION


def capacity_reviewed(facts: Facts, control: str) -> Outcome:
    """Looks at capacity reviews of the period: breaches of thresholds, what was done about them, the forecast.

    Met: each counted breaches, has a forecast, and every breach led to an action in time. Unmet: a breach without an action, or
    an action is overdue. Unknown: no review in the period, or breaches or forecast are not stated.
    """
    tally = Tally(facts, "capacity_reviewed", control)
    for review in tally.events("capacity.review"):
        breaches = count_of(review.body, "breaches")
        if breaches is None:
            tally.unstated(review, "how often thresholds were exceeded was not measured", "breaches")
        elif breaches and not rows_of(review.body, "actions"):
            fix = f"decide what is done, then {state_in(review.kind, review.id, 'actions')}"
            tally.fault(
                review, _EXCEPTION, f"{counted(breaches, 'threshold was', 'thresholds were')} exceeded without an action", fix
            )
        if text_of(review.body, "forecast") is None:
            tally.unstated(review, "it has no forecast", "forecast")
        note_overdue(tally, review)
    return tally.outcome(sound="every breach led to an action", empty="no capacity review in the period", population="POP-24")


def availability_measured(facts: Facts, control: str) -> Outcome:
    """Looks at availability reports of the period: whether probes add up, and whether outages are on record.

    Met: up, down, planned and unknown add up to what was due, failed probes lead to outages on record, somebody looked. Unmet:
    they do not add up, or probes failed and no outage is on record. Unknown: no report, nothing was due, or a target without a
    report.
    """
    tally = Tally(facts, "availability_measured", control)
    outages: defaultdict[str, list[DocumentVersion]] = defaultdict(list)
    for outage in facts.scoped("outage"):
        outages[str(outage.body.get("system"))].append(outage)
    reported: set[str] = set()
    for report in tally.events("availability.report"):
        system = str(report.body.get("system"))
        reported.add(system)
        _adds_up(tally, report)
        _outages_told(tally, report, outages[system])
    for outage in tally.events("outage"):
        lacking = missing(outage.body, "cause", "ended_at")
        if lacking:
            began = moment(str(outage.body.get("began_at")))
            tally.unstated(outage, f"began on {began}; {' and '.join(lacking)} not stated", " and ".join(lacking))
    for page in facts.systems():
        if text_of(page.body, "availability_target") is not None and page.id not in reported:
            what = f"a share of {page.body['availability_target']} is promised, and no report is on record in the period"
            tally.fault(page, Consequence.NOT_SHOWN, what, write_new("availability.report", "the report"))
    return tally.outcome(
        sound="probes add up and outages are on record", empty="no report of availability in the period", population="POP-23"
    )


def _adds_up(tally: Tally, report: DocumentVersion) -> None:
    body = report.body
    up, down, planned, unknown = (count_of(body, field) or 0 for field in ("up", "down", "planned", "unknown"))
    due = count_of(body, "probes_expected") or 0
    total = up + down + planned + unknown
    if total != due:
        what = f"{due} probes were due, and up {up}, down {down}, planned {planned}, unknown {unknown} make {total}"
        fix = f"count probes that are not there as unknown: {state_in(report.kind, report.id, 'the counts')}"
        tally.fault(report, _EXCEPTION, what, fix)
    elif due == 0:
        tally.unstated(report, "no probe was due, so nothing was measured", "probes_expected")
    elif unknown:
        tally.remark(f"{short(report.id)}: {unknown} of {due} probes are unknown, and are not counted as up")
    if text_of(body, "reviewer") is None:
        tally.unstated(report, "nobody is named who looked at it", "reviewer")


def _outages_told(tally: Tally, report: DocumentVersion, outages: list[DocumentVersion]) -> None:
    body, named = report.body, texts_of(report.body, "outages")
    gone = [each for each in named if tally.facts.current("outage", each) is None]
    if gone:
        tally.unstated(report, f"outages it names are not on record: {listed(gone)}", "outages that are on record")
    if count_of(body, "down") and not named:
        number = counted(count_of(body, "down") or 0, "probe", "probes")
        fix = f"{write_new('outage', 'the outage')}, and {state_in(report.kind, report.id, 'outages')}"
        tally.fault(report, _EXCEPTION, f"{number} failed and no outage is named", fix)
    first, last = str(body.get("first")), str(body.get("last"))
    inside = [each.id for each in outages if first <= day_of(tally.facts, str(each.body.get("began_at"))) <= last]
    silent = [each for each in inside if each not in named]
    if silent:
        tally.unstated(report, f"outages of its days that it does not name: {listed(silent)}", "outages")


def restore_tested(facts: Facts, control: str) -> Outcome:
    """Looks at restore tests of the period, and at backup jobs that failed in it.

    Met: a restore came back with the recorded hashes, and every failed job is settled. Unmet: a test failed, none was made by
    the end of the period, or a failed job is not settled. Unknown: none yet, hashes not compared, or no backup job on record.
    """
    tally = Tally(facts, "restore_tested", control)
    for test in tally.events("restore.test"):
        what, match = listed(texts_of(test.body, "what")) or "nothing named", test.body.get("hashes_match")
        if test.body.get("outcome") != "restored":
            tally.deviates(test, f"{what}: {str(test.body.get('outcome')).replace('_', ' ')}")
        if match == "no":
            tally.deviates(test, f"{what}: restored bytes do not have the recorded hashes")
        elif match != "yes":
            tally.unstated(test, f"{what}: hashes were not compared", "hashes_match, after another test")
        note_overdue(tally, test)
    tested = tally.examined
    for job in tally.events("backup.run"):
        outcome, ended = str(job.body.get("outcome")), moment(str(job.body.get("ended_at")))
        if outcome in {"failed", "partial"} and text_of(job.body, "resolved") is None:
            fix = f"settle it, then {state_in(job.kind, job.id, 'resolved')}"
            tally.fault(
                job, _EXCEPTION, f"{short(str(job.body.get('job')))} {outcome} on {ended}, and nothing says what was done", fix
            )
        elif outcome == "unknown":
            tally.unstated(job, f"how {short(str(job.body.get('job')))} ended on {ended} is unknown", "outcome")
    if tested and tally.examined == tested:
        tally.doubt("no backup job is on record in the period")
    if not tested:
        _not_tested(tally, control)
    return tally.outcome(
        sound="a restore came back whole and every failed job is settled", empty="no restore test and no backup in the period yet"
    )


def _not_tested(tally: Tally, control: str) -> None:
    if tally.is_over:
        period = tally.facts.scope.period
        what = f"no restore test from {period.first} to {period.last} is on record"
        fix = f"{write_new('restore.test', 'it, if one was made')}; else {CANNOT_BE_UNDONE}"
        tally.fault(Matter("control", control), _EXCEPTION, what, fix)
    elif tally.examined:
        tally.doubt("no restore has been tried in the period yet")
