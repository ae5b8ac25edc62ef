"""Questions about how much happened when: counts by hour or day, states among the newest exchanges.

Every question is bounded, by an interval or by a number of rows, so that its cost does not grow with the book. An interval
without rows says that nothing is recorded there, never that nothing happened: coverage is asked of `sources`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from proofbook.readmodel.by_day import MIDNIGHT
from proofbook.readmodel.connection import Bindings, Reader


class Grain(IntEnum):
    """What counts are grouped by: how many characters of an instant tell one group from the next."""

    DAY = 10
    HOUR = 13
    MINUTE = 16


@dataclass(frozen=True, slots=True)
class Activity:
    """How many requests and refusals occurred in one group; `group` is the leading part of their instants."""

    group: str
    exchanges: int


def counts(reader: Reader, since: str, until: str, grain: Grain) -> tuple[Activity, ...]:
    """Counts of an interval, `since` inclusive and `until` exclusive; groups without rows are left out."""
    if grain is Grain.DAY and (since[10:], until[10:]) == (MIDNIGHT, MIDNIGHT):
        return tuple(Activity(*row) for row in reader.rows("activity_by_day", {"first": since[:10], "beyond": until[:10]}))
    bindings: Bindings = {"since": since, "until": until, "width": int(grain)}
    return tuple(Activity(*row) for row in reader.rows("activity", bindings))


def states(reader: Reader, newest: int) -> dict[str, int]:
    """How often each state stands among the `newest` exchanges, most frequent first."""
    return {row[0]: row[1] for row in reader.rows("states_of_newest", {"limit": newest})}


def without_artifact(reader: Reader, newest: int) -> int:
    """How many of the `newest` exchanges, refusals apart, do not name the bytes that answered."""
    row = reader.row("unbound_of_newest", {"limit": newest})
    return 0 if row is None else int(row[0])


def served_without_record(reader: Reader) -> tuple[str, ...]:
    """Digests that served without a provenance record; costs as many look-ups as there are digests, not exchanges."""
    return tuple(row[0] for row in reader.rows("served_without_record"))


def wrote_since(reader: Reader, actor: str, size: int) -> bool:
    """Whether somebody wrote a kept record behind the first `size` entries."""
    return reader.row("wrote_since", {"actor": actor, "size": size}) is not None
