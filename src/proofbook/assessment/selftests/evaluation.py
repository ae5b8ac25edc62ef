"""Self-tests of evaluations: of what serves, against lines drawn before, with every failure decided about (LC-17)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.reading import Body, count_of, is_approved, key_of, rows_of, same, text_of, texts_of
from proofbook.assessment.selftests.tally import Tally
from proofbook.assessment.selftests.traffic import Stretch, by_artifact
from proofbook.assessment.selftests.wording import counted, listed, moment, short, state_in, write_new
from proofbook.readmodel.documents import DocumentVersion

_NUMBER: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,9})?")


def evaluation_on_served_model(facts: Facts, control: str) -> Outcome:
    """Looks at the artifact each run of the period was made on, and at what served its system at that time.

    Met: each run was made on what served then, or, before a change, on what was approved or brought by it. Unmet: on other
    weights. Unknown: no run in the period, the artifact is not stated, or nothing says what served or was approved.
    """
    tally = Tally(facts, "evaluation_on_served_model", control)
    served: defaultdict[str, dict[str, Stretch]] = defaultdict(dict)
    for (system, artifact), stretch in by_artifact(facts).items():
        served[system][key_of(artifact)] = stretch
    allowed = _allowed(facts)
    for run in tally.events("evaluation.run"):
        system, model = str(run.body.get("system")), text_of(run.body, "model")
        if model is None:
            tally.unstated(run, f"which weights answered for {short(system)} is not stated", "model")
        else:
            _ran_on(tally, run, key_of(model), served[system], allowed.get(system, frozenset()))
    return tally.outcome(
        sound="each was made on what served or was to be released", empty="no evaluation in the period", population="POP-14"
    )


def _allowed(facts: Facts) -> Mapping[str, frozenset[str]]:
    """Artifacts that approvals, pages or changes name, by system."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for approval in facts.scoped("model.approval"):
        for system in texts_of(approval.body, "systems") if is_approved(approval) else ():
            found[system].add(key_of(str(approval.body.get("artifact_digest"))))
    for page in facts.systems():
        found[page.id] |= {key_of(each) for each in texts_of(page.body, "models")}
    for change in facts.scoped("change"):
        after = text_of(change.body, "after")
        if after is not None:
            found[str(change.body.get("system"))].add(key_of(after))
    return {system: frozenset(artifacts) for system, artifacts in found.items()}


def _ran_on(tally: Tally, run: DocumentVersion, model: str, served: Mapping[str, Stretch], allowed: frozenset[str]) -> None:
    body, system = run.body, short(str(run.body.get("system")))
    started, ended = str(body.get("started_at")), str(body.get("ended_at"))
    serving = {each for each, stretch in served.items() if stretch.first <= ended and stretch.last >= started}
    before_release = body.get("trigger") in {"change", "new_use"} or text_of(body, "change") is not None
    fitting = serving if serving and not before_release else serving | set(served) | allowed
    if model in fitting:
        return
    when = f"on {moment(ended)} with {model[:19]}…"
    if not fitting:
        tally.unstated(run, f"{when}; what served or was approved for {system} then is not on record", "model")
    else:
        others = ", ".join(f"{each[:19]}…" for each in sorted(fitting)[:3])
        what = "served then" if fitting is serving else "served or was approved"
        fix = write_new("evaluation.run", "a run on what serves")
        tally.fault(run, Consequence.EXCEPTION, f"{when}, but {others} {what} for {system}; this run says nothing of it", fix)


def evaluation_threshold_predates(facts: Facts, control: str) -> Outcome:
    """Looks at the standard as it held when each run of the period began, and at the lines the run was held against.

    Met: that version was in force and recorded before the run, its lines are those of the run, and results follow from them.
    Unmet: a line came later, is another one, or a result does not follow. Unknown: no run, no standard, or a metric is missing.
    A line that changes after a run is named and does not alter the run.
    """
    tally = Tally(facts, "evaluation_threshold_predates", control)
    for run in tally.events("evaluation.run"):
        standard = _standard_of(tally, run)
        if standard is None:
            continue
        tally.rest_on(standard.entry)
        lines = {str(row.get("metric")): row for row in rows_of(standard.body, "thresholds")}
        results = rows_of(run.body, "results")
        for result in results:
            _held_to(tally, run, result, lines.get(str(result.get("metric"))), standard)
        left_out = sorted(set(lines) - {str(row.get("metric")) for row in results})
        if left_out:
            tally.unstated(
                run, f"no result for {listed(left_out)}, which the standard has a line for", "every metric of the standard"
            )
        newest = tally.facts.current(standard.kind, standard.id)
        if newest is not None and newest.body.get("thresholds") != standard.body.get("thresholds"):
            tally.remark(
                f"{standard.id} has other lines since version {newest.version}; run {run.id} keeps version {standard.version}"
            )
    return tally.outcome(
        sound="each was held against lines drawn before it", empty="no evaluation in the period", population="POP-14"
    )


