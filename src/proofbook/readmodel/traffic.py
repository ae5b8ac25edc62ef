"""Questions about the traffic of a stretch of time, counted: what served whom, and what the machine looked like."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofbook.readmodel.connection import Reader


@dataclass(frozen=True, slots=True)
class Served:
    """Exchanges of one system with one artifact, binding and state. `system` is None for refusals that belong to none."""

    system: str | None
    artifact: str | None
    binding: str | None
    state: str
    exchanges: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Exchanges of one principal with one system under one key."""

    system: str | None
    principal: str
    principal_kind: str
    method: str
    key: str | None
    exchanges: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """One look at the machine."""

    index: int
    entry: str
    recorded: str
    host: str
    started: str
    ended: str
    engines: int
    differences: int
    body: Mapping[str, Any]


def served(reader: Reader, since: str, until: str, size: int) -> tuple[Served, ...]:
    """Exchanges that occurred in [since, until), as the first `size` entries tell it."""
    return tuple(Served(*row) for row in reader.rows("traffic_served", {"since": since, "until": until, "size": size}))


def callers(reader: Reader, since: str, until: str, size: int) -> tuple[Caller, ...]:
    """Who called in [since, until), in the first `size` entries; refusals are left out."""
    return tuple(Caller(*row) for row in reader.rows("traffic_principals", {"since": since, "until": until, "size": size}))


def discoveries(reader: Reader, size: int) -> tuple[Discovery, ...]:
    """Looks at the machine in the first `size` entries, oldest first."""
    found = reader.rows("discoveries", {"size": size})
    return tuple(Discovery(*(*row[:-1], json.loads(row[-1]))) for row in found)


def book_began(reader: Reader) -> str | None:
    """When the first entry was recorded; None for an empty book."""
    row = reader.row("book_began")
    return None if row is None else row[0]
