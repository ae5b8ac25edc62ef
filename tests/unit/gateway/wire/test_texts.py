"""Everything a model reads or says is in the texts, whichever API carries it; what is not text is counted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proofbook.gateway.wire.facts import ProtocolName
from proofbook.gateway.wire.texts import Texts, texts_of_reply, texts_of_request

IMAGE = "iVBORw0KGgo" + "A" * 400


def _body(document: Any) -> bytes:
    return json.dumps(document).encode()


def _events(*payloads: Any) -> bytes:
    return b"".join(b"data: " + _body(each) + b"\n\n" for each in payloads)


REQUESTS: tuple[tuple[ProtocolName, dict[str, Any], int], ...] = (
    ("openai.chat", {"messages": [{"role": "system", "content": "SAID"}]}, 0),
    ("openai.chat", {"messages": [{"role": "user", "content": [{"type": "text", "text": "SAID"}]}]}, 0),
    ("openai.chat", {"messages": [{"role": "user", "content": [
        {"type": "text", "text": "SAID"}, {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{IMAGE}"}}]}]}, 1),
    ("openai.chat", {"messages": [{"role": "user", "content": [
        {"type": "text", "text": "SAID"}, {"type": "input_audio", "input_audio": {"data": IMAGE, "format": "wav"}}]}]}, 1),
    ("openai.chat", {"messages": [{"role": "assistant", "tool_calls": [
        {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"who": "SAID"}'}}]}]}, 0),
    ("openai.chat", {"tools": [{"type": "function", "function": {"parameters": {"description": "SAID"}}}]}, 0),
    ("openai.completions", {"prompt": ["SAID", "b"]}, 0),
    ("openai.completions", {"prompt": list(range(40)), "suffix": "SAID"}, 1),
    ("openai.responses", {"instructions": "SAID", "input": "x"}, 0),
    ("openai.responses", {"input": [{"role": "user", "content": [{"type": "input_text", "text": "SAID"},
        {"type": "input_image", "image_url": f"data:image/png;base64,{IMAGE}"}]}]}, 1),
    ("openai.responses", {"input": [{"type": "function_call_output", "call_id": "c", "output": "SAID"}]}, 0),
    ("openai.embeddings", {"input": ["SAID"]}, 0),
    ("ollama.chat", {"messages": [{"role": "user", "content": "SAID", "images": [IMAGE]}]}, 1),
    ("ollama.chat", {"messages": [{"role": "assistant", "tool_calls": [{"function": {"arguments": {"who": "SAID"}}}]}]}, 0),
    ("ollama.generate", {"prompt": "p", "system": "SAID", "context": list(range(20))}, 1),
    ("anthropic.messages", {"system": [{"type": "text", "text": "SAID"}]}, 0),
    ("anthropic.messages", {"messages": [{"role": "user", "content": [{"type": "tool_result", "content": "SAID"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": IMAGE}}]}]}, 1),
    ("anthropic.messages", {"messages": [{"role": "assistant", "content": [
        {"type": "tool_use", "id": "t", "name": "f", "input": {"who": "SAID"}}]}]}, 0),
)  # fmt: skip


@pytest.mark.parametrize(("protocol", "document", "media"), REQUESTS)
def test_text_of_a_request_is_found_wherever_it_stands(protocol: ProtocolName, document: dict[str, Any], media: int) -> None:
    """A field that is not read would be data that goes to the AI and is not in the figures."""
    found = texts_of_request(protocol, _body({"model": "m", **document}))
    assert any("SAID" in text for text in found.texts)
    assert not any(IMAGE in text for text in found.texts)
    assert (found.media, found.undecodable) == (media, 0)


def _delta(content: str, index: int = 0) -> dict[str, Any]:
    return {"object": "chat.completion.chunk", "choices": [{"index": index, "delta": {"content": content}}]}


def _call(arguments: str) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "function": {"arguments": arguments}}]}}]}


STREAMS: tuple[tuple[ProtocolName, bytes, tuple[str, ...]], ...] = (
    ("openai.chat", _events(_delta("4111 11"), _delta("11 1111"), _delta(" 1111")) + b"data: [DONE]\n\n", ("4111 1111 1111 1111",)),
    ("openai.chat", _events(_delta("a", 0), _delta("x", 1), _delta("b", 0), _delta("y", 1)), ("ab", "xy")),
    ("openai.chat", _events(_call('{"ca'), _call('rd": "41\\u0031"}')), ("card: 411",)),
    ("openai.chat", _events({"choices": [{"index": 0, "delta": {"reasoning_content": "th"}}]},
        {"choices": [{"index": 0, "delta": {"reasoning_content": "ink"}}]}), ("think",)),
    ("openai.completions", _events({"choices": [{"index": 0, "text": "o"}]}, {"choices": [{"index": 0, "text": "k"}]}), ("ok",)),
    ("openai.chat", _events(_delta("a"), {"error": {"message": "broke"}}), ("a", "broke")),
    ("openai.responses", _events(
        {"type": "response.created", "response": {"instructions": "echo"}},
        {"type": "response.output_text.delta", "item_id": "i", "output_index": 0, "content_index": 0, "delta": "41"},
        {"type": "response.output_text.delta", "item_id": "i", "output_index": 0, "content_index": 0, "delta": "11"},
        {"type": "response.output_text.done", "item_id": "i", "text": "4111"},
        {"type": "response.completed", "response": {"output": [{"content": [{"text": "4111"}]}]}}), ("4111",)),
    ("openai.responses", _events({"type": "response.completed", "response": {"output": [{"content": [{"text": "4111"}]}]}}),
        ("4111",)),
    ("anthropic.messages", _events(
        {"type": "message_start", "message": {"content": []}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "4"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "11"}},
        {"type": "ping"},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": "t", "name": "pay", "input": {}}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"a":'}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "1"}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": ' "b"}'}},
        {"type": "message_stop"}), ("4111", "pay", "a: b")),
    ("ollama.chat", b"".join(_body({"message": {"role": "assistant", "content": each}, "done": False}) + b"\n" for each in ("4", "1")),
        ("41",)),
    ("ollama.chat", _body({"message": {"content": "", "tool_calls": [{"function": {"name": "f", "arguments": {"a": "b"}}}]}}) + b"\n",
        ("f", "a: b")),
    ("ollama.generate", _body({"response": "4"}) + b"\n" + _body({"response": "1", "done": True}) + b"\n", ("41",)),
)  # fmt: skip


@pytest.mark.parametrize(("protocol", "body", "texts"), STREAMS)
def test_text_of_a_stream_is_put_together(protocol: ProtocolName, body: bytes, texts: tuple[str, ...]) -> None:
    """A number that comes in pieces is a number; what is repeated at the end is counted once."""
    assert texts_of_reply(protocol, body, streamed=True) == Texts(texts)


def test_reply_that_is_a_document_is_read_whole() -> None:
    """Answers that are not streamed."""
    body = _body({"choices": [{"index": 0, "message": {"role": "assistant", "content": "SAID"}}], "usage": {"total_tokens": 3}})
    assert "SAID" in texts_of_reply("openai.chat", body, streamed=False).texts


def test_vector_is_not_text() -> None:
    """Embeddings are numbers; they are counted as parts that were not looked at."""
    assert texts_of_reply("openai.embeddings", _body({"data": [{"embedding": [0.5] * 64}]}), streamed=False) == Texts((), media=1)


def test_field_that_is_named_twice_is_read_twice() -> None:
    """One program takes the first, another the last: both went to the engine."""
    found = texts_of_request("openai.chat", b'{"messages": [{"content": "one", "content": "two"}]}')
    assert found.texts == ("one", "two")


def test_number_that_is_not_a_setting_is_text() -> None:
    """A card number need not be in quotes."""
    assert texts_of_request("openai.chat", b'{"user": 4111111111111111, "n": 1}').texts == ("4111111111111111",)


@pytest.mark.parametrize(("body", "expected"), [
    (b"", Texts(())),
    (b"<html>SAID</html>", Texts(("<html>SAID</html>",))),
    (b"\xff\xfe", Texts((), undecodable=1)),
])  # fmt: skip
def test_body_of_another_kind_is_text_or_counted(body: bytes, expected: Texts) -> None:
    """An error page is text; bytes that are no text are said to be that."""
    assert texts_of_reply("openai.chat", body, streamed=False) == expected


def test_stream_that_breaks_off_says_that_something_was_not_read() -> None:
    """The last piece of an aborted stream may hold the end of a number."""
    found = texts_of_reply("openai.chat", _events(_delta("41")) + b'data: {"choices": [{"del', streamed=True)
    assert found == Texts(("41",), undecodable=1)


@pytest.mark.parametrize("depth", [500, 900, 5000])
def test_nesting_is_no_error(depth: int) -> None:
    """Deep documents are hostile; they are read, taken as text, or counted, never raised."""
    nested = b'{"a":' * depth + b'"SAID"' + b"}" * depth
    assert any(b"SAID".decode() in text for text in texts_of_request("openai.chat", nested).texts)
    lists = b"[" * depth + b'"SAID"' + b"]" * depth
    for protocol in ("openai.chat", "ollama.chat", "anthropic.messages"):
        for body in (b"data: " + nested + b"\n\n", lists + b"\n", b'data: {"choices":[{"delta":' + nested + b"}]}\n\n"):
            texts_of_reply(protocol, body, streamed=True)
            texts_of_reply(protocol, body, streamed=False)