def _standard_of(tally: Tally, run: DocumentVersion) -> DocumentVersion | None:
    """The version that held when the run began; None after saying why there is none."""
    named, entry = str(run.body.get("standard")), text_of(run.body, "standard_entry")
    started = str(run.body.get("started_at"))
    versions = tally.facts.history("evaluation.standard", named)
    known = [each for each in versions if each.recorded <= started and str(each.body.get("effective_at")) <= started]
    held = max(known, key=lambda each: (str(each.body.get("effective_at")), each.index), default=None)
    if not versions:
        what = f"the standard it names, {short(named)}, is not on record"
        tally.fault(run, Consequence.NOT_SHOWN, what, write_new("evaluation.standard", "the standard"))
    elif held is None:
        first = versions[0]
        when = f"recorded on {moment(first.recorded)}, in force from {moment(str(first.body.get('effective_at')))}"
        tally.deviates(run, f"began on {moment(started)}, before its lines were drawn ({short(named)}: {when})")
    elif entry is not None and entry != held.entry:
        used = next((each for each in versions if each.entry == entry), None)
        if used is None:
            tally.unstated(run, f"the version it names, {short(entry)}, is none of {short(named)}", "standard_entry")
        else:
            what = f"held against version {used.version} of {short(named)}, but version {held.version} held when it began"
            tally.deviates(run, what)
    return held


def _held_to(tally: Tally, run: DocumentVersion, result: Body, line: Body | None, standard: DocumentVersion) -> None:
    metric, outcome = short(str(result.get("metric"))), result.get("outcome")
    where = f"version {standard.version} of {short(standard.id)}"
    stated = text_of(result, "threshold")
    if line is None:
        if outcome in {"met", "not_met"} or stated is not None:
            tally.unstated(run, f"{metric} was held against a line that {where} does not have", "no_threshold as its outcome")
        return
    at_least, at_most = text_of(line, "at_least"), text_of(line, "at_most")
    drawn = {Decimal(each) for each in (at_least, at_most) if each is not None}
    if stated is not None and {Decimal(each) for each in _NUMBER.findall(stated)} != drawn:
        tally.deviates(run, f"{metric} was held against “{short(stated)}”, {where} says {_line(at_least, at_most)}")
    value = Decimal(str(result.get("value")))
    meets = (at_least is None or value >= Decimal(at_least)) and (at_most is None or value <= Decimal(at_most))
    if not drawn:
        return
    if outcome in {"met", "not_met"} and (outcome == "met") != meets:
        tally.deviates(run, f"{metric} is {value} and said to be {outcome}, {where} says {_line(at_least, at_most)}")
    elif outcome not in {"met", "not_met"}:
        tally.unstated(run, f"whether {metric} meets {_line(at_least, at_most)} is not stated", f"the outcome of {metric}")


def _line(at_least: str | None, at_most: str | None) -> str:
    parts = [f"{word} {each}" for word, each in (("at least", at_least), ("at most", at_most)) if each is not None]
    return " and ".join(parts) or "no line"


def evaluation_failures_dispositioned(facts: Facts, control: str) -> Outcome:
    """Looks at what every run of the period says about what failed, and at who signed it off.

    Met: every failed case is listed and decided with a reason, what was not met was followed up, another person signed off.
    Unmet: a case is open, nothing followed, or the operator signed off. Unknown: no run in the period, cases not listed, or no
    sign-off.
    """
    tally = Tally(facts, "evaluation_failures_dispositioned", control)
    for run in tally.events("evaluation.run"):
        _cases_decided(tally, run)
        missed = [str(row.get("metric")) for row in rows_of(run.body, "results") if row.get("outcome") == "not_met"]
        if missed and text_of(run.body, "follow_up") is None:
            fix = f"decide, then {state_in(run.kind, run.id, 'follow_up')}"
            tally.fault(run, Consequence.EXCEPTION, f"{listed(missed)} not met, and nothing says what followed", fix)
        signer = text_of(run.body, "signed_off_by")
        if signer is None:
            tally.unstated(run, "nobody signed it off on record", "signed_off_by and signed_off_at")
        elif same(signer, text_of(run.body, "operator")):
            tally.deviates(run, f"{short(signer)} ran it and signed it off")
    return tally.outcome(
        sound="every failure is decided about and signed off", empty="no evaluation in the period", population="POP-14"
    )


def _cases_decided(tally: Tally, run: DocumentVersion) -> None:
    failures, total = rows_of(run.body, "failures"), count_of(run.body, "failures_total") or 0
    open_cases = [str(row.get("case")) for row in failures if row.get("disposition") == "open"]
    bare = [str(row.get("case")) for row in failures if row.get("disposition") != "open" and text_of(row, "reason") is None]
    if open_cases:
        number = counted(len(open_cases), "failed case is", "failed cases are")
        fix = f"decide about them, then {state_in(run.kind, run.id, 'their disposition')}"
        tally.fault(run, Consequence.EXCEPTION, f"{number} open: {listed(open_cases)}", fix)
    if total > len(failures):
        tally.unstated(run, f"{counted(total, 'case', 'cases')} failed, {len(failures)} listed", "all failures")
    if bare:
        tally.unstated(run, f"decided without a reason: {listed(bare)}", "their reason")
