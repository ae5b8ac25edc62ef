"""Stretches in which nobody could have seen the evidence, joined and cut to a window.

Promises: lengths are never counted twice when stretches overlap; a stretch of no length still counts as a moment. A stretch of
one system blinds that system's duties and the organisation's, not those of other systems. Says nothing about what happened
meanwhile.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from proofbook.obligations.duty import Blind
from proofbook.obligations.midnights import LAST_DAY
from proofbook.primitives.instants import format_instant, parse_instant

_SHOWN = 5
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """[start, end), with every reason that was given for it."""

    start: str
    end: str
    whys: tuple[str, ...]


class Blindness:
    """All blind stretches, asked by scope and window."""

    def __init__(self, blinds: Iterable[Blind]) -> None:
        within_reach = {blind for blind in blinds if blind.start < LAST_DAY.isoformat()}
        self._blinds = sorted(within_reach, key=lambda blind: (blind.start, blind.end, blind.why, blind.scope))
        self._joined: dict[str, tuple[Stretch, ...]] = {}

    def within(self, scope: str, opens: str, closes: str) -> tuple[Stretch, ...]:
        """The stretches that blind `scope`, cut to [opens, closes), oldest first and disjoint."""
        stretches = self._of(scope)
        found = []
        for stretch in stretches[bisect_left(stretches, opens, key=lambda one: one.end) :]:
            if stretch.start >= closes:
                break
            if stretch.end > opens:
                found.append(Stretch(max(stretch.start, opens), min(stretch.end, closes), stretch.whys))
        return tuple(found)

    def _of(self, scope: str) -> tuple[Stretch, ...]:
        if scope not in self._joined:
            self._joined[scope] = _join(blind for blind in self._blinds if "" in {scope, blind.scope} or blind.scope == scope)
        return self._joined[scope]


def _join(blinds: Iterable[Blind]) -> tuple[Stretch, ...]:
    joined: list[Stretch] = []
    for blind in blinds:
        end = blind.end if blind.end > blind.start else format_instant(parse_instant(blind.start) + _MOMENT)
        if joined and blind.start <= joined[-1].end:
            before = joined.pop()
            joined.append(Stretch(before.start, max(before.end, end), tuple(dict.fromkeys((*before.whys, blind.why)))))
        else:
            joined.append(Stretch(blind.start, end, (blind.why,)))
    return tuple(joined)


def describe_stretches(stretches: Iterable[Stretch]) -> str:
    """`blind for 2 h 5 min in all: START to END (why), …`: at most five stretches, the rest as a number."""
    every = tuple(stretches)
    total = sum((parse_instant(one.end) - parse_instant(one.start) for one in every), timedelta())
    shown = [
        f"{_clock(one.start)} to {_clock(one.end)} ({', '.join(why[:200] for why in one.whys[:_SHOWN])})"
        for one in every[:_SHOWN]
    ]
    if len(every) > _SHOWN:
        shown.append(f"and {len(every) - _SHOWN} more")
    return f"blind for {format_length(total)} in all: {', '.join(shown)}"


def _clock(instant: str) -> str:
    """`2026-03-10 10:00 UTC`, with the seconds only where there are any: a stretch of seconds must not look like none."""
    seconds = instant[16:26].rstrip("0").rstrip(".") if instant[17:26].strip("0.") else ""
    return f"{instant[:10]} {instant[11:16]}{seconds} UTC"


def format_length(length: timedelta) -> str:
    """`3 d 2 h 5 min 7 s`, without the parts that are zero; `less than 1 s` for less."""
    seconds = length.days * 86400 + length.seconds
    parts = []
    for name, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        if seconds >= size:
            parts.append(f"{seconds // size} {name}")
            seconds %= size
    return " ".join(parts) or "less than 1 s"
