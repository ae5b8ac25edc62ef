"""Whether an engine is still what it was: sightings are compared, and each that differs becomes an entry at once.

Promises: an engine that was merely silent in between is not taken for a change; weights that cannot be told any more are one,
since from then on nobody knows what answers. What is recorded is bounded. Does not: judge a change; who assesses the book does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import structlog

from proofbook.gateway.drafts import process_actor
from proofbook.gateway.engines.binding import Sighting, Weights
from proofbook.gateway.recording import Recording
from proofbook.gateway.refusal import Refusal
from proofbook.journal.receipt import Submission
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.sighting import EngineSighting, SeenChange, SeenModel

LOG = structlog.get_logger(__name__)
ENGINE_DRIFTED: Final = "gateway.engine_drifted"

MOST_MODELS: Final = 100
"""Names in one entry; an engine with more is told with its first so many and their number."""


class Sightings:
    """Remembers what each engine was last seen to be, and hands on what must be recorded."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._last: dict[str, Sighting] = {}
        self._told: dict[str, Sighting] = {}
        """What each is on record to be; differs from the last while its entry is being recorded."""

    def noticed(self, upstream: str, address: str, seen: Sighting) -> None:
        """What an engine answered when it was last looked at. Cheap when it was told before."""
        if self._last.get(upstream) is seen:
            return
        self._last[upstream] = seen
        before = self._told.get(upstream)
        changes = () if before is None else tuple(derive_changes(before, seen))
        if before is not None and not changes:
            return
        if any(change.what != "build" for change in changes):
            LOG.warning(ENGINE_DRIFTED, upstream=upstream, changes=len(changes))
        self._told[upstream] = seen
        submission = draft_sighting(self._recording.source, upstream, address, seen, changes)
        self._recording.submit(submission, lambda refusal: self._settled(upstream, before, refusal))

    def _settled(self, upstream: str, before: Sighting | None, refusal: Refusal | None) -> None:
        if refusal is None:
            return
        self._last.pop(upstream, None)  # not on record: it is told again at the next look
        if before is None:
            self._told.pop(upstream, None)
        else:
            self._told[upstream] = before


def derive_changes(before: Sighting, after: Sighting) -> Iterator[SeenChange]:
    """What differs: software, build, and of each name the weights and where it is served."""
    if before.product != after.product:
        yield SeenChange(what="product", name=None, before=before.product, after=after.product)
    if before.build != after.build:
        yield SeenChange(what="build", name=None, before=before.build, after=after.build)
    old, new = _by_name(before), _by_name(after)
    for name in sorted(old.keys() | new.keys(), key=lambda each: each or ""):
        earlier, later = old.get(name), new.get(name)
        was, is_now = _artifact(earlier), _artifact(later)
        if was != is_now:
            yield SeenChange(what="weights", name=_short(name), before=was, after=is_now)
        was, is_now = _host(earlier), _host(later)
        if was != is_now:
            yield SeenChange(what="remote_host", name=_short(name), before=was, after=is_now)


def draft_sighting(source: str, upstream: str, address: str, seen: Sighting, changes: tuple[SeenChange, ...]) -> Submission:
    """The `engine.sighting` entry; without changes it is the first look of a run. `seen` was answered."""
    now = seen.resolved_at or ""
    found = sorted(_by_name(seen).items(), key=lambda each: each[0] or "")
    body = EngineSighting(
        upstream=upstream,
        address=address,
        seen_at=now,
        cause="changed" if changes else "first_look",
        product=seen.product,
        build=seen.build,
        models=[_seen_model(name, weights) for name, weights in found[:MOST_MODELS]],
        models_total=len(found),
        changes=list(changes[:MOST_MODELS]),
    )
    return Submission(Draft("engine.sighting", upstream, now, process_actor(source), source, Assurance.INLINE, body.to_body()))


def _by_name(seen: Sighting) -> Mapping[str | None, Weights]:
    if seen.any_name is not None:
        return {None: seen.any_name}
    return {name: weights for name, weights in seen.by_name.items()}  # noqa: C416  # a mapping's key type is invariant


def _seen_model(name: str | None, weights: Weights) -> SeenModel:
    return SeenModel(
        name=_short(name),
        artifact=weights.artifact,
        method=weights.method[:256],
        reason=weights.reason,
        remote_host=weights.remote_host,
    )


def _short(name: str | None) -> str | None:
    return None if name is None else name[:512]


def _artifact(weights: Weights | None) -> str | None:
    return None if weights is None else weights.artifact


def _host(weights: Weights | None) -> str | None:
    return None if weights is None else weights.remote_host
