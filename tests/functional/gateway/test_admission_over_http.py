"""Keys, paths and headers: who is served, and that every refusal is on record."""

from __future__ import annotations

import json

import pytest

from support.fault_engine import Say, running_engine, whole
from support.running_gateway import EXPIRED_TOKEN, LOST_TOKEN, REVOKED_TOKEN, TOKEN, ask, run, running_gateway

BODY = json.dumps({"model": "m", "messages": []}).encode()
ANSWER = b'{"choices":[]}'

REFUSED = [
    pytest.param({"token": None}, 401, "key_missing", "unknown", id="no key"),
    pytest.param({"token": "pbk_k_sample_" + "0" * 48}, 401, "key_unknown", "unknown", id="wrong secret"),
    pytest.param({"token": "pbk_k_nobody_" + "0" * 48}, 401, "key_unknown", "unknown", id="unknown id"),
    pytest.param({"token": "sk-something-else"}, 401, "key_unknown", "unknown", id="foreign key"),
    pytest.param({"token": REVOKED_TOKEN}, 403, "key_revoked", "sample-service", id="revoked"),
    pytest.param({"token": EXPIRED_TOKEN}, 403, "key_expired", "sample-service", id="expired"),
    pytest.param({"token": LOST_TOKEN}, 503, "upstream_not_configured", "sample-service", id="system without engine"),
    pytest.param({"path": "/v1/files"}, 404, "path_not_served", "sample-service", id="path"),
    pytest.param({"path": "/v1//chat/completions"}, 404, "path_not_served", "sample-service", id="odd path"),
    pytest.param(
        {"path": "http://elsewhere/v1/chat/completions"}, 404, "path_not_served", "sample-service", id="absolute target"
    ),
    pytest.param({"method": "PUT"}, 404, "path_not_served", "sample-service", id="method"),
]


@pytest.mark.parametrize(("how", "status", "reason", "principal"), REFUSED)
def test_refusal_is_recorded_and_answered_in_protocol_shape(
    how: dict[str, str | None], status: int, reason: str, principal: str
) -> None:
    """A refusal is evidence that access control works; the engine never hears of it."""

    async def scenario() -> None:
        async with running_engine(lambda _: [Say(whole(ANSWER))]) as engine, running_gateway(engine.url) as gateway:
            reply = await ask(gateway, BODY, **how)
            assert reply.status == status
            error = json.loads(reply.body)["error"]
            assert error["code"] == reason
            (refused,) = await gateway.wait_for("exchange.refused")
            assert (refused.body["reason"], refused.body["http_status"], refused.actor.id) == (reason, status, principal)
            assert refused.body["detail"] == error["message"]
            assert engine.requests == []
            assert gateway.recorder.contents == {}
            assert not any(TOKEN.rpartition("_")[2].encode() in raw for raw in gateway.recorder.raw)

    run(scenario())


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b'{"a":' * 100_000, b"{} trailing"])
def test_body_that_is_not_a_json_object_is_refused(body: bytes) -> None:
    """What cannot be read cannot be recorded for what it is."""

    async def scenario() -> None:
        async with running_engine(lambda _: [Say(whole(ANSWER))]) as engine, running_gateway(engine.url) as gateway:
            assert (await ask(gateway, body)).status == 400
            (refused,) = await gateway.wait_for("exchange.refused")
            assert (refused.body["reason"], refused.body["request_bytes"]) == ("malformed_request", len(body))
            assert engine.requests == []

    run(scenario())


def test_key_in_the_other_header_is_accepted_and_never_forwarded() -> None:
    """The engine must not learn the callers' keys."""

    async def scenario() -> None:
        async with running_engine(lambda _: [Say(whole(ANSWER))]) as engine, running_gateway(engine.url) as gateway:
            extra = f"x-api-key: {TOKEN}\r\nCookie: session=1\r\nX-Custom: odd\r\nTraceparent: kept\r\nConnection: x-hop\r\nX-Hop: 1\r\n"
            assert (await ask(gateway, BODY, token=None, extra=extra)).status == 200
            assert (await ask(gateway, BODY)).status == 200
            for seen in engine.requests:
                assert TOKEN not in json.dumps(seen.headers)
                assert not {"cookie", "x-api-key", "authorization", "x-hop"} & seen.headers.keys()
            assert engine.requests[0].headers["traceparent"] == "kept"
            assert "x-custom" not in engine.requests[0].headers

    run(scenario())


