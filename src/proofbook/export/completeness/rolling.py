"""Roll-forward: what stood at the start, plus what was added, less what was removed, is what stands at the end.

The opening and closing lists are taken from what was on record at those moments; additions and removals from the dates the
records state. A record that was written down after the fact, or whose dates were changed, therefore shows as a difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from proofbook.assessment.happenings import days_of
from proofbook.assessment.selftests.grants import standing_by_subject
from proofbook.export.basis import Basis
from proofbook.export.checks import Check
from proofbook.export.completeness.question import Question, Wording, listed
from proofbook.export.definition import Definition
from proofbook.export.observation import Observation
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.counting import first_records
from proofbook.readmodel.documents import DocumentVersion


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when something stood, by its own dates; `began` None: not stated, `ended` None: it still does."""

    began: str | None
    ended: str | None

    def stands_at(self, moment: str) -> bool:
        """Whether it stood just before a moment."""
        return self.began is not None and self.began < moment and (self.ended is None or self.ended >= moment)


@dataclass(frozen=True, slots=True)
class Dates:
    """Which fields of a kind say from when to when it stood; the first that is stated counts."""

    kinds: tuple[str, ...]
    began: tuple[str, ...]
    ended: tuple[str, ...]


SYSTEMS: Final = Dates(("ai_system",), ("go_live",), ("retired_on",))
VENDORS: Final = Dates(("vendor",), ("first_used", "diligence_at"), ("ended_on",))
WAIVERS: Final = Dates(("waiver",), ("approved_at",), ("closed_at", "expires_on"))
RULES: Final = Dates(("egress.rule",), ("effective_at",), ("removed_at", "expires_on"))
INCIDENTS: Final = Dates(("incident.real", "incident.near_miss"), ("detected_at",), ("closed_at",))
EXCEPTIONS: Final = Dates(("control.exception",), ("found_at",), ("corrected_at",))
_STANDING: Final[Mapping[str, Dates]] = {
    "AI systems": SYSTEMS,
    "vendors": VENDORS,
    "waivers": WAIVERS,
    "outbound rules": RULES,
    "incidents and near misses": INCIDENTS,
    "control exceptions": EXCEPTIONS,
}
"""What stands from one date to another, told between any two moments."""


def rolled_between(basis: Basis, definition: Definition, start: str, end: str) -> Iterator[tuple[str, Check]]:
    """Roll-forward of what stands, between two moments instead of over the period; by what it is of."""
    edges = replace(basis, seen=Observation(start, end))
    question = Question(edges, definition, (), {}, {})
    words = Wording("roll_forward", "opening + additions - removals = closing")
    for name, dates in _STANDING.items():
        yield from ((name, check) for check in of_records(dates, question, words))
    yield from (("access grants", check) for check in roll_forward_grants(question, words))
    yield from (("gateway keys", check) for check in roll_forward_keys(question, words))
    first = first_records(basis.reader, basis.checkpoint.size)
    opening, added = sum(each < start for each in first.values()), sum(start <= each < end for each in first.values())
    held = f"{opening} at the start + {added} - 0 = {opening + added}; {len(first)} at the end"
    yield "model artifacts", words.agrees(held) if opening + added == len(first) else words.differs(held, listed(sorted(first)))


def of_records(dates: Dates, question: Question, words: Wording) -> Iterator[Check]:
    """Roll-forward of kept records by the dates they state."""
    start, end = question.basis.seen.start, question.basis.seen.end
    by_end = _spans(question, dates, end)
    yield _rolled(words, _standing(_spans(question, dates, start), start), _standing(by_end, end), by_end, (start, end))


