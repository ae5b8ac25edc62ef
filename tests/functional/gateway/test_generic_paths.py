"""Reranking, speech, images and, by policy, any path: passed byte for byte and on record."""

from __future__ import annotations

import json

import pytest

from support.fault_engine import STREAM_END, Say, chunk, running_engine, whole
from support.running_gateway import ask, run, running_gateway

RERANK = json.dumps({"model": "reranker", "query": "q", "documents": ["a", "b"]}).encode()
SOUND = bytes(range(256)) * 8000
SPEECH_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ntransfer-encoding: chunked\r\n\r\n"


def test_reranking_is_recorded_with_its_model() -> None:
    """Retrieval is part of what an AI system does."""

    async def scenario() -> None:
        answer = b'{"results":[{"index":1,"relevance_score":0.5}],"usage":{"prompt_tokens":9,"total_tokens":9}}'
        async with running_engine(lambda _: [Say(whole(answer))]) as engine, running_gateway(engine.url) as gateway:
            reply = await ask(gateway, RERANK, path="/v1/rerank")
            assert (reply.status, reply.body) == (200, answer)
            (begin,), (end,) = gateway.recorder.of_kind("exchange.request"), await gateway.ends()
            assert (begin.body["protocol"], begin.body["model"]["asked"]) == ("generic.rerank", "reranker")
            assert gateway.recorder.content_of(end, "response") == answer

    run(scenario())


def test_speech_of_any_size_passes_unchanged_and_is_kept() -> None:
    """Two megabytes of sound in chunks: more than is held back."""

    async def scenario() -> None:
        steps = [Say(SPEECH_HEAD), *(Say(chunk(SOUND[at : at + 50_000])) for at in range(0, len(SOUND), 50_000)), Say(STREAM_END)]
        async with running_engine(lambda _: steps) as engine, running_gateway(engine.url) as gateway:
            reply = await ask(gateway, b'{"model":"voice","input":"hello"}', path="/v1/audio/speech")
            assert (reply.complete, reply.body == SOUND) == (True, True)
            (end,) = await gateway.ends()
            assert (end.body["state"], gateway.recorder.content_of(end, "response") == SOUND) == ("complete", True)

    run(scenario())


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unknown_path_is_refused_or_recorded_by_policy(method: str) -> None:
    """Never passed silently."""

    async def scenario() -> None:
        body = b"" if method == "GET" else b"anything at all"
        async with running_engine(lambda _: [Say(whole(b"{}"))]) as engine:
            async with running_gateway(engine.url) as gateway:
                assert (await ask(gateway, body, method=method, path="/v1/unheard/of")).status == 404
                assert engine.requests == []
            async with running_gateway(engine.url, unknown_paths="record") as gateway:
                assert (await ask(gateway, body, method=method, path="/v1/unheard/of")).status == 200
                (begin,) = gateway.recorder.of_kind("exchange.request")
                assert (begin.body["protocol"], begin.body["path"]) == ("generic.other", "/v1/unheard/of")
                assert (await ask(gateway, body, method=method, path="/pause")).status == 403
                assert len(engine.requests) == 1

    run(scenario())


def test_a_head_cannot_make_a_body_mean_what_the_record_does_not_say() -> None:
    """In UTF-7, which servers that believe the head would read, this form names another model."""

    async def scenario() -> None:
        async with running_engine(lambda _: [Say(whole(b"{}"))]) as engine, running_gateway(engine.url) as gateway:
            disguised = b'--b\r\nContent-Disposition: form-data; name="+AG0-odel"\r\n\r\nother\r\n--b--\r\n'
            stated = "Content-Type: multipart/form-data; boundary=b; charset=utf-7\r\n"
            reply = await ask(gateway, disguised, path="/v1/audio/transcriptions", extra=stated)
            assert reply.status == 415
            (refused,) = await gateway.wait_for("exchange.refused")
            assert (refused.body["reason"], engine.requests) == ("malformed_request", [])
            stated = "Content-Type: application/x-www-form-urlencoded\r\n"
            assert (await ask(gateway, b"%6dodel=whisper&x=1", path="/v1/audio/translations", extra=stated)).status == 200
            assert (await ask(gateway, b'{"model":"m","messages":[]}', extra=stated)).status == 200
            await gateway.ends(2)
            asked = [each.body["model"]["asked"] for each in gateway.recorder.of_kind("exchange.request")]
            assert asked == ["whisper", "m"]

    run(scenario())
