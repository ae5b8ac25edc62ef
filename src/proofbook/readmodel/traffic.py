"""Questions about the traffic of a stretch of time, counted: what served whom, and what the machine looked like."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from proofbook.readmodel.by_day import gathered, join_stretch, split
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.derive import DENIED, REFUSED

_REFUSALS: Final = frozenset({DENIED, REFUSED})


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

    @property
    def refused(self) -> bool:
        """Whether the gateway turned these away: nothing served."""
        return self.state in _REFUSALS


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
class Flagged:
    """Exchanges of one caller with one system and artifact that passed although something was lacking: `flag` says what."""

    system: str | None
    flag: str
    principal: str
    principal_kind: str
    key: str | None
    artifact: str | None
    exchanges: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Denied:
    """Attempts of one caller on one system that a rule turned away. `system` is None where no caller was verified."""

    system: str | None
    principal: str
    principal_kind: str
    reason: str
    attempts: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings that a program loaded."""

    index: int
    entry: str
    recorded: str
    program: str
    settings: Mapping[str, Any]


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
    parts = split(reader, since, until, size)
    found = gathered(reader, "served_by_day", "traffic_served", parts, width=4, join=join_stretch, more="served_open")
    return tuple(Served(*row) for row in found)


def callers(reader: Reader, since: str, until: str, size: int) -> tuple[Caller, ...]:
    """Who called in [since, until), in the first `size` entries; refusals are left out."""
    parts = split(reader, since, until, size)
    found = gathered(reader, "callers_by_day", "traffic_principals", parts, width=5, join=join_stretch)
    return tuple(Caller(*row) for row in found)


def flagged(reader: Reader, since: str, until: str, size: int) -> tuple[Flagged, ...]:
    """What passed in [since, until) although something was lacking, in the first `size` entries."""
    parts = split(reader, since, until, size)
    found = gathered(reader, "flagged_by_day", "traffic_flagged", parts, width=6, join=join_stretch)
    return tuple(Flagged(*row) for row in found)


def denied(reader: Reader, since: str, until: str, size: int) -> tuple[Denied, ...]:
    """What a rule turned away in [since, until), in the first `size` entries."""
    parts = split(reader, since, until, size)
    found = gathered(reader, "denied_by_day", "traffic_denied", parts, width=4, join=join_stretch)
    return tuple(Denied(*row) for row in found)


def configs(reader: Reader, size: int) -> tuple[Loaded, ...]:
    """Settings that programs loaded, in the first `size` entries, oldest first."""
    found = reader.rows("configs_loaded", {"size": size})
    return tuple(Loaded(*(*row[:-1], json.loads(row[-1]))) for row in found)


def discoveries(reader: Reader, size: int) -> tuple[Discovery, ...]:
    """Looks at the machine in the first `size` entries, oldest first."""
    found = reader.rows("discoveries", {"size": size})
    return tuple(Discovery(*(*row[:-1], json.loads(row[-1]))) for row in found)


def book_began(reader: Reader) -> str | None:
    """When the first entry was recorded; None for an empty book."""
    row = reader.row("book_began")
    return None if row is None else row[0]
