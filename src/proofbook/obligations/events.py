"""Duties per event: every event that calls for a control is an occurrence, and only what names the event answers it.

Promises: an event belongs to the period in which it happened, in the rule's zone; it is owed when a rule per event existed on
its day. A performance may come before the event (an approval before the grant it allows). After the due moment it is late,
however long after. Does not look for events that nobody recorded: a list of none needs evidence of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from proofbook.errors import MalformedRecord
from proofbook.obligations.cadence import DAY, Cadence, interval_of
from proofbook.obligations.duty import Blind, Cell, Event, Occurrence, Performance, Rule, State, Waiver
from proofbook.obligations.grid import LATE_AFTER_DAYS, make_outlook
from proofbook.obligations.matching import by_time, sort_out
from proofbook.obligations.midnights import Midnights
from proofbook.obligations.outlook import Outlook, describe_short, shorten
from proofbook.obligations.owed import Slot, event_duties, ruling
from proofbook.primitives.instants import Period, format_instant

_MOMENT = timedelta(microseconds=1)


def assess_events(  # noqa: PLR0913, PLR0917 - the facts that assess takes, and the events
    rules: Iterable[Rule],
    events: Iterable[Event],
    performances: Iterable[Performance],
    waivers: Iterable[Waiver],
    blinds: Iterable[Blind],
    period: Period,
    as_of: datetime,
    book_began: str,
    late_after_days: int = LATE_AFTER_DAYS,
) -> tuple[Cell, ...]:
    """One cell for each event of `period` that a rule per event calls for, by control, scope, moment and entry.

    The other arguments are those of `assess`. A waiver names the event's entry. Raises MalformedRecord when one event is told
    twice, differently.
    """
    outlook = make_outlook(waivers, blinds, as_of, book_began, late_after_days)
    by_duty = event_duties(rules)
    answers: dict[tuple[str, str, str], list[Performance]] = defaultdict(list)
    for performance in performances:
        if performance.event is not None:
            answers[performance.control, performance.scope, performance.event].append(performance)
    calendars = {duty: Midnights(versions[0].zone) for duty, versions in by_duty.items()}
    cells = []
    for event in _told_once(events):
        duty = event.control, event.scope
        if duty not in by_duty:
            continue
        midnights = calendars[duty]
        day = midnights.day_of(event.happened)
        rule = ruling(by_duty[duty], day, day)
        if rule is not None and period.first <= day <= period.last:
            slot = _slot(event, day, rule, midnights)
            cells.append(_judge(slot, answers.get((*duty, event.entry), ()), outlook, midnights))
    return tuple(cells)


def _told_once(events: Iterable[Event]) -> list[Event]:
    found: dict[tuple[str, str, str], Event] = {}
    for event in events:
        if found.setdefault((event.control, event.scope, event.entry), event) != event:
            raise MalformedRecord(f"the event {event.entry[:80]!r} is told twice, with different moments")
    return sorted(found.values(), key=lambda event: (event.control, event.scope, event.happened, event.entry))


def _slot(event: Event, day: date, rule: Rule, midnights: Midnights) -> Slot:
    if event.due is None:
        due = day + timedelta(days=rule.grace_days)
        closes = midnights.begins(due + DAY)
    else:
        due = midnights.day_of(format_instant(event.due))
        closes = format_instant(event.due + _MOMENT)
    month = interval_of(Cadence.PER_EVENT, day).id
    occurrence = Occurrence(event.control, event.scope, month, day, day, due, False, Cadence.PER_EVENT, event.entry)
    opens = min(event.happened, closes)
    return Slot(occurrence, rule.observed, opens, opens, closes, max(closes, event.happened), closes)


def _judge(slot: Slot, answers: Sequence[Performance], outlook: Outlook, midnights: Midnights) -> Cell:
    on_file = sort_out(answers, outlook.as_of)
    counting = on_file.counting()
    on_time = [one for one in counting if one.occurred < slot.ends]
    begun = shorten([describe_short(one, midnights) for one in on_file.falling_short()])
    short = tuple(one.entry for one in on_file.falling_short())
    if not counting:
        finding = outlook.judge_unfilled(slot)
        entries = tuple(dict.fromkeys((*finding.entries, *short)))
        return Cell(slot.occurrence, finding.state, "; ".join((*finding.reasons, *begun)), entries, late_recorded=False)
    chosen = min(on_time or counting, key=lambda one: (outlook.is_tardy(one), by_time(one)))
    reasons = [f"performed {midnights.day_of(chosen.occurred)}"]
    if not on_time:
        reasons[0] += f", due by {slot.occurrence.due}"
    reasons += outlook.describe_delay(chosen)
    if len(counting) > 1:
        reasons.append(f"{len(counting) - 1} more on file")
    entries = tuple(dict.fromkeys((chosen.entry, *(one.entry for one in counting), *short)))
    return Cell(
        slot.occurrence,
        State.DONE if on_time else State.LATE,
        "; ".join((*reasons, *begun, *outlook.spare(slot.occurrence))),
        entries,
        late_recorded=outlook.is_tardy(chosen),
    )
