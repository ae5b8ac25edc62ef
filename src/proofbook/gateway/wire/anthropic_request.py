"""What a request of the Anthropic API says, whether it asks for a message or for the count of its tokens.

Promises as `fields`. The system prompt stands beside the messages, whole or in parts; engines that take one among the messages,
too, are given both, so both are in its fingerprint.
"""

from __future__ import annotations

from typing import Any

from proofbook.gateway.wire.facts import Fingerprint, ProtocolName, RequestFacts
from proofbook.gateway.wire.fields import (
    claim_in_metadata,
    content_text,
    count_list,
    count_tools,
    derive_parameters,
    fingerprint_texts,
    parse_object,
    system_texts,
)
from proofbook.gateway.wire.text import bounded_text

PARAMETERS = frozenset((
    "max_tokens", "temperature", "top_p", "top_k", "min_p", "tool_choice", "thinking", "service_tier", "output_config",
))  # fmt: skip
"""Settings that shape the answer and hold no content; `stop_sequences` may."""

_FIELDS = PARAMETERS | {"model", "messages", "system", "stream", "stop_sequences", "tools", "metadata"}


def parse_request(body: bytes, protocol: ProtocolName, fingerprint: Fingerprint) -> RequestFacts:
    """The facts of a request body; `fingerprint` is keyed and is applied to the system prompt.

    Raises:
        MalformedRecord: the body is not a JSON object, or can be read in two ways.
    """
    fields = parse_object(body, _FIELDS)
    return RequestFacts(
        protocol=protocol,
        model=bounded_text(fields.get("model"), 512),
        stream=fields.get("stream") is True,
        parameters=derive_parameters(fields, PARAMETERS),
        messages=count_list(fields.get("messages")),
        tools=count_tools(fields.get("tools")),
        system_prompt=fingerprint_texts(_system(fields), fingerprint),
        claimed=claim_in_metadata(fields),
    )


def _system(fields: dict[str, Any]) -> list[str] | None:
    beside = fields.get("system")
    whole = content_text(beside) if beside else ""
    among = system_texts(fields.get("messages"))
    if whole is None or among is None:
        return None
    return [whole, *among] if whole else among