def _rolled(words: Wording, opening: set[str], closing: set[str], spans: Mapping[str, Span], period: tuple[str, str]) -> Check:
    start, end = period
    added = {key for key, span in spans.items() if span.began is not None and start <= span.began < end}
    removed = {key for key, span in spans.items() if span.ended is not None and start <= span.ended < end and span.began}
    undated = sorted(key for key, span in spans.items() if span.began is None)
    computed = (opening | added) - removed
    gone = len(removed & (opening | added))
    detail = f"{len(opening)} at the start + {len(added)} - {gone} = {len(computed)}; {len(closing)} at the end"
    items = [
        f"{key}: stands at the end, was neither there at the start nor added in the period" for key in sorted(closing - computed)
    ]
    items += [
        f"{key}: was there or was added, does not stand at the end, no end in the period" for key in sorted(computed - closing)
    ]
    if undated:
        detail += f"; {len(undated)} state no first day and are in neither"
    if items:
        return words.differs(detail, items)
    return words.agrees(detail, [f"{key}: states no first day" for key in undated])


def _standing(spans: Mapping[str, Span], moment: str) -> set[str]:
    return {key for key, span in spans.items() if span.stands_at(moment)}


def _spans(question: Question, dates: Dates, moment: str) -> dict[str, Span]:
    """What was on record by a moment, with the dates it stated then."""
    facts = question.facts
    known: dict[str, Span] = {}
    for kind in dates.kinds:
        for newest in facts.scoped(kind):
            if kind == "ai_system" and not facts.scope.includes(newest.id):
                continue
            said = [each for each in facts.history(kind, newest.id) if each.recorded < moment]
            if said:
                known[f"{kind}/{newest.id}"] = _span(question, dates, said[-1])
    return known


def _span(question: Question, dates: Dates, version: DocumentVersion) -> Span:
    days = days_of(question.facts)

    def moments(fields: tuple[str, ...], *, last: bool) -> str | None:
        for field in fields:
            value: Any = version.body.get(field)
            if isinstance(value, str):
                if len(value) > len("2026-01-01"):
                    return value
                return format_instant(days.end(value)) if last else days.begin(date.fromisoformat(value).isoformat())
        return None

    return Span(moments(dates.began, last=False), moments(dates.ended, last=True))


def roll_forward_grants(question: Question, words: Wording) -> Iterator[Check]:
    """Grants: on record at the start, granted, ended (by a revocation or their last day), on record at the end."""
    start, end = question.basis.seen.start, question.basis.seen.end
    spans: dict[str, Span] = {}
    opening: set[str] = set()
    closing: set[str] = set()
    for standings in standing_by_subject(question.facts).values():
        for each in standings:
            key = f"access.grant/{each.grant.id}"
            first = question.facts.history("access.grant", each.grant.id)[0].recorded
            revoked = each.revocation.recorded if each.revocation is not None else None
            span = spans[key] = Span(each.began, each.ended)
            for moment, into in ((start, opening), (end, closing)):
                known = span if revoked is None or revoked < moment else Span(each.began, None)
                if first < moment and known.stands_at(moment):
                    into.add(key)
    yield _rolled(words, opening, closing, spans, (start, end))


def roll_forward_keys(question: Question, words: Wording) -> Iterator[Check]:
    """Gateway keys: valid at the start, issued, ended (revoked or expired), valid at the end."""
    start, end = question.basis.seen.start, question.basis.seen.end
    spans = {}
    for each in question.facts.keys:
        ends = [moment for moment in (each.revoked, each.expires) if moment is not None]
        spans[f"key {each.key}"] = Span(each.issued, min(ends, default=None))
    yield _rolled(words, _standing(spans, start), _standing(spans, end), spans, (start, end))


def roll_forward_artifacts(question: Question, words: Wording) -> Iterator[Check]:
    """Artifacts: on record before the period, first recorded in it, first recorded after it, in the list; none is removed."""
    first = first_records(question.basis.reader, question.basis.checkpoint.size)
    start, end = question.basis.seen.start, question.basis.seen.end
    counts = [sum(moment < start for moment in first.values()), sum(start <= moment < end for moment in first.values())]
    after = len(first) - sum(counts)
    rows = question.totals[0].rows
    detail = f"{counts[0]} at the start + {counts[1]} first recorded in the period + {after} after it; {rows} in the list"
    yield words.agrees(detail) if rows == len(first) else words.differs(detail, listed(sorted(first)))
