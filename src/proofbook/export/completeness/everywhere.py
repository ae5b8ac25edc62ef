"""Checks that every population is put to: counts, numbers, time, references, versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from proofbook.export import checks
from proofbook.export.checks import Check
from proofbook.export.completeness.question import Question, Wording
from proofbook.export.coverage import derive_coverage
from proofbook.export.observation import is_long
from proofbook.primitives.instants import format_instant, parse_instant

_TRAFFIC: Final = "POP-15"
_FIRST: Final = 12
"""Stretches listed in populations that do not rest on the recorder."""


def count_tie_out(question: Question, _words: Wording) -> Iterator[Check]:
    """Rows against a count made by other code."""
    for each in question.totals:
        if each.table in question.counted:
            yield checks.check_count(each.table, each.rows, question.counted[each.table])


def no_truncation(question: Question, _words: Wording) -> Iterator[Check]:
    """Entries read against entries in the book."""
    basis = question.basis
    yield checks.check_truncation(sum(basis.seen.kinds.values()), basis.checkpoint.size)


def integrity(question: Question, _words: Wording) -> Iterator[Check]:
    """The tree computed again."""
    checkpoint = question.basis.checkpoint
    yield checks.check_integrity(checkpoint.size, checkpoint.root.hex())


def sequence_continuity(question: Question, _words: Wording) -> Iterator[Check]:
    """Every source's own numbers."""
    yield checks.check_sequence(question.basis.seen)


def uniqueness(question: Question, _words: Wording) -> Iterator[Check]:
    """Keys of rows."""
    yield from map(checks.check_uniqueness, question.totals)


def period_over(question: Question, _words: Wording) -> Iterator[Check]:
    """Checkpoint against the end of the period."""
    yield checks.check_period_over(question.basis.seen.end, question.basis.checkpoint.signed_at)


def temporal_coverage(question: Question, _words: Wording) -> Iterator[Check]:
    """Recorders' entries and heartbeats over the whole period; POP-15 lists every stretch, the others the first ones."""
    check = checks.check_coverage(derive_coverage(question.basis.seen, question.basis.checkpoint.signed_at))
    if question.definition.population != _TRAFFIC and len(check.items) > _FIRST:
        check = replace(check, items=(*check.items[:_FIRST], f"and {len(check.items) - _FIRST} more: see {_TRAFFIC}"))
    yield check


def clock(question: Question, _words: Wording) -> Iterator[Check]:
    """Steps of the writer's clock."""
    yield checks.check_clock(question.basis.seen)


def deletion_evidence(question: Question, _words: Wording) -> Iterator[Check]:
    """Erasures of content."""
    yield checks.check_erasures(question.basis.erased)


def boundary(question: Question, _words: Wording) -> Iterator[Check]:
    """Rows near an edge."""
    yield from (checks.check_edges(each) for each in question.totals if each.in_period)


def recorded_late(question: Question, _words: Wording) -> Iterator[Check]:
    """Rows recorded long after they say they occurred."""
    yield from (checks.check_late(each) for each in question.totals if each.in_period)


def book_covers_period(question: Question, words: Wording) -> Iterator[Check]:
    """First entry of the book against the first moment of the period."""
    began, start = question.basis.seen.first_recorded, question.basis.seen.start
    if began and not is_long(start, began):
        yield words.agrees(f"the book began {began}")
    else:
        yield words.unknown(
            f"the book began {began or 'never'}, after the period did ({start}): "
            "what is filed of the time before it was written down afterwards"
        )


def earlier_versions(question: Question, words: Wording) -> Iterator[Check]:
    """Newest versions against the versions before them."""
    moved = [f"{table}: {record}" for table, work in question.works.items() for record in work.moved()]
    yield words.told(moved, "no record was moved out of the list by a later version", "records left the list by a later version")


def references(question: Question, words: Wording) -> Iterator[Check]:
    """Every id a row names."""
    kinds = sorted({kind for work in question.works.values() for kind in work.table.kinds})
    dangling = [each for kind in kinds for each in question.assessed.dangling.get(kind, ())]
    yield words.told(dangling, f"every id that {', '.join(kinds)} name is on record", "ids lead nowhere")


def environment(question: Question, words: Wording) -> Iterator[Check]:
    """Environment of each system against that of the engagement."""
    wanted = question.basis.engagement.environment
    others = [f"{page.id}: {page.body['environment']}" for page in question.facts.systems() if page.body["environment"] != wanted]
    if wanted not in {"production", "non_production"}:
        yield words.unknown(f"the engagement states no environment ({wanted}); systems state theirs on their pages")
    else:
        yield words.told(others, f"every system in scope is stated to be {wanted}", f"systems are not stated to be {wanted}")


def last_scan(question: Question, _words: Wording) -> Iterator[Check]:
    """Collectors' last looks."""
    signed = question.basis.checkpoint.signed_at
    yield checks.check_scans(question.basis.seen, signed, format_instant(parse_instant(signed) - checks.FRESH))


def served_artifacts_recorded(question: Question, _words: Wording) -> Iterator[Check]:
    """Digests that served against provenance records."""
    yield checks.check_served(question.basis.seen, stamps=True)


def empty_days(question: Question, _words: Wording) -> Iterator[Check]:
    """Days without a row."""
    first = question.totals[0]
    coverage = derive_coverage(question.basis.seen, question.basis.checkpoint.signed_at)
    until = first.calendar.day_of(coverage.until)
    days = () if until is None else tuple(each.isoformat() for each in first.empty_days(until))
    yield checks.check_empty_days(days, covered=bool(coverage.recorders) and not coverage.uncovered)


def responses(question: Question, _words: Wording) -> Iterator[Check]:
    """Requests without a response."""
    yield checks.check_responses(question.totals[0])


def duplicate_responses(question: Question, _words: Wording) -> Iterator[Check]:
    """Second and stray responses."""
    yield checks.check_second_responses(question.totals[0], question.basis.strays)
