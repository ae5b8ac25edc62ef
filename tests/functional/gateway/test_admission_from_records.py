"""A running gateway that holds its callers against records: who passes, with which flags, and how a denial is said and kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anthropic
import ollama
import openai
import pytest

from proofbook.gateway.rules.settings import AdmissionSettings
from support.ollama_engine import DIGEST, MODEL, REMOTE, OllamaEngine, running_ollama
from support.rule_records import STRICT, FixedRules, GivenTime, Records, enforcing, strict_but
from support.running_gateway import KEY, TOKEN, RunningGateway, ask, run, running_gateway

BODY = json.dumps({"model": MODEL, "messages": []}).encode()
PATHS = ["/v1/chat/completions", "/api/chat", "/v1/messages"]


def in_order() -> Records:
    """Records by which the sample key's holder may use the engine's model."""
    weights = f"sha256:{DIGEST}"
    return Records().grant(subject_id=KEY.principal, subject_kind="service").page().approval(artifact_digest=weights)


@asynccontextmanager
async def behind(
    records: Records, policy: AdmissionSettings = STRICT, time: GivenTime | None = None
) -> AsyncIterator[tuple[OllamaEngine, RunningGateway, FixedRules]]:
    """A gateway with these records in front of an engine that states its models' digests."""
    admission, rules = enforcing(records, policy, now=time)
    async with running_ollama() as engine, running_gateway(engine.url, admission=admission) as gateway:
        yield engine, gateway, rules


def test_records_in_order_pass_without_flags_and_their_end_is_heard_at_the_next_request() -> None:
    """Over one connection after the other: grant, revocation, another grant, a withdrawn approval."""

    async def scenario() -> None:
        async with behind(in_order()) as (_, gateway, rules):
            assert (await ask(gateway, BODY, path="/api/chat")).status == 200
            (begin,) = await gateway.wait_for("exchange.request")
            assert begin.body["flags"] == []
            for records, reason in [
                (in_order().revocation(subject_id=KEY.principal), "grant_missing"),
                (in_order().page(status="retired"), "system_unregistered"),
                (in_order().approval(artifact_digest=f"sha256:{DIGEST}", decision="withdrawn"), "model_unapproved"),
            ]:
                rules.rules = records.rules()
                assert (await ask(gateway, BODY, path="/api/chat")).status == 403
                refused = (await gateway.wait_for("exchange.refused"))[-1]
                assert refused.body["reason"] == reason
                assert refused.body["principal"]["id"] == KEY.principal
            rules.rules = in_order().rules()
            assert (await ask(gateway, BODY, path="/api/chat")).status == 200

    run(scenario())


@pytest.mark.parametrize("path", PATHS)
def test_denial_speaks_the_callers_protocol_and_stands_in_the_record(path: str) -> None:
    """The sentence a caller reads is the one the record keeps; nothing of it reaches the engine."""

    async def scenario() -> None:
        async with behind(Records()) as (engine, gateway, _):
            before = len(engine.requests)
            reply = await ask(gateway, BODY, path=path)
            error = json.loads(reply.body)["error"]
            told = error if isinstance(error, str) else error["message"]
            (refused,) = await gateway.wait_for("exchange.refused")
            assert (reply.status, refused.body["http_status"], refused.body["reason"]) == (403, 403, "grant_missing")
            assert refused.body["detail"] == told
            assert "Ask the owner" in told
            assert not any(seen.target == path for seen in engine.requests[before:])
            assert gateway.recorder.contents == {}

    run(scenario())


def test_lacks_that_are_flagged_pass_and_stand_in_the_exchange() -> None:
    """A gateway without any records serves, and says of every exchange what it could not hold it against."""

    async def scenario() -> None:
        async with behind(Records(), AdmissionSettings()) as (_, gateway, rules):
            assert (await ask(gateway, BODY, path="/api/chat")).status == 200
            remote = json.dumps({"model": REMOTE, "messages": []}).encode()
            assert (await ask(gateway, remote, path="/api/chat")).status == 200
            rules.stale = True
            assert (await ask(gateway, b"", method="GET", path="/api/tags")).status == 200
            first, second, third = (set(each.body["flags"]) for each in await gateway.wait_for("exchange.request", 3))
            always = {"grant_missing", "system_unregistered"}
            assert first == always | {"model_unapproved"}
            assert second == always | {"weights_unknown", "remote_model"}
            assert third == always | {"records_stale"}

    run(scenario())


