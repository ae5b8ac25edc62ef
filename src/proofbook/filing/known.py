"""What a rule may ask: the newest versions in the book, what this run states, artifacts, controls, starter texts.

Reads the projection, which the caller has caught up with the book; used by one thread. Answers are remembered for one run only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from proofbook.filing.document import Filed
from proofbook.readmodel import artifacts
from proofbook.readmodel.artifacts import ArtifactVersion
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.documents import Documents, DocumentVersion

Key: TypeAlias = tuple[str, str]
StarterSections: TypeAlias = Callable[[str], Sequence[tuple[str, str]] | None]
"""Id of a starter text -> its (heading, text) pairs, or None when there is no such text."""


@dataclass(slots=True)
class Known:
    """The book and one run together."""

    reader: Reader
    run: dict[Key, Filed]
    controls: frozenset[str]
    starter_sections: StarterSections
    _current: dict[Key, DocumentVersion | None] = field(default_factory=dict)
    _documents: Documents | None = None

    @property
    def documents(self) -> Documents:
        """Questions about kept records of the book."""
        if self._documents is None:
            self._documents = Documents(self.reader)
        return self._documents

    def current(self, kind: str, record_id: str) -> DocumentVersion | None:
        """The newest version in the book."""
        key = (kind, record_id)
        if key not in self._current:
            self._current[key] = self.documents.current(kind, record_id)
        return self._current[key]

    def is_there(self, kind: str, record_id: str) -> bool:
        """Whether the book or this run has the record."""
        return (kind, record_id) in self.run or self.current(kind, record_id) is not None

    def version(self, entry: str) -> DocumentVersion | None:
        """The version that an entry of the book holds."""
        return self.documents.by_entry(entry)

    def artifact(self, digest: str) -> ArtifactVersion | None:
        """The newest provenance record of these bytes."""
        return artifacts.by_digest(self.reader, digest)


def by_key(filed: Iterable[Filed]) -> dict[Key, Filed]:
    """What a run states, by kind and id."""
    return {(each.kind, each.id): each for each in filed}
