"""Counters read on a schedule: what is recorded, what is only counted, and that nothing stops it."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proofbook.collectors.engine_counters.fetching import Target
from proofbook.collectors.engine_counters.host_process import HostProcesses
from proofbook.collectors.engine_counters.looking import KIND, CounterLooks
from proofbook.config.settings import BookSettings, MetricsSettings, ReconciliationSettings, Settings
from proofbook.errors import ConfigurationError, SourceUnavailable, StoreUnavailable
from proofbook.gateway.settings import GatewaySettings, SystemSettings, UpstreamSettings
from proofbook.primitives.instants import FixedClock
from proofbook.records.envelope import Entry
from proofbook.wiring.counting import REPEAT_SECONDS, CounterWatch, counting, find_targets
from proofbook.wiring.home import Home
from support.machine_tree import MachineTree, serving
from support.memory_recorder import MemoryRecorder

CLOCK = FixedClock(datetime(2026, 3, 1, 10, tzinfo=UTC))
ENGINE = Target(("engine",), "127.0.0.1", 8080)


class Engine:
    """Answers with its counters, or not."""

    def __init__(self) -> None:
        self.tokens: int | None = 5
        self.asked = 0

    def fetch(self, target: Target) -> bytes:
        """As `fetch_metrics`."""
        del target
        self.asked += 1
        if self.tokens is None:
            raise SourceUnavailable("the engine did not answer")
        return b"llamacpp:tokens_predicted_total %d\n" % self.tokens


class Watched:
    """A watch over one engine, with a clock that moves only when told."""

    def __init__(self, root: Path) -> None:
        self.engine = Engine()
        self.recorder = MemoryRecorder(CLOCK)
        self.now = 0.0
        looks = CounterLooks(CLOCK, HostProcesses(MachineTree(root).machine), lambda _: None, self.engine.fetch)
        self.watch = CounterWatch(self.recorder, looks, (ENGINE,), lambda: self.now)

    def recorded(self) -> list[Entry]:
        """Looks that are on record."""
        return self.recorder.of_kind(KIND)


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    """A watch that has not looked yet."""
    return Watched(tmp_path)


def test_change_is_recorded_at_once_and_sameness_is_counted(watched: Watched) -> None:
    """An idle engine must not fill the book, and nobody may think that nobody looked."""
    for tokens in (5, 5, 5, 6, 6, None, None, 6):
        watched.engine.tokens = tokens
        watched.watch.look()
        watched.now += 60
    assert [(entry.body["status"], entry.body["unchanged"]) for entry in watched.recorded()] == [
        ("read", 0),
        ("read", 2),
        ("unknown", 1),
        ("read", 1),
    ]


def test_sameness_is_recorded_again_after_a_while(watched: Watched) -> None:
    """At least four looks an hour stand in the book."""
    watched.watch.look()
    watched.now += REPEAT_SECONDS - 1
    watched.watch.look()
    watched.now += 1
    watched.watch.look()
    assert [entry.body["unchanged"] for entry in watched.recorded()] == [0, 1]


def test_store_that_is_away_stops_nothing_and_the_look_is_made_again(watched: Watched) -> None:
    """What could not be recorded counts as not seen."""
    watched.recorder.fail_with = StoreUnavailable("no space is left")
    watched.watch.look()
    watched.recorder.fail_with = None
    watched.watch.look()
    assert [entry.body["unchanged"] for entry in watched.recorded()] == [0]


def test_watch_looks_once_more_when_it_is_told_to_stop(watched: Watched) -> None:
    """The last look of a run bounds what was served in it."""
    stop = threading.Event()
    thread = threading.Thread(target=watched.watch.run, args=(3600.0, stop))
    thread.start()
    stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert watched.engine.asked == len(watched.recorded())
    assert watched.engine.asked in {1, 2}


def home(tmp_path: Path, port: int, **reconciliation: object) -> Home:
    """A home whose two upstreams are one engine, and a third another."""
    upstreams = (
        UpstreamSettings("one", f"http://127.0.0.1:{port}"),
        UpstreamSettings("same", f"http://127.0.0.1:{port}", product="llama.cpp"),
        UpstreamSettings("other", "http://127.0.0.1:9"),
    )
    gateway = GatewaySettings(upstreams, (SystemSettings("desk", "Desk", "test", "one"),))
    settings = Settings("Sample Organisation", BookSettings(str(tmp_path)), gateway)
    settings = replace(settings, reconciliation=ReconciliationSettings(**reconciliation))  # type: ignore[arg-type]
    return Home(tmp_path, settings, "sha256:" + "0" * 64)


def test_upstreams_with_one_address_are_one_engine(tmp_path: Path) -> None:
    """Its counters count for both; asked twice they would be compared with half of the traffic each."""
    first, second = find_targets(home(tmp_path, 8080, metrics=(MetricsSettings("same", "http://127.0.0.1:9000/m"),)))
    assert (first.upstreams, first.product, first.metrics) == (("one", "same"), "llama.cpp", ("127.0.0.1", 9000, "/m"))
    assert (second.upstreams, second.question) == (("other",), ("127.0.0.1", 9, "/metrics"))


def test_counters_are_read_while_the_block_lasts(tmp_path: Path) -> None:
    """Beside a gateway, in a thread of its own; 0 seconds is never."""
    recorder = MemoryRecorder(CLOCK)
    with serving({"/metrics": b"llamacpp:tokens_predicted_total 5\n"}) as port:
        with counting(home(tmp_path, port, scrape_seconds=3600.0), recorder):
            pass
        seen = {(entry.body["upstreams"][0], entry.body["status"]) for entry in recorder.of_kind(KIND)}
        assert seen == {("one", "read"), ("other", "unknown")}
        with counting(home(tmp_path, port, scrape_seconds=0.0), MemoryRecorder(CLOCK)):
            assert not [each for each in threading.enumerate() if each.name == "counters"]


def test_engines_of_new_settings_are_counted_from_the_next_look(tmp_path: Path) -> None:
    """An engine that is added while the gateway runs is one somebody can go around to."""
    recorder = MemoryRecorder(CLOCK)
    answers = {"/metrics": b"llamacpp:tokens_predicted_total 5\n"}
    with serving(answers) as port, serving(answers) as other:
        with counting(home(tmp_path, port, scrape_seconds=3600.0), recorder) as follow:
            follow(home(tmp_path, other, scrape_seconds=3600.0))
        assert f"127.0.0.1:{other}" in {entry.body["address"] for entry in recorder.of_kind(KIND)}


@pytest.mark.parametrize("seconds", [-1.0, 0.5, 86_401.0])
def test_schedule_that_cannot_be_is_refused(seconds: float) -> None:
    """A wrong number is told with its field."""
    with pytest.raises(ConfigurationError, match=r"reconciliation\.scrape_seconds"):
        ReconciliationSettings(scrape_seconds=seconds)


@pytest.mark.parametrize("url", ["https://127.0.0.1:9000/metrics", "http://", "http://a:b/", "http://u@h/", "http://h/?q", "x"])
def test_address_that_cannot_be_is_refused(url: str) -> None:
    """Engines are asked over plain http, without secrets in the address."""
    with pytest.raises(ConfigurationError, match="no plain http address"):
        MetricsSettings("engine", url)
