"""Continuous duties, month by month: was anybody in a position to see it run, and did it show a sign of running?

Promises: a month in which the recorder was blind for a moment, or which began before the book, is unknown for an observed duty,
however many signs it has; silence is unknown as well, since a control that runs by itself leaves no other trace of having
stopped. Nothing here becomes missed or late: that a control failed is told by what found it failing.
"""

from __future__ import annotations

from collections.abc import Sequence

from proofbook.obligations.blindness import describe_stretches
from proofbook.obligations.duty import Cell, Performance, State
from proofbook.obligations.matching import between
from proofbook.obligations.midnights import Midnights
from proofbook.obligations.outlook import Finding, Outlook, describe_short, shorten
from proofbook.obligations.owed import Slot


def judge_month(
    slot: Slot, signs: Sequence[Performance], short: Sequence[Performance], outlook: Outlook, midnights: Midnights
) -> Cell:
    """The cell of one month. `signs` and `short`: the duty's performances by time, those that count and those that cannot.

    Of the signs, the first and the last one are named and all are counted.
    """
    seen = between(signs, slot.opens, slot.ends)
    begun = between(short, slot.opens, slot.ends)
    finding = _judge(slot, seen, outlook)
    ends = tuple(dict.fromkeys(one.entry for one in (*seen[:1], *seen[-1:])))
    return Cell(
        slot.occurrence,
        finding.state,
        "; ".join((*finding.reasons, *shorten([describe_short(one, midnights) for one in begun]))),
        tuple(dict.fromkeys((*finding.entries, *ends, *(one.entry for one in begun)))),
        late_recorded=bool(seen) and all(outlook.is_tardy(one) for one in seen),
    )


def _judge(slot: Slot, seen: Sequence[Performance], outlook: Outlook) -> Finding:
    count = f"signs of operation on file: {len(seen)}"
    flaws = outlook.flaws(slot.occurrence)
    doubts = _doubts(slot, outlook)
    over = outlook.as_of >= slot.closes
    if over and seen and not doubts:
        return Finding(State.DONE, (count, *outlook.spare(slot.occurrence)))
    waived = outlook.waived(slot.occurrence)
    if waived is not None:
        return waived
    if not over:
        return Finding(State.NOT_DUE, (f"can be told after {slot.occurrence.due}", count, *flaws))
    return Finding(State.UNKNOWN, (count, *doubts, *flaws))


def _doubts(slot: Slot, outlook: Outlook) -> tuple[str, ...]:
    """Why signs would not suffice."""
    if not slot.observed:
        return ()
    stretches = outlook.blindness.within(slot.occurrence.scope, slot.opens, slot.ends)
    doubts = [describe_stretches(stretches)] if stretches else []
    if outlook.book_began > slot.opens:
        doubts.append(f"the book began only at {outlook.book_began}")
    return tuple(doubts)
