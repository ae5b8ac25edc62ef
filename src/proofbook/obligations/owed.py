"""Which occurrences a duty owes: the calendar, cut by the duty's life and sorted into the period.

The rule for parts: an occurrence belongs to the period that contains its interval's last day, so joining two periods never
loses or doubles one. A counted interval is owed when the duty existed on at least half of its days; a continuous duty owes
every month it existed in. All versions of a duty count together: changing a control in mid-quarter excuses nothing. Pure.
Bounded: at most one slot per interval between the first and last day asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from proofbook.errors import MalformedRecord
from proofbook.obligations.cadence import DAY, Cadence, Interval, following, interval_of, intervals_ending
from proofbook.obligations.duty import Occurrence, Rule
from proofbook.obligations.midnights import FIRST_DAY, LAST_DAY, Midnights
from proofbook.primitives.instants import Period


@dataclass(frozen=True, slots=True)
class Slot:
    """An occurrence with its edges as instants.

    In time: [opens, closes). Late, and only then: [closes, lapses). The interval itself, within the duty's life: [opens, ends).
    """

    occurrence: Occurrence
    observed: bool
    begins: str
    opens: str
    ends: str
    closes: str
    lapses: str

    @property
    def key(self) -> tuple[str, str]:
        """Unique among the slots of one control and scope."""
        return self.occurrence.cadence, self.occurrence.interval


def expected(rule: Rule, period: Period) -> tuple[Occurrence, ...]:
    """What `rule` alone owes in `period`, oldest first; nothing for a rule per event, whose events are its occurrences."""
    if rule.cadence is Cadence.PER_EVENT:
        return ()
    slots = owed_slots([rule], period.first, period.last, period, Midnights(rule.zone))
    return tuple(slot.occurrence for slot in slots)


def duties(rules: Iterable[Rule]) -> dict[tuple[str, str], tuple[Rule, ...]]:
    """Rules by control and scope, oldest version first, without those per event; `event_duties` has these.

    Raises MalformedRecord when a duty has two zones, or two cadences at the same time: what is owed would not be one thing.
    """
    return _grouped(rule for rule in rules if rule.cadence is not Cadence.PER_EVENT)


def event_duties(rules: Iterable[Rule]) -> dict[tuple[str, str], tuple[Rule, ...]]:
    """Rules per event by control and scope, oldest version first. Raises MalformedRecord when a duty has two zones."""
    return _grouped(rule for rule in rules if rule.cadence is Cadence.PER_EVENT)


def owed_slots(rules: Sequence[Rule], first: date, last: date, period: Period, midnights: Midnights) -> tuple[Slot, ...]:
    """Slots of one duty whose last day lies in `first` to `last`, by due day. Days that the zone left out are not owed."""
    slots = (
        slot
        for cadence in sorted({rule.cadence for rule in rules})
        for slot in _slots_of([rule for rule in rules if rule.cadence is cadence], first, last, period, midnights)
        if slot.opens < slot.ends
    )
    return tuple(sorted(slots, key=lambda slot: (slot.occurrence.due, slot.begins, slot.key)))


def ruling(rules: Iterable[Rule], first: date, last: date) -> Rule | None:
    """Of the versions that exist on some day of `first` to `last`, the newest."""
    there = [rule for rule in rules if rule.starts <= last and first <= (rule.ends or LAST_DAY)]
    return max(there, key=_age, default=None)


def _age(rule: Rule) -> tuple[date, date, int, bool]:
    return rule.starts, rule.ends or LAST_DAY, rule.grace_days, rule.observed


def _grouped(rules: Iterable[Rule]) -> dict[tuple[str, str], tuple[Rule, ...]]:
    found: dict[tuple[str, str], set[Rule]] = defaultdict(set)
    for rule in rules:
        found[rule.control, rule.scope].add(rule)
    return {key: _versions(group) for key, group in sorted(found.items())}


def _versions(group: set[Rule]) -> tuple[Rule, ...]:
    versions = sorted(group, key=lambda rule: (_age(rule), rule.cadence, rule.zone))
    for place, one in enumerate(versions):
        for other in versions[place + 1 :]:
            if one.zone != other.zone:
                raise MalformedRecord(
                    f"the duty {one.control[:80]!r} of {one.scope[:80]!r} is stated in {one.zone} and in {other.zone}",
                    hint="use the engagement's time zone for every version",
                )
            if one.cadence is not other.cadence and other.starts <= (one.ends or LAST_DAY):
                raise MalformedRecord(
                    f"the duty {one.control[:80]!r} of {one.scope[:80]!r} is {one.cadence} and {other.cadence} on {other.starts}",
                    hint="end the older version the day before, or give each duty a control id of its own",
                )
    return tuple(versions)


def _slots_of(rules: Sequence[Rule], first: date, last: date, period: Period, midnights: Midnights) -> Iterator[Slot]:
    lives = _lives(rules)
    since = max(first, lives[0][0], FIRST_DAY)
    until = min(last, interval_of(rules[0].cadence, lives[-1][1]).last)
    for interval in intervals_ending(rules[0].cadence, since, until):
        alive = [(max(a, interval.first), min(b, interval.last)) for a, b in lives if a <= interval.last and interval.first <= b]
        days = sum((b - a).days + 1 for a, b in alive)
        rule = ruling(rules, interval.first, interval.last)
        if rule is None or (rule.cadence is not Cadence.CONTINUOUS and days * 2 < interval.days):
            continue
        whole = days == interval.days and period.first <= interval.first and interval.last <= period.last
        yield _slot(rule, interval, (alive[0][0], alive[-1][1]), midnights, part=not whole)


def _lives(rules: Sequence[Rule]) -> list[tuple[date, date]]:
    """The stretches in which some version exists, disjoint, oldest first."""
    lives: list[tuple[date, date]] = []
    for rule in sorted(rules, key=_age):
        ends = min(rule.ends or LAST_DAY, LAST_DAY)
        if lives and rule.starts <= lives[-1][1] + DAY:
            lives[-1] = (lives[-1][0], max(lives[-1][1], ends))
        else:
            lives.append((rule.starts, ends))
    return lives


def _slot(rule: Rule, interval: Interval, alive: tuple[date, date], midnights: Midnights, *, part: bool) -> Slot:
    due = interval.last + timedelta(days=rule.grace_days)
    closes = midnights.begins(due + DAY)
    continuous = rule.cadence is Cadence.CONTINUOUS
    return Slot(
        Occurrence(rule.control, rule.scope, interval.id, interval.first, interval.last, due, part, rule.cadence),
        rule.observed,
        midnights.begins(interval.first),
        midnights.begins(alive[0]),
        midnights.begins((alive[1] if continuous else interval.last) + DAY),
        closes,
        max(closes, midnights.begins(following(rule.cadence, interval).last + DAY)),
    )
