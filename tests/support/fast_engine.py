"""An engine that computes nothing but speaks as one does: OpenAI chat over HTTP, whole or as server-sent events.

What it answers follows from the request's bytes alone (`derive_reply`), so a test can tell a complete reply from a cut one
without having seen it. Replies differ in length, from one piece to beyond what the gateway holds back, and in pace. A process of
its own, because it is killed: `python -m support.fast_engine PORT [swift]`. It says the hash of every request it was asked to
answer, so that a test can tell what was forwarded; `swift` leaves out that and every pause, for measurements. A stream that is
asked for with `until`, the path of a file, is a long one, and its end mark is kept back until that file exists.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

_HEAD = b"HTTP/1.1 %d OK\r\ncontent-type: %s\r\n"
_MODELS = json.dumps({"object": "list", "data": [{"id": "sample-fast", "object": "model", "owned_by": "sample"}]}).encode()
_LONGEST = 1_300_000
"""Characters of the longest answers: more than the gateway holds back, so that its head goes out before its end."""
_ANSWERED = "/v1/chat/completions"


def derive_reply(request: bytes) -> bytes:
    """The body of the complete reply to a request body."""
    asked = json.loads(request)
    return b"".join(derive_pieces(request)) if asked.get("stream") else derive_pieces(request)[0]


def derive_pieces(request: bytes) -> list[bytes]:
    """The same, in the pieces it is sent in: one for a whole reply, one an event for a stream."""
    asked = json.loads(request)
    seed = hashlib.sha256(request).digest()
    common = {"id": f"chatcmpl-{seed.hex()[:16]}", "created": 1, "model": asked.get("model", "sample-fast")}
    if asked.get("stream"):
        return _events(common, _long_words(seed) if "until" in asked else _words(seed))
    text = seed.hex() * (1 + _length(seed) // 64)
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 8, "completion_tokens": len(text) // 4, "total_tokens": 8 + len(text) // 4}
    return [json.dumps({**common, "object": "chat.completion", "choices": [choice], "usage": usage}).encode()]


def derive_pause(request: bytes, piece: int) -> float:
    """Seconds before a piece is sent: none, or a few milliseconds."""
    return hashlib.sha256(b"%d" % piece + request[-64:]).digest()[0] % 4 / 1000


def _length(seed: bytes) -> int:
    """Mostly short, one in eight some ten thousand characters, one in 128 the longest."""
    return _LONGEST if seed[0] < 2 else 80_000 if seed[0] < 32 else seed[1] * 8


def _words(seed: bytes) -> list[str]:
    return [seed.hex()[number % 56 : number % 56 + 8] for number in range(2 + seed[1] % 40)]


def _long_words(seed: bytes) -> list[str]:
    """A megabyte that does not become small when it is compressed."""
    chance = random.Random(seed)
    return [chance.randbytes(1 << 16).hex() for _ in range(8)]


def _events(common: dict[str, object], words: list[str]) -> list[bytes]:
    head = {**common, "object": "chat.completion.chunk"}
    deltas: list[tuple[dict[str, str], str | None]] = [({"content": word}, None) for word in words]
    documents = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]} for delta, finish in [*deltas, ({}, "stop")]
    ]
    usage = {"prompt_tokens": 8, "completion_tokens": len(words), "total_tokens": 8 + len(words)}
    documents.append({**head, "choices": [], "usage": usage})
    return [*(b"data: " + json.dumps(each).encode() + b"\n\n" for each in documents), b"data: [DONE]\n\n"]


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, swift: bool) -> None:
        self._reader = reader
        self._writer = writer
        self._swift = swift

    async def serve(self) -> None:
        try:
            while await self._answer_one():
                await self._writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            self._writer.close()

    async def _answer_one(self) -> bool:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = next((int(line[15:]) for line in head.split("\r\n") if line.startswith("content-length:")), 0)
        body = await self._reader.readexactly(length)
        path = head.split(" ", 2)[1]
        if path == _ANSWERED:
            await self._answer(body)
        else:
            known = path == "/v1/models"
            self._whole(_MODELS if known else b"{}", 200 if known else 404)
        return "connection: close" not in head

    async def _answer(self, body: bytes) -> None:
        if not self._swift:
            os.write(1, b"%s\n" % hashlib.sha256(body).hexdigest().encode())
        pieces = derive_pieces(body)
        if len(pieces) == 1:
            await self._pause(body, 0)
            self._whole(pieces[0], 200)
            return
        self._writer.write(_HEAD % (200, b"text/event-stream") + b"transfer-encoding: chunked\r\n\r\n")
        until = json.loads(body).get("until")
        for number, piece in enumerate(pieces):
            await self._pause(body, number)
            if until and number == len(pieces) - 1:
                await _until_there(Path(until).exists)
            self._writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await self._writer.drain()
        self._writer.write(b"0\r\n\r\n")

    async def _pause(self, body: bytes, piece: int) -> None:
        if not self._swift:
            await asyncio.sleep(derive_pause(body, piece))

    def _whole(self, body: bytes, status: int) -> None:
        self._writer.write(_HEAD % (status, b"application/json") + b"content-length: %d\r\n\r\n" % len(body) + body)


async def _until_there(there: Callable[[], bool]) -> None:
    while not there():  # noqa: ASYNC110 - made by another process, which has no event to give
        await asyncio.sleep(0.005)


async def serve(port: int, *, swift: bool = False) -> None:
    """Serve on loopback until killed."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _Connection(reader, writer, swift=swift).serve()

    server = await asyncio.start_server(accept, "127.0.0.1", port, backlog=512)
    os.write(1, b"listening\n")  # the parent reads this line
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), swift="swift" in sys.argv[2:]))
