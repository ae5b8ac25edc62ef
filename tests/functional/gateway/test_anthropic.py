"""The unmodified `anthropic` client against a real llama.cpp through the gateway, and against what a real one cannot be made to do."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import anthropic
import pytest
from anthropic.types import MessageParam

from proofbook.primitives.digest import sha256_digest
from support.fault_engine import STREAM_END, STREAM_HEAD, Pause, Say, Step, chunk, running_engine
from support.real_engine import running_llama, sample_model
from support.recorded_streams import event
from support.running_gateway import TOKEN, KnownDigests, RunningGateway, ask, run, running_gateway

MESSAGES: list[MessageParam] = [{"role": "user", "content": "Who owns the support queue?"}]
BODY = json.dumps({"model": "m", "max_tokens": 4, "stream": True, "messages": MESSAGES}).encode()


@pytest.fixture(scope="module")
def llama() -> Iterator[str]:
    """One engine for all tests of this module."""
    with running_llama(sample_model()) as address:
        yield address


@asynccontextmanager
async def _through(address: str) -> AsyncIterator[tuple[RunningGateway, anthropic.AsyncAnthropic]]:
    digests = KnownDigests({str(sample_model()): sample_model().read_bytes()})
    async with (
        running_gateway(address, digests=digests) as gateway,
        anthropic.AsyncAnthropic(base_url=gateway.url, api_key=TOKEN, max_retries=0) as client,
    ):
        yield gateway, client


@pytest.mark.real
def test_message_is_answered_and_recorded_with_the_weights_that_answered(llama: str) -> None:
    """From the answer to the file's digest, with nothing faked."""

    async def scenario() -> None:
        async with _through(llama) as (gateway, client):
            answer = await client.messages.create(
                model="support", max_tokens=8, extra_body={"temperature": 0.0}, system="Answer briefly.", messages=MESSAGES, metadata={"user_id": "u-1"}
            )  # fmt: skip
            (begin,), (end,) = gateway.recorder.of_kind("exchange.request"), await gateway.ends()
            assert (begin.body["protocol"], begin.body["messages"]) == ("anthropic.messages", 1)
            assert begin.body["model"]["artifact"] == sha256_digest(sample_model().read_bytes())
            assert begin.body["claimed_user"] == {"value": "u-1", "method": "body.metadata.user_id"}
            assert begin.body["system_prompt"].startswith("hmac-sha256:")
            assert (end.body["state"], end.body["finish"], end.body["upstream_id"]) == (
                "complete",
                [answer.stop_reason],
                answer.id,
            )
            read = answer.usage.input_tokens + (answer.usage.cache_read_input_tokens or 0)
            assert (end.body["usage"]["prompt_tokens"], end.body["usage"]["completion_tokens"]) == (
                read,
                answer.usage.output_tokens,
            )
            kept = json.loads(gateway.recorder.content_of(end, "response"))
            assert kept["content"] == [{"type": "text", "text": block.text} for block in answer.content if block.type == "text"]

    run(scenario())


@pytest.mark.real
def test_stream_is_answered_and_recorded(llama: str) -> None:
    """The stream the user saw is the stream in the vault."""

    async def scenario() -> None:
        async with _through(llama) as (gateway, client):
            async with client.messages.stream(model="support", max_tokens=8, messages=MESSAGES) as stream:
                seen = "".join([text async for text in stream.text_stream])
                final = await stream.get_final_message()
            (begin,), (end,) = gateway.recorder.of_kind("exchange.request"), await gateway.ends()
            assert (begin.body["stream"], end.body["state"]) == (True, "complete")
            assert (end.body["finish"], end.body["usage"]["completion_tokens"]) == (
                [final.stop_reason],
                final.usage.output_tokens,
            )
            lines = gateway.recorder.content_of(end, "response").decode().splitlines()
            events = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
            assert end.body["chunks"] == len(events)
            assert "".join(each["delta"]["text"] for each in events if each["type"] == "content_block_delta") == seen

    run(scenario())


