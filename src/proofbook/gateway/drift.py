"""Whether an engine is still what it was: sightings are compared, and each that differs becomes an entry at once.

Promises: an engine that was merely silent in between is not taken for a change; weights that cannot be told any more are one,
since from then on nobody knows what answers. What is recorded is bounded. Does not: judge a change; whoever assesses the book does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import structlog

from proofbook.gateway.binding import Sighting, Weights
from proofbook.gateway.drafts import process_actor
from proofbook.journal.receipt import Submission
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.sighting import EngineSighting, SeenChange, SeenModel

LOG = structlog.get_logger(__name__)
ENGINE_DRIFTED: Final = "gateway.engine_drifted"

MOST_MODELS: Final = 100
"""Names in one entry; an engine with more is told with its first so many and their number."""


class Sightings:
    """Remembers what each engine was last seen to be, and hands on what must be recorded."""

    def __init__(self, source: str, record: Callable[[Submission], None]) -> None:
        self._source = source
        self._record = record
        self._last: dict[str, Sighting] = {}

    def noticed(self, upstream: str, address: str, seen: Sighting, now: str) -> None:
        """An engine answered; `now` is the instant. Call it for looks that were answered only."""
        before = self._last.get(upstream)
        changes = () if before is None else tuple(derive_changes(before, seen))
        if before is not None and not changes:
            return
        self._last[upstream] = seen
        if any(change.what != "build" for change in changes):
            LOG.warning(ENGINE_DRIFTED, upstream=upstream, changes=len(changes))
        self._record(draft_sighting(self._source, upstream, address, seen, changes, now, first=before is None))

    def forget_record(self, upstream: str) -> None:
        """The entry could not be recorded: the next look must tell it again."""
        self._last.pop(upstream, None)


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


def draft_sighting(
    source: str, upstream: str, address: str, seen: Sighting, changes: tuple[SeenChange, ...], now: str, *, first: bool
) -> Submission:
    """The `engine.sighting` entry."""
    found = sorted(_by_name(seen).items(), key=lambda each: each[0] or "")
    body = EngineSighting(
        upstream=upstream,
        address=address,
        seen_at=now,
        cause="first_look" if first else "changed",
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
