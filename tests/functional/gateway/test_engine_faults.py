"""Whatever an engine does, the record says so, holds every byte that came, and the client is never told less than the truth."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from proofbook.gateway.settings import Limits
from proofbook.records.envelope import Entry
from support.fault_engine import STREAM_END, STREAM_HEAD, Abort, Close, Hang, Pause, Say, Seen, Step, chunk, running_engine, whole
from support.running_gateway import Reply, ask, run, running_gateway

BODY = json.dumps({"model": "asked", "messages": [{"role": "user", "content": "sample question"}], "stream": True}).encode()
ANSWER = json.dumps({
    "id": "chatcmpl-7", "model": "answered", "system_fingerprint": "b1-sample",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "sample answer"}}],
    "usage": {"prompt_tokens": 12, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 4}},
}).encode()  # fmt: skip
TEXT = b'data: {"id":"chatcmpl-8","model":"answered","choices":[{"index":0,"finish_reason":null,"delta":{"content":"a"}}]}\n\n'
LAST = b'data: {"id":"chatcmpl-8","model":"answered","choices":[{"index":0,"finish_reason":"length","delta":{}}]}\n\n'
MARK = b"data: [DONE]\n\n"


async def _exchange(steps: Sequence[Step], limits: Limits | None = None) -> tuple[Reply, Entry, bytes | None]:
    """One request against an engine with these steps: what the client saw, what was recorded, and the recorded content."""

    def script(seen: Seen) -> Sequence[Step]:
        return steps

    async with running_engine(script) as engine, running_gateway(engine.url, limits=limits) as gateway:
        reply = await ask(gateway, BODY)
        (end,) = await gateway.ends()
        kept = gateway.recorder.content_of(end, "response") if end.body["content"] else None
        return reply, end, kept


def test_whole_reply_is_recorded_with_what_the_engine_said_of_itself() -> None:
    """An auditor reads model, fingerprint, finish and tokens from the record, and the bytes from the vault."""
    reply, end, kept = run(_exchange([Say(whole(ANSWER))]))
    assert (reply.status, reply.body, reply.complete) == (200, ANSWER, True)
    assert kept == ANSWER
    body = end.body
    assert (body["state"], body["http_status"], body["model_answered"]) == ("complete", 200, "answered")
    assert (body["upstream_id"], body["fingerprint"], body["finish"], body["chunks"]) == ("chatcmpl-7", "b1-sample", ["stop"], 0)
    assert body["usage"] == {"prompt_tokens": 12, "completion_tokens": 3, "cached_tokens": 4, "origin": "engine"}
    assert body["forwarded_at"] <= body["first_byte_at"] <= body["last_byte_at"]


def test_stream_is_recorded_byte_for_byte() -> None:
    """Streaming is where other recorders lose the answer."""
    steps: list[Step] = [
        Say(STREAM_HEAD + chunk(TEXT)),
        Pause(0.02),
        Say(chunk(LAST)),
        Pause(0.02),
        Say(chunk(MARK) + STREAM_END),
    ]
    reply, end, kept = run(_exchange(steps))
    assert (reply.body, reply.complete) == (TEXT + LAST + MARK, True)
    assert kept == TEXT + LAST + MARK
    assert (end.body["state"], end.body["chunks"], end.body["finish"]) == ("complete", 2, ["length"])
    assert end.body["usage"]["origin"] == "unknown"


def test_stream_without_end_mark_is_complete_when_its_framing_is() -> None:
    """Some engines end a stream by the transfer coding alone."""
    reply, end, kept = run(_exchange([Say(STREAM_HEAD + chunk(TEXT)), Say(chunk(LAST)), Say(STREAM_END)]))
    assert (reply.complete, kept) == (True, TEXT + LAST)
    assert end.body["state"] == "complete"


CUT_SHORT = [
    pytest.param([Say(STREAM_HEAD + chunk(TEXT)), Pause(0.05), Close()], TEXT, "middle of its reply", id="stream closed"),
    pytest.param([Say(STREAM_HEAD + chunk(TEXT)), Pause(0.05), Abort()], TEXT, "middle of its reply", id="stream reset"),
    pytest.param([Say(STREAM_HEAD + chunk(TEXT) + b"zz\r\n")], TEXT, "not valid HTTP", id="bad chunk"),
    pytest.param([Say(STREAM_HEAD + chunk(TEXT)), Hang()], TEXT, "said nothing", id="never ends"),
]


@pytest.mark.parametrize(("steps", "partial", "reason"), CUT_SHORT)
def test_stream_that_breaks_is_cut_for_the_client_and_kept_as_far_as_it_came(
    steps: list[Step], partial: bytes, reason: str
) -> None:
    """A client must see that the reply is not whole, and the record must hold what it saw."""
    limits = Limits(upstream_silence_seconds=0.3)
    reply, end, kept = run(_exchange(steps, limits))
    assert reply.body == partial
    assert not reply.complete
    assert kept == partial
    assert end.body["state"] == ("upstream_timeout" if reason == "said nothing" else "upstream_error")
    assert reason in end.body["reason"]


NO_REPLY = [
    pytest.param([Close()], "without a reply", id="dies before its head"),
    pytest.param([Say(b"HTTP/1.1 200"), Close()], "without a reply", id="dies within its head"),
    pytest.param([Say(b"this is not HTTP\r\n\r\n")], "not valid HTTP", id="garbage"),
    pytest.param([Say(b"HTTP/1.1 200 OK\r\nx: " + b"a" * 70_000)], "larger than", id="huge head"),
    pytest.param([Say(b"HTTP/1.1 200 OK\r\n" + b"x: a\r\n" * 250)], "more than 200 lines", id="many headers"),
    pytest.param([Say(b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\nabc")], "not understood", id="foreign coding"),
    pytest.param([Say(b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n")], "switch protocols", id="upgrade"),
    pytest.param([Say(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")], "not valid HTTP", id="two framings"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "reason"), NO_REPLY)
def test_engine_without_a_reply_is_an_error_in_protocol_shape_and_a_record(steps: list[Step], reason: str) -> None:
    """The caller gets something its client library can show; the auditor gets the cause."""
    reply, end, kept = run(_exchange(steps, Limits(upstream_silence_seconds=0.3)))
    assert reply.status == 502
    assert json.loads(reply.body)["error"]["code"] == "upstream_unavailable"
    assert (end.body["state"], end.body["http_status"], kept) == ("upstream_error", None, None)
    assert reason in end.body["reason"]


def test_silent_engine_is_a_timeout_of_its_own() -> None:
    """Whoever looks for overloaded engines must not find broken ones among them, and the other way round."""
    reply, end, _ = run(_exchange([Hang()], Limits(upstream_silence_seconds=0.3)))
    assert (reply.status, json.loads(reply.body)["error"]["code"]) == (504, "upstream_timeout")
    assert (end.body["state"], end.body["reason"]) == ("upstream_timeout", "engine said nothing for 0 seconds")


@pytest.mark.parametrize("status", [400, 429, 500, 503])
def test_engine_error_status_passes_unchanged_and_is_recorded(status: int) -> None:
    """Clients retry on 429 only if they see it."""
    body = b'{"error":{"message":"sample"}}'
    reply, end, kept = run(_exchange([Say(whole(body, status=status, extra="retry-after: 3\r\n"))]))
    assert (reply.status, reply.body, reply.headers["retry-after"]) == (status, body, "3")
    assert (end.body["state"], end.body["http_status"], kept) == ("upstream_error", status, body)


def test_error_event_inside_a_stream_is_an_upstream_error() -> None:
    """Engines report failures after a 200 as an event; the framing alone looks complete."""
    events = TEXT + b'data: {"error":{"message":"sample","code":500}}\n\n' + MARK
    reply, end, _ = run(_exchange([Say(STREAM_HEAD + chunk(events) + STREAM_END)]))
    assert reply.body == events
    assert (end.body["state"], end.body["reason"]) == ("upstream_error", "engine reported an error inside its reply")


def test_whole_reply_that_breaks_becomes_an_error_and_its_part_is_kept() -> None:
    """What was held was never shown to the client, but it was said and is kept."""
    steps: list[Step] = [
        Say(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{half"),
        Pause(0.05),
        Close(),
    ]
    reply, end, kept = run(_exchange(steps))
    assert reply.status == 502
    assert (end.body["state"], end.body["http_status"], kept) == ("upstream_error", 200, b"{half")


def test_reply_ended_by_closing_is_complete_when_it_is_no_stream() -> None:
    """HTTP/1.0 style engines end a body by closing."""
    reply, end, kept = run(
        _exchange([Say(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + ANSWER), Pause(0.05), Close()])
    )
    assert (reply.body, reply.complete, kept, end.body["state"]) == (ANSWER, True, ANSWER, "complete")


def test_stream_ended_by_closing_without_its_mark_is_an_error() -> None:
    """A crash looks the same as an end by closing; only the mark tells them apart."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
    _, end, kept = run(_exchange([Say(head + TEXT), Pause(0.05), Close()]))
    assert (end.body["state"], kept) == ("upstream_error", TEXT)


