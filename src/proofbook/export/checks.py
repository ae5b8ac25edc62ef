"""Completeness and accuracy checks of a population, each with its outcome in one of six words.

Promises: a check that does not agree is shown, never left out; the ones that bear on completeness stamp the population
`not_demonstrated` with their reason, the others say that they do not. `unknown` is an outcome, not a success.
Does not conclude anything about a control or an organisation. The catalogue follows soc2.md 8.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from proofbook.export.coverage import Coverage, hours, recorder_words
from proofbook.export.observation import Listed, Observation, is_long
from proofbook.export.totals import Totals
from proofbook.primitives.canonical import JsonValue


class Result(StrEnum):
    """Outcome of a check."""

    AGREE = "agree"
    DIFFERS = "differs"
    GAP_EXPLAINED = "gap_explained"
    GAP_UNEXPLAINED = "gap_unexplained"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `reason` is set when the outcome keeps completeness from being demonstrated; `items` name the places."""

    id: str
    what: str
    result: Result
    detail: str
    items: tuple[str, ...] = ()
    reason: str | None = None
    second_source: bool = False
    """Whether it holds the population against something else than its own entries."""

    def sentence(self) -> str:
        """Why completeness is not demonstrated, as far as this check goes; empty when it does not bear on it."""
        return f"{self.id.replace('_', ' ')}: {self.reason}" if self.reason else ""

    def document(self) -> dict[str, JsonValue]:
        """As the header states it."""
        value: dict[str, JsonValue] = {"id": self.id, "what": self.what, "result": self.result.value, "detail": self.detail}
        return value | ({"items": list(self.items)} if self.items else {})


FRESH: Final = timedelta(days=7)
"""A look at the disks that is older than this says little."""

_SILENCE: Final = "a recorder was silent for more than five minutes"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def check_count(table: str, exported: int, counted: int) -> Check:
    """Rows against a count made by other code: SQL over the projection of the same book."""
    what = f"rows of {table} against a separate count by SQL over the projection of the same book (not a second source)"
    detail = f"{table}: {exported} written, {counted} counted"
    if exported == counted:
        return Check("count_tie_out", what, Result.AGREE, detail)
    return Check("count_tie_out", what, Result.DIFFERS, detail, reason=detail)


def check_truncation(read: int, size: int) -> Check:
    """Nothing stops after a page."""
    what = "every entry of the book up to the checkpoint was read; no page or row limit exists"
    detail = f"{read} entries read of {size}"
    if read == size:
        return Check("no_truncation", what, Result.AGREE, detail)
    return Check("no_truncation", what, Result.DIFFERS, detail, reason=detail)


def check_sequence(seen: Observation) -> Check:
    """Each source numbers its entries; a number that is missing is an entry that is missing."""
    what = "each source's own numbers run 1, 2, 3 and so on without gap or repeat, over the whole book"
    broken = seen.broken_numbers
    if broken.total:
        detail = f"{broken.total} places where a number does not follow"
        return Check("sequence_continuity", what, Result.DIFFERS, detail, tuple(broken.items), detail)
    words = tuple(recorder_words(trace) for _, trace in sorted(seen.sources.items()))
    return Check("sequence_continuity", what, Result.AGREE, _counted(len(words), "source"), words)


def check_coverage(coverage: Coverage) -> Check:
    """Somebody was recording all the time, or it is said when not."""
    what = "recorders were alive over the whole period (heartbeats and entries at most five minutes apart); gaps are listed"
    name = "temporal_coverage"
    if not coverage.recorders:
        return Check(name, what, Result.UNKNOWN, "no recorder ever recorded", reason="no recorder ever recorded in this book")
    items = tuple(each.sentence() for each in coverage.uncovered)
    if not items:
        return Check(name, what, Result.AGREE, f"recorded without a silence by {', '.join(coverage.recorders)}")
    detail = f"{_counted(len(items), 'interval')}, together {hours(coverage.uncovered)}, in which activity is unknown"
    unexplained = [each for each in coverage.uncovered if not each.explained]
    if unexplained:
        reason = f"{_SILENCE} and nothing explains it ({_counted(len(unexplained), 'interval')})"
        return Check(name, what, Result.GAP_UNEXPLAINED, detail, items, reason)
    loud = [each for each in coverage.uncovered if not each.quiet]
    why = f"a recorder did not record although it was not stopped ({_counted(len(loud), 'interval')})" if loud else None
    return Check(name, what, Result.GAP_EXPLAINED, detail, items, why)


def check_empty_days(days: tuple[str, ...], *, covered: bool) -> Check:
    """Days without a row, for a person to look at."""
    what = "days of the period without a row (informative: a quiet day is not by itself a missing one)"
    if not days:
        return Check("empty_days", what, Result.AGREE, "none")
    detail = _counted(len(days), "day") + (
        "" if covered else "; whether there was activity on them is unknown where no recorder was alive"
    )
    return Check("empty_days", what, Result.AGREE if covered else Result.UNKNOWN, detail, days)


def check_uniqueness(totals: Totals) -> Check:
    """Keys are unique; repeats are listed and stay in the table."""
    what = f"{totals.key} is unique in {totals.table}; repeated ones are listed, not removed"
    if totals.rows == totals.distinct:
        return Check("uniqueness", what, Result.AGREE, f"{totals.table}: {totals.distinct} distinct in {totals.rows}")
    detail = f"{totals.table}: {totals.repeated.total} repeated"
    return Check("uniqueness", what, Result.DIFFERS, detail, tuple(totals.repeated.items), detail)


