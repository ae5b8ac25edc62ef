"""Connections whose handshake is under way count and are bounded, whatever becomes of them."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from proofbook.gateway.running.operation_settings import TlsSettings
from proofbook.gateway.settings import GatewaySettings, Limits, SystemSettings, UpstreamSettings
from support.certificates import Authority
from support.fault_engine import Say, Seen, Step, running_engine, whole
from support.running_gateway import Client, Reply, RunningGateway, request_bytes, run, running_gateway

BODY = b'{"model":"sample","messages":[]}'
SYSTEMS = (SystemSettings("support-desk", "Support desk", "test", "engine"),)
LIMITS = Limits(connections=2)


def _answers(_: Seen) -> Sequence[Step]:
    return [Say(whole(b'{"choices":[]}'))]


def _settings(authority: Authority, url: str) -> GatewaySettings:
    files = authority.issue("server")
    tls = TlsSettings(str(files.certificate), str(files.key))
    return GatewaySettings(upstreams=(UpstreamSettings("engine", url),), systems=SYSTEMS, port=0, tls=tls, limits=LIMITS)


async def _ask(gateway: RunningGateway, authority: Authority) -> Reply:
    context = ssl.create_default_context(cafile=str(authority.file))
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port, ssl=context)
    try:
        client = Client(reader, writer)
        await client.send(request_bytes(BODY))
        return await client.read_reply()
    finally:
        writer.close()


async def _until_served(gateway: RunningGateway, authority: Authority) -> None:
    """Ask until it answers; what hung up may not be gone on the other side yet."""
    for _ in range(1000):
        with suppress(OSError):
            assert (await _ask(gateway, authority)).status == 200
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody is let in any more")


async def _silent(gateway: RunningGateway) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", gateway.port)


def test_handshakes_under_way_fill_the_room_for_connections(tmp_path: Path) -> None:
    """Whoever connects and never speaks must not be able to use up all descriptors beside the limit."""
    authority = Authority(tmp_path)

    async def scenario() -> None:
        async with (
            running_engine(_answers) as engine,
            running_gateway("", settings=_settings(authority, engine.url)) as gateway,
        ):
            held = [await _silent(gateway) for _ in range(LIMITS.connections)]
            reader, writer = await _silent(gateway)
            assert await reader.read() == b""
            writer.close()
            with pytest.raises(OSError, match=r".*"):
                await _ask(gateway, authority)
            for _, each in held:
                each.close()
            await _until_served(gateway, authority)

    run(scenario())


def test_handshakes_that_fail_take_no_room_from_others(tmp_path: Path) -> None:
    """A scanner that speaks no TLS, however often it comes, leaves the room as it was."""
    authority = Authority(tmp_path)

    async def scenario() -> None:
        async with (
            running_engine(_answers) as engine,
            running_gateway("", settings=_settings(authority, engine.url)) as gateway,
        ):
            for _ in range(3 * LIMITS.connections):
                reader, writer = await _silent(gateway)
                writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                await reader.read()
                writer.close()
            await _until_served(gateway, authority)

    run(scenario())


def test_handshakes_are_broken_off_when_the_gateway_stops(tmp_path: Path) -> None:
    """Somebody who never ends a handshake must not hold up the end of the program."""
    authority = Authority(tmp_path)

    async def scenario() -> None:
        async with running_engine(_answers) as engine:
            async with running_gateway("", settings=_settings(authority, engine.url)) as gateway:
                reader, writer = await _silent(gateway)
            async with asyncio.timeout(5):
                assert await reader.read() == b""
            writer.close()

    run(scenario())
