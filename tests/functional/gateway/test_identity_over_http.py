"""Callers prove who they are over real connections; records say who, how, and for whom."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import time
from typing import Any

import pytest

from proofbook.gateway.identity.settings import CertificateSettings, OpenWebuiSettings, TrustedProxySettings
from proofbook.gateway.running.operation_settings import TlsSettings
from proofbook.gateway.running.surroundings import Surroundings
from proofbook.gateway.settings import GatewaySettings, SystemSettings, UpstreamSettings
from proofbook.wiring.identities import LiveIdentities
from support.certificate_authority import Authority
from support.fault_engine import Say, Seen, Step, running_engine, whole
from support.running_gateway import TOKEN, Client, FixedKeys, Reply, RunningGateway, ask, request_bytes, run, running_gateway
from support.token_provider import sign

BODY = json.dumps({"model": "m", "messages": [], "user": "claimed-jane"}).encode()
SECRET = "sample-secret-of-thirty-two-bytes-and-more"
KEYS = FixedKeys()


def _answers(_: Seen) -> Sequence[Step]:
    return [Say(whole(b'{"choices":[]}'))]


def _settings(url: str, **more: Any) -> GatewaySettings:
    return GatewaySettings(
        upstreams=(UpstreamSettings("engine", url),),
        systems=(SystemSettings("support-desk", "Support desk", "test", "engine"),),
        port=0,
        **more,
    )


def _adjust(settings: GatewaySettings) -> Callable[[Surroundings], Surroundings]:
    return lambda around: replace(around, identities=LiveIdentities(settings, KEYS).door)


def _secret(folder: Path) -> str:
    (folder / "secret").write_text(SECRET + "\n", "ascii")
    return str(folder / "secret")


@pytest.fixture
def proxied(tmp_path: Path) -> dict[str, Any]:
    """A proxy on this machine, which therefore needs its secret."""
    proxy = TrustedProxySettings(
        "sso", "x-forwarded-user", ("127.0.0.1",), system="support-desk", secret_header="x-sso", secret_file=_secret(tmp_path)
    )
    return {"trusted_proxies": (proxy,)}


def test_a_trusted_proxys_user_is_the_principal_and_nobody_elses_word_is(proxied: dict[str, Any]) -> None:
    """The same header with and without the secret: a caller, and a refusal."""

    async def scenario() -> None:
        async with running_engine(_answers) as engine:
            settings = _settings(engine.url, **proxied)
            async with running_gateway(engine.url, settings=settings, adjust=_adjust(settings)) as gateway:
                named = "X-Forwarded-User: joan\r\n"
                assert (await ask(gateway, BODY, token=None, extra=named + f"X-Sso: {SECRET}\r\n")).status == 200
                assert (await ask(gateway, BODY, token=None, extra=named)).status == 401
                assert (await ask(gateway, BODY, token=TOKEN, extra=named)).status == 200
                first, second = await gateway.wait_for("exchange.request", 2)
                (refused,) = await gateway.wait_for("exchange.refused")
                assert first.body["principal"] == {
                    "id": "joan", "kind": "person", "method": "trusted_proxy", "key": None, "issuer": "sso"
                }  # fmt: skip
                assert second.body["principal"]["method"] == "api_key"
                assert (refused.body["reason"], refused.body["principal"]["id"]) == ("proxy_untrusted", "unknown")
                assert not any(SECRET.encode() in raw for raw in gateway.recorder.raw)
                assert not any(SECRET in str(seen.headers) for seen in engine.requests), "the secret is not the engine's"

    run(scenario())


def _user_token(secret: str) -> str:
    now = int(time())
    said = {"sub": "u-1", "email": "jane@sample.example", "iss": "open-webui", "iat": now, "exp": now + 300}
    return sign(said, secret.encode(), alg="HS256", kid=None, typ="JWT").decode()


def test_principal_end_user_and_claim_stand_apart(tmp_path: Path) -> None:
    """Three fields, three methods: the key, the signature of the application, and what the body says."""

    async def scenario() -> None:
        web = OpenWebuiSettings("sample-service", "support-desk", _secret(tmp_path))
        async with running_engine(_answers) as engine:
            settings = _settings(engine.url, open_webui=(web,))
            async with running_gateway(engine.url, settings=settings, adjust=_adjust(settings)) as gateway:
                for secret in (SECRET, SECRET[::-1]):
                    extra = f"X-OpenWebUI-User-Jwt: {_user_token(secret)}\r\n"
                    assert (await ask(gateway, BODY, extra=extra)).status == 200
                proven, unproven = await gateway.wait_for("exchange.request", 2)
                assert proven.body["verified_user"] == {"value": "u-1", "method": "openwebui_jwt", "issuer": "open-webui"}
                assert proven.body["claimed_user"] == {"value": "claimed-jane", "method": "body.user"}
                assert proven.body["flags"] == []
                assert unproven.body["verified_user"] is None
                assert unproven.body["flags"] == ["end_user_unproven"]
                assert {each.body["principal"]["id"] for each in (proven, unproven)} == {"sample-service"}
                assert not any(b"eyJ" in raw for raw in gateway.recorder.raw), "tokens are never recorded"

    run(scenario())


SILENCERS = (
    "x-litellm-enable-message-redaction: true", "x-litellm-disable-callbacks: all", "litellm-disable-message-redaction: false",
    "no-log: true", "x-no-log: 1", "cache-control: no-store, no-log", "x-portkey-debug: false", "helicone-omit-request: true",
    "helicone-omit-response: true", "x-bf-lh-skip: true", "dnt: 1", "x-proofbook-exchange: x_forged", "x-openwebui-task: title",
)  # fmt: skip


def test_no_header_switches_recording_off() -> None:
    """Other gateways let their callers do that; here whole content is recorded whatever a caller sends."""

    async def scenario() -> None:
        body = json.dumps({"model": "m", "messages": [], "no-log": True, "metadata": {"no-log": "true"}, "store": False}).encode()
        async with running_engine(_answers) as engine, running_gateway(engine.url) as gateway:
            await ask(gateway, body)
            await ask(gateway, body, extra="".join(f"{each}\r\n" for each in SILENCERS))
            plain, told = await gateway.wait_for("exchange.request", 2)
            changing = {"exchange", "conversation", "content", "model", "engine"}
            assert {k: v for k, v in told.body.items() if k not in changing} == {
                k: v for k, v in plain.body.items() if k not in changing
            }
            sizes = [each.body["content"]["request"]["bytes"] for each in (plain, told)]
            assert sizes == [len(body)] * 2
            assert [each.body["content"]["response"]["bytes"] for each in await gateway.ends(2)] == [len(b'{"choices":[]}')] * 2
            assert not set(engine.requests[-1].headers) & {each.partition(":")[0] for each in SILENCERS}

    run(scenario())


async def _ask_over_tls(gateway: RunningGateway, context: ssl.SSLContext, request: bytes) -> Reply:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port, ssl=context, server_hostname="localhost")
    try:
        client = Client(reader, writer)
        await client.send(request)
        return await client.read_reply()
    finally:
        writer.close()


def test_a_client_certificate_names_its_holder(tmp_path: Path) -> None:
    """From the handshake to the record; a stranger's certificate of the same authority is nobody's."""
    ours = Authority()
    authority, (public, private) = ours.write(tmp_path), ours.write_server(tmp_path)
    pairs = [ours.write_pair(tmp_path, name, f"CN={name}") for name in ("reports", "stranger")]
    contexts = [ssl.create_default_context(cafile=str(authority)) for _ in pairs]
    for context, (certificate, key) in zip(contexts, pairs, strict=True):
        context.load_cert_chain(certificate, key)

    async def scenario() -> None:
        async with running_engine(_answers) as engine:
            settings = _settings(
                engine.url,
                certificates=(CertificateSettings("reports", "service", "support-desk", subject="CN=reports"),),
                tls=TlsSettings(str(public), str(private), client_ca_file=str(authority)),
            )
            async with running_gateway(engine.url, settings=settings, adjust=_adjust(settings)) as gateway:
                request = request_bytes(BODY, token="none")
                assert [(await _ask_over_tls(gateway, context, request)).status for context in contexts] == [200, 403]
                (asked,), (refused,) = await gateway.wait_for("exchange.request"), await gateway.wait_for("exchange.refused")
                principal = asked.body["principal"]
                assert (principal["id"], principal["method"]) == ("reports", "mtls")
                assert principal["key"].startswith("sha256:")
                assert principal["issuer"] == "CN=Sample authority,O=Sample Company"
                assert refused.body["reason"] == "certificate_unknown"

    run(scenario())
