"""A year of records of two sample systems in which no self-test finds anything; tests plant one fault in it. Sample data only.

`sound_year(change=…, drop=…, plant=…)`: other values for fields of single records, kinds or records left out, and whatever else is
to be done to the builder.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from proofbook.assessment.facts import Facts
from support.facts_builder import FactsBuilder, digest
from support.sound_documents import DOCUMENTS, Sample
from support.sound_events import EVENTS

A, B = digest("a"), digest("b")
"""What served the first half of the year, and what the second."""

Changed = Mapping[tuple[str, str], Mapping[str, Any]]
RECORDS: Final[tuple[Sample, ...]] = (*DOCUMENTS, *EVENTS)


def sound_builder(
    change: Changed | None = None, drop: Collection[str | tuple[str, str]] = (), *, traffic: bool = True, **scope: Any
) -> FactsBuilder:
    """The builder before `build`. `drop`: kinds, or (kind, id); `scope`: arguments of `FactsBuilder`."""
    builder = FactsBuilder(**scope)
    change = change or {}
    unknown = set(change) - {(kind, name) for kind, name, _ in RECORDS}
    assert not unknown, f"no such sample: {unknown}"
    if "discovery.run" not in drop:
        builder.discovery("2026-03-02", engines=1)
    for kind, name, fields in RECORDS:
        if kind in drop or (kind, name) in drop:
            continue
        builder.add(kind, name, **{**fields, **change.get((kind, name), {})})
    if traffic:
        add_traffic(builder)
    if "engine.counters" not in drop:
        builder.counters(("2026-01-01 00:05", 0, 0), ("2026-06-30 23:55", 50, 50), ("2026-12-31 23:55", 60, 60))
    if "engine.sighting" not in drop:
        builder.sighting("2026-01-01 08:00", {None: A}).sighting("2026-07-01 09:30", {None: B})
    return builder


def add_traffic(builder: FactsBuilder) -> None:
    """What served, who called, with which keys; what lies on disk; what a scan found."""
    builder.served("sample-desk", A, "2026-01-02 08:00", "2026-06-30 17:00", 5000, binding="resolved")
    builder.served("sample-desk", B, "2026-07-01 10:00", "2026-12-30 17:00", 6000, binding="resolved")
    builder.served("sample-desk", None, "2026-02-01", "2026-02-02", 3, binding=None, state="refused")
    builder.caller("sample-person-5", "sample-desk", "2026-02-04", "2026-12-30", 9000, key="k_5")
    builder.caller("sample-person-6", "sample-desk", "2026-01-02", "2026-09-29", 2000, key="k_6")
    builder.key("k_5", "sample-person-5", "sample-desk", "2026-02-03 14:00")
    builder.key("k_6", "sample-person-6", "sample-desk", "2025-08-02", revoked="2026-10-01 09:00")
    for each in (A, B):
        builder.artifact(each, "2025-12-03", verification="internal_baseline_only", rung="2_recomputed")


def sound_year(
    change: Changed | None = None,
    drop: Collection[str | tuple[str, str]] = (),
    plant: Callable[[FactsBuilder], object] | None = None,
    *,
    traffic: bool = True,
    as_of: str = "2027-02-01",
    **scope: Any,
) -> Facts:
    """The facts of the year, with what is to be wrong in it."""
    builder = sound_builder(change, drop, traffic=traffic, **scope)
    if plant is not None:
        plant(builder)
    return builder.build(as_of)
