"""What the pages are given from outside: the book, the projection's place, the pinned log, clocks and time limits.

The room opens nothing by itself and knows no configuration: it asks `PortalSources`. What is opened is used by one thread and
closed with the request. A `Desk` is one request's view of it: the book as it is, the projection as far as it was taken in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from proofbook.assessment.scope import Scope
from proofbook.book.interface import BookReading
from proofbook.primitives.instants import Clock
from proofbook.readmodel.connection import Reader

NEWEST: Final = 10_000
"""How far back the first page counts states: enough to be about now, little enough to cost the same in every book."""


class CountedBook(BookReading, Protocol):
    """A book that also keeps count of its kinds."""

    def kinds(self) -> Mapping[str, tuple[int, int]]:
        """For each kind: index of its newest entry, and how many there are."""


class Engagements(Protocol):
    """The engagements of a home, as of a moment."""

    def known(self, reader: Reader, moment: datetime) -> tuple[str, ...]:
        """Their ids: those on record, then those that only the settings have."""

    def scope(self, reader: Reader, engagement: str, moment: datetime) -> Scope:
        """One of them. Raises ConfigurationError for an id that is not known."""


@dataclass(frozen=True, slots=True)
class PortalSources:
    """Everything the pages need. `origin` and `vkey` are those this home pins, whatever the book itself says."""

    entity: str
    origin: str
    vkey: str
    open_book: Callable[[], AbstractContextManager[CountedBook]]
    projection: Path
    engagements: Engagements
    clock: Clock
    monotonic: Callable[[], float]
    version: str
    gateway: str | None
    """Base URL for clients, shown where nothing was recorded yet; None when no gateway is configured."""
    heartbeat_seconds: float = 60.0
    """How often a recorder beats; longer silence than two and a half of these is shown as not covered."""
    patience_seconds: float = 10.0
    """How long a request may take before it is answered with 503."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One request's view. `position` is how many entries the projection has taken in."""

    book: CountedBook
    reader: Reader
    position: int
    now: datetime
    sources: PortalSources


@dataclass(frozen=True, slots=True)
class Page:
    """A template of this room and the values it shows."""

    template: str
    values: Mapping[str, Any]
    status: int = 200


@dataclass(frozen=True, slots=True)
class Attachment:
    """Bytes to save. `name` is made of checked characters only."""

    name: str
    media_type: str
    data: bytes


Answer = Page | Attachment | None
"""None: there is no such thing."""
Query = Mapping[str, str]
