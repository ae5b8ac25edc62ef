"""The unmodified `openai` client against a real llama.cpp through the gateway: only the base address and the key differ."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from proofbook.primitives.digest import sha256_digest
from support.real_engine import running_llama, sample_model
from support.running_gateway import TOKEN, KnownDigests, RunningGateway, ask, run, running_gateway

pytestmark = pytest.mark.real
QUESTION: list[ChatCompletionMessageParam] = [
    {"role": "system", "content": "Answer briefly."},
    {"role": "user", "content": "Who owns the support queue?"},
]


@pytest.fixture(scope="module")
def llama() -> Iterator[str]:
    """One engine for all tests of this module."""
    with running_llama(sample_model()) as address:
        yield address


@asynccontextmanager
async def _through(llama: str) -> AsyncIterator[tuple[RunningGateway, openai.AsyncOpenAI]]:
    digests = KnownDigests({str(sample_model()): sample_model().read_bytes()})
    async with (
        running_gateway(llama, digests=digests) as gateway,
        openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=TOKEN, max_retries=0) as client,
    ):
        yield gateway, client


def test_chat_is_answered_and_recorded_with_the_weights_that_answered(llama: str) -> None:
    """From the answer to the file's digest, with nothing faked."""

    async def scenario() -> None:
        async with _through(llama) as (gateway, client):
            answer = await client.chat.completions.create(
                model="support",
                messages=QUESTION,
                temperature=0.0,
                max_tokens=16,
                user="u-1",
            )
            (begin,), (end,) = gateway.recorder.of_kind("exchange.request"), await gateway.ends()
            assert begin.body["model"]["artifact"] == sha256_digest(sample_model().read_bytes())
            assert begin.body["engine"]["product"] == "llama.cpp"
            assert begin.body["parameters"] == {"temperature": "0.0", "max_tokens": 16}
            assert begin.body["claimed_user"] == {"value": "u-1", "method": "body.user"}
            assert begin.body["system_prompt"].startswith("hmac-sha256:")
            assert answer.usage is not None
            assert end.body["usage"]["prompt_tokens"] == answer.usage.prompt_tokens
            assert end.body["usage"]["completion_tokens"] == answer.usage.completion_tokens
            assert end.body["finish"] == [answer.choices[0].finish_reason]
            kept = json.loads(gateway.recorder.content_of(end, "response"))
            assert kept["choices"][0]["message"]["content"] == answer.choices[0].message.content

    run(scenario())


@pytest.mark.parametrize("usage", [True, False])
def test_stream_is_answered_and_recorded(llama: str, usage: bool) -> None:  # noqa: FBT001  # with and without the usage event
    """The stream the user saw is the stream in the vault."""

    async def scenario() -> None:
        async with _through(llama) as (gateway, client):
            stream = await client.chat.completions.create(
                model="support", messages=QUESTION, temperature=0.0, max_tokens=16, stream=True,
                stream_options={"include_usage": usage},
            )  # fmt: skip
            chunks = [chunk async for chunk in stream]
            seen = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
            (end,) = await gateway.ends()
            assert (end.body["state"], end.body["chunks"]) == ("complete", len(chunks))
            assert end.body["usage"]["origin"] == "engine"
            assert 0 < end.body["usage"]["completion_tokens"] <= 16
            events = [
                line[6:]
                for line in gateway.recorder.content_of(end, "response").decode().splitlines()
                if line.startswith("data: {")
            ]
            kept = "".join((json.loads(event)["choices"] or [{"delta": {}}])[0]["delta"].get("content") or "" for event in events)
            assert kept == seen

    run(scenario())


def test_completions_and_models_are_served(llama: str) -> None:
    """The other two paths a plain client uses."""

    async def scenario() -> None:
        async with _through(llama) as (gateway, client):
            assert (await client.models.list()).data
            assert (await client.completions.create(model="m", prompt="Ticket:", max_tokens=4, temperature=0)).choices
            begins = await gateway.wait_for("exchange.request", 2)
            assert [begin.body["protocol"] for begin in begins] == ["openai.models", "openai.completions"]

    run(scenario())


def test_client_that_leaves_a_stream_is_recorded_as_aborted(llama: str) -> None:
    """What the model had said until then stays."""

    async def scenario() -> None:
        async with _through(llama) as (gateway, client):
            stream = await client.chat.completions.create(
                model="m",
                messages=QUESTION,
                max_tokens=400,
                stream=True,
                extra_body={"ignore_eos": True},
            )
            async for _ in stream:
                break
            await stream.close()
            (end,) = await gateway.ends()
            assert end.body["state"] == "client_aborted"
            assert gateway.recorder.content_of(end, "response").startswith(b"data: ")

    run(scenario())


def test_engines_refusal_reaches_the_client_as_it_is(llama: str) -> None:
    """A bad request is the engine's to refuse, and is on record."""

    async def scenario() -> None:
        async with _through(llama) as (gateway, client):
            with pytest.raises(openai.BadRequestError):
                await client.chat.completions.create(model="m", messages=[{"role": "user"}])  # type: ignore[typeddict-item]
            (end,) = await gateway.ends()
            assert (end.body["state"], end.body["http_status"]) == ("upstream_error", 400)

    run(scenario())


def test_unknown_key_is_shown_by_the_client_library(llama: str) -> None:
    """Our sentence reaches the developer."""

    async def scenario() -> None:
        async with _through(llama) as (gateway, client):
            with pytest.raises(openai.AuthenticationError, match="not known here"):
                await client.with_options(api_key="pbk_k_x_00").models.list()
            assert len(gateway.recorder.of_kind("exchange.refused")) == 1

    run(scenario())


def test_many_at_once_are_all_recorded(llama: str) -> None:
    """Every exchange has both entries and its own content; and kept connections do not starve an engine with few threads."""

    async def scenario() -> None:
        async with _through(llama) as (gateway, _):
            bodies = [
                json.dumps({"messages": [{"role": "user", "content": f"q{n}"}], "max_tokens": 2}).encode() for n in range(20)
            ]
            async with asyncio.timeout(4):  # the engine drops an unused connection, and so frees its thread, after five seconds
                replies = await asyncio.gather(*(ask(gateway, body) for body in bodies))
            assert [reply.status for reply in replies] == [200] * 20
            begins, ends = gateway.recorder.of_kind("exchange.request"), await gateway.ends(20)
            assert {begin.subject for begin in begins} == {end.subject for end in ends}
            assert sorted(gateway.recorder.content_of(begin, "request") for begin in begins) == sorted(bodies)

    run(scenario())
