"""JSON request bodies, read from their exact bytes for names, counts and settings, never for content.

Promises: every value is bounded and fit for an entry; decimals keep their spelling as strings; a part that cannot be read is
None or `unknown`, never a guess. A body that is not a JSON object, or that two programs could read differently, raises
`MalformedRecord`; hostile bytes cause nothing else. The bytes themselves are forwarded and sealed elsewhere, unchanged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from proofbook.errors import MalformedRecord
from proofbook.gateway.wire.facts import ClaimedName, Fingerprint
from proofbook.gateway.wire.text import bounded_text
from proofbook.gateway.wire.volume import MOST_VALUES, holds_too_many
from proofbook.primitives.canonical import MAX_INTEGER

TWICE = "The request body names a field twice, or in other than its own letters: send each field once."

_PARAMETER_CHARACTERS = 64
_NUMBER = re.compile(r"[0-9.eE+\-]+\Z")
_WORD = re.compile(r"[A-Za-z0-9_.\-]{1,32}\Z")
"""A setting that is a word, such as `auto`; other text could be content."""
_MESSAGE_FIELDS = frozenset(("role", "content"))
_SYSTEM_ROLES = ("system", "developer")


class Doubled(dict[str, Any]):
    """An object that names a key twice: one program takes the first, another the last."""


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Doubled(found)


_DECODER = json.JSONDecoder(parse_float=str, parse_constant=str, object_pairs_hook=_object)


def parse_object(body: bytes, known: frozenset[str]) -> dict[str, Any]:
    """The fields of a request body. `known`: the names that are read from it.

    Raises:
        MalformedRecord: the body is not a JSON object, names a field twice, or holds too many values.
    """
    if holds_too_many(body):
        raise MalformedRecord(f"The request body holds more than {MOST_VALUES} values.")
    try:
        text = body.decode("utf-8", "surrogatepass")
        value, end = _DECODER.raw_decode(text) if text.startswith("{") else (None, -1)
        if end != len(text):  # there are blanks around it, or worse
            value = _DECODER.decode(text)
    except RecursionError as error:
        raise MalformedRecord("The request body is nested too deep.") from error
    except ValueError as error:
        raise MalformedRecord("The request body is not JSON.") from error
    if not isinstance(value, dict):
        raise MalformedRecord("The request body is not a JSON object.")
    if is_ambiguous(value, known):
        raise MalformedRecord(TWICE)
    return value


def is_ambiguous(found: Mapping[str, Any], known: frozenset[str]) -> bool:
    """Whether an object names a key twice, or a known one in letters of other case, which readers as Go's take for the known."""
    if type(found) is Doubled:
        return True
    return not found.keys() <= known and any(key not in known and key.casefold() in known for key in found)


def derive_parameters(fields: Mapping[str, Any], names: frozenset[str]) -> dict[str, str | int | bool]:
    """The settings of these names, as sent: integers and truth values as they are, decimals and words as bounded text.

    Text that is neither could be content, and is only said to be there.
    """
    found: dict[str, str | int | bool] = {}
    for name in names.intersection(fields):
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


def count_list(value: object) -> int | None:
    """How many elements a list has; None for what is no list."""
    return len(value) if isinstance(value, list) else None


def count_tools(tools: object) -> int | None:
    """How many tools are offered; None when that cannot be read."""
    return 0 if tools is None else count_list(tools)


def system_texts(messages: object, part_types: tuple[str, ...] = ("text",)) -> list[str] | None:
    """The texts of the messages that instruct the model; None when one cannot be read for certain."""
    if not isinstance(messages, list):
        return None
    texts: list[str] = []
    for message in messages:
        if not isinstance(message, dict) or is_ambiguous(message, _MESSAGE_FIELDS):
            return None
        if message.get("role") in _SYSTEM_ROLES:
            text = content_text(message.get("content"), part_types)
            if text is None:
                return None
            texts.append(text)
    return texts


def content_text(content: object, part_types: tuple[str, ...] = ("text",)) -> str | None:
    """Text given whole or in parts of these types; None when there is more to it than text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    parts: list[str] = []
    for part in content:
        if type(part) is not dict or part.get("type") not in part_types or not isinstance(part.get("text"), str):
            return None
        parts.append(part["text"])
    return "".join(parts)


def fingerprint_texts(texts: list[str] | None, fingerprint: Fingerprint) -> str:
    """What a record says of these system prompts: `unknown`, `none`, or one fingerprint for all."""
    if texts is None:
        return "unknown"
    if not texts:
        return "none"
    return fingerprint("\0".join(texts).encode("utf-8", "surrogatepass"))


def claim_in_metadata(fields: Mapping[str, Any]) -> ClaimedName | None:
    """The end user whom `metadata.user_id` names."""
    metadata = fields.get("metadata")
    if type(metadata) is dict and (name := bounded_text(metadata.get("user_id"), 256)) is not None:
        return ClaimedName(name, "body.metadata.user_id")
    return None
