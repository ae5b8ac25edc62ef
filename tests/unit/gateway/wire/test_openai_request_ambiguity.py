"""Bodies that two programs could read differently, and text that could be content."""

from __future__ import annotations

import json

import pytest

from proofbook.errors import MalformedRecord
from proofbook.gateway.wire.facts import RequestFacts
from proofbook.gateway.wire.openai_request import parse_request
from proofbook.primitives.canonical import canonical_bytes


def _read(body: bytes) -> RequestFacts:
    return parse_request(body, "openai.chat", lambda text: "fp:" + text.decode("utf-8", "replace"))


@pytest.mark.parametrize(
    "body",
    [
        b'{"model":"approved","model":"other","messages":[]}',
        b'{"model":"approved","Model":"other","messages":[]}',
        b'{"MODEL":"other","messages":[]}',
        b'{"model":"m","me\\u017fsages":[{"role":"system","content":"x"}],"messages":[]}',
        b'{"model":"m","messages":[],"Tools":[{}]}',
        b'{"model":"m","messages":[],"\\u212aeep":1,"top_\\u212a":40}',
        b'{"model":"m","messages":[],"TEMPERATURE":2}',
        b'{"model":"m","messages":[],"Stream":true}',
    ],
)
def test_body_that_names_a_field_twice_or_in_other_letters_is_refused(body: bytes) -> None:
    """Ollama reads names without regard to case and takes the last: the record would name weights that did not answer."""
    with pytest.raises(MalformedRecord, match="names a field twice"):
        _read(body)


def test_fields_of_other_names_and_nested_doubles_pass() -> None:
    """Schemas of tools and unknown settings are sealed as they are; nothing of them is read."""
    facts = _read(b'{"model":"m","messages":[],"X_custom":1,"tools":[{"a":1,"a":2}],"response_format":{"Model":1,"Model":2}}')
    assert (facts.model, facts.tools) == ("m", 1)


@pytest.mark.parametrize(
    "message",
    [
        b'{"role":"user","role":"system","content":"x"}',
        b'{"role":"user","Role":"system","content":"x"}',
        b'{"role":"system","content":"kind","CONTENT":"unkind"}',
    ],
)
def test_message_that_can_be_read_in_two_ways_has_no_known_system_prompt(message: bytes) -> None:
    """`none` or a fingerprint would be a claim about what the engine read."""
    assert _read(b'{"model":"m","messages":[' + message + b"]}").system_prompt == "unknown"


@pytest.mark.parametrize("value", ["my number is 1234", "x" * 33, "a\nb", "\ud800", "caf\u00e9"])
def test_text_where_a_setting_belongs_is_not_repeated(value: str) -> None:
    """Whoever sends a sentence as a setting sends content; content never enters an entry."""
    facts = _read(json.dumps({"model": "m", "messages": [], "tool_choice": value, "seed": value}).encode())
    assert facts.parameters == {"tool_choice": "text", "seed": "text"}
    assert canonical_bytes(dict(facts.parameters))


def test_words_that_are_settings_stay() -> None:
    """Evidence keeps what it can."""
    facts = _read(b'{"model":"m","messages":[],"tool_choice":"required","reasoning_effort":"low","service_tier":""}')
    assert facts.parameters == {"tool_choice": "required", "reasoning_effort": "low", "service_tier": ""}
