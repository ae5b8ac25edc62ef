"""What a collector is: it looks at one source and yields what it saw, and what it had to leave out with the reason.

Promises asked of implementations: they read and never write; they yield `Skipped` instead of dropping something silently; a
source that cannot be reached at all raises `SourceUnavailable`. What they read is hostile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Protocol, TypeAlias

from proofbook.collectors.wording import plain, plain_path
from proofbook.records.exchange import Document

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with what is being read, bytes done and bytes in total; never from two threads at once."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a thing was seen: two copies of one artifact have two records."""

    host: str
    store: str
    location: str


@dataclass(frozen=True, slots=True)
class Observation:
    """A thing seen, as the document that would be recorded. `volatile` names fields that move without anything having changed."""

    kind: str
    subject: str
    place: Place
    document: Document
    volatile: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class Skipped:
    """A thing that could not be looked at, or not fully: a stable code, words, and the path if there is one."""

    code: str
    detail: str
    path: str | None = None

    @classmethod
    def because(cls, code: str, detail: str, path: PurePath | str | None = None) -> Skipped:
        """With words and path from outside, made plain."""
        return cls(code, plain(detail), None if path is None else plain_path(path))


class Collector(Protocol):
    """One source. The properties say what exactly is looked at, for the record of the run."""

    @property
    def name(self) -> str:
        """A stable name, e.g. `model_store.ollama`."""

    @property
    def query(self) -> str:
        """What is looked at, in words with the exact path."""

    @property
    def parameters(self) -> Mapping[str, str]:
        """Settings that change what is seen."""

    def collect(self) -> Iterator[Observation | Skipped]:
        """Look once. Raises SourceUnavailable when the source cannot be reached at all."""
