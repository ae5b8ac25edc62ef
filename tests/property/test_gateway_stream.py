"""However a reply is cut into pieces, the client gets the same bytes, the record the same facts, and the end waits."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from proofbook.gateway.exchange import Bounds, Commands, Exchange, Finish, RecordResponse, Send
from proofbook.gateway.wire.facts import ReplyFacts
from proofbook.gateway.wire.openai_reply import parse_reply
from proofbook.gateway.wire.sse import parse_events, watch_for_end_mark

MARKS = (b"data: [DONE]\n\n", b"data:[DONE]\r\n\r\n", b"data: [DONE]\r\r", b"")
LINE_ENDS = (b"\n", b"\r\n", b"\r")


@st.composite
def _choice(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "index": draw(st.integers(0, 3)),
        "finish_reason": draw(st.sampled_from([None, None, "stop", "length"])),
        "delta": {
            "content": draw(
                st.sampled_from(["", "a", '"finish_reason":null', "[DONE]", "\ndata: [DONE]\n", "“ü”😀", '"usage":{'])
            )
        },
    }


@st.composite
def _event(draw: st.DrawFn) -> bytes:
    document: dict[str, Any] = {"choices": draw(st.lists(_choice(), max_size=3))}
    if draw(st.booleans()):
        document |= {"id": "chatcmpl-1", "model": "m", "system_fingerprint": "f"}
    if draw(st.integers(0, 4)) == 0:
        document["usage"] = draw(st.sampled_from([None, {"prompt_tokens": 3, "completion_tokens": 2}, {"prompt_tokens": -1}]))
    spaced = draw(st.booleans())
    return json.dumps(document, ensure_ascii=False, separators=(", ", ": ") if spaced else (",", ":")).encode()


@st.composite
def _stream(draw: st.DrawFn) -> bytes:
    end = draw(st.sampled_from(LINE_ENDS))
    out = b""
    for payload in draw(st.lists(_event(), max_size=6)):
        out += draw(st.sampled_from([b"", b": ping" + end + end, b"event: x" + end]))
        out += b"data: " + payload + end + end
    return out + draw(st.sampled_from(MARKS)) + draw(st.sampled_from([b"", b"data: {", b"\xff\xfe\n\n"]))


@st.composite
def _pieces(draw: st.DrawFn, data: bytes) -> list[bytes]:
    places = sorted(draw(st.sets(st.integers(1, max(1, len(data) - 1)), max_size=12)) & set(range(1, len(data))))
    return [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True) if start < end]


def _slowly(data: bytes) -> ReplyFacts:
    """The facts when every event is decoded: the reading without its shortcut."""
    prefix = [payload for payload in parse_events(data) if payload != b"[DONE]"]
    merged = b"".join(b"data: " + _without_shortcut(payload) + b"\n\n" for payload in prefix)
    return parse_reply(merged, streamed=True)


def _without_shortcut(payload: bytes) -> bytes:
    return payload.replace(b'"finish_reason":null', b'"finish_reason" :null').replace(
        b'"finish_reason": null', b'"finish_reason" : null'
    )


@given(st.data())
def test_client_gets_the_same_bytes_and_never_the_end_before_its_record(data: st.DataObject) -> None:
    """Pieces are an accident of the network."""
    stream = data.draw(_stream())
    exchange = Exchange(Bounds(hold=64, reply=1 << 20), watch_for_end_mark)
    exchange.request_read()
    exchange.recorded()
    exchange.upstream_head(200, streamed=True, length=None)
    early = b"".join(_bytes(exchange.upstream_body(piece)) for piece in data.draw(_pieces(stream)))
    ending = exchange.upstream_end()
    assert [type(command) for command in ending] == [RecordResponse]
    assert early + _bytes(exchange.recorded()) == stream == exchange.captured()
    assert b"[DONE]" not in list(parse_events(early + b"\n\n"))


@given(st.data(), st.integers(0, 40))
def test_whole_reply_is_never_whole_before_its_record(data: st.DataObject, hold: int) -> None:
    """Held whole, or all but its last piece."""
    body = data.draw(st.binary(min_size=1, max_size=120))
    exchange = Exchange(Bounds(hold=hold, reply=1 << 20), watch_for_end_mark)
    exchange.request_read()
    exchange.recorded()
    exchange.upstream_head(200, streamed=False, length=len(body))
    early = b"".join(_bytes(exchange.upstream_body(piece)) for piece in data.draw(_pieces(body)))
    exchange.upstream_end()
    assert len(early) < len(body)
    assert early + _bytes(exchange.recorded()) == body


@given(st.data())
def test_end_mark_is_noticed_however_it_is_split(data: st.DataObject) -> None:
    """A mark in two halves is still a mark, and text that looks like one is none."""
    stream = data.draw(_stream())
    watch, at_once = watch_for_end_mark(), watch_for_end_mark()
    answers = [watch.completes_in(piece) for piece in data.draw(_pieces(stream))]
    in_pieces = any(answers)
    assert in_pieces == at_once.completes_in(stream)
    if b"[DONE]" in list(parse_events(stream)):
        assert in_pieces


@given(_stream())
def test_counting_without_decoding_finds_the_same_facts(stream: bytes) -> None:
    """The shortcut over plain text events must not change the evidence."""
    quick, slow = parse_reply(stream, streamed=True), _slowly(stream)
    assert quick.chunks == slow.chunks
    assert (quick.finish, quick.usage, quick.error) == (slow.finish, slow.usage, slow.error)


@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_make_reading_a_reply_fail(junk: bytes, streamed: bool) -> None:  # noqa: FBT001  # drawn
    """Engines may say anything."""
    facts = parse_reply(junk, streamed=streamed)
    assert facts.usage.prompt is None or facts.usage.prompt >= 0


def _bytes(commands: Commands) -> bytes:
    return b"".join(command.data for command in commands if isinstance(command, (Send, Finish)))
