"""One look at an engine: bounded, with its key, never following anything; and what becomes a document."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from proofbook.collectors.discover.engines import FoundEngine
from proofbook.collectors.discover.machine import Machine
from proofbook.collectors.engine_counters.fetching import NotPublished, Target, fetch_metrics
from proofbook.collectors.engine_counters.host_process import HostProcesses, read_start
from proofbook.collectors.engine_counters.looking import CounterCollector, CounterLooks
from proofbook.collectors.engine_counters.reading import MAX_METRICS
from proofbook.collectors.runner import CollectionContext, NoHistory, run_collector
from proofbook.errors import SourceUnavailable
from proofbook.primitives.instants import FixedClock
from support.machine_tree import MachineTree, raw_listener, serving
from support.memory_recorder import MemoryRecorder

CLOCK = FixedClock(datetime(2026, 3, 1, 10, tzinfo=UTC))
LLAMA = b"llamacpp:prompt_tokens_total 7\nllamacpp:tokens_predicted_total 9\n"


def target(port: int, **more: object) -> Target:
    """An engine on a loopback port."""
    return Target(("engine",), "127.0.0.1", port, **more)  # type: ignore[arg-type]


def looks(root: Path, product: str | None = None) -> CounterLooks:
    """Looks from a machine that shows no processes; `product`: what the engine says it is."""
    found = None if product is None else FoundEngine("127.0.0.1", 1, product, "b7", (), "no", "unknown")  # type: ignore[arg-type]
    return CounterLooks(CLOCK, HostProcesses(MachineTree(root).machine), lambda _: found)


@contextmanager
def noting(status: int, headers: dict[str, str], body: bytes) -> Iterator[tuple[int, list[dict[str, str]]]]:
    """A server with one answer; the headers it was asked with."""
    asked: list[dict[str, str]] = []

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append({name.lower(): value for name, value in self.headers.items()} | {"path": self.path})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_look_becomes_a_document_with_its_moments(tmp_path: Path) -> None:
    """What was asked, when, of whom, and every counter with the name it was published under."""
    with serving({"/metrics": LLAMA}) as port:
        seen = looks(tmp_path, "llama.cpp").look(target(port), unchanged=3)
    assert (seen.status, seen.product, seen.build, seen.unchanged) == ("read", "llama.cpp", "b7", 3)
    assert (seen.address, seen.upstreams, seen.asked) == (f"127.0.0.1:{port}", ["engine"], "2026-03-01T10:00:00.000000Z")
    assert [(each.metric, each.value) for each in seen.counters] == [
        ("llamacpp:prompt_tokens_total", 7),
        ("llamacpp:tokens_predicted_total", 9),
    ]
    assert (seen.process_start, seen.process_start_from) == (None, "unknown")


def test_key_is_sent_to_the_engine_and_stands_nowhere_else(tmp_path: Path) -> None:
    """An engine that wants a key wants it for its counters too."""
    with noting(200, {}, LLAMA) as (port, asked):
        engine = target(port, key="sample-secret")
        seen = looks(tmp_path).look(engine)
    assert asked[0]["authorization"] == "Bearer sample-secret"
    assert "sample-secret" not in repr(engine) + seen.model_dump_json()


def test_other_address_of_its_counters_is_asked(tmp_path: Path) -> None:
    """Some engines publish on a port of their own."""
    with noting(200, {}, b"tgi_request_success 4\n") as (port, asked):
        seen = looks(tmp_path).look(target(1, metrics=("127.0.0.1", port, "/stats")))
    assert (asked[0]["path"], seen.address, seen.product) == ("/stats", "127.0.0.1:1", "tgi")


@pytest.mark.parametrize(
    ("status", "product", "reason"),
    [
        (501, "llama.cpp", "was started without counters: start llama-server with --metrics"),
        (404, "ollama", "this engine publishes no counters"),
        (404, "sglang", "no counters at this address: start it with --enable-metrics"),
        (401, None, "wants a key"),
        (302, None, "answered 302"),
        (500, None, "answered 500"),
    ],
)
def test_what_cannot_be_read_is_unknown_with_what_can_be_done(
    tmp_path: Path, status: int, product: str | None, reason: str
) -> None:
    """Never zero, and no redirect is followed."""
    with noting(status, {"Location": "http://127.0.0.1:1/elsewhere"}, b"") as (port, asked):
        seen = looks(tmp_path, product).look(target(port))
    assert (seen.status, list(seen.counters), len(asked)) == ("unknown", [], 1)
    assert reason in (seen.reason or "")


def test_engine_that_is_not_there_or_never_ends_is_bounded() -> None:
    """Somebody else's server must not hold up ours."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(SourceUnavailable, match="did not answer"):
        fetch_metrics(target(port), seconds=0.5)
    with (
        raw_listener(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", trickle=b"a") as slow,
        pytest.raises(SourceUnavailable, match="did not answer"),
    ):
        fetch_metrics(target(slow), seconds=0.3)
    with raw_listener(b"HTTP/1.1 200 OK\r\n\r\n" + b"#" * (MAX_METRICS + 9)) as long:
        assert len(fetch_metrics(target(long), seconds=5)) <= MAX_METRICS + 1


def test_not_published_is_told_from_not_there() -> None:
    """Only the first is worth asking which engine it is."""
    with noting(404, {}, b"") as (port, _), pytest.raises(NotPublished):
        fetch_metrics(target(port))


def test_collector_records_every_look_and_names_what_it_could_not_read(tmp_path: Path) -> None:
    """As any other collector: also a look that saw nothing leaves its trace."""
    recorder = MemoryRecorder(CLOCK)
    with serving({"/metrics": LLAMA}) as port, socket.create_server(("127.0.0.1", 0)) as silent:
        gone = silent.getsockname()[1]
        silent.close()
        collector = CounterCollector(looks(tmp_path), (target(port), target(gone)))
        run = run_collector(collector, CollectionContext(recorder, NoHistory(), CLOCK, "collector:engine_counters"))
    assert [entry.body["status"] for entry in recorder.of_kind("engine.counters")] == ["read", "unknown"]
    assert [each.code for each in run.skipped] == ["counters_unknown"]
    assert f"GET http://127.0.0.1:{port}/metrics" in recorder.of_kind("collection.run")[0].body["query"]


def test_start_of_the_process_behind_a_port_is_read_from_the_kernel(tmp_path: Path) -> None:
    """42 seconds after the machine: a later one is a restart, whatever the counters say."""
    tree = MachineTree(tmp_path)
    (tree.machine.proc / "stat").write_text("cpu  1 2 3\nbtime 1772352000\n")
    tree.socket("127.0.0.1", 8080, 1)
    tree.process(50, "llama-server", inodes=(1,))
    processes = HostProcesses(tree.machine)
    assert processes.started(8080) == "2026-03-01T08:00:42.000000Z"
    assert processes.started(8080) == "2026-03-01T08:00:42.000000Z"
    assert processes.started(9999) is None
    (tree.machine.proc / "50" / "stat").write_text("50 (x")
    assert processes.started(8080) is None


def test_start_of_this_process_lies_in_the_past() -> None:
    """The parser agrees with the running kernel, where there is one."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("needs Linux's process tree")
    import os

    start = read_start(Machine("here"), os.getpid())
    assert start is not None
    assert "2000" < start < "9999"
