"""Report definitions: which entries become rows of a population and what each column holds; data, not code.

Promises: a definition is read strictly (a foreign field is refused); its logic hash is the SHA-256 of the very file that lies
in the room, so it changes with every change of what the report does. The shipped text is laid out for people; the room holds
the canonical form. What narrows a report to an engagement (`narrowing`) is written into the definition, so that no filter is
outside the hash. Does not evaluate anything (`rows` does). Hostile input: MalformedRecord or LimitExceeded naming the field.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from importlib.resources import files
from typing import Final, Literal, TypeAlias

from proofbook.errors import MalformedRecord

DEFINITION_FORMAT: Final = "proofbook-definition/1.1"
POPULATIONS: Final = tuple(f"POP-{number:02d}" for number in range(1, 31))
"""Populations this program can produce, in the order of their ids."""

PLACES: Final = frozenset({"#index", "#leaf", "#id"})
"""Paths that speak of an entry's place in the book rather than of what it says."""


class Versions(StrEnum):
    """Which versions of a record a table speaks of; a record is known by its kind and subject."""

    EVERY = "every"
    NEWEST = "newest"
    """The newest as of the checkpoint."""
    AT_END = "at_end"
    """The newest recorded before the end of the period."""
    AT_START = "at_start"
    """The newest recorded before its start."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `absent` stands where the path leads to nothing or there is no joined entry."""

    name: str
    origin: Literal["base", "join", "schedule"]
    path: str
    type: str
    meaning: str
    unit: str | None
    absent: str | None


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value at `path` is one of `allowed`, as canonical bytes; an absent value is none of them."""

    path: str
    allowed: frozenset[bytes]
    words: str


@dataclass(frozen=True, slots=True)
class HasAny:
    """The value at `path` is a list and one of its items is one of `allowed`."""

    path: str
    allowed: frozenset[bytes]
    words: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The path leads to nothing."""

    path: str
    words: str


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of several conditions holds."""

    conditions: tuple[Condition, ...]
    words: str


Condition: TypeAlias = OneOf | HasAny | Missing | Either


@dataclass(frozen=True, slots=True)
class Join:
    """What is joined to a row: entries of these kinds whose value at `joined` is that of the row's entry at `base`."""

    kinds: tuple[str, ...]
    base: str
    joined: str
    pick: Literal["first", "newest"]


@dataclass(frozen=True, slots=True)
class Table:
    """One table. Of the schedule (`scheduled`: controls whose duties it lists) or of entries (`kinds` and the rest).

    `key` is the column that tells rows apart, `by` are the columns whose words are counted, `period` the paths of which the
    first that leads to a text is held against the period (empty: as of the checkpoint).
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    where: tuple[Condition, ...]
    latest_by: str | None
    versions: Versions
    join: Join | None
    period: tuple[str, ...]
    scheduled: tuple[str, ...]
    key: str
    by: tuple[str, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A check this population is put to. `bears`: an outcome other than agreement keeps completeness from being demonstrated."""

    id: str
    bears: bool


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole definition; `data` is the file as it lies in the room."""

    id: str
    version: int
    population: str
    title: str
    purpose: str
    unit: str
    system_of_record: str
    controls: tuple[str, ...]
    criteria: tuple[str, ...]
    artifacts: tuple[str, ...]
    parameters: tuple[str, ...]
    limitations: tuple[str, ...]
    elsewhere: tuple[str, ...]
    """Where else items of this population could be found by a person: what the book cannot search."""
    checks: tuple[Named, ...]
    tables: tuple[Table, ...]
    data: bytes

    @property
    def logic_sha256(self) -> str:
        """Hex SHA-256 of the definition file."""
        return sha256(self.data).hexdigest()


def shipped_text(population: str) -> bytes:
    """The text of a shipped definition. Raises MalformedRecord for a population this program does not know."""
    if population not in POPULATIONS:
        raise MalformedRecord(f"population {population[:40]!r} is not known", hint=f"known: {', '.join(POPULATIONS)}")
    return files("proofbook.export").joinpath("definitions", f"{population}.json").read_bytes()


def filters_in_words(definition: Definition) -> list[str]:
    """What each table takes in and leaves out, one sentence a table."""
    return [f"{table.name}: {words(table)}" for table in definition.tables]


def words(table: Table) -> str:
    """What one table takes in and leaves out."""
    if table.scheduled:
        return f"what duties of {', '.join(table.scheduled)} expected in the period, computed from the schedule; not from entries"
    parts = [f"entries of kind {' or '.join(table.kinds)}"]
    parts += [each.words for each in table.where]
    if not table.where:
        parts.append("no filters applied")
    if table.latest_by is not None:
        parts.append(f"only the newest entry for each {table.latest_by}")
    parts += [_VERSIONS[table.versions]] if table.versions in _VERSIONS else []
    if table.period:
        parts.append(f"{' or, where that is not stated, '.join(table.period)} inside the period")
    elif table.versions in {Versions.EVERY, Versions.NEWEST}:
        parts.append("as of the checkpoint, whatever the period")
    return "; ".join(parts)


_VERSIONS: Final = {
    Versions.NEWEST: "of each record the newest version as of the checkpoint, before any filter",
    Versions.AT_END: "of each record the newest version recorded before the end of the period",
    Versions.AT_START: "of each record the newest version recorded before the start of the period",
}
