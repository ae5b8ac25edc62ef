"""Points, boxes and the sizes of letters and gaps that every picture shares. Pixels throughout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MARGIN: Final = 8
ID_SIZE: Final = 12
LABEL_SIZE: Final = 14
NOTE_SIZE: Final = 12
FLOW_SIZE: Final = 12
CAPTION_SIZE: Final = 13
LABEL_LINE: Final = 17
SMALL_LINE: Final = 14
BOLD: Final = 1.12
"""How much wider bold letters may be."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place; x to the right, y downwards."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its left upper corner."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The x of its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The y of its lower edge."""
        return self.top + self.height

    def holds(self, other: Box) -> bool:
        """Whether the other lies within this one."""
        return self.left <= other.left and self.top <= other.top and other.right <= self.right and other.bottom <= self.bottom

    def overlaps(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True, slots=True)
class NodeText:
    """What is written in a node, in lines."""

    id: str
    label: tuple[str, ...]
    note: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlowText:
    """What is written beside a flow: its id and classification, what it carries, and the rule that excludes it."""

    head: str
    classification: str
    label: tuple[str, ...]
    excluded: tuple[str, ...]
