"""TLS to clients and to engines, with real handshakes on the loop that production uses."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from cryptography import x509

from proofbook.gateway.http.head import RequestHead
from proofbook.gateway.http.peer import Peer
from proofbook.gateway.identity.caller import Caller
from proofbook.gateway.running.operation_settings import TlsSettings
from proofbook.gateway.running.server import Surroundings
from proofbook.gateway.settings import GatewaySettings, SystemSettings, UpstreamSettings
from support.certificates import Authority, Files
from support.fault_engine import STREAM_END, STREAM_HEAD, FaultEngine, Pause, Say, Seen, Step, chunk, running_engine, whole
from support.running_gateway import Client, Reply, RunningGateway, request_bytes, run, running_gateway

BODY = json.dumps({"model": "sample", "messages": [{"role": "user", "content": "hello"}]}).encode()
ANSWER = b'{"choices":[]}'
SYSTEMS = (SystemSettings("support-desk", "Support desk", "test", "engine"),)


def _answers(seen: Seen) -> Sequence[Step]:
    return [Say(whole(ANSWER))]


def _settings(url: str, tls: TlsSettings | None = None, ca_file: Path | None = None) -> GatewaySettings:
    engine = UpstreamSettings("engine", url, ca_file=None if ca_file is None else str(ca_file))
    return GatewaySettings(upstreams=(engine,), systems=SYSTEMS, port=0, tls=tls)


def _trusting(authority: Authority, own: Files | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(authority.file))
    if own is not None:
        context.load_cert_chain(own.certificate, own.key)
    return context


@asynccontextmanager
async def _connected(gateway: RunningGateway, context: ssl.SSLContext) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port, ssl=context)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()


async def _ask(gateway: RunningGateway, context: ssl.SSLContext) -> Reply:
    async with _connected(gateway, context) as client:
        await client.send(request_bytes(BODY))
        return await client.read_reply()


async def _serial(gateway: RunningGateway, context: ssl.SSLContext) -> int:
    _, writer = await asyncio.open_connection("127.0.0.1", gateway.port, ssl=context)
    certificate = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return x509.load_der_x509_certificate(certificate).serial_number


def test_exchange_over_tls_streams_and_is_recorded(tmp_path: Path) -> None:
    """TLS changes who can listen in, and nothing else."""
    authority = Authority(tmp_path)
    files = authority.issue("server")
    events = b'data: {"choices":[]}\n\n' * 50 + b"data: [DONE]\n\n"

    async def scenario() -> None:
        steps: list[Step] = [Say(STREAM_HEAD + chunk(events[:300])), Pause(0.01), Say(chunk(events[300:]) + STREAM_END)]
        tls = TlsSettings(str(files.certificate), str(files.key))
        async with running_engine(lambda _: steps) as engine, running_gateway("", settings=_settings(engine.url, tls)) as gateway:
            reply = await _ask(gateway, _trusting(authority))
            (end,) = await gateway.ends()
            assert (reply.body, reply.complete, end.body["state"]) == (events, True, "complete")

    run(scenario())


def test_plain_http_and_old_tls_do_not_get_in(tmp_path: Path) -> None:
    """A client that forgot https must not send its key in the clear and be answered."""
    authority = Authority(tmp_path)
    files = authority.issue("server")

    async def scenario() -> None:
        tls = TlsSettings(str(files.certificate), str(files.key))
        async with running_engine(_answers) as engine, running_gateway("", settings=_settings(engine.url, tls)) as gateway:
            reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
            writer.write(request_bytes(BODY))
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.readexactly(1)
            writer.close()
            old = _trusting(authority)
            old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            with pytest.warns(DeprecationWarning, match="TLSv1_1"):
                old.maximum_version = ssl.TLSVersion.TLSv1_1
            old.set_ciphers("ALL:@SECLEVEL=0")
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await _ask(gateway, old)
            assert not engine.requests

    run(scenario())


class _SeenPeers:
    """Admits nobody and remembers the certificates."""

    def __init__(self) -> None:
        self.certificates: list[bytes | None] = []

    def assess(self, head: RequestHead, peer: Peer, now: str) -> Caller:
        self.certificates.append(peer.certificate)
        return Caller(None, None)


@pytest.mark.parametrize("demand", ["optional", "required"])
def test_client_certificate_is_verified_and_reaches_whoever_identifies(
    tmp_path: Path, demand: Literal["optional", "required"]
) -> None:
    """Identity rests on it: what the handshake verified must be what is judged, and a stranger's must not pass."""
    authority, stranger = Authority(tmp_path), Authority(tmp_path, "Stranger")
    server, client, foreign = authority.issue("server"), authority.issue("client"), stranger.issue("foreign")
    peers = _SeenPeers()

    async def scenario() -> None:
        tls = TlsSettings(str(server.certificate), str(server.key), client_ca_file=str(authority.file))
        tls = replace(tls, client_certificates=demand)

        def adjust(around: Surroundings) -> Surroundings:
            return replace(around, identities=peers)

        async with (
            running_engine(_answers) as engine,
            running_gateway("", settings=_settings(engine.url, tls), adjust=adjust) as gateway,
        ):
            await _ask(gateway, _trusting(authority, client))
            assert await _is_shut_out(gateway, _trusting(authority, foreign))
            if demand == "optional":
                await _ask(gateway, _trusting(authority))

    run(scenario())
    own = x509.load_pem_x509_certificate(client.certificate.read_bytes())
    found = [None if each is None else x509.load_der_x509_certificate(each).serial_number for each in peers.certificates]
    assert found == [own.serial_number, *([None] if demand == "optional" else [])]


