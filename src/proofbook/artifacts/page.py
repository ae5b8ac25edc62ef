"""What an artifact's page is made of: a head, and blocks of fields, tables, drawings and words; renderers draw them.

Promises: a field says how it stands (stated, not stated, unknown, blank, late), so that nothing missing looks like nothing to
say; an empty table says in words what its emptiness means. Does not escape: renderers do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias


class Standing(StrEnum):
    """How a value stands."""

    STATED = "stated"
    NOT_STATED = "not stated"
    UNKNOWN = "unknown"
    BLANK = "blank"
    """A draft's blank that nobody filled."""
    LATE = "late"
    """Recorded long after it happened, or overdue."""
    DIFFERS = "marked"
    """Contradicts another record, or is one of those the table's note speaks of."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with how it stands. `mono` sets digests and ids apart."""

    text: str
    standing: Standing = Standing.STATED
    mono: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A named value and what it means."""

    label: str
    value: Cell
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Fields:
    """A group of named values."""

    title: str
    rows: tuple[Field, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells. `empty` is shown, in words, when there are none. `narrow` columns hold short words."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str
    note: str = ""
    weights: tuple[int, ...] = ()
    """Relative widths; empty: all alike."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture: one for screens (its colours follow the page), one for paper."""

    title: str
    screen: str
    paper: str
    alt: str
    note: str = ""
    tall: bool = False
    """Whether it may be higher than it is wide; such a one is fitted onto its page."""


@dataclass(frozen=True, slots=True)
class Words:
    """Paragraphs under a heading."""

    title: str
    paragraphs: tuple[str, ...]
    standing: Standing = Standing.STATED


@dataclass(frozen=True, slots=True)
class Gallery:
    """Small drawings of the same sort, side by side."""

    title: str
    drawings: tuple[Drawing, ...]
    note: str = ""


Block: TypeAlias = Fields | Table | Drawing | Gallery | Words


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the facts of a page lie: a book, and the signed checkpoint that covers them."""

    origin: str
    size: int
    """Entries the checkpoint covers."""
    root: str
    """Hex of its root."""
    signed_at: str


@dataclass(frozen=True, slots=True)
class Head:
    """What every page says about itself: the evidence header (soc2.md 8.3). Who ran it and when is in `run.json`, beside."""

    evidence_id: str
    artifact: str
    artifact_title: str
    answers: str
    """The question it answers."""
    engagement: str
    entity: str
    period: str
    as_of: str
    environment: str
    systems: str
    """Systems in scope, in words."""
    book_size: int
    criteria: tuple[str, ...]
    controls: tuple[str, ...]
    sources: tuple[str, ...]
    """Kinds of record it is drawn from, with counts."""
    span: str
    """First and last thing they tell of, and the last entry among them."""
    query: str
    """What was taken in and what was left out."""
    checks: tuple[str, ...]
    """What was looked at for completeness, and what it showed."""
    limitations: tuple[str, ...]
    redactions: str
    handling: str
    reviewed: str
    tool: str
    definition: str
    """Which program text derives and draws the page."""
    stand: Stand | None = None
    """None: nothing is signed yet, or the facts come from no book."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `name` is its file name without an ending; `plain` is its JSON twin's content."""

    name: str
    title: str
    lead: str
    marks: tuple[Cell, ...]
    """Short words beside the title: status, draft, EXERCISE."""
    head: Head
    blocks: tuple[Block, ...]
    plain: Mapping[str, Any] = field(default_factory=dict)
    signatures: tuple[tuple[Cell, ...], ...] = ()
    """Signed by, role, decision, statement, signed at, version signed."""
    history: tuple[tuple[Cell, ...], ...] = ()
    """Version, what record, occurred, recorded, by whom, why, entry."""
