"""Reading the engines' own counters for a home: on a schedule beside the gateway, or once for a command.

Promises: on a schedule a look that saw the same as the entry before it is counted, not recorded, for at most a quarter of an
hour; what changed is recorded at once, and so are the first and the last look of a run. Nothing here can stop the gateway or hold
up a request: it runs in a thread of its own, and what goes wrong is logged by name.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import structlog

from proofbook.collectors.discover.engines import FoundEngine, ask_engine
from proofbook.collectors.discover.machine import Machine
from proofbook.collectors.engine_counters.fetching import Target, fetch_metrics
from proofbook.collectors.engine_counters.host_process import HostProcesses
from proofbook.collectors.engine_counters.looking import KIND, CounterCollector, CounterLooks
from proofbook.collectors.runner import COLLECTOR, CollectionContext, NoHistory, RunSummary, run_collector
from proofbook.errors import ConfigurationError, ProofbookError
from proofbook.gateway.engines.fleet import read_engine_key
from proofbook.journal.receipt import Recorder
from proofbook.primitives.instants import Clock
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.reconciliation import EngineCounters
from proofbook.wiring.home import Home
from proofbook.wiring.system import CLOCK, MONOTONIC, host_name

LOG = structlog.get_logger(__name__)
LOOK_FAILED: Final = "counters.look_failed"
NOT_FOLLOWED: Final = "counters.new_settings_not_followed"
SOURCE: Final = "collector:engine_counters"
REPEAT_SECONDS: Final = 900.0
"""A look that saw nothing new is recorded again after so long."""
_STOP_SECONDS: Final = 10.0


@dataclass(slots=True)
class _Last:
    """The entry recorded last for an engine: what it said, when, and how many looks saw the same since."""

    seen: EngineCounters
    recorded: float
    unchanged: int = 0


class CounterWatch:
    """Looks again and again; used by one thread, but for `targets`, which may be set anew from any."""

    def __init__(
        self, recorder: Recorder, looks: CounterLooks, targets: Sequence[Target], monotonic: Callable[[], float] = MONOTONIC
    ) -> None:
        self._recorder: Final = recorder
        self._looks: Final = looks
        self.targets = targets
        self._monotonic: Final = monotonic
        self._last: Final[dict[str, _Last]] = {}

    def run(self, seconds: float, stop: threading.Event) -> None:
        """Look every so many seconds until told to stop, and once more then."""
        while not stop.is_set():
            self.look()
            stop.wait(seconds)
        self.look(always=True)

    def look(self, *, always: bool = False) -> None:
        """Look at every engine. `always`: record also what is as before."""
        for target in self.targets:
            try:
                self._look(target, always=always)
            except ProofbookError as error:
                LOG.warning(LOOK_FAILED, upstream=target.upstreams[0], code=error.code)
            except Exception as error:  # noqa: BLE001 - whatever an engine says, the next look must still take place
                LOG.warning(LOOK_FAILED, upstream=target.upstreams[0], error=type(error).__name__)

    def _look(self, target: Target, *, always: bool) -> None:
        last = self._last.get(target.address)
        seen = self._looks.look(target, unchanged=0 if last is None else last.unchanged)
        now = self._monotonic()
        if last is not None and not always and now - last.recorded < REPEAT_SECONDS and _same(last.seen, seen):
            last.unchanged += 1
            return
        self._recorder.record(
            Draft(KIND, f"engine:{target.address}", seen.answered, COLLECTOR, SOURCE, Assurance.COLLECTED, seen.to_body())
        )
        self._last[target.address] = _Last(seen, now)


def _same(one: EngineCounters, other: EngineCounters) -> bool:
    volatile = {"asked": "", "answered": "", "unchanged": 0}
    return one.model_copy(update=volatile) == other.model_copy(update=volatile)


@contextmanager
def counting(home: Home, recorder: Recorder) -> Iterator[Callable[[Home], None]]:
    """Look on the schedule of the settings for the length of a `with` block. What it gives takes new settings' engines.

    The schedule itself stays: new settings do not change how often is looked.
    """
    seconds = home.settings.reconciliation.scrape_seconds
    watch = CounterWatch(recorder, make_looks(), find_targets(home))

    def follow(renewed: Home) -> None:
        try:
            watch.targets = find_targets(renewed)
        except ConfigurationError as error:  # the settings were checked; a key's file may be gone since
            LOG.warning(NOT_FOLLOWED, code=error.code)

    if not seconds:
        yield follow
        return
    stop = threading.Event()
    thread = threading.Thread(target=watch.run, args=(seconds, stop), name="counters", daemon=True)
    thread.start()
    try:
        yield follow
    finally:
        stop.set()
        thread.join(_STOP_SECONDS)


def collect_counters(home: Home, recorder: Recorder) -> RunSummary:
    """Look once at every engine of the configuration; recorded, and that the look took place."""
    collector = CounterCollector(make_looks(), find_targets(home))
    return run_collector(collector, CollectionContext(recorder, NoHistory(), CLOCK, SOURCE))


def make_looks(clock: Clock = CLOCK, *, seconds: float = 2.0) -> CounterLooks:
    """Looks from this machine."""
    return CounterLooks(clock, HostProcesses(Machine(host_name())), _identify, partial(fetch_metrics, seconds=seconds))


def find_targets(home: Home) -> tuple[Target, ...]:
    """The engines of the configuration; several upstreams with one address are one engine, counted once."""
    gateway = home.settings.gateway
    if gateway is None:
        return ()
    elsewhere = {each.upstream: each.url for each in home.settings.reconciliation.metrics}
    found: dict[tuple[str, int], Target] = {}
    for each in gateway.upstreams:
        key = None
        if each.api_key_file is not None:
            key = read_engine_key(each.api_key_file, f"gateway.upstreams[{each.name}].api_key_file")
        known = found.get(each.address)
        found[each.address] = Target(
            upstreams=(*(() if known is None else known.upstreams), each.name),
            host=each.address[0],
            port=each.address[1],
            product="unknown" if each.product == "auto" else each.product,
            metrics=_place(elsewhere[each.name]) if each.name in elsewhere else None if known is None else known.metrics,
            key=key,
        )
    return tuple(found.values())


def _place(url: str) -> tuple[str, int, str]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 80, parts.path or "/metrics"


def _identify(target: Target) -> FoundEngine | None:
    return ask_engine(target.port, address=target.host)
