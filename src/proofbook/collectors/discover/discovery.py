"""One look at the whole machine, recorded as `discovery.run`.

Promises: what could not be seen is in `not_looked_at`, by name; differences are stated, not judged; the entry always fits. Reads
the process and system trees and asks loopback ports; changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from proofbook.collectors.discover.connections import (
    MAX_CONNECTIONS,
    connection_findings,
    own_processes,
    read_connections,
)
from proofbook.collectors.discover.devices import Ask, ask_program, read_devices
from proofbook.collectors.discover.differences import compare
from proofbook.collectors.discover.engines import KNOWN_PORTS, SECONDS, FoundEngine, ask_engines
from proofbook.collectors.discover.inventory import Inventory
from proofbook.collectors.discover.machine import Machine
from proofbook.collectors.discover.processes import EngineProcess, ProcessView, read_processes
from proofbook.collectors.discover.sockets import Listening, SocketView, read_sockets
from proofbook.collectors.discover.stores import StoreView, look_at_stores
from proofbook.collectors.model_store.locate import StorePlace
from proofbook.collectors.runner import COLLECTOR
from proofbook.collectors.wording import plain
from proofbook.journal.receipt import Receipt, Recorder
from proofbook.primitives.canonical import canonical_bytes
from proofbook.primitives.instants import Clock, format_instant
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.provenance import DiscoveryRun

MAX_PORTS = 64
MAX_BODY_BYTES = 40 * 1024
NOT_HTTP = frozenset({22, 25, 53, 111, 139, 445, 465, 587, 631, 993, 2049, 3306, 5432, 5672, 6379, 9092, 27017})
"""Ports of well-known services that do not speak HTTP; asking them would only fill their logs."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What is needed for a look. `ports` replaces the choice of ports to ask; an empty tuple asks none."""

    machine: Machine
    clock: Clock
    inventory: Inventory
    stores: Sequence[StorePlace] = ()
    ports: tuple[int, ...] | None = None
    ask: Ask = ask_program
    seconds: float = SECONDS

    def look(self) -> DiscoveryRun:
        """Look once."""
        started = format_instant(self.clock.now())
        sockets = read_sockets(self.machine)
        processes = read_processes(self.machine)
        ports, unasked = self._ports(sockets)
        own = own_processes(self.machine, sockets.listening, self.inventory.own_ports)
        connected = read_connections(self.machine, self.inventory.local_ports(), own)
        engines = ask_engines(ports, seconds=self.seconds)
        stores = look_at_stores(self.stores, self.inventory)
        found = compare(engines, processes.engines, sockets.listening, self.inventory)
        run = DiscoveryRun(
            host=plain(self.machine.host, 120),
            started=started,
            ended=format_instant(self.clock.now()),
            engines=[_engine(engine, sockets.listening) for engine in engines],
            processes=[_process(process) for process in processes.engines],
            devices=[dict(device) for device in read_devices(self.machine, self.ask)],
            stores=[dict(store) for store in stores.stores],
            connections=[each.document() for each in connected.others[:MAX_CONNECTIONS]] if connected.looked else None,
            differences=[*found, *connection_findings(connected), *stores.differences],
            not_looked_at=_not_looked_at(sockets, processes, stores, (*connected.not_seen, *unasked)),
        )
        return _fit(run)

    def _ports(self, sockets: SocketView) -> tuple[tuple[int, ...], tuple[str, ...]]:
        if self.ports is not None:
            return self.ports, ("ports other than the ones named were not asked",)
        listening = [socket.port for socket in sockets.listening]
        wanted = dict.fromkeys(
            port
            for port in (*self.inventory.local_ports(), *KNOWN_PORTS, *listening)
            if port not in NOT_HTTP | self.inventory.own_ports
        )
        chosen = tuple(wanted)[:MAX_PORTS]
        unasked = tuple(f"port {port}: more than {MAX_PORTS} ports listen" for port in tuple(wanted)[MAX_PORTS:][:16])
        skipped = sorted(set(listening) & NOT_HTTP)
        if skipped:
            unasked += (f"ports of services that do not speak HTTP: {', '.join(map(str, skipped))}",)
        return chosen, unasked


def record_discovery(discovery: Discovery, recorder: Recorder, *, source: str) -> tuple[DiscoveryRun, Receipt]:
    """Look and record, also when nothing was found."""
    run = discovery.look()
    draft = Draft(
        kind="discovery.run",
        subject=f"host:{run.host}",
        occurred=run.ended,
        actor=COLLECTOR,
        source=source,
        assurance=Assurance.COLLECTED,
        body=run.to_body(),
    )
    return run, recorder.record(draft)


def _engine(engine: FoundEngine, sockets: Sequence[Listening]) -> dict[str, str]:
    bound = [socket.address for socket in sockets if socket.port == engine.port]
    owner = next((socket.pid for socket in sockets if socket.port == engine.port and socket.pid is not None), None)
    models = "; ".join(
        " ".join(part for part in (model.name, model.digest, model.path) if part is not None) for model in engine.models
    )
    return {
        "address": f"{engine.address}:{engine.port}",
        "bound_to": ", ".join(bound) or "unknown",
        "product": engine.product,
        "build": engine.build,
        "models": plain(models, 2000) or "none stated",
        "metrics": engine.metrics,
        "key": engine.key,
        "pid": "unknown" if owner is None else str(owner),
    }


def _process(process: EngineProcess) -> dict[str, str]:
    return {
        "pid": str(process.pid),
        "product": process.product,
        "program": process.program,
        "command": plain(" ".join(process.arguments), 1500),
        "model": process.model or "unknown",
        "pinned": process.pinned,
        "pin": process.pin,
    }


def _not_looked_at(sockets: SocketView, processes: ProcessView, stores: StoreView, unasked: Sequence[str]) -> list[str]:
    found = [*sockets.not_seen, *processes.not_seen, *unasked]
    if not stores.stores:
        found.append("model stores: none was found at the usual places or named")
    else:
        found.append("bytes of model files: paths were compared, collecting compares contents")
    found += ["other machines and containers with a network of their own", "engines that speak over other than TCP"]
    return found


def _fit(run: DiscoveryRun) -> DiscoveryRun:
    """Cut the longest list until the entry fits, and say so."""
    totals = {name: len(getattr(run, name) or ()) for name in _LISTS}
    said = list(run.not_looked_at)
    while len(canonical_bytes(run.to_body())) > MAX_BODY_BYTES:
        longest = max(_LISTS, key=lambda name: len(str(getattr(run, name) or "")))
        kept = getattr(run, longest)
        run = run.model_copy(update={longest: kept[: len(kept) * 3 // 4]})
        cuts = [f"{name}: {len(getattr(run, name) or ())} of {total} are shown" for name, total in totals.items()]
        cuts = [cut for cut, (name, total) in zip(cuts, totals.items(), strict=True) if len(getattr(run, name) or ()) < total]
        run = run.model_copy(update={"not_looked_at": [*said, *cuts]})
    return run


_LISTS = ("engines", "processes", "devices", "stores", "connections", "differences")