def test_reply_beyond_the_recording_cap_is_cut_and_recorded() -> None:
    """Nothing passes that cannot be recorded."""
    steps = [Say(STREAM_HEAD), *[Say(chunk(b"data: " + b"x" * 5000 + b"\n\n"))] * 10, Say(STREAM_END)]
    reply, end, kept = run(_exchange(steps, replace(Limits(), reply_bytes=20_000)))
    assert not reply.complete
    assert end.body["state"] == "upstream_error"
    assert "recording cap of 20000 bytes" in end.body["reason"]
    assert kept is not None
    assert reply.body == kept[: len(reply.body)]


@pytest.mark.parametrize("declared", [True, False])
def test_large_whole_reply_passes_unchanged(declared: bool) -> None:  # noqa: FBT001  # two framings of one reply
    """Beyond the hold all but the last piece flows; the bytes are the same."""
    body = json.dumps({"choices": [], "padding": "x" * 300_000}).encode()
    parts = [body[start : start + 50_000] for start in range(0, len(body), 50_000)]
    head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
    if declared:
        steps: list[Step] = [Say(f"{head}content-length: {len(body)}\r\n\r\n".encode())]
        steps += [item for part in parts for item in (Say(part), Pause(0.005))]
    else:
        steps = [Say(f"{head}transfer-encoding: chunked\r\n\r\n".encode())]
        steps += [item for part in parts for item in (Say(chunk(part)), Pause(0.005))]
        steps.append(Say(STREAM_END))
    reply, end, kept = run(_exchange(steps, replace(Limits(), hold_bytes=60_000)))
    assert (reply.body, reply.complete, kept, end.body["state"]) == (body, True, body, "complete")


def test_second_reply_nobody_asked_for_is_not_given_to_the_next_client() -> None:
    """A desynchronised engine connection must not leak one caller's answer to another."""

    async def scenario() -> None:
        def script(seen: Seen) -> Sequence[Step]:
            return [Say(whole(ANSWER) + whole(b'{"choices":[],"for":"somebody else"}'))]

        async with running_engine(script) as engine, running_gateway(engine.url) as gateway:
            first, second = await ask(gateway, BODY), await ask(gateway, BODY)
            assert first.body == second.body == ANSWER

    run(scenario())


def test_unreachable_engine_is_recorded() -> None:
    """A request that could not be served was still made; it is refused at once, since nobody can say where it would have gone."""

    async def scenario() -> None:
        async with running_gateway("http://127.0.0.1:9") as gateway:
            reply = await ask(gateway, BODY)
            (refused,) = await gateway.wait_for("exchange.refused")
            assert (reply.status, refused.body["reason"]) == (503, "upstream_unavailable")
            assert not gateway.recorder.of_kind("exchange.request")

    run(scenario())
