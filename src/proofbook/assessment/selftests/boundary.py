"""Self-tests of the boundary: only through the gateway, only with a key, nothing out unless allowed (LC-07, LC-09)."""

from __future__ import annotations

from typing import Final

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.actions import note_overdue
from proofbook.assessment.selftests.reading import count_of, day_later, day_of, missing, rows_of, same, text_of
from proofbook.assessment.selftests.tally import Matter, Tally, system_matter
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, counted, moment, short, state_in, write_new
from proofbook.readmodel.documents import DocumentVersion

ANYWHERE: Final = frozenset({"any", "anywhere", "all", "*", "any:any", "0.0.0.0/0", "::/0", "internet", "the internet"})
"""Destinations that allow everything, as compared."""

_PAST_THE_GATEWAY: Final = frozenset({"engine_reachable_from_network", "connection_around_gateway"})
_UNNAMED: Final = frozenset({"engine_not_upstream", "engine_reachable_directly", "connection_not_told"})


def endpoint_authenticated(facts: Facts, control: str) -> Outcome:
    """Looks at callers, at scans of the machines, and at tries to call without a key or around the gateway.

    Met: for each system in production somebody tried both in the period and was refused, and nothing was answered without a
    verified caller. Unmet: a try succeeded, an engine was found open to the network or connected past the gateway, or a caller
    nobody verified was answered.
    Unknown: not tried.
    """
    tally = Tally(facts, "endpoint_authenticated", control)
    tried: dict[str, set[str]] = {}
    for test in tally.events("boundary.test", "test", {"unauthenticated_refused", "bypass_refused"}):
        if _as_expected(tally, test):
            tried.setdefault(str(test.body.get("test")), set()).add(str(test.body.get("system") or ""))
    for page in facts.systems():
        if page.body.get("status") in {"production", "pilot"}:
            _both_tried(tally, page, tried)
    _callers_verified(tally)
    _engines_closed(tally)
    return tally.outcome(
        sound="calls without a key and around the gateway were tried and refused",
        empty="no call without a key or around the gateway was tried, and no system is in production",
    )


def _as_expected(tally: Tally, test: DocumentVersion) -> bool:
    outcome, what = test.body.get("outcome"), str(test.body.get("test"))
    observed = short(str(test.body.get("observed")))
    if outcome == "not_as_expected":
        tally.fault(test, Consequence.EXCEPTION, f"the test {what} did not go as expected: {observed}", CANNOT_BE_UNDONE)
    elif outcome != "as_expected":
        tally.fault(
            test, Consequence.NOT_SHOWN, f"the test {what} is unclear: {observed}", write_new("boundary.test", "another try")
        )
    note_overdue(tally, test)
    return outcome == "as_expected"


def _both_tried(tally: Tally, page: DocumentVersion, tried: dict[str, set[str]]) -> None:
    tally.look(page)
    lacking = [test for test in ("unauthenticated_refused", "bypass_refused") if not tried.get(test, set()) & {"", page.id}]
    if lacking:
        what = f"no {' and no '.join(lacking)} test with the expected result is on record in the period"
        tally.fault(page, Consequence.NOT_SHOWN, what, write_new("boundary.test", "the try"))


def _callers_verified(tally: Tally) -> None:
    for call in tally.facts.callers:
        if call.method == "unknown" or call.principal == "unknown":
            number = counted(call.exchanges, "exchange", "exchanges")
            what = f"answered {number} from {moment(call.first)} to {moment(call.last)} of a caller whom nobody verified"
            tally.deviates(system_matter(tally.facts, call.system or "unknown"), what)


def _engines_closed(tally: Tally) -> None:
    """The newest scan of each host that fell into the period."""
    newest = {each.host: each for each in tally.facts.discoveries if tally.since <= each.ended < tally.horizon}
    for scan in newest.values():
        tally.rest_on(scan.entry)
        matter = Matter("discovery.run", scan.host, entries=(scan.entry,))
        for difference in rows_of(scan.body, "differences"):
            code, detail = difference.get("code"), short(str(difference.get("detail", "")), 160)
            when = f"the scan on {moment(scan.started)} found {code}: {detail}"
            if code in _PAST_THE_GATEWAY:
                fix = "let only the gateway reach the engine, then proofbook discover; and record an exception"
                tally.fault(matter, Consequence.BREAKS_THE_TRAIL, when, fix)
            elif code in _UNNAMED:
                fix = "name it as an upstream or have it want a key, then proofbook discover"
                tally.fault(matter, Consequence.NOT_SHOWN, when, fix)


