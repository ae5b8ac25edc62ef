"""What was known at the moment asked for: which gaps there were, which waivers, since when there is a book.

Promises: an occurrence on which nothing counts gets exactly one state, in this order: not applicable (only by a waiver that
counts), not due, unknown (only for a stated cause), missed. A gap of the recorder excuses nothing that people file by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from proofbook.obligations.blindness import Blindness, describe_stretches, format_length
from proofbook.obligations.duty import Occurrence, Performance, State, Waiver
from proofbook.obligations.midnights import Midnights
from proofbook.obligations.owed import Slot
from proofbook.obligations.waiving import Waivers, find_flaw
from proofbook.primitives.instants import parse_instant

SHOWN = 3
_TEXT = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """A state with its reasons, and the entries that speak for it."""

    state: State
    reasons: tuple[str, ...]
    entries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlook:
    """`late_after`: a performance recorded longer than this after it occurred is shown as recorded late."""

    as_of: str
    book_began: str
    blindness: Blindness
    waivers: Waivers
    late_after: timedelta

    def is_tardy(self, performance: Performance) -> bool:
        """Whether it was written down late."""
        return self._delay(performance) > self.late_after

    def describe_delay(self, performance: Performance) -> tuple[str, ...]:
        """How late it was recorded; nothing if it was not."""
        delay = self._delay(performance)
        return (f"recorded {format_length(delay)} after it occurred",) if delay > self.late_after else ()

    def waived(self, occurrence: Occurrence) -> Finding | None:
        """Not applicable, if a waiver counts."""
        for waiver in self._waivers_of(occurrence):
            if find_flaw(waiver) is None:
                reason = f"waived by {waiver.approver[:_TEXT]}: {waiver.reason[:_TEXT]}"
                return Finding(State.NOT_APPLICABLE, (reason,), (waiver.entry,))
        return None

    def flaws(self, occurrence: Occurrence) -> tuple[str, ...]:
        """What is wrong with each waiver that does not count."""
        found = ((waiver.entry, find_flaw(waiver)) for waiver in self._waivers_of(occurrence))
        return tuple(f"waiver {entry} does not count: {flaw}" for entry, flaw in found if flaw is not None)

    def spare(self, occurrence: Occurrence) -> tuple[str, ...]:
        """Waivers of something that was performed all the same."""
        return tuple(f"waiver {waiver.entry} is on file as well" for waiver in self._waivers_of(occurrence))

    def judge_unfilled(self, slot: Slot) -> Finding:
        """The state of an occurrence for which nothing on file counts."""
        waived = self.waived(slot.occurrence)
        if waived is not None:
            return waived
        flaws = self.flaws(slot.occurrence)
        if self.as_of < slot.closes:
            return Finding(State.NOT_DUE, (f"due by {slot.occurrence.due}", *flaws))
        if self.book_began > slot.opens:
            return Finding(State.UNKNOWN, (f"nothing on file counts, and the book began only at {self.book_began}", *flaws))
        stretches = self.blindness.within(slot.occurrence.scope, slot.opens, slot.closes) if slot.observed else ()
        if stretches:
            return Finding(State.UNKNOWN, (f"nothing on file counts, and {describe_stretches(stretches)}", *flaws))
        return Finding(State.MISSED, (f"was due by {slot.occurrence.due}, nothing on file counts", *flaws))

    def _waivers_of(self, occurrence: Occurrence) -> tuple[Waiver, ...]:
        return self.waivers.of(occurrence.control, occurrence.scope, occurrence.event or occurrence.interval)

    @staticmethod
    def _delay(performance: Performance) -> timedelta:
        return parse_instant(performance.recorded) - parse_instant(performance.occurred)


def describe_short(performance: Performance, midnights: Midnights) -> str:
    """Why a performance cannot count."""
    day = midnights.day_of(performance.occurred)
    if not performance.complete:
        note = f": {performance.note[:_TEXT]}" if performance.note.strip() else ""
        return f"{performance.entry} of {day} is not complete{note}"
    return f"{performance.entry} is dated {day}, later than it was recorded or than this was assessed"


def shorten(texts: list[str]) -> tuple[str, ...]:
    """At most three, and the number of the rest."""
    return tuple(texts) if len(texts) <= SHOWN else (*texts[:SHOWN], f"{len(texts) - SHOWN} more of this sort")
