"""What the recording gateway adds to an engine: time per request, processor time, memory. Prints a table and keeps nothing.

The gateway is the product as it is run: durable before each reply, the whole content sealed. The engine is a process that answers
from memory and costs almost nothing, so that what is measured is the gateway. Bare engine and gateway take turns within one run;
every figure is the median over the rounds. On a shared machine read the ratios and the processor seconds, not the rates.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import uvloop

from proofbook.demo.engine import free_port
from proofbook.wiring.access import issue_key
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.recording import open_door
from proofbook.wiring.starting import Proposal, Start, start_home

TEXT = "sample words " * 80
"""About a kilobyte, as the question and as the answer."""
CHUNKS = 32
PACE_SECONDS = 0.02
"""Between the events of a paced stream."""
LIGHT = ((1, 120), (16, 60))
"""Connections, and requests on each in one round, for the added time."""
LOAD_CONNECTIONS, LOAD_SECONDS = 48, 2.5
OPEN_STREAMS = 200
MIB = 1024 * 1024

ANSWER = json.dumps({
    "id": "chatcmpl-sample", "object": "chat.completion", "created": 1, "model": "sample",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 160, "completion_tokens": 160, "total_tokens": 320},
}).encode()  # fmt: skip
EVENT = b"data: " + json.dumps({
    "id": "chatcmpl-sample", "object": "chat.completion.chunk", "created": 1, "model": "sample",
    "choices": [{"index": 0, "delta": {"content": "sample"}, "finish_reason": None}],
}).encode() + b"\n\n"  # fmt: skip
DONE = b"data: [DONE]\n\n"


class Engine(asyncio.Protocol):
    """Answers from memory: the request body says only whether it is to be a stream, and whether a slow one."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A connection."""
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]
        self._held = b""

    def data_received(self, data: bytes) -> None:
        """One request at a time, possibly in pieces."""
        self._held += data
        head, mark, body = self._held.partition(b"\r\n\r\n")
        if not mark:
            return
        lower = head.lower()
        at = lower.find(b"content-length: ")
        length = int(lower[at + 16 :].split(b"\r", 1)[0]) if at >= 0 else 0
        if len(body) < length:
            return
        self._held = b""
        if b"/v1/chat/completions" not in head:
            self._transport.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}")
        elif b'"stream": true' not in body:
            self._transport.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(ANSWER), ANSWER)
            )
        else:
            self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
            self._say(CHUNKS, PACE_SECONDS if b'"slow": true' in body else 0.0)

    def _say(self, left: int, pace: float) -> None:
        if self._transport.is_closing():
            return
        while left:
            self._transport.write(b"%x\r\n%s\r\n" % (len(EVENT), EVENT))
            left -= 1
            if pace:
                asyncio.get_running_loop().call_later(pace, self._say, left, pace)
                return
        self._transport.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(DONE), DONE))


