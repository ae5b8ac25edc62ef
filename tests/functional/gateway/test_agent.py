"""An agent framework, unmodified, through the gateway: each of its turns is an exchange, and its tools are on record."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from support.fault_engine import STREAM_END, STREAM_HEAD, Say, Seen, Step, chunk, running_engine, whole
from support.real_engine import running_llama, sample_model
from support.running_gateway import TOKEN, RunningGateway, run, running_gateway

OWNERS = {"support": "the queue's owner of this sample"}


def _client(gateway: RunningGateway) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=TOKEN, max_retries=0)


def _model(client: openai.AsyncOpenAI) -> OpenAIChatModel:
    return OpenAIChatModel("sample", provider=OpenAIProvider(openai_client=client))


def _agent(client: openai.AsyncOpenAI) -> Agent[None, str]:
    agent: Agent[None, str] = Agent(_model(client), instructions="Answer briefly.")

    @agent.tool_plain
    def owner_of(queue: str) -> str:
        """Who owns a queue."""
        return OWNERS[queue]

    return agent


def _calls_a_tool_first(seen: Seen) -> list[Step]:
    """An engine that asks for the tool, and answers once it has been told."""
    asked = json.loads(seen.body)
    told = [each["content"] for each in asked["messages"] if each["role"] == "tool"]
    call = {"id": "call_1", "type": "function", "function": {"name": "owner_of", "arguments": '{"queue":"support"}'}}
    message: dict[str, Any] = (
        {"role": "assistant", "content": f"It is {told[0]}."} if told else {"role": "assistant", "tool_calls": [call]}
    )
    finish = "stop" if told else "tool_calls"
    common = {"id": "chatcmpl-1", "created": 1, "model": "sample"}
    if not asked.get("stream"):
        choice = {"index": 0, "message": {"content": None, **message}, "finish_reason": finish}
        usage = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
        return [Say(whole(json.dumps({**common, "object": "chat.completion", "choices": [choice], "usage": usage}).encode()))]
    if not told:
        message["tool_calls"] = [{"index": 0, **call}]
    deltas = [{"index": 0, "delta": message, "finish_reason": None}, {"index": 0, "delta": {}, "finish_reason": finish}]
    events = [{**common, "object": "chat.completion.chunk", "choices": [each]} for each in deltas]
    said = b"".join(b"data: " + json.dumps(each).encode() + b"\n\n" for each in events) + b"data: [DONE]\n\n"
    return [Say(STREAM_HEAD), Say(chunk(said)), Say(STREAM_END)]


def test_agent_uses_its_tool_and_both_turns_are_on_record() -> None:
    """What the model asked for and what it was told are parts of two recorded exchanges."""

    async def scenario() -> None:
        async with (
            running_engine(_calls_a_tool_first) as engine,
            running_gateway(engine.url) as gateway,
            _client(gateway) as client,
        ):
            answer = await _agent(client).run("Who owns the support queue?")
            assert answer.output == f"It is {OWNERS['support']}."
            begun, ends = gateway.recorder.of_kind("exchange.request"), await gateway.ends(2)
            assert [each.body["tools"] for each in begun] == [1, 1]
            assert [each.body["messages"] for each in begun] == [2, 4]
            assert [each.body["finish"] for each in ends] == [["tool_calls"], ["stop"]]
            assert OWNERS["support"].encode() in gateway.recorder.content_of(begun[1], "request")

    run(scenario())


def test_streaming_agent_sees_every_word() -> None:
    """The framework's own reading of the stream agrees with what is kept."""

    async def scenario() -> None:
        async with (
            running_engine(_calls_a_tool_first) as engine,
            running_gateway(engine.url) as gateway,
            _client(gateway) as client,
        ):
            async with _agent(client).run_stream("Who owns the support queue?") as answer:
                assert await answer.get_output() == f"It is {OWNERS['support']}."
            assert [each.body["state"] for each in await gateway.ends(2)] == ["complete", "complete"]

    run(scenario())


@pytest.mark.real
def test_agent_runs_against_a_real_engine() -> None:
    """llama.cpp behind: whatever the tiny model says, it is recorded with its tokens."""

    async def scenario(address: str) -> None:
        async with running_gateway(address) as gateway, _client(gateway) as client:
            answer = await Agent(_model(client), model_settings={"max_tokens": 8}).run("Who owns the support queue?")
            (end,) = await gateway.ends()
            assert end.body["state"] == "complete"
            assert end.body["usage"]["completion_tokens"] == answer.usage.output_tokens > 0

    with running_llama(sample_model()) as address:
        run(scenario(address))
