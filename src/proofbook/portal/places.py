"""A place of the portal: one address, what it takes to stand there, and the functions that show it and act on it.

Promises: a place without a stated need cannot be made, so nothing is open by omission. Reading and acting are apart: GET never
changes anything but the account of who looked. Pure values; the application makes routes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from proofbook.people.roles import Permission
from proofbook.people.visitor import Visitor
from proofbook.portal.surroundings import Answer


class Reach(Enum):
    """Who reaches a place that no single permission guards."""

    ANYBODY = "anybody"
    """Shown before anybody is known. Says nothing about the book."""
    SIGNED_IN = "signed in"
    """Whoever is known, whatever they may do: their own account, the way out."""


Need: TypeAlias = Permission | Reach
Show: TypeAlias = Callable[..., Answer]
"""show(desk, query, **parts of the path)."""
Act: TypeAlias = Callable[..., Answer]
"""act(desk, given, **parts of the path)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One address. At least one of `show` (GET, HEAD) and `act` (POST) is there; `acting` when acting needs more than looking."""

    path: str
    need: Need
    show: Show | None = None
    act: Act | None = None
    acting: Need | None = None
    assesses: bool = False
    """Made in the thread that assesses engagements and does nothing else."""
    witnessed: bool = False
    """Every look is an entry, whoever looks. Looks of auditors are entries everywhere."""
    does: tuple[str, ...] = ()
    """Names of the acts that its forms do, where these are not one act done `by_form`."""

    def __post_init__(self) -> None:
        if self.show is None and self.act is None:
            raise ValueError(f"{self.path}: neither shows nor acts")
        if not self.path.startswith("/"):
            raise ValueError(f"{self.path!r} is not a path")

    def needed(self, method: str) -> Need:
        """What it takes to come here with a method."""
        return self.acting or self.need if method == "POST" else self.need

    def admits(self, visitor: Visitor | None, method: str) -> bool:
        """Whether somebody may come here."""
        match self.needed(method):
            case Reach.ANYBODY:
                return True
            case Reach.SIGNED_IN:
                return visitor is not None
            case Permission() as permission:
                return visitor is not None and visitor.may(permission)


@dataclass(frozen=True, slots=True)
class Section:
    """One word of the navigation: shown to whom its place is open. `carried`: its link keeps the chosen engagement.

    A section with `parts` is shown to whom one of them is open, and leads to the first such one.
    """

    path: str
    name: str
    need: Need
    carried: bool = False
    parts: tuple[Section, ...] = ()

    def open_to(self, visitor: Visitor | None) -> bool:
        """Whether it is shown."""
        return Place(path=self.path, need=self.need, show=_nothing).admits(visitor, "GET")


def check_places(places: Iterable[Place]) -> tuple[Place, ...]:
    """The same places. Raises ValueError when two stand at one address."""
    found: dict[str, Place] = {}
    for place in places:
        if place.path in found:
            raise ValueError(f"{place.path} is there twice")
        found[place.path] = place
    return tuple(found.values())


def _nothing(*_: object) -> Answer:
    return None
