"""What of the grid is shown: rows of one artifact, one owner, one state.

Promises: narrowing hides rows and changes nothing in them; how many are hidden is said. Hostile input: a state that is none is
InputError; an artifact or owner that nobody has leaves an empty grid.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from proofbook.assessment.control_set import HeldControl
from proofbook.assessment.grid import Grid, Row
from proofbook.errors import InputError
from proofbook.obligations.duty import Cell, State
from proofbook.people.visitor import Visitor
from proofbook.portal.staff.today.folding import names_of
from proofbook.portal.states import LETTERS
from proofbook.portal.surroundings import Query


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What was asked for; empty: everything."""

    artifact: str
    owner: str
    state: State | None

    @property
    def chosen(self) -> dict[str, str]:
        """As fields of an address."""
        asked = {"artifact": self.artifact, "owner": self.owner, "state": "" if self.state is None else self.state.value}
        return {name: value for name, value in asked.items() if value}

    def takes(self, row: Row, control: HeldControl, visitor: Visitor | None) -> bool:
        """Whether a row is shown."""
        if self.artifact and self.artifact not in control.artifacts:
            return False
        if self.owner == "mine":
            if row.owner.casefold() not in names_of(visitor):
                return False
        elif self.owner and row.owner != self.owner:
            return False
        return self.state is None or any(square is not None and self._holds(square.cells) for square in row.squares)

    def _holds(self, cells: Iterable[Cell]) -> bool:
        return any(cell.state is self.state for cell in cells)

    def without(self, name: str, carried: dict[str, str]) -> str:
        """The address of the grid with one wish less."""
        left = {each: value for each, value in self.chosen.items() if each != name}
        return f"/coverage?{urlencode({**carried, **left})}"


def read_narrowing(query: Query) -> Narrowing:
    """The wishes of an address. Raises InputError."""
    state = query.get("state", "").strip()
    known = {each.value: each for each in LETTERS}
    if state and state not in known:
        raise InputError(f"state={state[:40]!r} is none", hint=f"known: {', '.join(known)}")
    return Narrowing(query.get("artifact", "").strip()[:20], query.get("owner", "").strip()[:200], known.get(state))


def artifacts_of(grid: Grid) -> tuple[str, ...]:
    """Artifacts that some control of the grid belongs to."""
    return tuple(sorted({each for standing in grid.controls for each in standing.control.artifacts}))


def row_owners(grid: Grid) -> tuple[str, ...]:
    """Owners of its rows, the unknown one last."""
    return tuple(sorted({row.owner for row in grid.rows}, key=lambda each: (each == "unknown", each)))
