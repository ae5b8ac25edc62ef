"""Counts asked apart from whatever makes a list: a second statement of what should be in it, in SQL over the projection.

Promises: nothing here knows how a list was made; filters are given again by the caller. Both counts rest on one book.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from proofbook.readmodel.connection import Bindings, Reader

Rare = Literal["discoveries", "sightings", "configs", "gaps"]
_RARE: Final[Mapping[Rare, str]] = {
    "discoveries": "discoveries_counted_apart",
    "sightings": "sightings_counted_apart",
    "configs": "configs_counted_apart",
    "gaps": "gaps_counted_apart",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a count is held to: the first `size` entries, [since, until), systems (None: all), an entity (None: any)."""

    size: int
    since: str
    until: str
    systems: tuple[str, ...] | None = None
    entity: str | None = None
    mine: bool = True
    """Whether what names no entity and no system belongs to that entity."""

    def bindings(self) -> dict[str, str | int | None]:
        """As SQL is given them."""
        systems = None if self.systems is None else json.dumps(self.systems)
        return {"size": self.size, "since": self.since, "until": self.until, "systems": systems}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which versions of kept records. `moment`: body field that lies in the bounds, `recorded`, or None for any time."""

    kinds: tuple[str, ...]
    moment: str | None = None
    before: Literal["since", "until"] | None = None
    """Only what was recorded before that edge of the bounds."""
    every: bool = False
    """Every version instead of the newest of each record."""
    field: str | None = None
    allowed: tuple[str | int | None, ...] = ()


def count_documents(reader: Reader, wanted: Wanted, bounds: Bounds) -> int:
    """Versions of kept records. Raises StoreUnavailable."""
    edge = {"since": bounds.since, "until": bounds.until, None: None}[wanted.before]
    moment = wanted.moment if wanted.moment in {None, "recorded"} else f"$.{wanted.moment}"
    bindings: Bindings = {
        **bounds.bindings(),
        "kinds": json.dumps(wanted.kinds),
        "newest": int(not wanted.every),
        "before": edge,
        "moment": moment,
        "field": None if wanted.field is None else f"$.{wanted.field}",
        "allowed": json.dumps(wanted.allowed),
        "entity": bounds.entity,
        "mine": int(bounds.mine),
    }
    return _count(reader, "documents_counted_apart", bindings)


def count_keys(reader: Reader, what: Literal["issued", "revoked", "limited"], bounds: Bounds) -> int:
    """Access keys that were issued or revoked in the bounds, or whose life was ever cut short."""
    return _count(reader, "keys_counted_apart", {**bounds.bindings(), "what": what})


def count_rare(reader: Reader, what: Rare, bounds: Bounds) -> int:
    """Looks at machines, sightings of engines, loadings of settings, gaps of recorders."""
    given = bounds.bindings()
    return _count(reader, _RARE[what], {name: given[name] for name in ("size", "since", "until")})


def count_content_events(reader: Reader, kinds: tuple[str, ...], bounds: Bounds) -> int:
    """Erasures, holds, releases."""
    given = bounds.bindings()
    plain = {name: given[name] for name in ("size", "since", "until")}
    return _count(reader, "content_events_counted_apart", {**plain, "kinds": json.dumps(kinds)})


def count_classified(reader: Reader, bounds: Bounds) -> int:
    """Looks at content for classes of sensitive data that were recorded in the bounds, of exchanges of their systems."""
    return _count(reader, "classifications_counted_apart", bounds.bindings())


def _count(reader: Reader, question: str, bindings: Bindings) -> int:
    row = reader.row(question, bindings)
    return 0 if row is None else int(row[0])


def first_records(reader: Reader, size: int) -> dict[str, str]:
    """Subject of each provenance record -> when the first one was recorded, within the first `size` entries."""
    return {str(subject): str(recorded) for subject, recorded in reader.rows("artifacts_first_recorded", {"size": size})}


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One system prompt or guardrail that a system's exchanges used. `value`: keyed fingerprint or version, or `unknown`."""

    system: str
    what: str
    value: str
    exchanges: int
    first: str


def fingerprints(reader: Reader, until: str, size: int) -> tuple[Fingerprint, ...]:
    """Of exchanges before a moment, in the first `size` entries."""
    return tuple(Fingerprint(*row) for row in reader.rows("fingerprints", {"until": until, "size": size}))


def known_exchanges(reader: Reader, exchanges: tuple[str, ...], size: int) -> frozenset[str]:
    """Which of these exchanges are on record within the first `size` entries."""
    rows = reader.rows("exchanges_known", {"exchanges": json.dumps(exchanges), "size": size})
    return frozenset(str(row[0]) for row in rows)
