"""All engines of a gateway: made from the settings, looked at, kept across a change of settings when nothing about them changed.

Promises: an engine that is set as before keeps its connections and what is known of it; one that is not set any more gets no new
request, serves those it has to their end, and is looked after until then. Systems whose engines have different weights loaded for
one name are told of in the log when it begins and when it ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import structlog

from proofbook.errors import ConfigurationError
from proofbook.gateway.engines.binding import ArtifactDigests
from proofbook.gateway.engines.choosing import Engines
from proofbook.gateway.engines.drift import Sightings
from proofbook.gateway.engines.loaded import LoadedFiles, StartOf, never_seen
from proofbook.gateway.engines.upstream import Access, Plan, Upstream, make_trust
from proofbook.gateway.settings import GatewaySettings
from proofbook.primitives.instants import Clock

LOG = structlog.get_logger(__name__)
WEIGHTS_DIFFER = "gateway.weights_differ"
WEIGHTS_AGREE = "gateway.weights_agree_again"
SWEEP_FAILED = "gateway.sweep_failed"

_FIRST_LOOK_SECONDS = 5.0


def read_plans(settings: GatewaySettings) -> tuple[Plan, ...]:
    """What the settings say about each engine, with the files they name read. Raises ConfigurationError naming field and file."""
    plans = tuple(
        Plan(
            each,
            settings.limits,
            Access(
                None if each.api_key_file is None else read_engine_key(each.api_key_file, _field(each.name, "api_key_file")),
                None if each.ca_file is None else _read_pem(each.ca_file, _field(each.name, "ca_file")),
            ),
            settings.binding_seconds,
        )
        for each in settings.upstreams
    )
    for plan in plans:
        if plan.settings.secure:
            make_trust(plan)
    return plans


def read_engine_key(path: str, field: str) -> str:
    """The key in a file: one line of printable ASCII. Raises ConfigurationError naming the field."""
    try:
        text = Path(path).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{field}: the file cannot be read as ASCII text", hint="check the path and its permissions"
        ) from error
    if not text or not text.isprintable():
        raise ConfigurationError(
            f"{field}: the file does not hold one line with a key", hint="put the engine's key alone in the file"
        )
    return text


class Fleet:
    """The engines, by name; and which of them serve which system. Used on the event loop only."""

    def __init__(self, digests: ArtifactDigests, clock: Clock, *, start_of: StartOf, sightings: Sightings) -> None:
        self._digests = digests
        self._clock = clock
        self._start_of = start_of
        self._sightings = sightings
        self.current: Mapping[str, Upstream] = {}
        self.systems: Mapping[str, Engines[Upstream]] = {}
        self._watching: dict[Upstream, asyncio.Task[None]] = {}
        self._retiring: set[Upstream] = set()
        self.differing: set[str] = set()
        """Systems whose engines have different weights loaded for one name."""

    def take(self, settings: GatewaySettings, plans: tuple[Plan, ...]) -> None:
        """From now on these. Raises ConfigurationError before anything changed when an engine cannot be made from its plan."""
        known = self.current
        chosen = {plan.settings.name: known.get(plan.settings.name) for plan in plans}
        made = {
            plan.settings.name: kept
            if (kept := chosen[plan.settings.name]) is not None and kept.plan == plan
            else Upstream(plan, digests=self._digests_for(plan), clock=self._clock)
            for plan in plans
        }
        for name, upstream in known.items():
            if made.get(name) is not upstream:
                self._retire(upstream)
        self.current = made
        self.differing.clear()
        self.systems = {system.id: Engines([made[name] for name in system.engines]) for system in settings.systems}

    async def look_first(self) -> None:
        """Look at every engine that was not looked at yet, for a moment at most."""
        new = [upstream for upstream in self.current.values() if upstream.state == "unknown"]
        with suppress(TimeoutError):
            async with asyncio.timeout(_FIRST_LOOK_SECONDS):
                await asyncio.gather(*(upstream.look() for upstream in new))

    def watch(self) -> None:
        """Look at those of the present from time to time, until `close`."""
        for upstream in self.current.values():
            if upstream not in self._watching:
                self._watching[upstream] = asyncio.create_task(upstream.watch())

    def sweep(self, now: float) -> None:
        """Close what is unused too long, give up on what is silent too long, let go of what has served its last request."""
        for upstream in (*self.current.values(), *self._retiring):
            try:
                upstream.pool.sweep(now)
            except Exception as error:  # noqa: BLE001 - one that fails must not leave all others without a deadline
                LOG.warning(SWEEP_FAILED, error=type(error).__name__)
        self._retiring = {upstream for upstream in self._retiring if upstream.busy}
        self._compare()
        for upstream in self.current.values():
            seen = upstream.sighting
            if seen.resolved_at is not None:  # an answer, not merely silence
                self._sightings.noticed(upstream.name, upstream.settings.authority, seen)

    async def close(self) -> None:
        """Look no more and close every connection."""
        tasks = tuple(self._watching.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for upstream in (*self.current.values(), *self._retiring):
            upstream.close()

    def _digests_for(self, plan: Plan) -> ArtifactDigests:
        start_of = self._start_of if plan.settings.on_loopback else never_seen
        return LoadedFiles(self._digests, plan.settings.address[1], start_of)

    def _retire(self, upstream: Upstream) -> None:
        upstream.pool.retire()
        self._retiring.add(upstream)
        watching = self._watching.pop(upstream, None)
        if watching is not None:
            watching.cancel()

    def _compare(self) -> None:
        for system, engines in self.systems.items():
            if len(engines.members) == 1:
                continue
            found = engines.disagreement()
            if found and system not in self.differing:
                self.differing.add(system)
                LOG.warning(WEIGHTS_DIFFER, system=system, engines=[f"{name} {digest}" for name, _, digest in found])
            elif not found and system in self.differing:
                self.differing.discard(system)
                LOG.info(WEIGHTS_AGREE, system=system)


def _field(name: str, field: str) -> str:
    return f"gateway.upstreams[{name}].{field}"


def _read_pem(path: str, field: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{field} {path}: cannot be read as PEM text", hint="check the path and its permissions"
        ) from error
