"""The unmodified `ollama` client through the gateway: answered, recorded, and refused in words that it shows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import ollama
import pytest

from support.fault_engine import STREAM_END, Hang, Pause, Say, Step, chunk, running_engine
from support.ollama_engine import DIGEST, MODEL, REMOTE, VERSION, OllamaEngine, running_ollama
from support.running_gateway import TOKEN, RunningGateway, ask, connected, request_bytes, run, running_gateway

MESSAGES = [{"role": "system", "content": "Answer briefly."}, {"role": "user", "content": "Who owns the queue?"}]
LINES_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n"


@asynccontextmanager
async def _through() -> AsyncIterator[tuple[OllamaEngine, RunningGateway, ollama.AsyncClient]]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with (
        running_ollama() as engine,
        running_gateway(engine.url) as gateway,
        ollama.AsyncClient(gateway.url, headers=headers) as client,
    ):
        yield engine, gateway, client


def _body(**fields: Any) -> bytes:
    return json.dumps({"model": MODEL} | fields).encode()


def test_chat_is_answered_and_recorded_with_the_digest_of_its_manifest() -> None:
    """Asked for by a short name, bound to what the engine lists."""

    async def scenario() -> None:
        async with _through() as (_, gateway, client):
            answer = await client.chat("sample", messages=MESSAGES, options={"temperature": 0.5, "num_predict": 2}, think=True)
            (begin,), (end,) = gateway.recorder.of_kind("exchange.request"), await gateway.ends()
            assert (begin.body["protocol"], begin.body["stream"], begin.body["messages"]) == ("ollama.chat", False, 2)
            assert begin.body["parameters"] == {"temperature": "0.5", "num_predict": 2, "think": True}
            assert begin.body["system_prompt"].startswith("hmac-sha256:")
            assert (begin.body["model"]["artifact"], begin.body["engine"]["build"]) == (f"sha256:{DIGEST}", VERSION)
            assert (end.body["state"], end.body["finish"], end.body["model_answered"]) == ("complete", ["length"], "sample")
            assert end.body["usage"]["prompt_tokens"] == answer.prompt_eval_count
            assert end.body["usage"]["completion_tokens"] == answer.eval_count
            assert json.loads(gateway.recorder.content_of(end, "response"))["message"]["content"] == answer.message.content

    run(scenario())


@pytest.mark.parametrize("tools", [None, [{"type": "function", "function": {"name": "close_ticket"}}]])
def test_stream_is_answered_and_recorded_line_by_line(tools: Any) -> None:
    """Streaming is Ollama's default; arguments of tools may look like its end and are passed on all the same."""

    async def scenario() -> None:
        async with _through() as (engine, gateway, client):
            parts = [part async for part in await client.chat(MODEL, messages=MESSAGES, stream=True, tools=tools)]
            (begin,), (end,) = gateway.recorder.of_kind("exchange.request"), await gateway.ends()
            assert (begin.body["stream"], begin.body["tools"]) == (True, len(tools or []))
            assert (end.body["state"], end.body["chunks"], end.body["finish"]) == ("complete", len(parts), ["stop"])
            kept = [json.loads(line) for line in gateway.recorder.content_of(end, "response").splitlines()]
            assert [each["message"]["content"] for each in kept] == [part.message.content for part in parts]
            assert engine.requests[-1].body == gateway.recorder.content_of(begin, "request")

    run(scenario())


def test_generate_and_both_forms_of_embed_are_recorded() -> None:
    """What each path has, and nothing that it has not."""

    async def scenario() -> None:
        async with _through() as (_, gateway, client):
            assert (await client.generate(MODEL, prompt="Ticket:", system="Be kind.")).done_reason == "stop"
            assert [part.done async for part in await client.generate(MODEL, prompt="Ticket:", stream=True)][-1]
            assert len((await client.embed(MODEL, input=["a", "b"])).embeddings) == 2
            assert (await client.embeddings(MODEL, prompt="a")).embedding
            begins, ends = await gateway.wait_for("exchange.request", 4), await gateway.ends(4)
            read = [(each.body["protocol"], each.body["stream"], each.body["messages"], each.body["tools"]) for each in begins]
            assert (
                read
                == [("ollama.generate", False, None, None), ("ollama.generate", True, None, None)]
                + [("ollama.embed", False, None, None)] * 2
            )
            assert begins[0].body["system_prompt"].startswith("hmac-sha256:")
            assert [each.body["system_prompt"] for each in begins[1:]] == ["none"] * 3
            assert [each.body["state"] for each in ends] == ["complete"] * 4
            assert ends[2].body["usage"]["prompt_tokens"] == 2
            assert ends[3].body["usage"]["origin"] == "unknown"

    run(scenario())


def test_lists_of_models_are_served_and_recorded() -> None:
    """Read-only: what models there are, which are loaded, what one is, which build answers."""

    async def scenario() -> None:
        async with _through() as (_, gateway, client):
            assert [model.model for model in (await client.list()).models] == [MODEL, REMOTE]
            assert (await client.ps()).models[0].digest == DIGEST
            assert (await client.show(MODEL)).capabilities == ["completion"]
            assert json.loads((await ask(gateway, b"", path="/api/version", method="GET")).body) == {"version": VERSION}
            begins = await gateway.wait_for("exchange.request", 4)
            assert [each.body["path"] for each in begins] == ["/api/tags", "/api/ps", "/api/show", "/api/version"]
            assert {each.body["protocol"] for each in begins} == {"ollama.models"}
            assert begins[2].body["model"]["asked"] == MODEL

    run(scenario())


