"""Where somebody is and where they may go: the sections of the portal, and below the present one its parts.

Promises: what a visitor may not open is not shown; the present place is marked, by the longest path that leads to it. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from proofbook.people.visitor import Visitor
from proofbook.portal.places import Section


@dataclass(frozen=True, slots=True)
class Word:
    """One link. `current` is the value of `aria-current`: `page`, `true` (the page lies below it) or empty."""

    path: str
    name: str
    carried: bool
    current: str


@dataclass(frozen=True, slots=True)
class Navigation:
    """`sections` stand on the cover, `parts` below it: those of the present section, when it has more than one."""

    sections: tuple[Word, ...]
    parts: tuple[Word, ...]


def derive_navigation(sections: Iterable[Section], visitor: Visitor | None, here: str) -> Navigation:
    """What a visitor who stands at `here` is shown."""
    shown = [(each, [part for part in each.parts if part.open_to(visitor)]) for each in sections]
    open_ones = [(each, parts) for each, parts in shown if parts or (not each.parts and each.open_to(visitor))]
    present = _nearest([[each.path, *(part.path for part in parts)] for each, parts in open_ones], here)
    words = tuple(
        _word(parts[0] if parts else each, each.name, here, within=place == present)
        for place, (each, parts) in enumerate(open_ones)
    )
    parts = open_ones[present][1] if present is not None else []
    at = _nearest([[part.path] for part in parts], here)
    below = tuple(_word(part, part.name, here, within=place == at) for place, part in enumerate(parts))
    return Navigation(words, below if len(below) > 1 else ())


def _word(section: Section, name: str, here: str, *, within: bool) -> Word:
    current = "" if not within else "page" if section.path == here else "true"
    return Word(section.path, name, section.carried, current)


def _nearest(paths: Sequence[Sequence[str]], here: str) -> int | None:
    """Which of some sets of paths holds the longest one that leads to a place."""
    reaches = [max((len(path) for path in each if _leads(path, here)), default=0) for each in paths]
    return reaches.index(max(reaches)) if any(reaches) else None


def _leads(path: str, here: str) -> bool:
    return here == path or (path != "/" and here.startswith(f"{path}/"))
