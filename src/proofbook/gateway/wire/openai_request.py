"""What a request of the OpenAI API says: chat, completions and embeddings. Responses have a module of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proofbook.gateway.wire.facts import ClaimedName, Fingerprint, ProtocolName, RequestFacts
from proofbook.gateway.wire.fields import (
    claim_in_metadata,
    count_list,
    count_tools,
    derive_parameters,
    fingerprint_texts,
    parse_object,
    system_texts,
)
from proofbook.gateway.wire.text import bounded_text

PARAMETERS = frozenset((
    "temperature", "top_p", "top_k", "min_p", "typical_p", "max_tokens", "max_completion_tokens", "min_tokens", "n", "best_of",
    "seed", "presence_penalty", "frequency_penalty", "repeat_penalty", "repetition_penalty", "mirostat", "mirostat_tau",
    "mirostat_eta", "logprobs", "top_logprobs", "echo", "ignore_eos", "parallel_tool_calls", "tool_choice", "reasoning_effort",
    "service_tier", "store", "dimensions", "encoding_format",
))  # fmt: skip
"""Settings that shape the answer and hold no content. `stop`, `logit_bias`, `suffix` and schemas may: only the sealed bytes
have those."""

_NAMING = frozenset(("user", "safety_identifier", "metadata"))
_FIELDS = PARAMETERS | _NAMING | {"model", "messages", "prompt", "input", "stream", "tools"}
"""Every field that is read here, or that is what the model is given."""


def parse_request(body: bytes, protocol: ProtocolName, fingerprint: Fingerprint) -> RequestFacts:
    """The facts of a request body; `fingerprint` is keyed and is applied to the system prompt.

    Raises:
        MalformedRecord: the body is not a JSON object, or can be read in two ways.
    """
    fields = parse_object(body, _FIELDS)
    chat = protocol == "openai.chat"
    messages = fields.get("messages") if chat else None
    return RequestFacts(
        protocol=protocol,
        model=bounded_text(fields.get("model"), 512),
        stream=fields.get("stream") is True,
        parameters=derive_parameters(fields, PARAMETERS),
        messages=count_list(messages),
        tools=count_tools(fields.get("tools")) if chat else None,
        system_prompt=fingerprint_texts(system_texts(messages), fingerprint) if chat else "none",
        claimed=claimed_user(fields),
    )


def claimed_user(fields: Mapping[str, Any]) -> ClaimedName | None:
    """The end user whom a request names, by the field that is most likely meant for it."""
    if _NAMING.isdisjoint(fields):
        return None
    if (name := bounded_text(fields.get("safety_identifier"), 256)) is not None:
        return ClaimedName(name, "body.safety_identifier")
    if (name := bounded_text(fields.get("user"), 256)) is not None:
        return ClaimedName(name, "body.user")
    return claim_in_metadata(fields)
