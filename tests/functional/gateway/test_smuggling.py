"""Requests that two parsers could read differently are refused, recorded, and never reach an engine."""

from __future__ import annotations

import json

import pytest

from support.fault_engine import Say, running_engine, whole
from support.running_gateway import TOKEN, connected, request_bytes, run, running_gateway

BODY = json.dumps({"model": "m", "messages": []}).encode()
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer " + TOKEN.encode() + b"\r\n"
HIDDEN = b"GET /v1/models HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer " + TOKEN.encode() + b"\r\n\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
IN_CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)

CORPUS = {
    "length and chunked": HEAD + LENGTH + CHUNKED + b"\r\n" + IN_CHUNKS + HIDDEN,
    "chunked and length": HEAD + CHUNKED + LENGTH + b"\r\n" + IN_CHUNKS + HIDDEN,
    "chunked twice": HEAD + CHUNKED + CHUNKED + b"\r\n" + IN_CHUNKS,
    "chunked, identity": HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n" + IN_CHUNKS,
    "identity": HEAD + b"Transfer-Encoding: identity\r\n" + LENGTH + b"\r\n" + BODY,
    "gzip, chunked": HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + IN_CHUNKS,
    "vertical tab before chunked": HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + IN_CHUNKS,
    "space before colon": HEAD + b"Transfer-Encoding : chunked\r\n\r\n" + IN_CHUNKS,
    "chunked in HTTP/1.0": HEAD.replace(b"1.1", b"1.0") + CHUNKED + b"\r\n" + IN_CHUNKS,
    "two lengths": HEAD + LENGTH + b"Content-Length: 3\r\n\r\n" + BODY,
    "one length twice": HEAD + LENGTH + LENGTH + b"\r\n" + BODY,
    "list of lengths": HEAD + b"Content-Length: 5, 5\r\n\r\nhello",
    "signed length": HEAD + b"Content-Length: +5\r\n\r\nhello",
    "negative length": HEAD + b"Content-Length: -1\r\n\r\n",
    "hex length": HEAD + b"Content-Length: 0x5\r\n\r\nhello",
    "overflowing length": HEAD + b"Content-Length: 99999999999999999999999\r\n\r\n",
    "empty length": HEAD + b"Content-Length: \r\n\r\n",
    "bare LF line ends": (HEAD + LENGTH + b"\r\n").replace(b"\r\n", b"\n") + BODY,
    "one bare LF": HEAD + b"X: a\nY: b\r\n" + LENGTH + b"\r\n" + BODY,
    "bare CR": HEAD + b"X: a\rY: b\r\n" + LENGTH + b"\r\n" + BODY,
    "folded header": HEAD + b"X: a\r\n b\r\n" + LENGTH + b"\r\n" + BODY,
    "NUL in a value": HEAD + b"X: a\0b\r\n" + LENGTH + b"\r\n" + BODY,
    "NUL in a name": HEAD + b"X\0: a\r\n" + LENGTH + b"\r\n" + BODY,
    "empty name": HEAD + b": a\r\n" + LENGTH + b"\r\n" + BODY,
    "non-ASCII name": HEAD + "Näme: a\r\n".encode() + LENGTH + b"\r\n" + BODY,
    "bad chunk size": HEAD + CHUNKED + b"\r\nzz\r\nhello\r\n0\r\n\r\n",
    "hex prefix in chunk size": HEAD + CHUNKED + b"\r\n0x5\r\nhello\r\n0\r\n\r\n",
    "overflowing chunk size": HEAD + CHUNKED + b"\r\nfffffffffffffffff\r\n",
    "bare LF after chunk size": HEAD + CHUNKED + b"\r\n5\nhello\n0\n\n",
    "no CRLF after chunk": HEAD + CHUNKED + b"\r\n5\r\nhelloXX0\r\n\r\n",
    "100k headers": HEAD + b"".join(b"X-%d: a\r\n" % number for number in range(100_000)) + b"\r\n",
    "101 headers": HEAD + b"X: a\r\n" * 101 + LENGTH + b"\r\n" + BODY,
    "huge header": HEAD + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
    "huge target": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: g\r\n\r\n",
    "endless header in pieces": HEAD + b"X: " + b"a" * 90_000,
    "two hosts": HEAD + b"Host: other\r\n" + LENGTH + b"\r\n" + BODY,
    "no host": HEAD.replace(b"Host: g\r\n", b"") + LENGTH + b"\r\n" + BODY,
    "HTTP/0.9": b"GET /v1/models\r\n\r\n",
    "HTTP/1.2": HEAD.replace(b"1.1", b"1.2") + LENGTH + b"\r\n" + BODY,
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "upgrade": HEAD + b"Connection: upgrade\r\nUpgrade: h2c\r\n" + LENGTH + b"\r\n" + BODY,
    "CONNECT": b"CONNECT g:80 HTTP/1.1\r\nHost: g\r\n\r\n",
    "TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64,
    "noise": bytes(range(256)) * 4,
}


@pytest.mark.parametrize("name", CORPUS)
def test_ambiguous_request_is_refused_recorded_and_never_forwarded(name: str) -> None:
    """A request hidden in another would reach the engine without a record."""

    async def scenario() -> None:
        async with running_engine(lambda _: [Say(whole(b"{}"))]) as engine, running_gateway(engine.url) as gateway:
            async with connected(gateway) as client:
                await client.send(CORPUS[name])
                reply = await client.read_reply()
                assert reply.status in {400, 404, 413, 431, 505}, reply
                assert await client.at_end()
            (refused,) = await gateway.wait_for("exchange.refused")
            assert refused.body["reason"] in {"malformed_request", "request_too_large"}
            assert refused.body["http_status"] == reply.status
            assert engine.requests == []

    run(scenario())


def test_request_hidden_behind_a_good_one_is_not_served() -> None:
    """What follows a complete request on the wire is refused, whatever it is."""

    async def scenario() -> None:
        async with running_engine(lambda _: [Say(whole(b"{}"))]) as engine, running_gateway(engine.url) as gateway:
            async with connected(gateway) as client:
                await client.send(request_bytes(BODY) + b"GARBAGE" + HIDDEN)
                everything = await client.reader.read()
            assert everything.count(b"HTTP/1.1 ") == 2
            assert len(engine.requests) == 1
            assert len(await gateway.wait_for("exchange.refused")) == 1

    run(scenario())


def test_good_request_in_single_bytes_is_served() -> None:
    """The corpus refuses nothing by being slow or split."""

    async def scenario() -> None:
        async with running_engine(lambda _: [Say(whole(b"{}"))]) as engine, running_gateway(engine.url) as gateway:
            async with connected(gateway) as client:
                for byte in HEAD + CHUNKED + b"\r\n" + IN_CHUNKS:
                    await client.send(bytes((byte,)))
                assert (await client.read_reply()).status == 200
            assert engine.requests[0].body == BODY
            assert "transfer-encoding" not in engine.requests[0].headers

    run(scenario())
