"""Which looks at an engine's counters are compared: all of them, or one an hour or a day, and both sides of every new beginning.

Promises: a look that could not read the counters is counted and passed over (the ones around it still bound what the engine
counted); one that the clock's going back makes older than the one before it is passed over too, and the stretch is named. A new
beginning of the counters always lies between two chosen looks that stood next to each other. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from proofbook.primitives.instants import parse_instant
from proofbook.reconciliation.facts import Gap, Scrape
from proofbook.reconciliation.growth import began_anew

Width: TypeAlias = Literal["look", "hour", "day"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The looks at one engine. `looks` are compared one with the next, `turns` only from one new beginning to the next."""

    newest: Scrape
    upstreams: tuple[str, ...]
    looks: tuple[Scrape, ...]
    turns: tuple[Scrape, ...]
    steps: tuple[Gap, ...]
    scrapes: int
    unread: int


def choose(scrapes: Sequence[Scrape], width: Width, zone: str) -> Chosen:
    """`scrapes`: at least one, of one engine, in the order of the book; `zone` says when a day begins."""
    read = [each for each in scrapes if each.values is not None]
    in_order, steps = _in_order(read)
    beginnings = {place for place in range(1, len(in_order)) if began_anew(in_order[place - 1], in_order[place])}
    ends = {0, len(in_order) - 1} if in_order else set()
    sides = ends | beginnings | {place - 1 for place in beginnings}
    kept = set(range(len(in_order))) if width == "look" else sides | _firsts(in_order, label_of(width, zone))
    return Chosen(
        newest=scrapes[-1],
        upstreams=tuple(sorted({name for each in scrapes for name in each.upstreams})),
        looks=tuple(in_order[place] for place in sorted(kept)),
        turns=tuple(in_order[place] for place in sorted(sides)),
        steps=tuple(steps),
        scrapes=len(scrapes),
        unread=len(scrapes) - len(read),
    )


def label_of(width: Width, zone: str) -> Callable[[str], str]:
    """The name of the hour or day an instant lies in, in a time zone."""
    there, letters = ZoneInfo(zone), 13 if width == "hour" else 10

    def label(instant: str) -> str:
        if zone == "UTC":
            return instant[:letters]
        return parse_instant(instant).astimezone(there).isoformat()[:letters]

    return label


def _in_order(read: Sequence[Scrape]) -> tuple[list[Scrape], list[Gap]]:
    kept: list[Scrape] = []
    steps: list[Gap] = []
    for each in read:
        if kept and each.asked < kept[-1].answered:
            steps.append(Gap(each.asked, kept[-1].answered, "clock"))
        else:
            kept.append(each)
    return kept, steps


def _firsts(scrapes: Sequence[Scrape], label: Callable[[str], str]) -> set[int]:
    """Places of the first look of each hour or day."""
    first: dict[str, int] = {}
    for place, each in enumerate(scrapes):
        first.setdefault(label(each.asked), place)
    return set(first.values())
