"""Several processes behind one port, as the installed program runs them: spread, killed, reloaded, replaced, drained."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from proofbook.book.reader import BookReader
from proofbook.primitives.canonical import parse_canonical
from proofbook.wiring.inspecting import inspect_home
from proofbook.wiring.posts import read_posts
from support.command_line import wait_until
from support.crash_home import Place, ending, make_place, start_fast_engine, start_gateway
from support.free_ports import free_port
from support.nursery import Started

pytestmark = pytest.mark.crash


@dataclass(frozen=True, slots=True)
class Desk:
    """A home, what runs of it, and a caller."""

    place: Place
    running: list[Started]

    def set(self, lines: str, *, old: str = "[gateway]") -> None:
        """Put lines into the settings."""
        path = self.place.home.path / "proofbook.toml"
        path.write_text(path.read_text("utf-8").replace(old, f"{old}\n{lines}" if lines else ""), "utf-8")

    def start(self) -> Started:
        """One more gateway of this home."""
        self.running.append(start_gateway(self.place, None))
        return self.running[-1]

    def ask(self, number: int, **more: Any) -> int:
        """One request on a connection of its own; its status, 0 when there was no answer."""
        body = {"model": "sample-fast", "messages": [{"role": "user", "content": f"question {number}"}]} | more
        try:
            with self.opened(body) as reply:
                reply.read()
                return int(reply.status)
        except urllib.error.HTTPError as error:
            return error.code

    def ask_many(self, numbers: range) -> Counter[int]:
        """Requests that are under way at the same time; how often each status came."""
        with ThreadPoolExecutor(16) as callers:
            return Counter(callers.map(self.ask, numbers))

    @contextmanager
    def opened(self, body: dict[str, Any]) -> Iterator[Any]:
        """The reply to one request, to be read."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.place.gateway_port}/v1/chat/completions",
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {self.place.tokens[0]}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310 - an address of our own
            yield reply

    def readiness(self) -> dict[str, Any]:
        """What whichever process answers says."""
        address = f"http://127.0.0.1:{self.place.gateway_port}/readyz"
        with suppress(urllib.error.HTTPError), urllib.request.urlopen(address, timeout=20) as reply:
            return dict(json.load(reply))
        return {}

    def command(self, *words: str) -> int:
        """Run the program on this home; its exit code."""
        program = Path(sys.executable).parent / "proofbook"
        done = subprocess.run([str(program), "--home", str(self.place.home.path), *words], capture_output=True, check=False)
        return done.returncode

    def posts(self) -> dict[str, int]:
        """Processes that serve, by source."""
        return {each.source: each.pid for each in read_posts(self.place.home.run, "main")}

    def entries(self) -> list[dict[str, Any]]:
        """The whole book."""
        with BookReader(self.place.home.book) as book:
            return [dict(parse_canonical(data)) for _, data in book.entries(0, book.size())]  # type: ignore[arg-type]  # objects


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A home in front of an engine; nothing of it is left afterwards."""
    place = make_place(tmp_path)
    running: list[Started] = []
    with ending(running):
        running.append(start_fast_engine(place, "swift"))
        yield Desk(place, running)


def _of(entries: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [each for each in entries if each["kind"] == kind]


def _two_ports() -> int:
    """A port with a free one after it, for the figures of two workers."""
    while True:
        port = free_port()
        with suppress(OSError), socket.create_server(("127.0.0.1", port + 1)):
            return port


def _exchanges(port: int) -> float:
    """How many exchanges the figures at that port count."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as reply:
        families = text_string_to_metric_families(reply.read().decode())
        return sum(sample.value for each in families for sample in each.samples if sample.name.endswith("_exchanges_total"))


def _check_numbers(entries: list[dict[str, Any]]) -> None:
    seen: Counter[str] = Counter()
    for each in entries:
        seen[each["source"]["id"]] += 1
        assert each["source"]["seq"] == seen[each["source"]["id"]]


def test_workers_share_the_port_and_one_that_is_killed_comes_back_with_its_gap(desk: Desk) -> None:
    """Each process is a source of its own, so that no exchange is lost among several; and one death stops nobody else."""
    port = _two_ports()
    desk.set(f"workers = 2\nmetrics.port = {port}")
    leader = desk.start()
    wait_until(lambda: len(desk.posts()) == 2, "two workers")
    assert set(desk.posts()) == {"gateway:main", "gateway:main/2"}
    assert desk.ask_many(range(300)) == {200: 300}
    wait_until(lambda: set(desk.readiness().get("workers", {}).values()) == {"ready"}, "readiness names the other worker")
    assert [_exchanges(port + number) > 0 for number in range(2)] == [True, True]
    assert _exchanges(port) + _exchanges(port + 1) == 300
    victim = desk.posts()["gateway:main/2"]
    os.kill(victim, signal.SIGKILL)
    wait_until(
        lambda: any(each.number == 2 and each.pid != victim and each.told.get("state") == "ready" for each in _posts(desk)),
        "the dead worker came back",
    )
    assert desk.ask_many(range(300, 320)) == {200: 20}
    os.kill(leader.pid, signal.SIGTERM)
    leader.wait()
    entries = desk.entries()
    _check_numbers(entries)
    served = Counter(each["source"]["id"] for each in _of(entries, "exchange.request"))
    assert sum(served.values()) == 320
    assert min(served["gateway:main"], served["gateway:main/2"]) > 0
    starts = Counter((each["source"]["id"], each["body"]["previous_end"]) for each in _of(entries, "source.started"))
    assert starts == {("gateway:main", "none"): 1, ("gateway:main/2", "none"): 1, ("gateway:main/2", "unclean"): 1}
    assert [each["source"]["id"] for each in _of(entries, "source.gap")] == ["gateway:main/2"]
    assert Counter(each["source"]["id"] for each in _of(entries, "source.stopped")) == {"gateway:main": 1, "gateway:main/2": 1}
    assert inspect_home(desk.place.home, content=False).damages == ()


