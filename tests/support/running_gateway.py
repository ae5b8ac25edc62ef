"""The whole gateway on a free port with an in-memory recorder, and a client that sees every byte."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

import httptools
import uvloop

from proofbook.errors import ProofbookError
from proofbook.gateway.admission import Admission, NoPolicy
from proofbook.gateway.classifying import Screening
from proofbook.gateway.engines.loaded import never_seen
from proofbook.gateway.identity.keys import IssuedKey, KeyIdentities, KeyRing, build_key_ring, derive_secret_hash, format_key
from proofbook.gateway.running.lifecycle import PreviousRun
from proofbook.gateway.running.renewal import Renewal
from proofbook.gateway.running.server import Surroundings, serve
from proofbook.gateway.settings import GatewaySettings, Limits, SystemSettings, UpstreamSettings
from proofbook.journal.receipt import Recorder
from proofbook.primitives.digest import Digest, sha256_digest
from proofbook.primitives.ids import CountingIds
from proofbook.primitives.verdict import Unknown
from proofbook.records.envelope import Entry
from support.memory_recorder import MemoryRecorder

SECRET = bytes(range(24))
TOKEN = format_key("k_sample", SECRET)
KEY = IssuedKey("k_sample", "sample-service", "service", "support-desk", derive_secret_hash(SECRET))
EXPIRED_TOKEN = format_key("k_expired", SECRET)
REVOKED_TOKEN = format_key("k_revoked", SECRET)
KEYS = (
    KEY,
    replace(KEY, id="k_expired", expires="2020-01-01T00:00:00.000000Z"),
    replace(KEY, id="k_revoked", revoked_at="2020-01-01T00:00:00.000000Z"),
    replace(KEY, id="k_lost", system="no-such-system"),
)
LOST_TOKEN = format_key("k_lost", SECRET)

PATIENCE_SECONDS = 30.0
"""How long a loaded machine may take for what an idle one does at once."""

T = TypeVar("T")


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class FixedKeys:
    ring: KeyRing = field(default_factory=lambda: build_key_ring(KEYS))

    def current(self) -> KeyRing:
        return self.ring


@dataclass
class KnownDigests:
    """Digests of the files it was told of."""

    known: dict[str, bytes] = field(default_factory=dict)

    def digest_of(self, path: str) -> tuple[Digest, str] | Unknown:
        if path in self.known:
            return sha256_digest(self.known[path]), "full hash"
        return Unknown(("the file was not hashed",))


@dataclass
class GivenHistory:
    run: PreviousRun = field(default_factory=lambda: PreviousRun(None, True, ()))

    def previous(self) -> PreviousRun:
        return self.run


def sample_fingerprint(text: bytes) -> str:
    """A keyed fingerprint under a sample key."""
    return "hmac-sha256:" + hmac.new(b"sample key", text, hashlib.sha256).hexdigest()


@dataclass
class RunningGateway:
    host: str
    port: int
    recorder: MemoryRecorder
    stop: asyncio.Event
    task: asyncio.Task[None]
    wanted: list[GatewaySettings | ProofbookError]
    asked: asyncio.Event
    entered: list[GatewaySettings]
    """Settings that came into force by a reload."""

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def reload(self, wanted: GatewaySettings | ProofbookError) -> None:
        """Ask for other settings; how it ended is told by `/readyz`."""
        self.wanted.append(wanted)
        self.asked.set()

    async def ends(self, count: int = 1) -> list[Entry]:
        """The response entries, once there are so many."""
        return await self.wait_for("exchange.response", count)

    async def wait_for(self, kind: str, count: int = 1) -> list[Entry]:
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while len(found := self.recorder.of_kind(kind)) < count:
            assert asyncio.get_running_loop().time() < deadline, f"{len(found)} entries of {kind}, not {count}"
            await asyncio.sleep(0.01)
        return found


@asynccontextmanager
async def running_gateway(
    upstream_url: str,
    *,
    limits: Limits | None = None,
    recorder: MemoryRecorder | None = None,
    watched: Callable[[MemoryRecorder], Recorder] | None = None,
    screening: Screening | None = None,
    digests: KnownDigests | None = None,
    previous: PreviousRun | None = None,
    heartbeat_seconds: float = 60.0,
    port: int = 0,
    on_signals: bool = False,
    api_key_file: str | None = None,
    same_files: Literal["auto", "yes", "no"] = "auto",
    recording: Literal["fail_closed", "fail_open"] = "fail_closed",
    unknown_paths: Literal["refuse", "record"] = "refuse",
    admission: Admission | None = None,
    settings: GatewaySettings | None = None,
    adjust: Callable[[Surroundings], Surroundings] = lambda around: around,
) -> AsyncIterator[RunningGateway]:
    """Serve until the block ends, then stop in an orderly way."""
    recorder = recorder or MemoryRecorder(SystemClock())
    settings = settings or GatewaySettings(
        upstreams=(UpstreamSettings("engine", upstream_url, same_files=same_files, api_key_file=api_key_file),),
        systems=(SystemSettings("support-desk", "Support desk", "test", "engine", recording=recording),),
        port=port,
        limits=limits or Limits(),
        heartbeat_seconds=heartbeat_seconds,
        unknown_paths=unknown_paths,
    )
    around = Surroundings(
        recorder=recorder if watched is None else watched(recorder),
        screening=screening,
        identities=KeyIdentities(FixedKeys()),
        admission=admission or NoPolicy(),
        digests=digests or KnownDigests(),
        start_of=never_seen,
        history=GivenHistory(previous) if previous is not None else GivenHistory(),
        clock=SystemClock(),
        ids=CountingIds(),
        fingerprint=sample_fingerprint,
        version="0",
    )
    around = adjust(around)
    stop, asked = asyncio.Event(), asyncio.Event()
    wanted: list[GatewaySettings | ProofbookError] = []
    entered: list[GatewaySettings] = []

    def renew() -> Renewal:
        found = wanted.pop(0)
        if isinstance(found, ProofbookError):
            raise found
        return Renewal(found, around, enter=lambda: entered.append(found), abandon=lambda: None, leave=lambda: None)

    address: asyncio.Future[tuple[str, int]] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        serve(settings, around, ready=address.set_result, stop=None if on_signals else stop, renew=renew, renewed=asked)
    )

    def started_or_failed(done: asyncio.Task[None]) -> None:
        if not address.done():
            address.set_exception(done.exception() or RuntimeError("stopped before it listened"))

    task.add_done_callback(started_or_failed)
    gateway = RunningGateway(*await address, recorder, stop, task, wanted, asked, entered)
    try:
        yield gateway
    finally:
        stop.set()
        await task


@dataclass
class Reply:
    """A reply as a client sees it; `complete` is False when the connection ended before the framing did."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    complete: bool = False
    raw: bytes = b""

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete = True