class Caller(asyncio.Protocol):
    """One connection that asks and says when the first byte of the body and when the whole reply had come."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._reply = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected."""
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]

    async def ask(self, request: bytes) -> tuple[float, float]:
        """Seconds to the first event or byte of the body, and to the end."""
        self._reply.clear()
        self._first = 0.0
        self._waiter: asyncio.Future[None] = self._loop.create_future()
        self._began = time.perf_counter()
        self._transport.write(request)
        await self._waiter
        return self._first - self._began, self._ended - self._began

    def data_received(self, data: bytes) -> None:
        """Part of the reply."""
        self._reply += data
        at = self._reply.find(b"\r\n\r\n")
        if at < 0 or len(self._reply) == at + 4:
            return
        self._first = self._first or time.perf_counter()
        head = bytes(self._reply[:at]).lower()
        if not head.startswith(b"http/1.1 200"):
            self._waiter.set_exception(RuntimeError(bytes(self._reply[:300]).decode("utf-8", "replace")))
        elif b"chunked" in head:
            if self._reply.endswith(b"0\r\n\r\n"):
                self._end()
        elif len(self._reply) >= at + 4 + int(head.partition(b"content-length: ")[2].split(b"\r", 1)[0]):
            self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        """Closed."""
        del exc
        if hasattr(self, "_waiter") and not self._waiter.done():
            self._waiter.set_exception(ConnectionError("closed in the middle of a reply"))

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def _end(self) -> None:
        self._ended = time.perf_counter()
        self._waiter.set_result(None)


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go: the engine itself, or the gateway in front of it."""

    name: str
    port: int
    token: str

    def request(self, *, stream: bool = False, slow: bool = False) -> bytes:
        """A chat request."""
        body = {"model": "sample", "messages": [{"role": "user", "content": TEXT}], "stream": stream, "metadata": {"slow": slow}}
        data = json.dumps(body).encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {self.token}\r\n"
        return head.encode() + b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(data) + data

    @asynccontextmanager
    async def callers(self, count: int) -> AsyncIterator[list[Caller]]:
        """So many connections."""
        loop = asyncio.get_running_loop()
        made = [(await loop.create_connection(Caller, "127.0.0.1", self.port))[1] for _ in range(count)]
        try:
            yield made
        finally:
            for each in made:
                each.close()


async def time_requests(target: Target, connections: int, each: int, *, stream: bool = False) -> list[tuple[float, float]]:
    """First and last byte of every request, in seconds."""
    request = target.request(stream=stream)

    async def one(caller: Caller) -> list[tuple[float, float]]:
        return [await caller.ask(request) for _ in range(each)]

    async with target.callers(connections) as callers:
        await asyncio.gather(*(caller.ask(request) for caller in callers))  # connections and caches are warm
        return [found for many in await asyncio.gather(*map(one, callers)) for found in many]


async def count_requests(target: Target, connections: int, seconds: float) -> float:
    """Requests a second with that many connections, each asking again at once."""
    request, until = target.request(), time.perf_counter() + seconds

    async def one(caller: Caller) -> int:
        done = 0
        while time.perf_counter() < until:
            await caller.ask(request)
            done += 1
        return done

    async with target.callers(connections) as callers:
        began = time.perf_counter()
        return sum(await asyncio.gather(*map(one, callers))) / (time.perf_counter() - began)


async def hold_streams(target: Target, count: int, gateway: psutil.Process) -> float:
    """Resident mebibytes of the gateway while so many paced streams are open."""
    request = target.request(stream=True, slow=True)
    async with target.callers(count) as callers:
        asking = [asyncio.ensure_future(caller.ask(request)) for caller in callers]
        await asyncio.sleep(CHUNKS * PACE_SECONDS / 2)
        resident: int = gateway.memory_info().rss
        await asyncio.gather(*asking)
    return resident / MIB


async def measure(bare: Target, through: Target, gateway: psutil.Process, rounds: int) -> list[tuple[str, str, str, str]]:
    """The rows of the table."""
    idle: float = gateway.memory_info().rss / MIB
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for _ in range(rounds):
        for target in (bare, through):
            for connections, each in LIGHT:
                times = sorted(end for _, end in await time_requests(target, connections, each))
                found[f"p50, {connections} connection(s), ms", target.name].append(times[len(times) // 2] * 1000)
                found[f"p99, {connections} connection(s), ms", target.name].append(times[int(len(times) * 0.99)] * 1000)
            firsts = [first for first, _ in await time_requests(target, 1, 60, stream=True)]
            found["stream, first token, p50, ms", target.name].append(statistics.median(firsts) * 1000)
            before = sum(gateway.cpu_times()[:2])
            rate = await count_requests(target, LOAD_CONNECTIONS, LOAD_SECONDS)
            spent = sum(gateway.cpu_times()[:2]) - before
            found[f"requests/s, {LOAD_CONNECTIONS} connections", target.name].append(rate)
            if target is through:
                found["CPU s per 10k requests", target.name].append(spent / (rate * LOAD_SECONDS) * 10_000)
    streaming = await hold_streams(through, OPEN_STREAMS, gateway)
    rows = [_row(what, found) for what in dict.fromkeys(what for what, _ in found)]
    return [
        *rows,
        ("RSS idle, MiB", "", f"{idle:.0f}", ""),
        (f"RSS, {OPEN_STREAMS} open streams, MiB", "", f"{streaming:.0f}", ""),
    ]


def _row(what: str, found: dict[tuple[str, str], list[float]]) -> tuple[str, str, str, str]:
    through = statistics.median(found[what, "gateway"])
    if (what, "bare") not in found:
        return what, "", f"{through:.2f}", ""
    bare = statistics.median(found[what, "bare"])
    compared = f"{through / bare:.2f} of bare" if "requests/s" in what else f"+{through - bare:.2f} ({through / bare:.1f}x)"
    return what, f"{bare:.2f}", f"{through:.2f}", compared


@contextmanager
def running(folder: Path) -> Iterator[tuple[Target, Target, psutil.Process]]:
    """Engine and gateway of a throw-away home."""
    ports = free_port(), free_port()
    proposal = Proposal("engine", f"http://127.0.0.1:{ports[0]}", "auto", (("sample", "Sample"),))
    start = Start(entity="Sample Organisation (bench)", fence=folder / "fence", proposals=(proposal,), gateway_port=ports[1])
    start_home(folder / "home", start)
    token = _issue(open_home(folder / "home"))
    engine = subprocess.Popen([sys.executable, __file__, "--serve", str(ports[0])], stdout=subprocess.PIPE)
    _await_line(engine)
    command = [sys.executable, "-m", "proofbook", "--home", str(folder / "home"), "gateway"]
    gateway = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        _await_line(gateway, b"listening on")
        yield Target("bare", ports[0], ""), Target("gateway", ports[1], token), psutil.Process(gateway.pid)
    finally:
        for each in (gateway, engine):
            each.terminate()
            each.communicate()


def _issue(home: Home) -> str:
    with open_door(home) as door:
        return issue_key(
            home, door.recorder, principal="sample", kind="service", system="sample", expires=None, note="bench"
        ).secret


def _await_line(process: subprocess.Popen[bytes], word: bytes = b"") -> None:
    stream = process.stdout or process.stderr
    assert stream is not None
    while True:
        line = stream.readline()
        assert line, "a process ended before it was ready"
        if word in line:
            return


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Engine, "127.0.0.1", port, backlog=1024)
    print("ready", flush=True)
    await server.serve_forever()


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=None, help="where the throw-away home goes")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        uvloop.run(_serve(options.serve))
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as name, running(Path(name)) as (bare, through, gateway):
        rows = uvloop.run(measure(bare, through, gateway, options.rounds))
    print(f"{'1 KB in, 1 KB out; medians of ' + str(options.rounds) + ' rounds':40}{'bare':>10}{'gateway':>10}  added")
    for what, bare_value, value, compared in rows:
        print(f"{what:40}{bare_value:>10}{value:>10}  {compared}")


if __name__ == "__main__":
    main()