def test_headers_meant_to_switch_recording_off_change_nothing() -> None:
    """A recorder that callers can switch off is not evidence (others honour such headers)."""
    extra = (
        "x-litellm-enable-message-redaction: true\r\nno-log: true\r\nx-portkey-debug: false\r\nhelicone-omit-request: true\r\n"
    )
    extra += "Cache-Control: no-store\r\nDNT: 1\r\nx-proofbook-record: off\r\n"

    async def scenario() -> None:
        async with running_engine(lambda _: [Say(whole(ANSWER))]) as engine, running_gateway(engine.url) as gateway:
            body = json.dumps({"model": "m", "messages": [], "store": False, "no-log": True}).encode()
            assert (await ask(gateway, body, extra=extra)).status == 200
            (end,) = await gateway.ends()
            (begin,) = gateway.recorder.of_kind("exchange.request")
            assert gateway.recorder.content_of(begin, "request") == body
            assert gateway.recorder.content_of(end, "response") == ANSWER
            assert begin.body["parameters"] == {"store": False}

    run(scenario())


def test_verified_caller_and_claimed_user_stay_apart() -> None:
    """A claim in a header must never pass for an identity, and a claimed chat joins one key's calls only."""

    async def scenario() -> None:
        async with running_engine(lambda _: [Say(whole(ANSWER))]) as engine, running_gateway(engine.url) as gateway:
            extra = "X-OpenWebUI-User-Id: u-17\r\nX-OpenWebUI-Chat-Id: chat-1\r\n"
            for _ in range(2):
                assert (await ask(gateway, BODY, extra=extra)).status == 200
            assert (await ask(gateway, BODY)).status == 200
            first, second, third = await gateway.wait_for("exchange.request", 3)
            assert first.body["principal"]["id"] == "sample-service"
            assert first.body["claimed_user"] == {"value": "u-17", "method": "header"}
            assert first.body["conversation"] == second.body["conversation"]
            assert third.body["conversation"] != first.body["conversation"]

    run(scenario())


def test_query_is_neither_forwarded_nor_recorded() -> None:
    """What is forwarded is what is recorded, and keys travel in queries."""

    async def scenario() -> None:
        async with running_engine(lambda _: [Say(whole(ANSWER))]) as engine, running_gateway(engine.url) as gateway:
            assert (await ask(gateway, BODY, path="/v1/chat/completions?api-version=1&key=secret")).status == 200
            assert engine.requests[0].target == "/v1/chat/completions"
            assert not any(b"secret" in raw for raw in gateway.recorder.raw)

    run(scenario())


def test_health_needs_no_key_and_is_no_exchange() -> None:
    """Probes come every few seconds; they are not the AI's activity."""

    async def scenario() -> None:
        async with running_engine(lambda _: [Say(whole(ANSWER))]) as engine, running_gateway(engine.url) as gateway:
            assert (await ask(gateway, b"", method="GET", path="/healthz", token=None)).body == b'{"status":"alive"}'
            ready = await ask(gateway, b"", method="GET", path="/readyz", token=None)
            assert (ready.status, json.loads(ready.body)["store"]) == (200, "writable")
            assert {entry.kind for entry in gateway.recorder.entries} == {"source.started"}

    run(scenario())


def test_list_of_models_is_an_exchange() -> None:
    """Who looked at what is there to use is part of the log."""

    async def scenario() -> None:
        listing = b'{"object":"list","data":[]}'
        async with running_engine(lambda _: [Say(whole(listing))]) as engine, running_gateway(engine.url) as gateway:
            assert (await ask(gateway, b"", method="GET", path="/v1/models")).body == listing
            (begin,) = await gateway.wait_for("exchange.request")
            assert (begin.body["protocol"], begin.body["content"]) == ("openai.models", {})

    run(scenario())
