"""LiteLLM's Generic Guardrail API as it speaks it (1.106): one call before a model is asked, one with the texts of its reply.

Promises: what is read is bounded and fit for an entry; what LiteLLM does not say stays None or `unknown`. Hostile bytes raise
`MalformedRecord` and cause nothing else. The bytes themselves are sealed elsewhere, whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from proofbook.errors import MalformedRecord
from proofbook.gateway.wire.facts import ClaimedName, Fingerprint, RequestFacts
from proofbook.gateway.wire.fields import count_list, count_tools, fingerprint_texts, parse_object, system_texts
from proofbook.gateway.wire.text import bounded_text

PATH: Final = "/beta/litellm_basic_guardrail_api"
PROTOCOL: Final = "litellm.guardrail"
NOTHING_BLOCKED: Final = b'{"action":"NONE"}'
_NAMES: Final = frozenset((
    "input_type", "litellm_call_id", "litellm_trace_id", "litellm_version", "structured_messages", "texts", "images", "tools",
    "tool_calls", "request_data", "model",
))  # fmt: skip
_CALL_CHARACTERS: Final = 128
_NAME_CHARACTERS: Final = 256


class GuardrailCall(NamedTuple):
    """One call of LiteLLM. `moment`: before the model is asked, or with its reply."""

    moment: Literal["request", "response"]
    call: str
    """LiteLLM's id of the call; a caller may have chosen it."""
    trace: str | None
    facts: RequestFacts
    relayed: dict[str, Any]
    """As `records.exchange.Relayed` has it."""


def parse_call(body: bytes, fingerprint: Fingerprint) -> GuardrailCall:
    """A call's facts. Raises MalformedRecord: not of the API's form, or readable in two ways."""
    fields = parse_object(body, _NAMES)
    moment, call = fields.get("input_type"), fields.get("litellm_call_id")
    if moment not in {"request", "response"}:
        raise MalformedRecord("The field input_type is neither 'request' nor 'response'.")
    if not isinstance(call, str) or not 0 < len(call) <= _CALL_CHARACTERS or not call.isprintable():
        raise MalformedRecord(f"The field litellm_call_id is not a text of 1 to {_CALL_CHARACTERS} characters.")
    relayed = _relayed(fields, call)
    messages = fields.get("structured_messages")
    facts = RequestFacts(
        protocol=PROTOCOL,
        model=bounded_text(fields.get("model"), 512),
        stream=None,
        parameters={},
        messages=count_list(messages),
        tools=count_tools(fields.get("tools")),
        system_prompt=fingerprint_texts(system_texts(messages), fingerprint),
        claimed=_claimed(relayed),
    )
    return GuardrailCall("request" if moment == "request" else "response", call, _trace(fields, call), facts, relayed)


def format_blocked(reason: str) -> bytes:
    """The answer that lets nothing pass; LiteLLM shows `reason` to the caller."""
    return json.dumps({"action": "BLOCKED", "blocked_reason": reason}, separators=(",", ":")).encode("ascii")


def _relayed(fields: Mapping[str, Any], call: str) -> dict[str, Any]:
    stated = fields.get("request_data")
    said = stated if isinstance(stated, dict) else {}

    def first(*names: str) -> str | None:
        return next((text for name in names if (text := bounded_text(said.get(f"user_api_key_{name}"), _NAME_CHARACTERS))), None)

    return {
        "by": "litellm",
        "version": bounded_text(fields.get("litellm_version"), 64),
        "call": call,
        "key": first("alias", "hash"),
        "team": first("team_alias", "team_id"),
        "user": first("user_email", "user_id"),
        "end_user": first("end_user_id"),
    }


def _claimed(relayed: Mapping[str, Any]) -> ClaimedName | None:
    """The person closest to the call: who was named as its end user, else whose key it was."""
    name = relayed["end_user"] or relayed["user"]
    return None if name is None else ClaimedName(name, "relay")


def _trace(fields: Mapping[str, Any], call: str) -> str | None:
    trace = bounded_text(fields.get("litellm_trace_id"), _NAME_CHARACTERS)
    return None if trace == call else trace
