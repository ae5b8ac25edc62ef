"""The evidence header of a population: everything an auditor needs to rely on a list, in one document (soc2.md 8.3).

Promises: deterministic for one book, period and checkpoint; what differs from run to run is only pointed at. Completeness is
`demonstrated` when no check that bears on it says otherwise, else `not_demonstrated` with every reason; both say what they
cover.
Does not conclude anything about a control.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from proofbook import __version__
from proofbook.assessment.nil import derive_nil
from proofbook.book.interface import StoredCheckpoint
from proofbook.bundle.layout import RUN, definition_path, explanation_path
from proofbook.bundle.manifest import Since, period_document
from proofbook.export.assessed import Assessed
from proofbook.export.checks import Check
from proofbook.export.coverage import derive_coverage, hours
from proofbook.export.definition import Definition, filters_in_words
from proofbook.export.engagement import Engagement
from proofbook.export.narrowing import tells_entities, tells_systems
from proofbook.export.observation import Observation
from proofbook.export.since import Rolled
from proofbook.export.totals import Totals
from proofbook.primitives.canonical import JsonValue, canonical_bytes

DEMONSTRATED: Final = "demonstrated"
NOT_DEMONSTRATED: Final = "not_demonstrated"
SINCE_WORDS: Final = (
    "rows here are those whose entry, or the one joined to it, was recorded after the earlier checkpoint; opening + added "
    "- removed = closing counts items of the whole list. Checks and separate counts are of the whole list; tables of the "
    "schedule hold what they say otherwise than as of the earlier checkpoint"
)
RETENTION: Final = (
    "evidence of the engagement: keep as long as the engagement's policy says; holds names of principals, no content"
)


@dataclass(frozen=True, slots=True)
class HeaderParts:
    """What a header is made of. `files` maps names inside the population's folder to hex digests."""

    evidence_id: str
    definition: Definition
    engagement: Engagement
    checkpoint: StoredCheckpoint
    totals: tuple[Totals, ...]
    left_out: Mapping[str, Mapping[str, int]]
    counted: Mapping[str, int]
    checks: tuple[Check, ...]
    seen: Observation
    files: Mapping[str, str]
    assessed: Assessed | None = None
    whole: tuple[Totals, ...] = ()
    """Of the whole tables, which are more than what is written in a roll-forward."""
    since: Since | None = None
    rolled: Mapping[str, Rolled] = field(default_factory=dict)


def completeness(checks: tuple[Check, ...]) -> str:
    """The word for a set of checks."""
    return NOT_DEMONSTRATED if any(each.reason for each in checks) else DEMONSTRATED


def format_header(parts: HeaderParts) -> bytes:
    """`header.json`: canonical JSON and a newline."""
    return canonical_bytes(header_document(parts)) + b"\n"


def header_document(parts: HeaderParts) -> dict[str, JsonValue]:
    """The header as values."""
    definition, engagement, checks = parts.definition, parts.engagement, parts.checks
    rows = {each.table: each.rows for each in parts.totals}
    whole = {each.table: each.rows for each in parts.whole or parts.totals}
    return {
        "evidence_id": parts.evidence_id,
        "title": definition.title,
        "purpose": definition.purpose,
        "population": definition.population,
        "unit": definition.unit,
        "criteria": list(definition.criteria),
        "controls": list(definition.controls),
        "artifacts": list(definition.artifacts),
        "entity": engagement.entity,
        "engagement": engagement.id,
        "systems": _systems(definition, engagement),
        "environment": engagement.environment,
        "sources": _sources(parts),
        "report": _report(parts),
        "filters": list(filters_in_words(definition)),
        "left_out": {table: {reason: counts[reason] for reason in sorted(counts)} for table, counts in parts.left_out.items()},
        "period": _period(engagement),
        "as_of": {
            "size": parts.checkpoint.size,
            "root": parts.checkpoint.root.hex(),
            "signed_at": parts.checkpoint.signed_at,
        },
        "run": f"see {RUN}",
        "row_counts": rows,
        "columns": {each.table: list(each.columns) for each in parts.totals},
        "control_totals": {each.table: each.document() for each in parts.totals},
        "source_count": _source_count(parts, whole),
        "population_rows": {"table": parts.totals[0].table, "rows": parts.totals[0].rows},
        "empty": _empty(parts),
        "checks": [each.document() for each in checks],
        "duplicates": {each.table: list(each.second) for each in parts.whole or parts.totals},
        "completeness": completeness(checks),
        "reasons": _reasons(checks),
        "redactions": [],
        "files": {name: parts.files[name] for name in sorted(parts.files)},
        "tool": {"name": "proofbook", "version": __version__, "configuration": f"see {RUN}"},
        "preparer": f"generated without hand-work; {RUN} names who ran it",
        "reviewer": "not reviewed",
        "retention": RETENTION,
        "limitations": list(definition.limitations),
        "elsewhere": list(definition.elsewhere),
        **_since(parts),
    }


