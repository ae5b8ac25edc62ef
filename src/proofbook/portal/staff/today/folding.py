"""Findings folded for a page: those of one control and one consequence are one line, narrowed to an owner where one is asked for.

Promises: nothing is dropped: every finding is in one fold, and a fold says how many it holds. The order is that of the list,
by the first finding of each fold. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence
from proofbook.assessment.grid import Grid
from proofbook.assessment.today import Item
from proofbook.people.visitor import Visitor
from proofbook.portal.staff.links import subject_link
from proofbook.portal.staff.today.mending import Mending, derive_mending
from proofbook.portal.telling import cut_before
from proofbook.records.kept import KEPT

UNKNOWN_OWNER: Final = "unknown"
_BRIEF: Final = 170


@dataclass(frozen=True, slots=True)
class Line:
    """One finding as a page shows it. `said` is what was found, without the name of its record."""

    item: Item
    said: str
    name: str
    link: str | None
    mending: Mending

    @property
    def brief(self) -> str:
        """What was found, on two lines."""
        if len(self.said) <= _BRIEF:
            return self.said
        return f"{self.said[: cut_before(self.said, _BRIEF - 1)].rpartition(' ')[0]} …"


@dataclass(frozen=True, slots=True)
class Fold:
    """Findings of one control. `control` is empty where none is named; there is at least one line."""

    consequence: Consequence
    control: str
    title: str
    lines: tuple[Line, ...]

    @property
    def owners(self) -> tuple[str, ...]:
        """Who answers for them, unknown ones last."""
        found = {line.item.finding.owner for line in self.lines}
        return tuple(sorted(found, key=lambda each: (each == UNKNOWN_OWNER, each)))


def fold(items: Iterable[Item], grid: Grid) -> tuple[Fold, ...]:
    """Folds in the order of the list."""
    gathered: dict[tuple[Consequence, str], list[Line]] = {}
    for item in items:
        finding = item.finding
        line = show_line(item, grid.facts, _title(grid, finding.control))
        gathered.setdefault((finding.consequence, finding.control or finding.kind), []).append(line)
    return tuple(
        Fold(consequence, lines[0].item.finding.control, _title(grid, lines[0].item.finding.control), tuple(lines))
        for (consequence, _), lines in gathered.items()
    )


def show_line(item: Item, facts: Facts, title: str = "") -> Line:
    """One finding with where it leads, if there is such a record.

    What stands below the `title` of its control does not repeat it.
    """
    finding = item.finding
    name = f"{finding.kind} {finding.id}"
    said = finding.what.removeprefix(f"{name}: ")
    if title and said.startswith(title):
        said = said.removeprefix(title).lstrip(" ,:")
    wanting = finding.kind in KEPT and (finding.kind, finding.id) not in facts.histories
    link = None if wanting else subject_link(finding.kind, finding.id, finding.control, facts.scope.engagement)
    return Line(item, said, name, link, derive_mending(finding))


def owned_by(items: Sequence[Item], owner: str, visitor: Visitor | None) -> tuple[Item, ...]:
    """Findings of one owner; `mine`: of the visitor, by account or name. Everything without an owner."""
    if not owner:
        return tuple(items)
    wanted = names_of(visitor) if owner == "mine" else frozenset({owner.casefold()})
    return tuple(each for each in items if each.finding.owner.casefold() in wanted)


def names_of(visitor: Visitor | None) -> frozenset[str]:
    """What records may call a visitor."""
    return frozenset() if visitor is None else frozenset({visitor.account.casefold(), visitor.name.casefold()})


def owners_of(items: Iterable[Item]) -> tuple[tuple[str, int], ...]:
    """Every owner and how many findings are theirs, most first."""
    counts: dict[str, int] = {}
    for each in items:
        counts[each.finding.owner] = counts.get(each.finding.owner, 0) + 1
    return tuple(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def _title(grid: Grid, control: str) -> str:
    standing = grid.standing(control) if control else None
    return standing.control.newest.title if standing is not None else ""
