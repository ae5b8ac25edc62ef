"""A real llama.cpp behind the gateway: its own counters against the book, with and without a request that goes around."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import openai
import pytest

from proofbook.collectors.discover.machine import Machine
from proofbook.collectors.engine_counters.fetching import Target
from proofbook.collectors.engine_counters.host_process import HostProcesses
from proofbook.collectors.engine_counters.looking import KIND, CounterLooks
from proofbook.collectors.runner import COLLECTOR
from proofbook.readmodel.counters import reconcile
from proofbook.readmodel.projection import Projection
from proofbook.readmodel.telling import BEGINNING
from proofbook.reconciliation.comparing import Comparison, Standing
from proofbook.reconciliation.published import Measure
from proofbook.reconciliation.wording import describe_interval
from proofbook.records.envelope import Assurance, Draft
from support.memory_book import MemoryBook
from support.memory_recorder import MemoryRecorder
from support.real_engine import running_llama, sample_model
from support.running_gateway import TOKEN, SystemClock, run, running_gateway

pytestmark = pytest.mark.real
_END = "9999-01-01T00:00:00.000000Z"


class LateClock:
    """A clock some seconds on: a look by it is one that waited until the engine had counted everything."""

    def __init__(self) -> None:
        self.late = timedelta(0)

    def now(self) -> datetime:
        """The present moment, so much later."""
        return datetime.now(UTC) + self.late


class Counted:
    """Looks at an engine's counters, recorded beside the exchanges."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.clock = LateClock()
        self.target = Target(("engine",), parts.hostname or "", parts.port or 0)
        self.looks = CounterLooks(self.clock, HostProcesses(Machine("test-host")), lambda _: None)
        self.recorder = MemoryRecorder(SystemClock())

    def look(self) -> None:
        """One look, three seconds after whatever happened before."""
        seen = self.looks.look(self.target)
        assert (seen.status, seen.product) == ("read", "llama.cpp")
        self.recorder.record(Draft(KIND, "engine", seen.answered, COLLECTOR, "collector:e", Assurance.COLLECTED, seen.to_body()))
        self.clock.late += timedelta(seconds=3)


@pytest.fixture(scope="module")
def llama() -> Iterator[str]:
    """An engine that publishes its counters."""
    with running_llama(sample_model(), metrics=True) as address:
        yield address


def compared(counted: Counted, tmp_path: Path) -> Comparison:
    """What the book says of it, stretch by stretch."""
    with closing(Projection(tmp_path / "readmodel.sqlite", MemoryBook(counted.recorder.raw))) as projection:
        size = projection.catch_up()
        (comparison,) = reconcile(projection.reader, BEGINNING, _END, size, width="look")
    return comparison


def ask_around(llama: str) -> int:
    """A request that the gateway never sees; how many tokens it had in all."""
    body = json.dumps({"messages": [{"role": "user", "content": "Around the gateway?"}], "max_tokens": 5}).encode()
    request = urllib.request.Request(f"{llama}/v1/chat/completions", body, {"content-type": "application/json"})  # noqa: S310  # loopback
    with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310  # loopback
        return int(json.load(reply)["usage"]["total_tokens"])


def test_request_around_the_gateway_shows_in_the_engines_own_counters(llama: str, tmp_path: Path) -> None:
    """Cached prompts, streams without usage and vectors of questions agree to the token; one request around differs by its own."""
    counted = Counted(llama)
    around: list[int] = []

    async def scenario() -> None:
        async with (
            running_gateway(llama, recorder=counted.recorder) as gateway,
            openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=TOKEN, max_retries=0) as client,
        ):
            counted.look()
            for _ in range(2):
                await client.chat.completions.create(
                    model="m", messages=[{"role": "user", "content": "Who owns the support queue?"}], max_tokens=8
                )
            stream = await client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": "And who else?"}], max_tokens=8, stream=True
            )
            assert [chunk async for chunk in stream]
            await client.completions.create(model="m", prompt="Ticket:", max_tokens=4)
            await gateway.ends(4)
            counted.look()
            around.append(ask_around(llama))
            counted.look()

    run(scenario())
    comparison = compared(counted, tmp_path)
    through, past = comparison.intervals
    assert (through.standing, through.inside, through.at_edges) == (Standing.AGREES, 4, 0), describe_interval(through)
    tokens = {each.measure: each for each in through.figures}
    assert tokens[Measure.PROMPT_TOKENS].engine == tokens[Measure.PROMPT_TOKENS].low == tokens[Measure.PROMPT_TOKENS].high
    assert tokens[Measure.COMPLETION_TOKENS].engine == 8 + 8 + 8 + 4
    assert past.standing is Standing.DIFFERS
    assert sum(each.difference for each in past.figures) == around[0]
    assert comparison.standing is Standing.DIFFERS
    assert "did not come through the gateway" in describe_interval(past)


def test_host_says_when_an_engine_that_does_not_say_so_started(llama: str) -> None:
    """llama.cpp states no start; without one a restart between two looks could hide behind larger counters."""
    counted = Counted(llama)
    seen = counted.looks.look(counted.target)
    assert seen.process_start_from == "host"
    assert seen.process_start is not None
    assert seen.process_start < seen.asked


def test_engine_without_counters_is_unknown_and_says_what_to_do() -> None:
    """llama.cpp publishes none unless it is asked to; that is no count of nothing."""
    with running_llama(sample_model()) as plain:
        parts = urlsplit(plain)
        looks = CounterLooks(SystemClock(), HostProcesses(Machine("test-host")), lambda _: None)
        seen = looks.look(Target(("engine",), parts.hostname or "", parts.port or 0, product="llama.cpp"))
    assert (seen.status, list(seen.counters)) == ("unknown", [])
    assert seen.reason is not None
    assert "--metrics" in seen.reason
