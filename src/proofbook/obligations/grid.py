"""The grid: every occurrence that the rules owe in a period, each in exactly one state.

Promises: the same facts in any order give the same cells; a period cut in two at any day gives, joined, the same states as the
whole; one more performance never makes a state worse. Facts of the whole book are wanted, not only those of the period: what
fills the last quarter before a period must not fill the first one in it. Reads no clock: `as_of` is handed in, and nothing
recorded later counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from proofbook.obligations.blindness import Blindness
from proofbook.obligations.cadence import DAY, LONGEST_DAYS, Cadence
from proofbook.obligations.coverage import judge_month
from proofbook.obligations.duty import Blind, Cell, Performance, Rule, State, Waiver
from proofbook.obligations.matching import Match, OnFile, between, match, sort_out
from proofbook.obligations.midnights import FIRST_DAY, Midnights
from proofbook.obligations.outlook import Outlook, describe_short, shorten
from proofbook.obligations.owed import Slot, duties, owed_slots
from proofbook.obligations.waiving import Waivers
from proofbook.primitives.instants import Period, format_instant, parse_instant

LATE_AFTER_DAYS = 7


def assess(
    rules: Iterable[Rule],
    performances: Iterable[Performance],
    waivers: Iterable[Waiver],
    blinds: Iterable[Blind],
    period: Period,
    as_of: datetime,
    book_began: str,
    late_after_days: int = LATE_AFTER_DAYS,
) -> tuple[Cell, ...]:
    """Cells of every duty in `period`, by control, scope and due day. Rules per event have theirs in `assess_events`.

    `performances`: all that are known, of any time; those that name an event answer that event and nothing here. `as_of`: aware.
    `book_began`: the instant of the book's first entry. Raises MalformedRecord for values that contradict each other.
    """
    outlook = make_outlook(waivers, blinds, as_of, book_began, late_after_days)
    by_duty: dict[tuple[str, str], list[Performance]] = defaultdict(list)
    for performance in performances:
        if performance.event is None:
            by_duty[performance.control, performance.scope].append(performance)
    calendars: dict[str, Midnights] = {}
    cells: list[Cell] = []
    for duty, versions in duties(rules).items():
        midnights = calendars.setdefault(versions[0].zone, Midnights(versions[0].zone))
        on_file = sort_out(by_duty.get(duty, ()), outlook.as_of)
        cells += _assess_duty(versions, on_file, outlook, period, midnights)
    return tuple(cells)


def make_outlook(
    waivers: Iterable[Waiver], blinds: Iterable[Blind], as_of: datetime, book_began: str, late_after_days: int
) -> Outlook:
    """What was known at `as_of`. Raises MalformedRecord for a moment without a zone or a malformed instant."""
    parse_instant(book_began)
    return Outlook(format_instant(as_of), book_began, Blindness(blinds), Waivers(waivers), timedelta(days=late_after_days))


def _assess_duty(
    versions: Sequence[Rule], on_file: OnFile, outlook: Outlook, period: Period, midnights: Midnights
) -> Iterable[Cell]:
    counted = [rule for rule in versions if rule.cadence is not Cadence.CONTINUOUS]
    continuous = [rule for rule in versions if rule.cadence is Cadence.CONTINUOUS]
    months = owed_slots(continuous, period.first, period.last, period, midnights)
    signs, begun = (on_file.counting(), on_file.falling_short()) if months else ((), ())
    cells = [judge_month(slot, signs, begun, outlook, midnights) for slot in months]
    if counted:
        slots = _slots_around(counted, on_file, period, midnights)
        desk = _Desk(on_file, match(on_file, slots, outlook.is_tardy), outlook, period, midnights)
        cells += [desk.judge(slot) for slot in slots if period.first <= slot.occurrence.last <= period.last]
    return sorted(cells, key=lambda cell: (cell.occurrence.due, cell.occurrence.first, cell.occurrence.interval))


def _slots_around(rules: Sequence[Rule], on_file: OnFile, period: Period, midnights: Midnights) -> tuple[Slot, ...]:
    """The period's slots and all that could take a performance from one of them, so that no period sees another match."""
    reach = max(rule.grace_days for rule in rules) + 2 * max(LONGEST_DAYS[rule.cadence] for rule in rules)
    first = period.first
    if on_file.free:
        earliest = max(midnights.day_of(on_file.free[0].occurred), FIRST_DAY + (reach + 1) * DAY)
        first = min(first, earliest - reach * DAY)
    return owed_slots(rules, first, period.last + reach * DAY, period, midnights)


