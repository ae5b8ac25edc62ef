"""The gateway in operation: its parts under the settings in force, and how they are exchanged while requests are under way.

Promises: an exchange that began under old settings ends under them; a new one gets the new settings, also on a connection that
existed before (the caps of a connection itself stay those of its beginning; connections end with the exchange that is under way
when an authority of client certificates is not trusted any more). New settings that are wrong in any part change
nothing and are told of in the log and in the readiness; new settings are recorded before they hold.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

import structlog

from proofbook.errors import ProofbookError
from proofbook.gateway.engines.drift import Sightings
from proofbook.gateway.engines.fleet import Fleet
from proofbook.gateway.exchange import Bounds
from proofbook.gateway.house import House, Roster, Tally
from proofbook.gateway.http.inbound import Inbound
from proofbook.gateway.knocking import Knocking
from proofbook.gateway.reception import FrontDoor
from proofbook.gateway.recording import Recording
from proofbook.gateway.running.lifecycle import SourceLife
from proofbook.gateway.running.listening import Listener, is_exposed
from proofbook.gateway.running.readiness import Readiness
from proofbook.gateway.running.renewal import Prepared, Renewal, check_renewable, prepare
from proofbook.gateway.running.surroundings import Surroundings
from proofbook.gateway.settings import GatewaySettings

LOG = structlog.get_logger(__name__)
SWEEP_FAILED = "gateway.sweep_failed"
EXPOSED = "gateway.plain_http_beyond_this_machine"
RELOADED = "gateway.reloaded"
NOT_TOLD = "gateway.standing_not_told"
REPLIES_CUT = "gateway.replies_cut_for_room"
RELOAD_REFUSED = "gateway.reload_refused"

_SWEEP_SECONDS = 0.5
_SWEEPS_BETWEEN_TELLING = 2
_SETTLE_SECONDS = 10.0
_STUCK_SECONDS = 10.0
"""How long nothing that was submitted may be answered before the store counts as stuck."""


class Operation:
    """One gateway, from the record of its start to the record of its stop."""

    def __init__(
        self, settings: GatewaySettings, around: Surroundings, prepared: Prepared, recording: Recording, life: SourceLife
    ) -> None:
        self.settings = settings
        self.around = around
        self.recording = recording
        recording.patience = settings.limits.commit_seconds
        self._life = life
        self._tls = prepared.tls
        self._trusted = prepared.trusted
        self._loop = asyncio.get_running_loop()
        sightings = Sightings(recording)
        self.fleet = Fleet(around.digests, around.clock, start_of=around.start_of, sightings=sightings)
        self.fleet.take(settings, prepared.plans)
        self.knocking = Knocking(recording, settings.limits.unknown_refusals, self._loop.time)
        self.house = self._build_house(Tally(), Roster())
        self.door = FrontDoor(self.house, around.identities, around.ids, limits=settings.limits, readiness=self.assess_readiness)
        self.listener: Listener | None = None
        self.reload = "none"
        self.reloads_done = 0
        self.reloads_refused = 0
        self.metrics_address: tuple[str, int] | None = None
        """Where the figures can be read, once they can."""
        self._refused = ""
        self._heard = True
        self.draining = False
        self._tasks: list[asyncio.Task[None]] = []
        self._beating: asyncio.Task[None] | None = None

    async def open(self) -> tuple[str, int]:
        """Look at the engines, then listen. Raises ConfigurationError when the address cannot be taken."""
        await self.fleet.look_first()
        self.fleet.watch()
        self._tasks += [self._loop.create_task(self._sweep()), self._loop.create_task(self.knocking.watch())]
        self._beat()
        settings = self.settings
        self.listener = Listener(settings.host, settings.port, share=settings.share_port or settings.workers > 1)
        await self.listener.serve(self._receive, self._tls, self.door)
        if settings.tls is None and is_exposed(settings.host):
            LOG.warning(EXPOSED, host=settings.host)
        return self.listener.address

    async def renew(self, read: Callable[[], Renewal]) -> None:
        """Put new settings into force, or say why not. `read` is called in a thread."""
        renewal: Renewal | None = None
        try:
            renewal = await self._loop.run_in_executor(None, read)
            check_renewable(self.settings, renewal.settings)
            prepared = await self._loop.run_in_executor(None, prepare, renewal.settings, self.around.clock.now())
            await self._loop.run_in_executor(None, renewal.enter)
            if self.draining or self.listener is None:
                return
            await self.listener.serve(self._receive, prepared.tls, self.door)
            self.fleet.take(renewal.settings, prepared.plans)
        except Exception as error:  # noqa: BLE001 - whatever stands in the way, the old settings go on
            if renewal is not None:
                await self._loop.run_in_executor(None, renewal.abandon)
            self._refuse(error)
            return
        await self.fleet.look_first()
        self.fleet.watch()
        self.settings, self.around, self._tls = renewal.settings, renewal.around, prepared.tls
        self.recording.patience = renewal.settings.limits.commit_seconds
        self.knocking.allow(renewal.settings.limits.unknown_refusals)
        self.house = self._build_house(self.house.tally, self.house.open)
        if self.recording.figures is not None:
            self.recording.figures.systems = frozenset(self.fleet.systems)
        self.door.renew(self.house, renewal.around.identities, renewal.settings.limits)
        if self._trusted - prepared.trusted:  # whom they vouched for must not stay because a connection does
            for client in tuple(self.door.clients):
                client.drain()
        self._trusted = prepared.trusted
        self._beat()
        await self._loop.run_in_executor(None, renewal.leave)
        LOG.info(RELOADED, config=renewal.around.config)
        self._told("done", "")

    def _refuse(self, error: Exception) -> None:
        if isinstance(error, ProofbookError):
            LOG.warning(RELOAD_REFUSED, code=error.code, reason=error.message, hint=error.hint)
        else:
            LOG.warning(RELOAD_REFUSED, code="unexpected", reason=type(error).__name__, hint="the old settings go on")
        self._told("refused", error.message if isinstance(error, ProofbookError) else type(error).__name__)

    def _told(self, outcome: str, refused: str) -> None:
        self.reload, self._refused = outcome, refused
        self.reloads_done += outcome == "done"
        self.reloads_refused += outcome == "refused"
        self._tell()

    async def drain(self) -> None:
        """Accept nobody any more and let open exchanges finish, for a while."""
        self.draining = True
        self._tell()
        if self.listener is not None:
            self.listener.close()
        for client in tuple(self.door.clients):
            client.drain()
        if not await self.house.open.emptied(self.settings.limits.drain_seconds):
            self.house.open.stop()
            await self.house.open.emptied(_SETTLE_SECONDS)
        for client in tuple(self.door.clients):
            client.drain()

    async def close(self) -> None:
        """End everything that goes on beside the requests."""
        if self.listener is not None:
            self.listener.close()
        tasks = [*self._tasks, *([] if self._beating is None else [self._beating])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.fleet.close()

    def assess_readiness(self) -> Readiness:
        """How it stands."""
        differing = self.fleet.differing
        systems = {
            name: "weights_differ"
            if name in differing
            else "served"
            if any(each.may_be_asked for each in engines.members)
            else "not_served"
            for name, engines in self.fleet.systems.items()
        }
        return Readiness(
            self._assess_store(),
            {name: upstream.state for name, upstream in self.fleet.current.items()},
            systems,
            {name: "fresh" if fresh() else "stale" for name, fresh in self.around.fresh.items()},
            self.around.peers(),
            self.reload,
            self.reloads_done + self.reloads_refused,
            self.draining,
        )

    def counts(self) -> tuple[int, int, int]:
        """Open exchanges, exchanges and refusals since the start."""
        return len(self.house.open), self.house.tally.exchanges, self.house.tally.refused

    def _assess_store(self) -> str:
        recording = self.recording
        if recording.hanging or recording.unanswered_seconds > _STUCK_SECONDS:
            return "stuck"
        if not recording.available:
            return "unavailable"
        age = None if recording.last_success is None else self._loop.time() - recording.last_success
        return "writable" if age is not None and age <= 2 * self.settings.heartbeat_seconds + _SETTLE_SECONDS else "unknown"

    def _tell(self) -> None:
        try:
            self.around.tell(self.assess_readiness(), self._refused)
        except OSError as error:  # a full disk, mostly: said once, since this comes every second
            if self._heard:
                LOG.warning(NOT_TOLD, error=type(error).__name__)
            self._heard = False
        else:
            self._heard = True

    def _receive(self) -> Inbound:
        return Inbound(self.door, self.settings.limits)

    def _beat(self) -> None:
        if self._beating is not None:
            self._beating.cancel()
        self._beating = self._loop.create_task(self._life.beat(self.settings.heartbeat_seconds, self.counts))

    async def _sweep(self) -> None:
        """One clock for every deadline: a timer per request would cost more than the requests."""
        for turn in itertools.count():
            if turn % _SWEEPS_BETWEEN_TELLING == 0:
                self._tell()
            await asyncio.sleep(_SWEEP_SECONDS)
            now = self._loop.time()
            self.recording.look()
            for client in [each for each in self.door.clients if each.deadline is not None and each.deadline <= now]:
                try:
                    client.expire()
                except Exception as error:  # noqa: BLE001 - one that fails must not leave all others without a deadline
                    LOG.warning(SWEEP_FAILED, error=type(error).__name__)
            broken = self.house.open.make_room(self.settings.limits.replies_bytes)
            if broken:
                LOG.warning(REPLIES_CUT, exchanges=broken)
            self.fleet.sweep(now)

    def _build_house(self, tally: Tally, under_way: Roster) -> House:
        settings, around = self.settings, self.around
        return House(
            recording=self.recording,
            knocking=self.knocking,
            clock=around.clock,
            bounds=Bounds(hold=settings.limits.hold_bytes, reply=settings.limits.reply_bytes),
            upstreams=self.fleet.systems,
            fingerprint=around.fingerprint,
            guardrail=settings.guardrail,
            admission=around.admission,
            record_unknown=settings.unknown_paths == "record",
            screening=around.screening,
            fail_open=frozenset(system.id for system in settings.systems if system.recording == "fail_open"),
            loop=self._loop,
            tally=tally,
            open=under_way,
        )