async def _is_shut_out(gateway: RunningGateway, context: ssl.SSLContext) -> bool:
    """TLS 1.3 tells a client of its refusal only after its own part of the handshake."""
    try:
        return not (await _ask(gateway, context)).raw
    except (ssl.SSLError, ConnectionError):
        return True


def test_reload_takes_the_new_certificate_without_touching_connections(tmp_path: Path) -> None:
    """Certificates are renewed every few weeks; a stream must not break for it."""
    authority = Authority(tmp_path)
    files = authority.issue("server")

    async def scenario() -> None:
        settings = _settings("http://127.0.0.1:1", TlsSettings(str(files.certificate), str(files.key)))
        async with running_engine(_answers) as engine:
            settings = replace(settings, upstreams=(UpstreamSettings("engine", engine.url),))
            async with running_gateway("", settings=settings) as gateway:
                context = _trusting(authority)
                before = await _serial(gateway, context)
                async with _connected(gateway, context) as client:
                    await client.send(request_bytes(BODY))
                    assert (await client.read_reply()).status == 200
                    authority.issue("server")  # the same files, renewed
                    gateway.reload(settings)
                    await _until(gateway, context, 1)
                    assert await _serial(gateway, context) != before
                    await client.send(request_bytes(BODY))
                    assert (await client.read_reply()).status == 200
                files.key.write_text("spoilt")
                renewed = await _serial(gateway, context)
                gateway.reload(settings)
                while not gateway.asked.is_set() and gateway.wanted:  # noqa: ASYNC110 - until it was read
                    await asyncio.sleep(0.01)
                await asyncio.sleep(0.05)
                assert (await _serial(gateway, context), len(gateway.entered)) == (renewed, 1)

    run(scenario())


def test_reload_without_an_authority_ends_the_connections_of_those_it_vouched_for(tmp_path: Path) -> None:
    """An authority is dropped when it was stolen or left; whoever is connected by it could otherwise go on for months."""
    authority, dropped = Authority(tmp_path), Authority(tmp_path, "Dropped")
    server, foreign = authority.issue("server"), dropped.issue("foreign")
    both = tmp_path / "both.pem"
    both.write_bytes(authority.file.read_bytes() + dropped.file.read_bytes())

    async def scenario() -> None:
        tls = TlsSettings(str(server.certificate), str(server.key), client_ca_file=str(both), client_certificates="optional")
        async with running_engine(_answers) as engine:
            settings = _settings(engine.url, tls)
            async with (
                running_gateway("", settings=settings) as gateway,
                _connected(gateway, _trusting(authority, foreign)) as client,
            ):
                for count in (1, 2):
                    await client.send(request_bytes(BODY))
                    assert (await client.read_reply()).status == 200
                    gateway.reload(settings)
                    await _until(gateway, _trusting(authority), count)
                both.write_bytes(authority.file.read_bytes())
                gateway.reload(settings)
                assert await client.at_end()
                assert await _is_shut_out(gateway, _trusting(authority, foreign))

    run(scenario())


async def _until(gateway: RunningGateway, context: ssl.SSLContext, count: int) -> None:
    async with asyncio.timeout(20):
        while True:
            async with _connected(gateway, context) as client:
                await client.send(request_bytes(b"", method="GET", path="/readyz", token=None))
                state = json.loads((await client.read_reply()).body)
            if len(gateway.entered) == count and state["reload"] == "done":
                return
            await asyncio.sleep(0.01)


@asynccontextmanager
async def _secure_engine(files: Files) -> AsyncIterator[FaultEngine]:
    engine = FaultEngine(_answers)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    server = await asyncio.start_server(engine.serve, "127.0.0.1", 0, ssl=context)
    engine.port = server.sockets[0].getsockname()[1]
    async with server:
        yield engine


def test_engine_behind_tls_is_verified_and_served_again_over_the_same_connection(tmp_path: Path) -> None:
    """Engines on other machines carry the same content as clients do."""
    authority = Authority(tmp_path)

    async def scenario() -> None:
        async with _secure_engine(authority.issue("engine")) as engine:
            settings = _settings(f"https://localhost:{engine.port}", ca_file=authority.file)
            async with running_gateway("", settings=settings) as gateway:
                for _ in range(3):
                    async with _plain(gateway) as client:
                        await client.send(request_bytes(BODY))
                        assert (await client.read_reply()).body == ANSWER
                assert len(engine.requests) == 3

    run(scenario())


def test_engine_whose_certificate_is_not_trusted_gets_nothing(tmp_path: Path) -> None:
    """Verification is never switched off: an engine nobody vouches for may be anybody."""
    authority, stranger = Authority(tmp_path), Authority(tmp_path, "Stranger")

    async def scenario() -> None:
        async with _secure_engine(stranger.issue("engine")) as engine:
            settings = _settings(f"https://localhost:{engine.port}", ca_file=authority.file)
            async with running_gateway("", settings=settings) as gateway, _plain(gateway) as client:
                await client.send(request_bytes(BODY))
                assert (await client.read_reply()).status == 503
                assert not engine.requests

    run(scenario())


@asynccontextmanager
async def _plain(gateway: RunningGateway) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection(gateway.host, gateway.port)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