def test_model_that_is_served_remotely_is_flagged_in_the_request_record() -> None:
    """Local is not always local: what leaves the network must show."""

    async def scenario() -> None:
        async with _through() as (_, gateway, client):
            answer = await client.chat(REMOTE, messages=MESSAGES)
            (begin,), (end,) = gateway.recorder.of_kind("exchange.request"), await gateway.ends()
            assert answer.message.content
            assert (begin.body["model"]["artifact"], begin.body["model"]["status"]) == (None, "unknown")
            assert begin.body["model"]["reason"] == "served remotely at https://far.example:443"
            assert b'"remote_host":"https://far.example:443"' in gateway.recorder.content_of(end, "response")

    run(scenario())


MANAGED = [
    ("POST", "/api/pull"), ("POST", "/api/push"), ("POST", "/api/create"), ("POST", "/api/copy"), ("DELETE", "/api/delete"),
    ("POST", f"/api/blobs/sha256:{DIGEST}"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), MANAGED)
def test_change_of_models_is_refused_and_recorded(method: str, path: str) -> None:
    """What answers must not be changed by whoever may ask."""

    async def scenario() -> None:
        async with _through() as (engine, gateway, _):
            reply = await ask(gateway, _body(), path=path, method=method)
            assert reply.status == 403
            (refused,) = await gateway.wait_for("exchange.refused")
            assert json.loads(reply.body) == {"error": refused.body["detail"]}
            assert "Models are not fetched, changed or removed" in refused.body["detail"]
            assert (refused.body["reason"], refused.body["path"]) == ("path_not_served", path)
            assert (refused.body["principal"]["id"], engine.requests) == ("sample-service", [])

    run(scenario())


def test_refusals_are_shown_by_the_client_library() -> None:
    """Our sentences reach the developer, whatever is wrong."""

    async def scenario() -> None:
        async with _through() as (engine, gateway, client):
            with pytest.raises(ollama.ResponseError, match="not fetched, changed or removed"):
                await client.pull(MODEL)
            async with ollama.AsyncClient(gateway.url, headers={"Authorization": "Bearer pbk_k_x_00"}) as stranger:
                with pytest.raises(ollama.ResponseError, match="not known here") as caught:
                    await stranger.chat(MODEL, messages=MESSAGES)
                assert caught.value.status_code == 401
            double = b'{"model":"sample:latest","options":{"seed":1,"seed":2}}'
            reply = await ask(gateway, double, path="/api/generate")
            assert (reply.status, "twice" in json.loads(reply.body)["error"]) == (400, True)
            assert json.loads((await ask(gateway, b"{}", path="/api/experimental/web_search")).body)["error"].startswith(
                "This path"
            )
            refusals = await gateway.wait_for("exchange.refused", 4)
            reasons = [each.body["reason"] for each in refusals]
            assert reasons == ["path_not_served", "key_unknown", "malformed_request", "path_not_served"]
            assert engine.requests == []

    run(scenario())


def test_engines_own_errors_reach_the_client_as_they_are() -> None:
    """Before the first line by status, after it inside the stream; both are on record as the engine's."""

    async def scenario() -> None:
        async with _through() as (_, gateway, client):
            with pytest.raises(ollama.ResponseError, match="model 'none' not found"):
                await client.chat("none", messages=MESSAGES)
            with pytest.raises(ollama.ResponseError, match="the runner stopped"):
                async for _ in await client.generate(MODEL, prompt="FAIL", stream=True):
                    pass
            ends = await gateway.ends(2)
            assert [each.body["state"] for each in ends] == ["upstream_error"] * 2
            assert [each.body["http_status"] for each in ends] == [404, 200]
            assert ends[1].body["reason"] == "engine reported an error inside its reply"

    run(scenario())


def test_stream_without_its_last_line_is_no_complete_one() -> None:
    """Its framing ended, the answer did not."""
    line = b'{"model":"sample:latest","message":{"role":"assistant","content":"x"},"done":false}\n'

    async def scenario() -> None:
        script: list[Step] = [Say(LINES_HEAD), Say(chunk(line)), Say(STREAM_END)]
        async with running_engine(lambda _: script) as engine, running_gateway(engine.url) as gateway:
            assert (await ask(gateway, _body(messages=[]), path="/api/chat")).body == line
            (end,) = await gateway.ends()
            assert (end.body["state"], end.body["chunks"], end.body["finish"]) == ("upstream_error", 1, [])

    run(scenario())


def test_last_line_waits_for_its_record_and_a_client_that_leaves_cuts_the_engine_off() -> None:
    """The order of the product's first promise, in this framing, too."""
    line = b'{"model":"sample:latest","response":"x","done":false}\n'

    async def scenario() -> None:
        last = chunk(b'{"done":true,"done_reason":"stop"}\n')
        script: list[Step] = [Say(LINES_HEAD), Say(chunk(line)), Pause(0.05), Say(last), Hang()]
        async with running_engine(lambda _: script) as engine, running_gateway(engine.url) as gateway:
            async with connected(gateway) as client:
                await client.send(request_bytes(_body(prompt="q"), path="/api/generate"))
                assert line in await client.read_until(line)
                with pytest.raises(TimeoutError):
                    await client.read_until(b'"done":true', seconds=0.3)
            async with asyncio.timeout(30):
                await engine.cut_off.wait()
            (end,) = await gateway.ends()
            assert (end.body["state"], end.body["chunks"]) == ("client_aborted", 2)

    run(scenario())
