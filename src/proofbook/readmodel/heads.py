"""Questions about kept records as they stand now: lists of a kind, what waits for a decision, what points to what, sealed files.

Promises: pages by position in the book; each question costs what it shows, whatever the number of versions, but a list narrowed
to something rare, which may look through one kind. Does not: hold anything that the entries do not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from proofbook.readmodel.connection import Bindings, Reader

END: Final = 2**62


@dataclass(frozen=True, slots=True)
class Head:
    """The newest version of a record. `state` is what it says of itself; `decision` the newest one signed about this version."""

    kind: str
    id: str
    index: int
    entry: str
    version: int
    title: str
    state: str | None
    blanks: int
    occurred: str
    recorded: str
    actor: str
    decision: str | None
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a list is narrowed by; None does not narrow. `decision` may be `none`. `words` are part of the title or id."""

    words: str | None = None
    state: str | None = None
    actor: str | None = None
    blanks: bool | None = None
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class Pointing:
    """A record whose newest version points to something, in which field."""

    field: str
    head: Head


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A file sealed with a record: what it is called, what its bytes are, where they are sealed."""

    index: int
    entry: str
    name: str
    sha256: str
    bytes: int
    recorded: str
    actor: str
    conversation: str
    commitment: str


def page(reader: Reader, kind: str, narrowing: Narrowing, *, before: int | None = None, limit: int) -> tuple[Head, ...]:
    """Records of a kind, the last changed first."""
    words = None if narrowing.words is None else narrowing.words.lower()
    blanks = None if narrowing.blanks is None else int(narrowing.blanks)
    bindings: Bindings = {
        "kind": kind,
        "before": END if before is None else before,
        "limit": limit,
        "words": words,
        "state": narrowing.state,
        "actor": narrowing.actor,
        "blanks": blanks,
        "decision": narrowing.decision,
    }
    return tuple(Head(*row) for row in reader.rows("heads_page", bindings))


def waiting(reader: Reader, kinds: Iterable[str], *, before: int | None = None, limit: int) -> tuple[Head, ...]:
    """Records of some kinds whose newest version nobody decided about, the last changed first."""
    found: list[Head] = []
    for kind in kinds:
        bindings: Bindings = {"kind": kind, "before": END if before is None else before, "limit": limit}
        found += (Head(*row) for row in reader.rows("heads_waiting", bindings))
    return tuple(sorted(found, key=lambda each: -each.index)[:limit])


def of_record(reader: Reader, kind: str, record_id: str) -> Head | None:
    """One record as it stands now."""
    row = reader.row("head_of", {"kind": kind, "id": record_id})
    return None if row is None else Head(*row)


def counts(reader: Reader) -> dict[str, int]:
    """How many records there are of each kind that has any."""
    return {row[0]: row[1] for row in reader.rows("heads_counted")}


def suggestions(reader: Reader, kind: str, limit: int) -> tuple[tuple[str, str], ...]:
    """Id and title of records of a kind, the last changed first."""
    return tuple((row[0], row[1]) for row in reader.rows("heads_suggested", {"kind": kind, "limit": limit}))


def states(reader: Reader, kind: str) -> tuple[str, ...]:
    """The words by which records of a kind say where they stand."""
    return tuple(row[0] for row in reader.rows("states_of_kind", {"kind": kind}))


def pointing_to(reader: Reader, kind: str, record_id: str, limit: int) -> Iterator[tuple[str, tuple[Pointing, ...]]]:
    """Kinds whose newest versions point to something, each with at most `limit` of them, the last changed first."""
    for row in reader.rows("kinds_pointing", {"kind": kind, "id": record_id}):
        yield row[0], of_kind_pointing_to(reader, row[0], kind, record_id, limit=limit)


def of_kind_pointing_to(
    reader: Reader, from_kind: str, kind: str, record_id: str, *, before: int | None = None, limit: int
) -> tuple[Pointing, ...]:
    """Records of one kind that point to something, the last changed first."""
    position = END if before is None else before
    bindings: Bindings = {"kind": kind, "id": record_id, "from_kind": from_kind, "before": position, "limit": limit}
    return tuple(Pointing(row[0], Head(*row[1:])) for row in reader.rows("pointing_to", bindings))


def files_of(reader: Reader, kind: str, record_id: str) -> tuple[RecordFile, ...]:
    """Files sealed with a record, newest first."""
    return tuple(RecordFile(*row) for row in reader.rows("record_files", {"kind": kind, "id": record_id}))
