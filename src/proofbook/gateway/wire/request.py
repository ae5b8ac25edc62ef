"""What an OpenAI request says, read from its exact bytes: names, counts and settings, never content.

Promises: every value is bounded and fit for an entry; decimals keep their spelling as strings; a part that cannot be read is
None or `unknown`, never a guess. A body that is not a JSON object, or that two programs could read differently, raises
`MalformedRecord`; hostile bytes cause nothing else. The bytes themselves are forwarded and sealed elsewhere, unchanged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from proofbook.errors import MalformedRecord
from proofbook.gateway.wire.text import bounded_text
from proofbook.primitives.canonical import MAX_INTEGER

Protocol = Literal["openai.chat", "openai.completions", "openai.models"]

PARAMETERS = frozenset((
    "temperature", "top_p", "top_k", "min_p", "typical_p", "max_tokens", "max_completion_tokens", "min_tokens", "n", "best_of",
    "seed", "presence_penalty", "frequency_penalty", "repeat_penalty", "repetition_penalty", "mirostat", "mirostat_tau",
    "mirostat_eta", "logprobs", "top_logprobs", "echo", "ignore_eos", "parallel_tool_calls", "tool_choice", "reasoning_effort",
    "service_tier", "store",
))  # fmt: skip
"""Settings that shape the answer and hold no content. `stop`, `logit_bias`, `suffix` and schemas may: only the sealed bytes
have those."""

_PARAMETER_CHARACTERS = 64
_NUMBER = re.compile(r"[0-9.eE+\-]+\Z")
_WORD = re.compile(r"[A-Za-z0-9_.\-]{1,32}\Z")
"""A setting that is a word, such as `auto`; other text could be content."""
_FIELDS = PARAMETERS | {"model", "messages", "prompt", "stream", "tools", "user", "safety_identifier", "metadata"}
"""Every field that is read here."""
_MESSAGE_FIELDS = frozenset(("role", "content"))
_SYSTEM_ROLES = ("system", "developer")


class _Doubled(dict[str, Any]):
    """An object that names a key twice: one program takes the first, another the last."""


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _Doubled(found)


_DECODER = json.JSONDecoder(parse_float=str, parse_constant=str, object_pairs_hook=_object)


class ClaimedName(NamedTuple):
    """An end user as the request names it, and the field that did."""

    value: str
    method: Literal["body.user", "body.safety_identifier", "body.metadata.user_id", "header"]


class RequestFacts(NamedTuple):
    """What a request says about itself."""

    protocol: Protocol
    model: str | None
    stream: bool
    parameters: Mapping[str, str | int | bool]
    messages: int | None
    tools: int | None
    system_prompt: str
    """Keyed fingerprint, `none` or `unknown`."""
    claimed: ClaimedName | None


MODELS_REQUEST = RequestFacts("openai.models", None, False, {}, None, None, "none", None)
"""A request for the list of models says nothing beyond its path."""


def parse_request(body: bytes, protocol: Protocol, fingerprint: Callable[[bytes], str]) -> RequestFacts:
    """The facts of a request body; `fingerprint` is keyed and is applied to the system prompt.

    Raises:
        MalformedRecord: the body is not a JSON object.
    """
    fields = _parse_object(body)
    chat = protocol == "openai.chat"
    messages = fields.get("messages") if chat else None
    tools = fields.get("tools") if chat else None
    return RequestFacts(
        protocol=protocol,
        model=bounded_text(fields.get("model"), 512),
        stream=fields.get("stream") is True,
        parameters=derive_parameters(fields),
        messages=len(messages) if isinstance(messages, list) else None,
        tools=_tool_count(tools) if chat else None,
        system_prompt=_system_prompt(messages, fingerprint) if chat else "none",
        claimed=_claimed_user(fields),
    )


def derive_parameters(fields: Mapping[str, Any]) -> dict[str, str | int | bool]:
    """The settings named in `PARAMETERS`, as sent: integers and truth values as they are, decimals and words as bounded text.

    Text that is neither could be content, and is only said to be there.
    """
    found: dict[str, str | int | bool] = {}
    for name in PARAMETERS.intersection(fields):
        value = fields[name]
        if value is True or value is False or (type(value) is int and -MAX_INTEGER <= value <= MAX_INTEGER):
            found[name] = value
        elif type(value) is int:
            found[name] = "beyond 2^53-1"
        elif isinstance(value, str):
            found[name] = _setting(value)
        elif value is not None:
            found[name] = "structured"
    return found


def _setting(text: str) -> str:
    if _NUMBER.match(text) is not None:
        return bounded_text(text, _PARAMETER_CHARACTERS) or ""
    return text if not text or _WORD.match(text) is not None else "text"


def _parse_object(body: bytes) -> dict[str, Any]:
    try:
        value = _DECODER.decode(body.decode("utf-8", "surrogatepass"))
    except RecursionError as error:
        raise MalformedRecord("The request body is nested too deep.") from error
    except ValueError as error:
        raise MalformedRecord("The request body is not JSON.") from error
    if not isinstance(value, dict):
        raise MalformedRecord("The request body is not a JSON object.")
    if type(value) is _Doubled or _has_look_alike(value, _FIELDS):
        raise MalformedRecord("The request body names a field twice, or in other than its own letters: send each field once.")
    return value


def _has_look_alike(found: Mapping[str, Any], known: frozenset[str]) -> bool:
    """Whether a key is a known one but for its letters' case: some engines (those that read JSON as Go does) take it for that."""
    return any(key not in known and key.casefold() in known for key in found)


def _tool_count(tools: object) -> int | None:
    if tools is None:
        return 0
    return len(tools) if isinstance(tools, list) else None


def _system_prompt(messages: object, fingerprint: Callable[[bytes], str]) -> str:
    if not isinstance(messages, list):
        return "unknown"
    texts: list[str] = []
    for message in messages:
        if type(message) is not dict or _has_look_alike(message, _MESSAGE_FIELDS):
            return "unknown"
        if message.get("role") in _SYSTEM_ROLES:
            text = _message_text(message.get("content"))
            if text is None:
                return "unknown"
            texts.append(text)
    if not texts:
        return "none"
    return fingerprint("\0".join(texts).encode("utf-8", "surrogatepass"))


def _message_text(content: object) -> str | None:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    parts: list[str] = []
    for part in content:
        if not isinstance(part, dict) or part.get("type") != "text" or not isinstance(part.get("text"), str):
            return None
        parts.append(part["text"])
    return "".join(parts)


def _claimed_user(fields: Mapping[str, Any]) -> ClaimedName | None:
    if (name := bounded_text(fields.get("safety_identifier"), 256)) is not None:
        return ClaimedName(name, "body.safety_identifier")
    if (name := bounded_text(fields.get("user"), 256)) is not None:
        return ClaimedName(name, "body.user")
    metadata = fields.get("metadata")
    if isinstance(metadata, dict) and (name := bounded_text(metadata.get("user_id"), 256)) is not None:
        return ClaimedName(name, "body.metadata.user_id")
    return None