def _since(parts: HeaderParts) -> dict[str, JsonValue]:
    """Of a roll-forward: where it begins, and how the counts lead from there to here. Checks are of the whole lists."""
    if parts.since is None:
        return {}
    return {
        "since": parts.since.document(),
        "roll_forward": {table: each.document() for table, each in parts.rolled.items()},
        "roll_forward_wording": SINCE_WORDS,
    }


def _systems(definition: Definition, engagement: Engagement) -> list[str]:
    """The systems narrowed to; where some tables cannot tell systems (or entities) apart, that is said beside them."""
    blunt = [each.name for each in definition.tables if not tells_systems(each)]
    mixed = [each.name for each in definition.tables if not tells_entities(each)] if engagement.apart else []
    if len(blunt) == len(definition.tables):
        named = ["all: this population does not tell systems apart"]
    else:
        named = sorted(engagement.systems) or ["all systems; no filter"]
        if blunt and engagement.systems:
            named.append(f"all systems in {', '.join(blunt)}: these tables do not tell systems apart")
    if mixed:
        named.append(f"every entity of this book in {', '.join(mixed)}: these tables do not tell entities apart")
    return named


def _report(parts: HeaderParts) -> dict[str, JsonValue]:
    definition = parts.definition
    return {
        "id": definition.id,
        "version": definition.version,
        "logic_sha256": definition.logic_sha256,
        "definition": definition_path(definition.population),
        "explanation": explanation_path(definition.population),
        "parameters": _parameters(parts),
    }


def _parameters(parts: HeaderParts) -> dict[str, JsonValue]:
    engagement = parts.engagement
    return {
        "start": parts.seen.start,
        "end": parts.seen.end,
        "zone": engagement.period.zone,
        "as_of_size": parts.checkpoint.size,
        "systems": sorted(engagement.systems),
        "entity": engagement.entity,
    }


def _empty(parts: HeaderParts) -> dict[str, JsonValue] | None:
    """For a population without rows: what was asked, whether somebody was there to record, where else was looked, who attests it.

    None for one that has rows. Without a certificate the words are those of the assessment: no records, not attested.
    """
    first = parts.totals[0]
    if first.rows or (parts.whole and parts.whole[0].rows):
        return None
    coverage = derive_coverage(parts.seen, parts.checkpoint.signed_at)
    if not coverage.recorders:
        heartbeat = "no recorder ever recorded in this book; whether anything happened is unknown"
    elif coverage.uncovered:
        heartbeat = f"recorders were silent for {hours(coverage.uncovered)} of the period; activity in it is unknown"
    else:
        heartbeat = f"recorded without a silence by {', '.join(coverage.recorders)}"
    looked: list[JsonValue] = [f"{each.id}: {each.result.value}: {each.detail}" for each in parts.checks if each.second_source]
    looked += [f"not searched by this program: {each}" for each in parts.definition.elsewhere]
    return {
        "table": first.table,
        "query": filters_in_words(parts.definition)[0],
        "heartbeat": heartbeat,
        "secondary": looked,
        "certificate": _certificate(parts),
    }


def _certificate(parts: HeaderParts) -> str:
    if parts.assessed is None:
        return "no records; whether anybody attests that there were none is unknown: no scope was given"
    cases = derive_nil(parts.assessed.grid)
    found = next((each for each in cases if each.population == parts.definition.population), None)
    return found.words if found is not None else "no records; not attested"


def _sources(parts: HeaderParts) -> list[JsonValue]:
    return [
        {
            "id": source,
            "assurance": trace.assurance,
            "program": trace.program,
            "version": trace.version,
            "access": "written by the recorder itself; read from the book",
            "entries": trace.entries,
            "first_recorded": trace.first_recorded,
            "last_recorded": trace.last_recorded,
        }
        for source, trace in sorted(parts.seen.sources.items())
    ]


def _period(engagement: Engagement) -> dict[str, JsonValue]:
    period = engagement.period
    wording = (
        f"from {period.first.isoformat()} 00:00:00 to the end of {period.last.isoformat()}, both days included, "
        f"in {period.zone}; in UTC below, start included, end not"
    )
    return {**period_document(period), "wording": wording}


def _source_count(parts: HeaderParts, rows: Mapping[str, int]) -> dict[str, JsonValue]:
    counted = {table: count for table, count in parts.counted.items() if table in rows}
    agree = all(counted[table] == rows[table] for table in counted)
    return {
        "how": "counted by SQL over the projection of the same book, other code than the export; not a second source; "
        "tables of the schedule are not counted apart",
        "value": {table: counted[table] for table in sorted(counted)},
        "comparison": "agree" if agree else "differs",
    }


def _reasons(checks: tuple[Check, ...]) -> list[JsonValue]:
    reasons: list[JsonValue] = [each.sentence() for each in checks if each.reason]
    if reasons:
        return reasons
    return ["for what this population's system of record can see; see limitations for what it cannot"]
