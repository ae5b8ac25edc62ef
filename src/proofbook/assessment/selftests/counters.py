"""Self-test of the engines' own counters against the book: the second source for what was served (LC-20)."""

from __future__ import annotations

from collections import Counter
from typing import Final

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.reading import day_of, texts_of
from proofbook.assessment.selftests.tally import Matter, Tally
from proofbook.assessment.selftests.wording import counted, moment, short, write_new
from proofbook.readmodel.derive import DENIED, REFUSED
from proofbook.reconciliation.comparing import Comparison, Interval, Reason, Standing, deciding
from proofbook.reconciliation.wording import describe_comparison, describe_interval

KIND: Final = "engine.counters"
_LONGEST: Final = 300
_DOUBTS: Final = {
    Reason.RECORDER_GAP: "have a gap of a recorder in them",
    Reason.CLOCK: "saw the clock set back",
    Reason.USAGE_NOT_STATED: "have replies that did not state their tokens, so that nothing bounds what was counted",
    Reason.NOTHING_COUNTED: "had no counter that can be compared",
}


def engine_counters_agree(facts: Facts, control: str) -> Outcome:
    """Looks at the engines' own counters of the period against the exchanges on record, day by day.

    Met: each day the engine counted what the book accounts for. Unmet: an engine counted more (traffic around the gateway) or
    fewer, and no exception names that day. Unknown: no counters are on record, an engine publishes none, the counters begin later
    than the traffic, or what was counted cannot be told.
    """
    tally = Tally(facts, "engine_counters_agree", control)
    named = {name for each in facts.scoped("control.exception") for name in texts_of(each.body, "instances")}
    if not facts.reconciled:
        return tally.outcome(sound="", empty="no counters of any engine are on record")
    for comparison in facts.reconciled:
        tally.examined += len(comparison.intervals)
        engine = short(", ".join(comparison.upstreams))
        if not comparison.intervals:
            tally.doubt(f"{engine}: {describe_comparison(comparison)}")
        for interval in comparison.intervals:
            tally.rest_on(*interval.entries)
            if interval.standing is Standing.DIFFERS:
                _differs(tally, comparison, interval, named)
        _differs_in_all(tally, comparison, named)
        _cannot_be_told(tally, comparison, engine)
    _begins_in_time(tally)
    tally.remark("an engine that is not in the configuration is not counted here: see discovery")
    return tally.outcome(
        sound="each engine counted what the book accounts for", empty="the counters of no engine were read at least twice"
    )


def difference_of(facts: Facts, comparison: Comparison, interval: Interval | None = None) -> Matter:
    """What a difference is called, by which an exception names it: the upstream, and the day it begins."""
    name = comparison.upstreams[0]
    if interval is None:
        return Matter(KIND, name)
    return Matter(KIND, f"{name}@{day_of(facts, interval.since)}", entries=interval.entries)


def _differs(tally: Tally, comparison: Comparison, interval: Interval, named: set[str]) -> None:
    matter = difference_of(tally.facts, comparison, interval)
    told = short(describe_interval(interval), _LONGEST)
    _note(tally, matter, f"from {moment(interval.since)} to {moment(interval.until)} {told}", interval, named)


def _differs_in_all(tally: Tally, comparison: Comparison, named: set[str]) -> None:
    """What hides on every day behind exchanges under way at midnight shows over the whole time."""
    total = comparison.total
    if total is None or total.standing is not Standing.DIFFERS or comparison.count(Standing.DIFFERS):
        return
    told = short(describe_interval(total), _LONGEST)
    _note(tally, difference_of(tally.facts, comparison), f"over the whole time {told}", total, named)


def _note(tally: Tally, matter: Matter, what: str, interval: Interval, named: set[str]) -> None:
    if not named.isdisjoint({matter.id, f"{matter.kind}/{matter.id}"}):
        fix = "disclose it with the period"
        tally.fault(matter, Consequence.NOT_SHOWN, f"{what}; explained, but what was served is not on record", fix)
        return
    up = any(each.difference > 0 for each in deciding(interval.figures))
    fix = f"find its cause (proofbook reconcile --by look), then {write_new('control.exception', f'it, naming {matter.id}')}"
    tally.fault(matter, Consequence.BREAKS_THE_TRAIL if up else Consequence.EXCEPTION, f"{what}, and nobody explained it", fix)


def _cannot_be_told(tally: Tally, comparison: Comparison, engine: str) -> None:
    reasons = Counter(each.reason for each in comparison.intervals if each.standing is Standing.UNKNOWN)
    for reason, number in sorted(reasons.items(), key=lambda each: str(each[0])):
        if reason is Reason.RESET:
            again = counted(number, "time", "times")
            tally.remark(f"{engine}: its counters began anew {again}; what was counted from the look before that on is not known")
        elif reason is not None:
            tally.doubt(f"{engine}: {counted(number, 'stretch', 'stretches')} {_DOUBTS.get(reason, 'cannot be told')}")
    if comparison.last_reason is not None and comparison.intervals:
        tally.doubt(f"{engine}: its counters cannot be read any more: {short(comparison.last_reason, _LONGEST)}")


def _begins_in_time(tally: Tally) -> None:
    """Traffic from before the first look at any counter has no second source."""
    begins = min((each.since for each in tally.facts.reconciled if each.since is not None), default=None)
    first = min((each.first for each in tally.facts.served if each.state not in {REFUSED, DENIED}), default=None)
    if begins is not None and first is not None and first < begins:
        tally.doubt(f"counters are on record from {moment(begins)}, traffic from {moment(first)}: before, nothing is compared")