def egress_default_deny(facts: Facts, control: str) -> Outcome:
    """Looks at rules for traffic out of AI segments in force in the period, at their reviews, and at tries to get out.

    Met: what no rule names is denied, each allowance has purpose, owner and earlier approval by somebody else, a try was
    refused. Unmet: a rule allows everything, was approved late or by its requester, outlived its end, or a try got out.
    Unknown: no rule on record, a system's segment has none, or nothing was tried.
    """
    tally = Tally(facts, "egress_default_deny", control)
    segments: set[str] = set()
    for rule in facts.scoped("egress.rule"):
        removed = text_of(rule.body, "removed_at")
        if str(rule.body.get("effective_at")) < tally.horizon and (removed is None or removed > tally.since):
            segments.add(str(rule.body.get("segment")))
            _denies(tally, tally.look(rule))
            _allowance(tally, rule)
            _rule_ends(tally, rule, removed)
    if not tally.examined:
        return tally.outcome(sound="", empty="no rule for traffic out of an AI segment is on record")
    for review in tally.events("egress.review"):
        _rules_reviewed(tally, review)
    for page in facts.systems():
        segment = text_of(page.body, "network_segment")
        if page.body.get("status") == "production" and segment not in segments:
            what = f"no rule is on record for its segment {short(segment)}" if segment else "its network segment is not stated"
            tally.fault(page, Consequence.NOT_SHOWN, what, write_new("egress.rule", "the rule of its segment"))
    _tried_to_leave(tally)
    return tally.outcome(sound="what no rule names is denied, and allowances are approved", empty="")


def _denies(tally: Tally, rule: DocumentVersion) -> None:
    default, destination = rule.body.get("default"), text_of(rule.body, "destination")
    segment = short(str(rule.body.get("segment")))
    if default == "allow":
        tally.deviates(rule, f"lets out of {segment} whatever no rule names")
    elif default != "deny":
        tally.unstated(rule, f"what happens to traffic out of {segment} that no rule names is unknown", "default")
    if destination is not None and destination.strip().casefold() in ANYWHERE:
        tally.deviates(rule, f"allows {segment} to reach anything ({short(destination)})")


def _allowance(tally: Tally, rule: DocumentVersion) -> None:
    body = rule.body
    if text_of(body, "destination") is None:
        return
    lacking = missing(body, "purpose", "owner", "approved_by", "approved_at")
    if lacking:
        tally.unstated(rule, f"{', '.join(lacking)} not stated", ", ".join(lacking))
    approved, effective = text_of(body, "approved_at"), str(body.get("effective_at"))
    if approved is not None and approved > effective:
        tally.deviates(rule, f"in force from {moment(effective)}, approved on {moment(approved)}")
    if same(text_of(body, "approved_by"), text_of(body, "requested_by")):
        tally.deviates(rule, f"{short(str(body.get('approved_by')))} approved what they had asked for themselves")


def _rule_ends(tally: Tally, rule: DocumentVersion, removed: str | None) -> None:
    expires = text_of(rule.body, "expires_on")
    if expires is None:
        return
    if removed is None and expires < day_of(tally.facts, tally.now):
        fix = f"take it away, then {state_in(rule.kind, rule.id, 'removed_at')}"
        tally.fault(rule, Consequence.EXCEPTION, f"its last day was {expires}, and nothing says it was taken away", fix)
    elif removed is not None and day_of(tally.facts, removed) > day_later(expires, 1):
        tally.deviates(rule, f"its last day was {expires}, it was taken away on {moment(removed)}")


def _rules_reviewed(tally: Tally, review: DocumentVersion) -> None:
    ownerless = count_of(review.body, "without_owner")
    unsaid = [field for field in ("rules", "without_owner", "denied") if count_of(review.body, field) is None]
    if unsaid:
        tally.unstated(review, f"{', '.join(unsaid)} not counted", ", ".join(unsaid))
    if ownerless:
        tally.deviates(review, f"{counted(ownerless, 'rule had', 'rules had')} no owner")
    note_overdue(tally, review)


def _tried_to_leave(tally: Tally) -> None:
    if not [_as_expected(tally, each) for each in tally.events("boundary.test", "test", {"egress_denied"})]:
        tally.doubt("nobody tried in the period to get out of an AI segment (boundary.test egress_denied)")