@dataclass(frozen=True, slots=True)
class _Desk:
    """One duty's file and match, to judge its slots by."""

    on_file: OnFile
    match: Match
    outlook: Outlook
    period: Period
    midnights: Midnights

    def judge(self, slot: Slot) -> Cell:
        chosen = self.match.on_time.get(slot.key)
        if chosen is not None:
            return self._filled(slot, chosen, State.DONE, f"performed {self._day(chosen)}")
        chosen = self.match.late.get(slot.key)
        if chosen is not None:
            return self._filled(slot, chosen, State.LATE, f"performed {self._day(chosen)}, due by {slot.occurrence.due}")
        finding = self.outlook.judge_unfilled(slot)
        reasons, entries = self._beside(slot, slot.closes)
        hint = self._hint(slot) if finding.state is State.MISSED else ()
        return Cell(
            slot.occurrence,
            finding.state,
            "; ".join((*finding.reasons, *reasons, *hint)),
            tuple(dict.fromkeys((*finding.entries, *entries))),
            late_recorded=False,
        )

    def _filled(self, slot: Slot, chosen: Performance, state: State, first_reason: str) -> Cell:
        reasons, entries = self._beside(slot, slot.ends, chosen)
        every = (
            first_reason,
            *self._outside(chosen),
            *self.outlook.describe_delay(chosen),
            *reasons,
            *self.outlook.spare(slot.occurrence),
        )
        return Cell(
            slot.occurrence,
            state,
            "; ".join(every),
            tuple(dict.fromkeys((chosen.entry, *entries))),
            late_recorded=self.outlook.is_tardy(chosen),
        )

    def _beside(self, slot: Slot, until: str, chosen: Performance | None = None) -> tuple[tuple[str, ...], list[str]]:
        """What else is on file for the interval, up to `until`: reasons and entries."""
        interval = slot.occurrence.interval
        extras = between(self.match.unused, slot.begins, until)
        named = [one for one in self.on_file.named.get(interval, ()) if one != chosen]
        short = [*between(self.on_file.short, slot.begins, until), *self.on_file.named_short.get(interval, ())]
        reasons: list[str] = []
        if extras:
            reasons.append(f"{len(extras)} more on file, which stand for no other interval")
        reasons += shorten([self._aside(one, slot) for one in named])
        reasons += shorten([describe_short(one, self.midnights) for one in short])
        return tuple(reasons), [one.entry for one in (*extras, *named, *short)]

    def _aside(self, named: Performance, slot: Slot) -> str:
        text = f"{named.entry} of {self._day(named)} names this interval"
        if named.occurred < slot.opens:
            return f"{text}, which had not begun"
        if named.occurred >= slot.lapses:
            return f"{text}, when the one after it was over"
        return f"{text} as well"

    def _hint(self, slot: Slot) -> tuple[str, ...]:
        """What came soon after, and why it does not count here."""
        after = between(self.on_file.free, slot.closes, slot.lapses)[:1]
        interval = slot.occurrence.interval
        return tuple(f"{one.entry} of {self._day(one)} came later and does not say that it was for {interval}" for one in after)

    def _outside(self, chosen: Performance) -> tuple[str, ...]:
        """Whether it was performed before or after the period: an interval may begin before, and grace may run after it."""
        day = self.midnights.day_of(chosen.occurred)
        if day < self.period.first:
            return (f"before the period began on {self.period.first}",)
        return (f"after the period ended on {self.period.last}",) if day > self.period.last else ()

    def _day(self, performance: Performance) -> str:
        return self.midnights.day_of(performance.occurred).isoformat()
