"""Tokens of a real OpenID Connect provider, over the network and by its own ways, at a real gateway."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from proofbook.gateway.identity.caller import Identities
from proofbook.gateway.identity.door import Door
from proofbook.gateway.identity.end_users import EndUsers
from proofbook.gateway.identity.provider import FollowedKeys
from proofbook.gateway.identity.proxies import ProxyIdentities
from proofbook.gateway.identity.settings import OidcSettings
from proofbook.gateway.identity.tokens import Audience, TokenIdentities
from proofbook.gateway.running.surroundings import Surroundings
from proofbook.gateway.settings import GatewaySettings, SystemSettings, UpstreamSettings
from proofbook.openid.fetching import make_fetch
from proofbook.wiring.identities import LiveIdentities
from support.fault_engine import Say, Seen, Step, running_engine, whole
from support.identity_provider import (
    AUDIENCE,
    GATEWAY_CLIENT,
    GATEWAY_SECRET,
    UNSIGNED_AUDIENCE,
    Provider,
    ProviderAbsentError,
    running_provider,
)
from support.running_gateway import FixedKeys, ask, run, running_gateway

pytestmark = pytest.mark.real
BODY = json.dumps({"model": "m", "messages": []}).encode()


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """One for all tests here."""
    try:
        with running_provider() as found:
            yield found
    except ProviderAbsentError as error:
        pytest.skip(str(error))


def _answers(_: Seen) -> Sequence[Step]:
    return [Say(whole(b'{"choices":[]}'))]


def _settings(url: str, provider: Provider, **changed: Any) -> GatewaySettings:
    oidc = OidcSettings(issuer=provider.issuer, audience=AUDIENCE, system="support-desk")
    return GatewaySettings(
        upstreams=(UpstreamSettings("engine", url),),
        systems=(SystemSettings("support-desk", "Support desk", "test", "engine"),),
        port=0,
        oidc=(replace(oidc, **changed),),
    )


@contextmanager
def _identities(settings: GatewaySettings) -> Iterator[Callable[[Surroundings], Surroundings]]:
    live = LiveIdentities(settings, FixedKeys())
    door: Identities = live.door
    try:
        yield lambda around: replace(around, identities=door)
    finally:
        live.close()


@contextmanager
def _eager(settings: OidcSettings) -> Iterator[Callable[[Surroundings], Surroundings]]:
    """The same without a pause between fetches, so that a test need not sit it out."""
    keys = FollowedKeys(settings, make_fetch(None), monotonic, least_seconds=0.0)
    keys.wait(10)
    tokens = TokenIdentities([Audience(settings, keys)])
    door = Door(FixedKeys(), tokens, certificates=None, proxies=ProxyIdentities(()), end_users=EndUsers(()))
    try:
        yield lambda around: replace(around, identities=door)
    finally:
        keys.close()


def _principals(entries: Sequence[Any]) -> list[dict[str, Any]]:
    return [dict(each.body["principal"]) for each in entries]


def test_a_program_and_a_person_are_let_in_and_told_apart(provider: Provider) -> None:
    """Client credentials and a login with forms; the record names issuer, key and who it was."""
    service, person = provider.service_token(), provider.person_token("jane")

    async def scenario() -> None:
        async with running_engine(_answers) as engine:
            settings = _settings(engine.url, provider, scopes=("llm.use",), groups=("staff",), token_type="at+jwt")
            with _identities(settings) as adjust:
                async with running_gateway(engine.url, settings=settings, adjust=adjust) as gateway:
                    statuses = [(await ask(gateway, BODY, token=token)).status for token in (service, person, service)]
                    assert statuses == [200, 200, 200]
                    entries = await gateway.wait_for("exchange.request", 3)
                    assert [(each["kind"], each["id"]) for each in _principals(entries)] == [
                        ("service", "sample-service"),
                        ("person", "jane"),
                        ("service", "sample-service"),
                    ]
                    assert {(each["method"], each["issuer"]) for each in _principals(entries)} == {("oidc", provider.issuer)}
                    assert all(str(each["key"]).startswith("sample-") for each in _principals(entries))
                    assert not any(token[:40].encode() in raw for token in (service, person) for raw in gateway.recorder.raw)
                    assert not any("authorization" in each.headers for each in engine.requests)

    run(scenario())


def _tamper(token: str) -> str:
    header, payload, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed = base64.urlsafe_b64encode(json.dumps(said | {"sub": "root"}).encode()).rstrip(b"=").decode()
    return f"{header}.{changed}.{signature}"


def test_what_is_not_what_the_provider_signed_is_refused_and_recorded(provider: Provider) -> None:
    """A changed subject, and a token for another audience."""
    token = provider.service_token()

    async def scenario() -> None:
        async with running_engine(_answers) as engine:
            for audience, sent in ((AUDIENCE, _tamper(token)), ("another", token)):
                settings = _settings(engine.url, provider, audience=audience)
                with _identities(settings) as adjust:
                    async with running_gateway(engine.url, settings=settings, adjust=adjust) as gateway:
                        reply = await ask(gateway, BODY, token=sent)
                        (refused,) = await gateway.wait_for("exchange.refused")
                        assert (reply.status, refused.body["reason"]) == (401, "token_invalid")
                        assert refused.body["principal"]["id"] == "unknown"

    run(scenario())


def test_a_rotation_at_the_provider_is_followed(provider: Provider) -> None:
    """Tokens of the new key are let in as soon as it was fetched, those of the old one go on."""
    before = provider.service_token()

    async def scenario() -> None:
        async with running_engine(_answers) as engine:
            settings = _settings(engine.url, provider)
            with _eager(settings.oidc[0]) as adjust:
                async with running_gateway(engine.url, settings=settings, adjust=adjust) as gateway:
                    assert (await ask(gateway, BODY, token=before)).status == 200
                    await asyncio.to_thread(provider.rotate_keys)
                    after = await asyncio.to_thread(provider.service_token)
                    first = await ask(gateway, BODY, token=after)
                    assert first.status == 503, "the key was not seen yet, and is being fetched"
                    for _ in range(500):
                        if (await ask(gateway, BODY, token=after)).status == 200:
                            break
                        await asyncio.sleep(0.02)
                    assert (await ask(gateway, BODY, token=before)).status == 200
                    refused = await gateway.wait_for("exchange.refused")
                    assert {each.body["reason"] for each in refused} == {"identity_unavailable"}
                    keys = {each["key"] for each in _principals(await gateway.wait_for("exchange.request", 3))}
                    assert len(keys) == 2

    run(scenario())


def test_a_token_that_only_the_provider_can_read_is_let_in_until_it_is_revoked(provider: Provider, tmp_path: Path) -> None:
    """RFC 7662: the first call waits for the provider's answer, and a revocation counts when that is too old."""
    secret = tmp_path / "client.secret"
    secret.write_text(GATEWAY_SECRET + "\n", "ascii")
    token, unused = provider.unsigned_token(), provider.unsigned_token()
    provider.revoke(unused)

    async def scenario() -> None:
        async with running_engine(_answers) as engine:
            asking = {
                "audience": UNSIGNED_AUDIENCE,
                "introspection": "opaque",
                "introspection_url": f"{provider.issuer}/token/introspection",
                "introspection_client": GATEWAY_CLIENT,
                "introspection_secret_file": str(secret),
                "introspection_seconds": 1.0,
            }
            settings = _settings(engine.url, provider, scopes=("llm.use",), **asking)
            with _identities(settings) as adjust:
                async with running_gateway(engine.url, settings=settings, adjust=adjust) as gateway:
                    assert [(await ask(gateway, BODY, token=each)).status for each in (token, token)] == [200, 200]
                    assert [(await ask(gateway, BODY, token=each)).status for each in (unused, "never-issued")] == [401, 401]
                    assert (await ask(gateway, BODY)).status == 200  # an API key is nobody else's business
                    await asyncio.to_thread(provider.revoke, token)
                    for _ in range(500):
                        if (await ask(gateway, BODY, token=token)).status == 401:
                            break
                        await asyncio.sleep(0.02)
                    else:
                        raise AssertionError("it is let in after it was revoked")
                    begun, refused = await gateway.wait_for("exchange.request", 2), await gateway.wait_for("exchange.refused", 3)
                    principal = {"id": "sample-service", "kind": "service", "method": "oidc", "key": "introspection"}
                    assert _principals(begun)[0] == principal | {"issuer": provider.issuer}
                    assert {each.body["reason"] for each in refused} == {"token_invalid"}
                    assert not any(token.encode() in raw for raw in gateway.recorder.raw)

    run(scenario())


def test_without_a_provider_tokens_cannot_be_checked_and_keys_still_can() -> None:
    """An outage there must neither let anybody in nor stop those who have a key."""

    async def scenario() -> None:
        async with running_engine(_answers) as engine:
            settings = _settings(engine.url, Provider("http://127.0.0.1:9"))
            with _identities(settings) as adjust:
                async with running_gateway(engine.url, settings=settings, adjust=adjust) as gateway:
                    payload = {"iss": "http://127.0.0.1:9", "aud": AUDIENCE, "sub": "x", "exp": 4102444800}
                    parts = [{"alg": "RS256", "kid": "a"}, payload]
                    token = ".".join(base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in parts)
                    assert (await ask(gateway, BODY, token=token + ".AA")).status == 503
                    assert (await ask(gateway, BODY)).status == 200
                    (refused,) = await gateway.wait_for("exchange.refused")
                    assert refused.body["reason"] == "identity_unavailable"

    run(scenario())
