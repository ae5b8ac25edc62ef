"""What is read from requests and replies of Ollama's own API."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from proofbook.errors import MalformedRecord
from proofbook.gateway.wire.facts import NOTHING, Fingerprint, RequestFacts, TokenUsage
from proofbook.gateway.wire.ollama import format_error
from proofbook.gateway.wire.ollama_reply import parse_reply
from proofbook.gateway.wire.ollama_request import parse_chat, parse_embed, parse_generate, parse_show

Reader = Callable[[bytes, Fingerprint], RequestFacts]


def _read(reader: Reader, body: Any) -> RequestFacts:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return reader(data, lambda text: "fp:" + text.decode("utf-8", "replace"))


@pytest.mark.parametrize(
    ("said", "expected"), [({}, True), ({"stream": None}, True), ({"stream": True}, True), ({"stream": False}, False)]
)
@pytest.mark.parametrize("reader", [parse_chat, parse_generate])
def test_streaming_is_the_default(reader: Reader, said: dict[str, Any], expected: bool) -> None:  # noqa: FBT001  # a table
    """Unlike everywhere else."""
    assert _read(reader, {"model": "m"} | said).stream is expected


def test_settings_are_read_beside_and_within_options() -> None:
    """Spelling stays; schemas and words that could be content do not."""
    facts = _read(
        parse_chat,
        b'{"model":"m","options":{"temperature":0.10,"num_ctx":4096,"stop":["secret"],"other":1},"keep_alive":"5m","think":"high",'
        b'"format":{"type":"object"},"messages":[{"role":"user","content":"x","images":["aGk="]}],"tools":[{}]}',
    )
    assert facts.parameters == {
        "temperature": "0.10",
        "num_ctx": 4096,
        "keep_alive": "5m",
        "think": "high",
        "format": "structured",
    }
    assert (facts.messages, facts.tools, facts.system_prompt, facts.claimed) == (1, 1, "none", None)
    assert _read(parse_chat, {"model": "m", "options": "odd"}).parameters == {}


PROMPTS = [
    (parse_chat, {"messages": [{"role": "system", "content": "kind"}]}, "fp:kind"),
    (parse_chat, {"messages": "odd"}, "unknown"),
    (parse_chat, {}, "none"),
    (parse_generate, {"prompt": "x"}, "none"),
    (parse_generate, {"prompt": "x", "system": "kind"}, "fp:kind"),
    (parse_generate, {"prompt": "x", "system": 5}, "unknown"),
    (parse_generate, {"prompt": "x", "system": "kind", "template": "{{ .Prompt }}"}, "unknown"),
    (parse_generate, {"prompt": "x", "context": [1, 2]}, "unknown"),
    (parse_embed, {"input": "x", "system": "kind"}, "none"),
]


@pytest.mark.parametrize(("reader", "body", "expected"), PROMPTS)
def test_system_prompt_is_fingerprinted_absent_or_unknown(reader: Reader, body: dict[str, Any], expected: str) -> None:
    """What a template or an earlier context says to the model is not read here."""
    assert _read(reader, body).system_prompt == expected


def test_model_to_show_may_stand_under_its_older_name() -> None:
    """Old clients still say it so."""
    assert (_read(parse_show, {"name": "m"}).model, _read(parse_show, {"model": "n", "name": "m"}).model) == ("m", "n")


AMBIGUOUS = [
    b'{"model":"approved","Model":"other"}',
    b'{"model":"approved","model":"other"}',
    b'{"model":"m","OPTIONS":{"seed":1}}',
    b'{"model":"m","options":{"seed":1,"seed":2}}',
    b'{"model":"m","Stream":false}',
    b'{"model":"m","\\u212aeep_alive":0}',
    b'{"model":"m"} {"model":"other"}',
    b"[]",
]


@pytest.mark.parametrize("body", AMBIGUOUS)
@pytest.mark.parametrize("reader", [parse_chat, parse_generate, parse_embed, parse_show])
def test_body_that_can_be_read_in_two_ways_is_refused(reader: Reader, body: bytes) -> None:
    """The record would name a model that did not answer."""
    with pytest.raises(MalformedRecord):
        _read(reader, body)


def test_count_that_is_left_out_is_unknown() -> None:
    """Ollama leaves out zeros; so does an engine that did not count."""
    facts = parse_reply(b'{"model":"m","done":true,"done_reason":"stop","eval_count":3}', streamed=False)
    assert (facts.model, facts.finish, facts.usage, facts.chunks, facts.ended) == ("m", ("stop",), TokenUsage(None, 3), 0, False)
    assert parse_reply(b'{"embedding":[0.5]}', streamed=False) == NOTHING
    assert parse_reply(b'{"error":"model not found"}', streamed=False).error
    assert parse_reply(b"odd", streamed=False) == NOTHING


def test_unfinished_last_line_is_not_counted() -> None:
    """It was cut, so what it would have said is unknown."""
    facts = parse_reply(b'{"model":"m","done":false}\r\n\r\n{"model":"m","done":true,"eval_count":3}', streamed=True)
    assert (facts.chunks, facts.model, facts.ended, facts.usage.stated) == (1, "m", False, False)


def test_error_line_is_noticed() -> None:
    """A failure inside a 200."""
    assert parse_reply(b'{"model":"m","done":false}\n{"error":"x"}\n', streamed=True).error


def test_error_has_the_shape_that_clients_read() -> None:
    """One sentence under one name."""
    assert json.loads(format_error(403, "code", "A sentence.")) == {"error": "A sentence."}
