"""What all populations of one export share: the book, its projection, the engagement, and what was seen of the recording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from proofbook.book.interface import BookReading, StoredCheckpoint
from proofbook.bundle.manifest import Since
from proofbook.export.assessed import Assessed
from proofbook.export.engagement import Engagement
from proofbook.export.observation import Listed, Observation
from proofbook.export.worksheet import Worksheet
from proofbook.readmodel.connection import Reader
from proofbook.reconciliation.comparing import Comparison


@dataclass(slots=True)
class Basis:
    """Used by one thread, for one export."""

    book: BookReading
    reader: Reader
    engagement: Engagement
    checkpoint: StoredCheckpoint
    seen: Observation
    worksheet: Worksheet
    evidence_ids: Mapping[str, str]
    erased: int
    """Conversations whose content was erased by the checkpoint."""
    reconciled: tuple[Comparison, ...]
    """The engines' own counters against the book."""
    strays: Listed = field(default_factory=Listed)
    """Responses that found no open request."""
    since: Since | None = None
    """The earlier checkpoint a roll-forward begins at."""
    assessed_then: Assessed | None = None
    """Of a roll-forward: the same as of that checkpoint."""
    assessed: Assessed | None = None
    """Known after the first pass; None: no scope was given, so nothing is known of duties and records."""
