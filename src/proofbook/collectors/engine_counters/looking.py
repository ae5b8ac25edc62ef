"""One look at each engine's counters, as the documents that are recorded; and the collector made of such looks.

Promises: each engine gives one document, also when its counters cannot be read: they are then unknown, with the reason. Which
product answers and which build is asked anew after every new start. Reads only.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from proofbook.collectors.discover.engines import FoundEngine
from proofbook.collectors.engine_counters.fetching import NotPublished, Target, fetch_metrics
from proofbook.collectors.engine_counters.host_process import HostProcesses
from proofbook.collectors.engine_counters.reading import Reading, parse_metrics
from proofbook.collectors.interface import Observation, Place, Skipped
from proofbook.collectors.wording import plain
from proofbook.errors import MalformedRecord, SourceUnavailable
from proofbook.primitives.instants import Clock, format_instant
from proofbook.reconciliation.published import NO_COUNTERS, PUBLISHERS
from proofbook.records.reconciliation import EngineCounters

KIND: Final = "engine.counters"
Identify = Callable[[Target], FoundEngine | None]
Fetch = Callable[[Target], bytes]


@dataclass(slots=True)
class _Known:
    """Product and build as the engine stated them, for as long as the same process answers."""

    process_start: str | None
    product: str
    build: str


class CounterLooks:
    """Looks at counters; remembers from one look to the next what need not be asked again."""

    def __init__(self, clock: Clock, processes: HostProcesses, identify: Identify, fetch: Fetch = fetch_metrics) -> None:
        self._clock: Final = clock
        self._processes: Final = processes
        self._identify: Final = identify
        self._fetch: Final = fetch
        self._known: Final[dict[str, _Known]] = {}

    def look(self, target: Target, *, unchanged: int = 0) -> EngineCounters:
        """The document of one look."""
        asked = format_instant(self._clock.now())
        reading: Reading | None = None
        failure: SourceUnavailable | MalformedRecord | None = None
        try:
            data = self._fetch(target)
            answered = format_instant(self._clock.now())
            reading = parse_metrics(data, product=target.product)
        except (SourceUnavailable, MalformedRecord) as error:
            answered = format_instant(self._clock.now())
            failure = error
        stated = None if reading is None else reading.process_start
        host = self._processes.started(target.port) if stated is None and is_here(target.host) else None
        known = self._who(target, stated or host, failure)
        fields: dict[str, Any] = {
            "upstreams": list(target.upstreams),
            "address": target.address,
            "product": known.product if reading is None else reading.product,
            "build": known.build,
            "asked": asked,
            "answered": answered,
            "status": "unknown" if reading is None else "read",
            "reason": None if failure is None else plain(_reason(known.product, failure)),
            "process_start": stated or host,
            "process_start_from": "metrics" if stated else "host" if host else "unknown",
            "counters": () if reading is None else [each.to_body() for each in reading.counters],
            "unchanged": unchanged,
        }
        return EngineCounters.model_validate(fields)

    def _who(self, target: Target, process_start: str | None, failure: Exception | None) -> _Known:
        """Asked of an engine that answers, when it is not known or started anew."""
        known = self._known.get(target.address)
        product = target.product if target.product in PUBLISHERS else "unknown"
        if failure is not None and not isinstance(failure, NotPublished | MalformedRecord):
            return known or _Known(None, product, "unknown")
        if known is not None and known.process_start == process_start:
            return known
        found = self._identify(target)
        if found is not None and found.product != "unknown":
            product = found.product
        known = _Known(process_start, product, "unknown" if found is None else found.build)
        self._known[target.address] = known
        return known


def _reason(product: str, failure: SourceUnavailable | MalformedRecord) -> str:
    """Why, with what to do about it where that is known."""
    publisher = PUBLISHERS.get(product)
    if publisher is None or not isinstance(failure, NotPublished):
        return failure.message
    return f"{failure.message}: {publisher.advice}" if publisher.counters else NO_COUNTERS


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class CounterCollector:
    """Implements `Collector`: every engine of the configuration, once."""

    looks: CounterLooks
    targets: Sequence[Target]

    @property
    def name(self) -> str:
        """Stable name."""
        return "engine_counters"

    @property
    def query(self) -> str:
        """What is asked."""
        asked = ", ".join(f"http://{host}:{port}{path}" for host, port, path in (each.question for each in self.targets))
        return f"GET {asked}" if asked else "no upstream is configured"

    @property
    def parameters(self) -> Mapping[str, str]:
        """Nothing changes what is seen."""
        return {}

    def collect(self) -> Iterator[Observation | Skipped]:
        """Look once at each."""
        for target in self.targets:
            document = self.looks.look(target)
            place = Place(target.host, self.name, target.address)
            yield Observation(KIND, f"engine:{target.address}", place, document)
            if document.status == "unknown":
                yield Skipped("counters_unknown", f"{', '.join(target.upstreams)}: {document.reason}")
