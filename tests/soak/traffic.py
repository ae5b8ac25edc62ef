"""Clients of every kind: steady ones, ones that hang up, that read slowly, that send what no server should take, that hold no key."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from support.load_client import Load

_MALFORMED: Sequence[bytes] = (
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET /v1/models HTTP/1.1\r\nHost: g\r\nHost: h\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00",
    b"GET  /v1/models HTTP/1.1\r\nHost: g\r\n\r\n",
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
)
_UNKNOWN = b"POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer pbk_none_00\r\nContent-Length: 2\r\n\r\n{}"
_SLOW_BYTES = 2048


@dataclass(slots=True)
class Crowd:
    """Everybody who calls. `steady` keeps what it received whole; the others only cause trouble."""

    host: str
    port: int
    tokens: tuple[str, ...]
    chance: random.Random
    rate: float
    """Requests a second of the steady clients together."""
    steady: Load = field(init=False)
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.steady = Load(self.host, self.port, self.tokens, "soak")

    async def run(self, until: Awaitable[object]) -> None:
        """Call until `until` is done."""
        clients = [
            *(asyncio.create_task(self._steadily(number)) for number in range(8)),
            asyncio.create_task(self._again("hung up", self._hang_up, 0.5)),
            asyncio.create_task(self._again("read slowly", self._read_slowly, 2.0)),
            asyncio.create_task(self._again("malformed", self._send_malformed, 1.0)),
            asyncio.create_task(self._again("unknown key", self._send_unknown, 0.7)),
            asyncio.create_task(self._again("never finished", self._never_finish, 5.0)),
        ]
        try:
            await until
        finally:
            for client in clients:
                client.cancel()
            await asyncio.gather(*clients, return_exceptions=True)

    async def _steadily(self, client: int) -> None:
        number = client
        while True:
            with suppress(OSError):
                await self.steady.ask(number, stream=self.chance.random() < 0.6)
            number += 8
            await asyncio.sleep(self.chance.expovariate(self.rate / 8))

    async def _again(self, name: str, act: Callable[[], Awaitable[None]], seconds: float) -> None:
        while True:
            await asyncio.sleep(self.chance.expovariate(1 / seconds))
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(20):
                    await act()
            self.counts[name] = self.counts.get(name, 0) + 1

    async def _open(self, data: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(self.host, self.port, limit=_SLOW_BYTES)
        writer.write(data)
        return reader, writer

    async def _hang_up(self) -> None:
        reader, writer = await self._open(self._request())
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(self.chance.random() / 20):
                await reader.read(self.chance.randrange(1, 4000))
        writer.transport.abort()

    async def _read_slowly(self) -> None:
        reader, writer = await self._open(self._request())
        for _ in range(40):
            if not await reader.read(_SLOW_BYTES):
                break
            await asyncio.sleep(0.05)
        writer.transport.abort()

    async def _send_malformed(self) -> None:
        reader, writer = await self._open(self.chance.choice(_MALFORMED))
        with suppress(OSError):
            await reader.read()
        writer.transport.abort()

    async def _send_unknown(self) -> None:
        _, writer = await self._open(_UNKNOWN)
        await asyncio.sleep(0.05)
        writer.transport.abort()

    async def _never_finish(self) -> None:
        data = self._request()
        _, writer = await self._open(data[: self.chance.randrange(1, len(data))])
        await asyncio.sleep(15)
        writer.transport.abort()

    def _request(self) -> bytes:
        token = self.chance.choice(self.tokens)
        body = (
            b'{"model":"sample-fast","stream":true,"messages":[{"role":"user","content":"trouble %d"}]}'
            % self.chance.getrandbits(60)
        )
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer {token}\r\n"
        return head.encode() + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
