"""Runs one collector and records what changed, and always that the look took place.

Promises: every run leaves one `collection.run` entry, also when nothing was found or the source could not be reached; an artifact
whose record says the same as before (times of looking aside) is counted, not recorded again; a changed one supersedes its
previous version. Does not decide what a change means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from proofbook import __version__
from proofbook.collectors.interface import Collector, Observation, Place, Skipped
from proofbook.errors import SourceUnavailable
from proofbook.journal.receipt import Receipt, Recorder
from proofbook.primitives.instants import Clock, format_instant
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft
from proofbook.records.provenance import CollectionRun, Finding

MAX_LISTED_SKIPS = 64
COLLECTOR = Actor("collector", ActorKind.SYSTEM, "process")
_TIMES_OF_LOOKING = frozenset({"observed_at", "hashed_at", "method"})


class ArtifactHistory(Protocol):
    """What is recorded about an artifact so far."""

    def latest(self, subject: str, place: Place) -> tuple[str, Mapping[str, Any]] | None:
        """Entry id and body of the newest record of `subject` at `place`; None when there is none."""


class NoHistory:
    """A book that holds nothing yet."""

    def latest(self, subject: str, place: Place) -> tuple[str, Mapping[str, Any]] | None:  # noqa: ARG002  # implements the protocol
        """Nothing."""
        return None


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What one run did: counts for a terminal, receipts for whoever needs them."""

    collector: str
    found: int
    unchanged: int
    recorded: tuple[Receipt, ...]
    observations: tuple[Observation, ...]
    skipped: tuple[Skipped, ...]
    run: Receipt
    unavailable: str | None


@dataclass(frozen=True, slots=True)
class CollectionContext:
    """What every run needs. `source` is the numbered source id, e.g. `collector:model_store`."""

    recorder: Recorder
    history: ArtifactHistory
    clock: Clock
    source: str
    actor: Actor = COLLECTOR


def run_collector(collector: Collector, context: CollectionContext) -> RunSummary:
    """Run `collector` once and record it. Errors of the recorder are raised; an unreachable source is recorded as such."""
    started = format_instant(context.clock.now())
    observations: list[Observation] = []
    skipped: list[Skipped] = []
    receipts: list[Receipt] = []
    unavailable: str | None = None
    try:
        for item in collector.collect():
            if isinstance(item, Skipped):
                skipped.append(item)
                continue
            observations.append(item)
            receipt = _record_if_changed(item, context)
            if receipt is not None:
                receipts.append(receipt)
    except SourceUnavailable as error:
        unavailable = error.message
        skipped.append(Skipped("source_unavailable", error.message))
    run = _record_run(collector, context, started, (observations, receipts, skipped))
    return RunSummary(
        collector=collector.name,
        found=len(observations),
        unchanged=len(observations) - len(receipts),
        recorded=tuple(receipts),
        observations=tuple(observations),
        skipped=tuple(skipped),
        run=run,
        unavailable=unavailable,
    )


def _record_if_changed(item: Observation, context: CollectionContext) -> Receipt | None:
    body = item.document.to_body()
    previous = context.history.latest(item.subject, item.place)
    volatile = item.volatile | _TIMES_OF_LOOKING
    if previous is not None and _without(previous[1], volatile) == _without(body, volatile):
        return None
    draft = Draft(
        kind=item.kind,
        subject=item.subject,
        occurred=format_instant(context.clock.now()),
        actor=context.actor,
        source=context.source,
        assurance=Assurance.COLLECTED,
        body=body,
        supersedes=None if previous is None else previous[0],
    )
    return context.recorder.record(draft)


def _without(value: Any, volatile: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _without(item, volatile) for key, item in value.items() if key not in volatile}
    if isinstance(value, list | tuple):
        return [_without(item, volatile) for item in value]
    return value


def _record_run(
    collector: Collector,
    context: CollectionContext,
    started: str,
    seen: tuple[list[Observation], list[Receipt], list[Skipped]],
) -> Receipt:
    observations, receipts, skipped = seen
    ended = format_instant(context.clock.now())
    body = CollectionRun(
        collector=collector.name,
        version=__version__,
        query=collector.query[:2000],
        parameters={key[:64]: value[:500] for key, value in collector.parameters.items()},
        started=started,
        ended=ended,
        found=len(observations),
        unchanged=len(observations) - len(receipts),
        skipped=[
            Finding(code=item.code, detail=item.detail[:240], path=None if item.path is None else item.path[:240])
            for item in skipped[:MAX_LISTED_SKIPS]
        ],
        skipped_total=len(skipped),
    )
    draft = Draft(
        kind="collection.run",
        subject=collector.name,
        occurred=ended,
        actor=context.actor,
        source=context.source,
        assurance=Assurance.COLLECTED,
        body=body.to_body(),
    )
    return context.recorder.record(draft)
