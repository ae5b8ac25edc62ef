"""What goes through the one door, and what comes back.

A `Submission` is a draft and the confidential bytes that belong to it. A `Recorder` makes a sequence of submissions durable
together or not at all; the receipt says where each entry stands in the book. Nothing returned here holds content.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias, runtime_checkable

from proofbook.errors import ProofbookError
from proofbook.records.envelope import Draft


@dataclass(frozen=True, slots=True)
class Content:
    """Confidential bytes of one entry: `slot` names them inside the entry (`request`, `response`).

    All content of one `conversation` is sealed under one key and is erased together; `retention` names its retention class.
    """

    slot: str
    data: bytes
    conversation: str
    retention: str = "default"


class EffectKind(StrEnum):
    """What an entry does to the vault in the same transaction."""

    ERASE = "erase"
    HOLD = "hold"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Effect:
    """An act on one conversation of the vault. An erasure's counts are filled into the entry by the writer."""

    kind: EffectKind
    conversation: str


@dataclass(frozen=True, slots=True)
class Submission:
    """One entry to be recorded, with its content and its effect on the vault."""

    draft: Draft
    contents: tuple[Content, ...] = ()
    effect: Effect | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a recorded entry stands. `recorded` is the writer's time; `leaf_hash` its 32-byte RFC 6962 leaf hash."""

    entry_id: str
    index: int
    source: str
    seq: int
    recorded: str
    leaf_hash: bytes


class Recorder(Protocol):
    """The one door in. Safe to call from several threads."""

    def submit(self, submissions: Sequence[Submission]) -> Future[tuple[Receipt, ...]]:
        """Queue submissions; the future resolves once all are synced to disk, in order, or fails with none of them written.

        The future's error is `StoreUnavailable` when the store cannot be written, `MalformedRecord` or `LimitExceeded` when a
        draft cannot become an entry, `RefusedError` when a hold stands against an erasure.
        """

    def record(self, draft: Draft, contents: tuple[Content, ...] = ()) -> Receipt:
        """Record one entry and wait until it is durable. Raises what `submit` names."""


Settled: TypeAlias = Callable[[ProofbookError | None], None]
"""Hears what became of a call: None once it is durable, else why nothing of it was written."""


@runtime_checkable
class QuickRecorder(Recorder, Protocol):
    """A recorder that can do without a future and receipts for each call, which cost more than the rest of the way in."""

    def hand_in(self, submissions: Sequence[Submission], settled: Settled) -> None:
        """As `submit`; `settled` is called once, in whatever thread, and must return at once and raise nothing."""