def check_responses(totals: Totals) -> Check:
    """Each request was answered, or is listed as open."""
    what = "every request has a response record, or is listed here as open"
    if not totals.open.total:
        return Check("responses", what, Result.AGREE, "no open request")
    if totals.long_open.total:
        detail = f"{totals.open.total} open, {totals.long_open.total} of them recorded more than an hour before the checkpoint"
        reason = f"{totals.long_open.total} requests have no response record and were not recent"
        return Check("responses", what, Result.GAP_UNEXPLAINED, detail, tuple(totals.open.items), reason)
    detail = f"{totals.open.total} open, all recorded in the last hour before the checkpoint"
    return Check("responses", what, Result.GAP_EXPLAINED, detail, tuple(totals.open.items))


def check_second_responses(totals: Totals, strays: Listed) -> Check:
    """A request has one response; more of them, or one without a request, are listed."""
    what = "no request has a second response record and no response record stands without a request"
    items = tuple(f"second: {entry}" for entry in totals.second) + tuple(
        f"without an open request: {each}" for each in strays.items
    )
    if not items:
        return Check("duplicate_responses", what, Result.AGREE, "none")
    detail = f"{len(totals.second)} second responses, {strays.total} that found no open request"
    return Check("duplicate_responses", what, Result.DIFFERS, detail, items, detail)


def check_integrity(size: int, root: str) -> Check:
    """The tree was computed again. A book whose tree leads elsewhere is not exported at all."""
    what = "root computed again from the bytes of all entries against the signed checkpoint"
    return Check("integrity", what, Result.AGREE, f"{size} entries lead to the root {root[:16]}…")


def check_served(seen: Observation, *, stamps: bool) -> Check:
    """Every digest that served has a provenance record."""
    what = "digests of the weights that served in the period against provenance records"
    missing = sorted(each for each in seen.served if each != "unknown" and each not in seen.recorded_artifacts)
    unknown, total = seen.served["unknown"], sum(seen.served.values())
    resolved = (
        f"{len(seen.served) - ('unknown' in seen.served)} digests served; {unknown} of {total} requests with unknown weights"
    )
    name = "served_artifacts_recorded"
    if missing:
        reason = f"{len(missing)} digests served without a provenance record" if stamps else None
        items = tuple(f"{each}: {seen.served[each]} requests, no record" for each in missing)
        return Check(name, what, Result.DIFFERS, resolved, items, reason)
    if not total:
        return Check(name, what, Result.NOT_APPLICABLE, "no requests in the period")
    reason = f"which weights served is unknown for {unknown} requests" if stamps and unknown else None
    return Check(name, what, Result.UNKNOWN if unknown else Result.AGREE, resolved, reason=reason)


def check_edges(totals: Totals) -> Check:
    """Rows near the edges of the period, for review."""
    what = f"rows of {totals.table} within one hour of the first or last moment of the period, listed for review (informative)"
    return Check("boundary", what, Result.AGREE, f"{totals.table}: {totals.edges.total}", tuple(totals.edges.items))


def check_late(totals: Totals) -> Check:
    """Rows recorded long after they say they occurred."""
    what = f"rows of {totals.table} recorded more than an hour after they say they occurred (informative)"
    result = Result.DIFFERS if totals.late.total else Result.AGREE
    return Check("recorded_late", what, result, f"{totals.table}: {totals.late.total}", tuple(totals.late.items))


def check_clock(seen: Observation) -> Check:
    """The writer's clock never went back, or it is said when."""
    what = "the writer's clock did not step back in the period (order rests on the position in the book; informative)"
    steps = seen.clock_steps
    return Check(
        "clock", what, Result.GAP_EXPLAINED if steps.total else Result.AGREE, f"{steps.total} steps back", tuple(steps.items)
    )


def check_erasures(erased: int) -> Check:
    """Erasure removes content, never an entry."""
    what = "missing content is explained by disposal records; entries are never removed (informative)"
    return Check(
        "deletion_evidence", what, Result.AGREE, f"content of {erased} conversations was erased on record; 0 entries removed"
    )


def check_scans(seen: Observation, as_of: str, week_before: str) -> Check:
    """Somebody looked at the disks not long ago."""
    what = "files on disk against provenance records: age of each collector's last look, at most seven days before the checkpoint"
    if not seen.scans:
        reason = "no collector has looked at the model stores"
        return Check("last_scan", what, Result.UNKNOWN, reason, reason=reason)
    items = tuple(
        f"{each.collector}: ended {each.ended}, found {each.found}, skipped {each.skipped}"
        for _, each in sorted(seen.scans.items())
    )
    newest = max(each.ended for each in seen.scans.values())
    detail = f"last look ended {newest}, checkpoint signed {as_of}"
    skipped = sum(each.skipped for each in seen.scans.values())
    if newest < week_before:
        return Check("last_scan", what, Result.UNKNOWN, detail, items, f"the model stores were last looked at on {newest}")
    if skipped:
        reason = f"{skipped} places were skipped in the last look"
        return Check("last_scan", what, Result.GAP_EXPLAINED, detail, items, reason)
    return Check("last_scan", what, Result.AGREE, detail, items)


def check_period_over(end: str, as_of: str) -> Check:
    """A period that has not ended cannot be complete."""
    what = "the checkpoint was signed after the last moment of the period"
    if as_of >= end:
        return Check("period_over", what, Result.AGREE, f"signed {as_of}")
    detail = f"the period ends {end}; this room is as of {as_of}: the period is not over in it"
    reason = detail if is_long(as_of, end) else "the checkpoint was signed just before the period ended"
    return Check("period_over", what, Result.UNKNOWN, detail, reason=reason)
