"""Values of a file together with where they stand in it, whatever the format of the file.

Promises: lines and columns count from 1, as editors show them. A scalar keeps the text it was written as, so that a number with
a decimal point is not rounded. Pure values; nothing hostile can happen here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, whole number, truth value or null. `text` is what stands in the file, without quotes."""

    at: Place
    value: str | int | bool | None
    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A list."""

    at: Place
    items: tuple[Marked, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A value and where its name stands."""

    at: Place
    value: Marked


@dataclass(frozen=True, slots=True)
class Table:
    """Names and values, in the order of the file."""

    at: Place
    entries: dict[str, Named]


Marked: TypeAlias = Scalar | Listing | Table

Step: TypeAlias = str | int


def find_nearest(value: Marked, path: Sequence[Step]) -> Place:
    """The place of the value at `path`, or of the innermost value around it that is there."""
    at = value.at
    for step in path:
        if isinstance(value, Table) and isinstance(step, str) and step in value.entries:
            value = value.entries[step].value
        elif isinstance(value, Listing) and isinstance(step, int) and step < len(value.items):
            value = value.items[step]
        else:
            break
        at = value.at
    return at


def find_name(value: Marked, path: Sequence[Step]) -> Place:
    """The place of the name at the end of `path`, for what is wrong with the name itself."""
    holder: Marked = value
    for step in path[:-1]:
        if isinstance(holder, Table) and step in holder.entries:
            holder = holder.entries[str(step)].value
        elif isinstance(holder, Listing) and isinstance(step, int) and step < len(holder.items):
            holder = holder.items[step]
        else:
            return find_nearest(value, path)
    last = path[-1] if path else None
    if isinstance(holder, Table) and isinstance(last, str) and last in holder.entries:
        return holder.entries[last].at
    return find_nearest(value, path)


def format_path(path: Sequence[Step], root: str = "record") -> str:
    """`record.flows[3].crosses`."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return f"{root}{''.join(parts)}"