class Client:
    """One raw client connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def read_reply(self, seconds: float = PATIENCE_SECONDS) -> Reply:
        """The next reply, as far as it comes."""
        reply = Reply()
        parser = httptools.HttpResponseParser(reply)
        async with asyncio.timeout(seconds):
            while not reply.complete:
                try:
                    data = await self.reader.read(65536)
                except ConnectionError:
                    break
                if not data:
                    break
                reply.raw += data
                parser.feed_data(data)
        if reply.raw:
            reply.status = parser.get_status_code()
        return reply

    async def read_until(self, mark: bytes, seconds: float = PATIENCE_SECONDS) -> bytes:
        """Everything up to and with `mark`."""
        async with asyncio.timeout(seconds):
            return await self.reader.readuntil(mark)

    async def at_end(self, seconds: float = PATIENCE_SECONDS) -> bool:
        """Whether the gateway closes the connection in time, without saying more."""
        try:
            async with asyncio.timeout(seconds):
                return await self.reader.read(1) == b""
        except TimeoutError:
            return False
        except ConnectionError:
            return True


@asynccontextmanager
async def connected(gateway: RunningGateway) -> AsyncIterator[Client]:
    """A raw connection to the gateway."""
    reader, writer = await asyncio.open_connection(gateway.host, gateway.port)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()


def request_bytes(
    body: bytes, *, path: str = "/v1/chat/completions", method: str = "POST", token: str | None = TOKEN, extra: str = ""
) -> bytes:
    """A well-formed request."""
    auth = "" if token is None else f"Authorization: Bearer {token}\r\n"
    length = f"Content-Length: {len(body)}\r\n" if body or method == "POST" else ""
    return f"{method} {path} HTTP/1.1\r\nHost: gateway\r\n{auth}{extra}{length}\r\n".encode() + body


async def ask(gateway: RunningGateway, body: bytes, **how: Any) -> Reply:
    """One request on a connection of its own, and its reply."""
    async with connected(gateway) as client:
        await client.send(request_bytes(body, **how))
        return await client.read_reply()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run on uvloop, as the gateway does in production."""
    result: T = uvloop.run(work)
    return result