def test_body_and_stale_records_and_hours_are_refused_as_set() -> None:
    """Each with its own status, before anything is forwarded."""

    async def scenario() -> None:
        policy = strict_but(body_bytes=len(BODY))
        async with behind(in_order(), policy) as (_, gateway, rules):
            assert (await ask(gateway, BODY, path="/api/chat")).status == 200
            assert (await ask(gateway, BODY + b" ", path="/api/chat")).status == 413
            rules.stale = True
            assert (await ask(gateway, BODY, path="/api/chat")).status == 503
            assert [each.body["reason"] for each in await gateway.wait_for("exchange.refused", 2)] == [
                "request_too_large",
                "records_stale",
            ]

    run(scenario())


def test_three_sdks_know_a_rate_limit_when_they_meet_one() -> None:
    """Unmodified clients back off by themselves only if they recognise it; each says when to come again."""
    policy = strict_but(principal_requests_per_minute=1)

    async def scenario() -> None:
        time = GivenTime()
        async with behind(in_order(), policy, time) as (_, gateway, _rules):
            assert (await ask(gateway, BODY, path="/api/chat")).status == 200
            time.seconds = 12.5
            async with openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=TOKEN, max_retries=0) as client:
                with pytest.raises(openai.RateLimitError) as one:
                    await client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "sample"}])
            assert (one.value.code, one.value.type) == ("rate_limited", "rate_limit_error")
            assert one.value.response.headers["retry-after"] == "48"
            async with anthropic.AsyncAnthropic(base_url=gateway.url, api_key=TOKEN, max_retries=0) as other:
                with pytest.raises(anthropic.RateLimitError) as two:
                    await other.messages.create(model=MODEL, max_tokens=1, messages=[{"role": "user", "content": "sample"}])
            assert "Try again in 48 s" in str(two.value)
            third = ollama.AsyncClient(gateway.url, headers={"Authorization": f"Bearer {TOKEN}"})
            with pytest.raises(ollama.ResponseError, match="Try again in 48 s") as three:
                await third.chat(MODEL)
            assert three.value.status_code == 429
            time.seconds = 60.0
            assert (await ask(gateway, BODY, path="/api/chat")).status == 200
            assert {each.body["reason"] for each in gateway.recorder.of_kind("exchange.refused")} == {"rate_limited"}

    run(scenario())


def test_crowd_is_bounded_and_room_comes_back_when_one_has_ended() -> None:
    """Also when the one under way was hung up on: nothing may stay counted."""
    policy = strict_but(concurrent=1)

    async def scenario() -> None:
        async with behind(in_order(), policy) as (_, gateway, _rules):
            replies = await asyncio.gather(*(ask(gateway, BODY, path="/api/chat") for _ in range(8)))
            statuses = sorted(reply.status for reply in replies)
            assert statuses[0] == 200
            assert set(statuses) <= {200, 429}
            for _ in range(3):
                assert (await ask(gateway, BODY, path="/api/chat")).status == 200
            assert all(reply.headers["retry-after"] == "1" for reply in replies if reply.status == 429)

    run(scenario())


def test_flood_of_denials_is_counted_not_recorded_one_by_one() -> None:
    """A loop that ignores its denial must not fill the disk; that it did is on record."""

    async def scenario() -> None:
        async with behind(Records()) as (_, gateway, _rules):
            replies = [await ask(gateway, BODY, path="/api/chat") for _ in range(90)]
            assert {reply.status for reply in replies} == {403}
            named = {reply.headers["x-proofbook-exchange"] for reply in replies}
            gateway.stop.set()
            await gateway.task
            refused = gateway.recorder.of_kind("exchange.refused")
            assert sum(each.body["count"] for each in refused) == 90
            assert len(refused) < 80
            assert named == {each.body["exchange"] for each in refused}

    run(scenario())


def test_tokens_that_are_used_up_are_told_with_the_time_until_there_are_more() -> None:
    """What replies took is what counts; the next request is refused by its head, before an engine is asked."""

    async def scenario() -> None:
        time = GivenTime()
        async with behind(in_order(), strict_but(principal_tokens_per_minute=1), time) as (engine, gateway, _):
            assert (await ask(gateway, BODY, path="/api/chat")).status == 200
            reply = await ask(gateway, BODY, path="/api/chat")
            assert (reply.status, int(reply.headers["retry-after"]) > 59) == (429, True)
            (refused,) = await gateway.wait_for("exchange.refused")
            assert refused.body["reason"] == "rate_limited"
            assert [each.target for each in engine.requests].count("/api/chat") == 1
            time.seconds += 61
            assert (await ask(gateway, BODY, path="/api/chat")).status == 200

    run(scenario())
