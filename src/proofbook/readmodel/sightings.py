"""Questions about what engines were seen to be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from proofbook.readmodel.connection import Reader


@dataclass(frozen=True, slots=True)
class EngineSighting:
    """One look at an engine that found something new."""

    index: int
    entry: str
    source: str
    upstream: str
    seen_at: str
    cause: str
    product: str
    build: str
    models: Mapping[str | None, str | None]
    """Model name (None: any) -> digest of the weights behind it; None when unknown."""


def until(reader: Reader, moment: str, size: int) -> tuple[EngineSighting, ...]:
    """All sightings before a moment in the first `size` entries, in the order of the book."""
    rows = reader.rows("engine_sightings", {"until": moment, "size": size})
    return tuple(EngineSighting(*(*row[:-1], _models(row[-1]))) for row in rows)


def _models(text: str) -> Mapping[str | None, str | None]:
    return {each["name"]: each["artifact"] for each in json.loads(text)}