def test_limit_is_one_for_all_workers_and_a_reload_keeps_it(desk: Desk) -> None:
    """What the recorded settings say is what callers get, however many processes serve them."""
    desk.set("workers = 2\nadmission.requests_per_minute = 30")
    desk.start()
    wait_until(lambda: len(desk.posts()) == 2, "two workers")
    answered = desk.ask_many(range(80))
    assert answered[200] in range(30, 33)  # a minute's worth, and what seconds that pass give back
    assert answered[200] + answered[429] == 80
    assert len({each["source"]["id"] for each in _of(desk.entries(), "exchange.request")}) == 2
    desk.set("admission.principal_requests_per_minute = 20")
    assert desk.command("gateway", "reload") == 0
    assert desk.ask_many(range(80, 110))[429] >= 25


def test_reload_reaches_every_worker_and_what_is_wrong_is_refused(desk: Desk) -> None:
    """A command that says done when one of two processes still has the old settings would be worse than none."""
    desk.set("workers = 2")
    desk.start()
    wait_until(lambda: len(desk.posts()) == 2, "two workers")
    desk.set('guardrail = "v2"')
    assert desk.command("gateway", "reload") == 0
    assert [desk.ask(number) for number in range(20)] == [200] * 20
    requests = _of(desk.entries(), "exchange.request")
    assert {each["body"]["guardrail"] for each in requests} == {"v2"}
    assert len({each["source"]["id"] for each in requests}) == 2
    desk.set("port = 1\n", old="[gateway]")
    assert desk.command("gateway", "reload") == 2
    assert desk.ask(99) == 200
    assert len(_of(desk.entries(), "config.loaded")) == 2


def test_new_process_takes_over_while_the_old_one_ends_its_streams(desk: Desk, tmp_path: Path) -> None:
    """An upgrade, after a reload: nobody is turned away, the long answer ends whole, each exchange is recorded once, by its server."""
    desk.set("share_port = true")
    old = desk.start()
    held = tmp_path / "go"
    with desk.opened(
        {"model": "sample-fast", "stream": True, "messages": [{"role": "user", "content": "a"}], "until": str(held)}
    ) as stream:
        assert stream.read(100)
        desk.set('guardrail = "v2"')
        assert desk.command("gateway", "reload") == 0
        assert desk.ask(11) == 200
        new = desk.start()
        wait_until(lambda: len(desk.posts()) == 2, "the new one runs")
        os.kill(old.pid, signal.SIGTERM)
        wait_until(lambda: {each.told.get("state") for each in _posts(desk)} == {"draining", "ready"}, "the old one drains")
        assert [desk.ask(number) for number in range(10)] == [200] * 10
        held.touch()
        assert stream.read().endswith(b"data: [DONE]\n\n")
    old.wait()
    assert desk.ask(10) == 200
    os.kill(new.pid, signal.SIGTERM)
    new.wait()
    entries = desk.entries()
    _check_numbers(entries)
    ends = _of(entries, "exchange.response")
    assert Counter((each["source"]["id"], each["body"]["state"]) for each in ends) == {
        ("gateway:main", "complete"): 2,
        ("gateway:main/2", "complete"): 11,
    }
    guardrails = [each["body"]["guardrail"] for each in _of(entries, "exchange.request")]
    assert guardrails == ["unknown", *["v2"] * 12]
    assert not _of(entries, "source.gap")


def _posts(desk: Desk) -> tuple[Any, ...]:
    return read_posts(desk.place.home.run, "main")


def test_sources_nobody_continues_are_settled_by_whoever_runs_next(desk: Desk) -> None:
    """Two workers killed with their leader, one process after: the second source must not stay open for ever."""
    desk.set("workers = 2")
    desk.start()
    wait_until(lambda: len(desk.posts()) == 2, "two workers")
    assert [desk.ask(number) for number in range(10)] == [200] * 10
    for pid in (desk.running[-1].pid, *desk.posts().values()):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not desk.posts(), "all are gone")
    desk.set("", old="workers = 2\n")
    single = desk.start()
    wait_until(lambda: any(each["source"]["id"] == "gateway:main/2" for each in _of(desk.entries(), "source.stopped")), "settled")
    os.kill(single.pid, signal.SIGTERM)
    single.wait()
    entries = desk.entries()
    _check_numbers(entries)
    assert Counter(each["source"]["id"] for each in _of(entries, "source.gap")) == {"gateway:main": 1, "gateway:main/2": 1}
    asked = {each["subject"] for each in _of(entries, "exchange.request")}
    assert {each["subject"] for each in _of(entries, "exchange.response")} == asked