@pytest.mark.real
def test_count_of_tokens_is_no_message(llama: str) -> None:
    """The prompt reached the engine, so it is on record; no model answered, so there is no usage."""

    async def scenario() -> None:
        async with _through(llama) as (gateway, client):
            assert (await client.messages.count_tokens(model="support", messages=MESSAGES)).input_tokens > 0
            (begin,), (end,) = gateway.recorder.of_kind("exchange.request"), await gateway.ends()
            assert (begin.body["protocol"], end.body["state"]) == ("anthropic.count_tokens", "complete")
            assert (end.body["usage"]["origin"], end.body["finish"]) == ("unknown", [])

    run(scenario())


@pytest.mark.real
def test_key_is_taken_from_either_header_but_not_from_two_that_differ(llama: str) -> None:
    """Whose call it was must not be a matter of which header one reads."""

    async def scenario() -> None:
        async with _through(llama) as (gateway, _):
            async with anthropic.AsyncAnthropic(base_url=gateway.url, auth_token=TOKEN, max_retries=0) as other:
                assert await other.messages.count_tokens(model="m", messages=MESSAGES)
            path = "/v1/messages/count_tokens"
            assert (await ask(gateway, BODY, path=path, extra=f"x-api-key: {TOKEN}\r\n")).status == 200
            differing = await ask(gateway, BODY, path=path, extra="x-api-key: pbk_k_other_00\r\n")
            assert (differing.status, json.loads(differing.body)["error"]["type"]) == (401, "authentication_error")
            assert "Two different API keys" in json.loads(differing.body)["error"]["message"]
            (refused,) = await gateway.wait_for("exchange.refused")
            assert (refused.body["reason"], refused.body["principal"]["id"]) == ("key_ambiguous", "unknown")
            assert len(gateway.recorder.of_kind("exchange.request")) == 2

    run(scenario())


@pytest.mark.real
def test_refusals_are_shown_by_the_client_library(llama: str) -> None:
    """Our sentences reach the developer, and no request that is refused reaches the engine."""

    async def scenario() -> None:
        async with _through(llama) as (gateway, client):
            with pytest.raises(anthropic.AuthenticationError, match="not known here"):
                await client.with_options(api_key="pbk_k_x_00").messages.create(model="m", max_tokens=4, messages=MESSAGES)
            with pytest.raises(anthropic.NotFoundError, match="This path is not served"):
                await client.messages.batches.list()
            double = await ask(gateway, b'{"model":"a","model":"b"}', path="/v1/messages")
            assert (double.status, json.loads(double.body)["error"]["type"]) == (400, "invalid_request_error")
            reasons = [each.body["reason"] for each in await gateway.wait_for("exchange.refused", 3)]
            assert reasons == ["key_unknown", "path_not_served", "malformed_request"]
            assert gateway.recorder.of_kind("exchange.request") == []

    run(scenario())


BEGUN = event({"type": "message_start", "message": {"id": "msg_1", "model": "m", "usage": {"input_tokens": 5}}})
ERROR = event({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
BROKEN = [
    pytest.param(BEGUN + ERROR, "engine reported an error inside its reply", id="error event"),
    pytest.param(BEGUN, "engine ended its stream without the event that ends it", id="no end"),
]


@pytest.mark.parametrize(("stream", "reason"), BROKEN)
def test_stream_that_fails_inside_is_no_complete_one(stream: bytes, reason: str) -> None:
    """Its framing ended well, the answer did not; the client still gets every byte."""

    async def scenario() -> None:
        script: list[Step] = [Say(STREAM_HEAD), Say(chunk(stream)), Pause(0.01), Say(STREAM_END)]
        async with running_engine(lambda _: script) as engine, running_gateway(engine.url) as gateway:
            reply = await ask(gateway, BODY, path="/v1/messages", extra="anthropic-version: 2023-06-01\r\nanthropic-beta: x\r\n")
            assert (reply.body, reply.complete) == (stream, True)
            (end,) = await gateway.ends()
            assert (end.body["state"], end.body["reason"], end.body["model_answered"]) == ("upstream_error", reason, "m")
            assert engine.requests[0].headers["anthropic-version"] == "2023-06-01"
            assert "anthropic-beta" not in engine.requests[0].headers

    run(scenario())
