"""Holding the engines' counters against a home's book, and recording that it was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from proofbook.errors import InputError
from proofbook.journal.receipt import Receipt, Recorder
from proofbook.primitives.canonical import canonical_bytes
from proofbook.primitives.instants import format_instant, parse_period
from proofbook.readmodel.counters import reconcile, scrapes
from proofbook.readmodel.projection import Projection
from proofbook.readmodel.telling import BEGINNING
from proofbook.reconciliation.choosing import Width, label_of
from proofbook.reconciliation.comparing import Comparison, Figure, Interval, Standing
from proofbook.reconciliation.wording import describe_comparison, describe_interval
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft
from proofbook.records.reconciliation import Difference, ReconciledEngine, ReconciledFigure, ReconciliationRun
from proofbook.wiring.access import operator
from proofbook.wiring.counting import find_targets
from proofbook.wiring.engagements import find_scope
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.system import CLOCK

SOURCE: Final = "reconciliation:self"
_MOST_BYTES: Final = 40 * 1024
_END: Final = "9999-12-31T23:59:59.999999Z"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be compared: an engagement's period, or days of UTC, or all of the book."""

    engagement: str | None = None
    first: date | None = None
    last: date | None = None
    upstream: str | None = None
    width: Width = "day"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What came of it. `since` is None when it began with the book."""

    since: str | None
    until: str
    zone: str
    book_size: int
    comparisons: tuple[Comparison, ...]

    @property
    def standing(self) -> Standing:
        """Over all engines."""
        found = {each.standing for each in self.comparisons}
        if Standing.DIFFERS in found:
            return Standing.DIFFERS
        return Standing.AGREES if found == {Standing.AGREES} else Standing.UNKNOWN


def reconcile_home(home: Home, asked: Asked) -> Reconciled:
    """Compare, as of now.

    Raises:
        ConfigurationError: there is no such engagement. InputError: days the wrong way round, or an upstream nobody knows.
    """
    now = CLOCK.now()
    with open_projection(home) as (_, projection):
        since, until, zone = BEGINNING, format_instant(now), "UTC"
        if asked.engagement is not None:
            scope = find_scope(home, projection, asked.engagement, now)
            since, until, zone = scope.since, min(scope.until, until), scope.period.zone
        elif asked.first is not None or asked.last is not None:
            first, last = asked.first or date(1970, 1, 1), asked.last or now.date()
            period = parse_period(first.isoformat(), last.isoformat(), zone)
            since, until = format_instant(period.start), min(format_instant(period.end), until)
        size = projection.position
        _check_upstream(home, projection, asked.upstream)
        found = reconcile(projection.reader, since, until, size, width=asked.width, zone=zone, upstream=asked.upstream)
    return Reconciled(None if since == BEGINNING else since, until, zone, size, found)


def _check_upstream(home: Home, projection: Projection, upstream: str | None) -> None:
    """Refuse a name that neither the settings nor any look at counters has."""
    if upstream is None:
        return
    looks = scrapes(projection.reader, BEGINNING, _END, projection.position)
    known = {name for found in looks.values() for each in found for name in each.upstreams}
    known |= {name for each in find_targets(home) for name in each.upstreams}
    if upstream not in known:
        raise InputError(f"upstream {upstream[:80]!r} is not known", hint=f"known: {', '.join(sorted(known)) or 'none'}")


def run_body(reconciled: Reconciled) -> ReconciliationRun:
    """The record of it; of many differences as many as fit."""
    label = label_of("day", reconciled.zone)
    differences = [
        _difference(comparison, interval, label(interval.since))
        for comparison in reconciled.comparisons
        for interval in comparison.intervals
        if interval.standing is Standing.DIFFERS
    ]
    body = ReconciliationRun(
        since=reconciled.since,
        until=reconciled.until,
        book_size=reconciled.book_size,
        engines=[_engine(each) for each in reconciled.comparisons],
        differences=differences,
        differences_total=len(differences),
        verdict=reconciled.standing.value,
    )
    while len(canonical_bytes(body.to_body())) > _MOST_BYTES and body.differences:
        body = body.model_copy(update={"differences": body.differences[: len(body.differences) * 3 // 4]})
    return body


def record_reconciliation(recorder: Recorder, body: ReconciliationRun) -> Receipt:
    """Record it. Raises StoreUnavailable."""
    actor = operator()
    draft = Draft(
        kind="reconciliation.run",
        subject="engine_counters",
        occurred=format_instant(CLOCK.now()),
        actor=Actor(actor.id, ActorKind.PERSON, actor.method),
        source=SOURCE,
        assurance=Assurance.COLLECTED,
        body=body.to_body(),
    )
    return recorder.record(draft)


def document(reconciled: Reconciled) -> dict[str, Any]:
    """As JSON: what is recorded, and every stretch."""
    stretches = [
        {
            "upstreams": list(comparison.upstreams),
            "since": interval.since,
            "until": interval.until,
            "verdict": interval.standing.value,
            "reason": None if interval.reason is None else interval.reason.value,
            "exchanges": interval.inside,
            "exchanges_at_edges": interval.at_edges,
            "figures": [_figure(each).to_body() for each in interval.figures],
            "words": describe_interval(interval),
        }
        for comparison in reconciled.comparisons
        for interval in comparison.intervals
    ]
    return run_body(reconciled).to_body() | {"zone": reconciled.zone, "stretches": stretches}


def _engine(comparison: Comparison) -> ReconciledEngine:
    return ReconciledEngine(
        upstreams=list(comparison.upstreams),
        address=comparison.address,
        product=comparison.product,
        since=comparison.since,
        until=comparison.until,
        scrapes=comparison.scrapes,
        unread=comparison.unread,
        agrees=comparison.count(Standing.AGREES),
        differs=comparison.count(Standing.DIFFERS),
        unknown=comparison.count(Standing.UNKNOWN),
        figures=[] if comparison.total is None else [_figure(each) for each in comparison.total.figures],
        verdict=comparison.standing.value,
        words=describe_comparison(comparison)[:600],
    )


def _difference(comparison: Comparison, interval: Interval, day: str) -> Difference:
    return Difference(
        id=difference_id(comparison, day),
        since=interval.since,
        until=interval.until,
        figures=[_figure(each) for each in interval.figures],
        words=describe_interval(interval)[:600],
    )


def difference_id(comparison: Comparison, day: str) -> str:
    """The name of a difference, by which an exception can name it."""
    return f"{comparison.upstreams[0]}@{day}"


def _figure(figure: Figure) -> ReconciledFigure:
    return ReconciledFigure(
        measure=figure.measure.value,
        engine=figure.engine,
        engine_at_least=figure.at_least,
        book_low=figure.low,
        book_high=figure.high,
        difference=figure.difference,
        verdict=figure.standing.value,
    )
