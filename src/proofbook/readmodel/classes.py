"""Questions about sensitive data in exchanges: which classes were found how often, and what nobody looked at.

The newest classification of an exchange is the one in force. Figures are as the first `size` entries of the book tell it. An
exchange without a classification is unknown, never one without findings.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from proofbook.readmodel.by_day import Split, gathered, in_order, join_sums, split
from proofbook.readmodel.connection import Bindings, Reader, Row
from proofbook.readmodel.derive import Classified

UNCLASSIFIED: Final = "unclassified"
"""State of a side of an exchange that has no classification."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an exchange as it was classified. `missing`: reason and parts of what was not examined."""

    state: str
    bytes: int
    counts: tuple[tuple[str, int], ...]
    missing: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Classification:
    """The newest classification of an exchange."""

    index: int
    entry: str
    exchange: str
    recorded: str
    rule_set: str
    looked_for: tuple[str, ...]
    by: str
    request: Side
    response: Side


@dataclass(frozen=True, slots=True)
class Found:
    """Exchanges of a system that held a class on one side, and the spans in them."""

    system: str
    kind: str
    side: str
    exchanges: int
    spans: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Exchanges of a system by what was examined of them. `rule_set` is None where nothing was classified."""

    system: str
    rule_set: str | None
    looked_for: tuple[str, ...]
    request: str
    response: str
    exchanges: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Missing:
    """Exchanges of a system with content that was not examined for a reason."""

    system: str
    reason: str
    exchanges: int
    parts: int


@dataclass(frozen=True, slots=True)
class Due:
    """An ended exchange that should be classified (again). `previous`: the entry a new one supersedes."""

    exchange: str
    system: str
    protocol: str
    request_index: int
    response_index: int | None
    previous: str | None


def of_exchange(reader: Reader, exchange: str) -> Classification | None:
    """The classification in force for one exchange; None when there is none."""
    row = reader.row("classification_of", {"exchange": exchange})
    if row is None:
        return None
    counts: dict[str, list[tuple[str, int]]] = {"request": [], "response": []}
    for side, kind, spans in reader.rows("class_counts_of", {"idx": row[0]}):
        counts[side].append((kind, spans))
    index, entry, of, recorded, rule_set, looked_for, made_by = row[:7]
    request = Side(row[7], row[8], tuple(counts["request"]), _missing(row[9]))
    response = Side(row[10], row[11], tuple(counts["response"]), _missing(row[12]))
    return Classification(index, entry, of, recorded, rule_set, tuple(json.loads(looked_for)), made_by, request, response)


def before(reader: Reader, exchange: str, index: int) -> Classified | None:
    """The newest classification of an exchange that stands before an entry, as it was counted; None when there is none."""
    row = reader.row("classification_before", {"exchange": exchange, "before": index})
    if row is None:
        return None
    at, rule_set, looked_for, *sides = row
    counts = tuple(reader.rows("class_counts_of", {"idx": at}))
    return Classified(at, exchange, rule_set, looked_for, (sides[0], sides[1]), (sides[2], sides[3]), counts)


def found(reader: Reader, since: str, until: str, size: int, *, system: str | None = None) -> tuple[Found, ...]:
    """Classes found in exchanges that occurred in [since, until)."""
    parts, narrowed = split(reader, since, until, size), {"system": system}
    rows = gathered(reader, "classes_by_day", "classes_found", parts, width=3, join=join_sums, bindings=narrowed)
    return tuple(Found(*row) for row in rows)


def coverage(reader: Reader, since: str, until: str, size: int, *, system: str | None = None) -> tuple[Coverage, ...]:
    """What was examined of the exchanges that occurred in [since, until)."""
    parts, narrowed = split(reader, since, until, size), {"system": system}
    rows = gathered(reader, "examined_by_day", "classes_coverage", parts, width=5, join=join_sums, bindings=narrowed)
    rows = _with_unclassified(rows, reader, parts, system)
    return tuple(
        Coverage(
            of,
            rule_set,
            tuple(json.loads(looked_for)) if looked_for else (),
            request or UNCLASSIFIED,
            response or UNCLASSIFIED,
            exchanges,
            examined,
        )
        for of, rule_set, looked_for, request, response, exchanges, examined in rows
    )


def missing(reader: Reader, since: str, until: str, size: int, *, system: str | None = None) -> tuple[Missing, ...]:
    """Why content of the exchanges that occurred in [since, until) was not examined."""
    return tuple(Missing(*row) for row in reader.rows("classes_missing", _bindings(since, until, size, system)))


def due(
    reader: Reader,
    *,
    rule_set: str,
    newer: bool,
    after: int = -1,
    since: str | None = None,
    until: str | None = None,
    system: str | None = None,
    limit: int = 200,
) -> tuple[Due, ...]:
    """Ended exchanges to classify, oldest first, with a request beyond index `after`.

    These are exchanges that were never classified or were passed over for a reason that may be gone; with `newer`, those too that
    were classified by other rules than `rule_set`.
    """
    bindings: Bindings = {
        "rule_set": rule_set,
        "newer": int(newer),
        "after": after,
        "since": since,
        "until": until,
        "system": system,
        "limit": limit,
    }
    return tuple(Due(*row) for row in reader.rows("classes_due", bindings))


def _with_unclassified(rows: list[Row], reader: Reader, parts: Split, system: str | None) -> list[Row]:
    """What is counted of kept days is what was classified; the other requests of these days were not."""
    if not parts.first:
        return rows
    bindings: Bindings = {**parts.bindings, "system": system}
    left = {row[0]: row[1] for row in reader.rows("requests_by_day", bindings)}
    for row in reader.rows("examined_by_day", bindings):
        left[row[0]] = left.get(row[0], 0) - row[5]
    sums = {row[:5]: list(row[5:]) for row in rows}
    for each, count in left.items():
        if count > 0:
            sums.setdefault((each, None, None, None, None), [0, 0])[0] += count
    return in_order([(*key, *cells) for key, cells in sums.items()], 5)


def _missing(text: str) -> tuple[tuple[str, int], ...]:
    return tuple((each["reason"], each["parts"]) for each in json.loads(text))


def _bindings(since: str, until: str, size: int, system: str | None) -> Bindings:
    return {"since": since, "until": until, "size": size, "system": system}
