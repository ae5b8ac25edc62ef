"""What is read from a request, and what is left alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proofbook.errors import MalformedRecord
from proofbook.gateway.wire.facts import RequestFacts
from proofbook.gateway.wire.openai_request import parse_request
from proofbook.primitives.canonical import canonical_bytes


def _read(body: Any, protocol: Any = "openai.chat") -> RequestFacts:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse_request(data, protocol, lambda text: "fp:" + text.decode("utf-8", "replace"))


def test_settings_keep_their_spelling() -> None:
    """0.70 and 0.7 are the same number and different evidence; no float may enter an entry."""
    facts = _read(b'{"temperature":0.70,"top_p":1e-1,"seed":7,"logprobs":true,"stop":["secret"],"tool_choice":{"x":1},"n":null}')
    assert facts.parameters == {"temperature": "0.70", "top_p": "1e-1", "seed": 7, "logprobs": True, "tool_choice": "structured"}


def test_absurd_settings_are_bounded() -> None:
    """A hostile number must not break the entry."""
    facts = _read(
        b'{"seed":99999999999999999999,"temperature":NaN,"service_tier":"' + b"x" * 500 + b'","reasoning_effort":"\\ud800"}'
    )
    assert facts.parameters["seed"] == "beyond 2^53-1"
    assert facts.parameters["temperature"] == "NaN"
    assert facts.parameters["service_tier"] == "text"
    assert len(str(_read({"temperature": "0." + "1" * 500}).parameters["temperature"])) == 64
    assert canonical_bytes(dict(facts.parameters))


def test_counts_of_messages_and_tools() -> None:
    """Counts are read, contents are not."""
    facts = _read({"model": "m", "stream": True, "messages": [{"role": "user", "content": "x"}], "tools": [{}, {}]})
    assert (facts.model, facts.stream, facts.messages, facts.tools) == ("m", True, 1, 2)
    assert (_read({"messages": "odd", "tools": "odd"}).messages, _read({"tools": "odd"}).tools) == (None, None)
    assert _read({"messages": []}).tools == 0


def test_completions_have_no_messages_and_no_system_prompt() -> None:
    """Where the protocol has none, nothing is claimed."""
    facts = _read({"prompt": "x", "messages": [{"role": "system", "content": "no"}]}, "openai.completions")
    assert (facts.messages, facts.tools, facts.system_prompt) == (None, None, "none")


SYSTEM_PROMPTS = [
    ([{"role": "user", "content": "x"}], "none"),
    ([{"role": "system", "content": "be kind"}], "fp:be kind"),
    ([{"role": "developer", "content": [{"type": "text", "text": "be "}, {"type": "text", "text": "kind"}]}], "fp:be kind"),
    ([{"role": "system", "content": "a"}, {"role": "developer", "content": "b"}], "fp:a\0b"),
    ([{"role": "system", "content": [{"type": "image_url"}]}], "unknown"),
    ([{"role": "system", "content": 5}], "unknown"),
    (["odd"], "unknown"),
    ("odd", "unknown"),
]


@pytest.mark.parametrize(("messages", "expected"), SYSTEM_PROMPTS)
def test_system_prompt_is_fingerprinted_absent_or_unknown(messages: object, expected: str) -> None:
    """Unreadable is not absent."""
    assert _read({"messages": messages}).system_prompt == expected


def test_lone_surrogate_in_a_prompt_is_fingerprinted() -> None:
    """JSON can spell what UTF-8 cannot."""
    assert _read(b'{"messages":[{"role":"system","content":"\\ud800"}]}').system_prompt.startswith("fp:")


CLAIMS = [
    ({"user": "u"}, ("u", "body.user")),
    ({"user": "u", "safety_identifier": "s"}, ("s", "body.safety_identifier")),
    ({"metadata": {"user_id": "m"}}, ("m", "body.metadata.user_id")),
    ({"user": 5, "metadata": "odd"}, None),
    ({"user": ""}, None),
]


@pytest.mark.parametrize(("body", "expected"), CLAIMS)
def test_claimed_user_is_read_with_its_field(body: dict[str, object], expected: tuple[str, str] | None) -> None:
    """An auditor must see by what field a name came."""
    claimed = _read(body).claimed
    assert (None if claimed is None else (claimed.value, claimed.method)) == expected


def test_long_claim_is_visibly_cut() -> None:
    """A cut name must not pass for a whole one."""
    claimed = _read({"user": "u" * 300}).claimed
    assert claimed is not None
    assert claimed.value == "u" * 255 + "…"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"5", b"\xff", b"[" * 200_000])
def test_body_that_is_no_object_is_malformed(body: bytes) -> None:
    """One kind of error, whatever the bytes."""
    with pytest.raises(MalformedRecord):
        _read(body)
