"""Responses and embeddings of a real llama.cpp, asked by the unmodified `openai` client through the gateway."""

from __future__ import annotations

import json
from collections.abc import Iterator

import openai
import pytest

from proofbook.primitives.digest import sha256_digest
from support.real_engine import running_llama, sample_model
from support.running_gateway import TOKEN, KnownDigests, RunningGateway, run, running_gateway

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def llama() -> Iterator[str]:
    """One engine that writes text, for all tests of this module."""
    with running_llama(sample_model()) as address:
        yield address


def _client(gateway: RunningGateway) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=TOKEN, max_retries=0)


def test_response_is_answered_and_recorded(llama: str) -> None:
    """The client's own view of the answer and the record agree."""

    async def scenario() -> None:
        digests = KnownDigests({str(sample_model()): sample_model().read_bytes()})
        async with running_gateway(llama, digests=digests) as gateway, _client(gateway) as client:
            answer = await client.responses.create(
                model="support",
                input="Who owns the support queue?",
                instructions="Answer briefly.",
                max_output_tokens=12,
                user="u-1",
            )
            (begin,), (end,) = gateway.recorder.of_kind("exchange.request"), await gateway.ends()
            assert (begin.body["protocol"], begin.body["messages"], begin.body["stream"]) == ("openai.responses", 1, False)
            assert begin.body["model"]["artifact"] == sha256_digest(sample_model().read_bytes())
            assert begin.body["system_prompt"].startswith("hmac-sha256:")
            assert begin.body["claimed_user"] == {"value": "u-1", "method": "body.user"}
            assert answer.usage is not None
            assert end.body["usage"]["completion_tokens"] == answer.usage.output_tokens > 0
            assert (end.body["state"], end.body["finish"], end.body["upstream_id"]) == ("complete", ["completed"], answer.id)
            assert json.loads(gateway.recorder.content_of(end, "response"))["id"] == answer.id

    run(scenario())


def test_stream_of_a_response_is_answered_and_recorded(llama: str) -> None:
    """Each event the client saw is in the record, and the last one says how it ended."""

    async def scenario() -> None:
        async with running_gateway(llama) as gateway, _client(gateway) as client:
            stream = await client.responses.create(model="support", input="Hello", max_output_tokens=12, stream=True)
            events = [event async for event in stream]
            (end,) = await gateway.ends()
            assert (end.body["state"], end.body["chunks"], end.body["finish"]) == ("complete", len(events), ["completed"])
            assert events[-1].type == "response.completed"
            assert events[-1].response.usage is not None
            assert end.body["usage"]["completion_tokens"] == events[-1].response.usage.output_tokens
            seen = "".join(event.delta for event in events if event.type == "response.output_text.delta")
            kept = gateway.recorder.content_of(end, "response")
            assert seen
            assert json.dumps(seen, ensure_ascii=False).encode() in kept

    run(scenario())


def test_answer_in_the_background_is_refused_in_words_the_client_shows(llama: str) -> None:
    """And the engine never hears of it."""

    async def scenario() -> None:
        async with running_gateway(llama) as gateway, _client(gateway) as client:
            with pytest.raises(openai.BadRequestError, match="background"):
                await client.responses.create(model="m", input="x", background=True)
            (refused,) = gateway.recorder.of_kind("exchange.refused")
            assert refused.body["reason"] == "malformed_request"
            assert gateway.recorder.of_kind("exchange.request") == []

    run(scenario())


def test_embeddings_are_answered_and_recorded() -> None:
    """Vectors are content: sealed as they came, counted in the entry."""

    async def scenario(address: str) -> None:
        async with running_gateway(address) as gateway, _client(gateway) as client:
            answer = await client.embeddings.create(model="support", input=["access", "rights"], encoding_format="float")
            (begin,), (end,) = gateway.recorder.of_kind("exchange.request"), await gateway.ends()
            assert (begin.body["protocol"], begin.body["parameters"]) == ("openai.embeddings", {"encoding_format": "float"})
            assert (begin.body["messages"], begin.body["tools"], begin.body["system_prompt"]) == (None, None, "none")
            assert (end.body["state"], end.body["finish"]) == ("complete", [])
            assert end.body["usage"]["prompt_tokens"] == answer.usage.prompt_tokens > 0
            kept = json.loads(gateway.recorder.content_of(end, "response"))
            assert [each["embedding"] for each in kept["data"]] == [each.embedding for each in answer.data]

    with running_llama(sample_model(), embeddings=True) as address:
        run(scenario(address))
