"""JSON documents within replies. An engine may say anything: what is not a JSON object is None, never an error."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from proofbook.gateway.wire.volume import holds_too_many

_DECODER = json.JSONDecoder()
_QUICK = msgspec.json.Decoder()
"""Reads what is well-formed as `_DECODER` does, several times faster; what it does not take is left to that one."""


def decode_object(data: bytes) -> dict[str, Any] | None:
    """The JSON object that `data` is, or None; of too many values it is not read."""
    if holds_too_many(data):
        return None
    try:
        value = _QUICK.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        value = _read_loosely(data)
    return value if isinstance(value, dict) else None


def _read_loosely(data: bytes) -> object:
    """Lone surrogates, NaN and the like included; None for what is not JSON."""
    try:
        return _DECODER.decode(data.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return None


def object_at(document: dict[str, Any], name: str) -> dict[str, Any]:
    """The object under a name; empty when there is none."""
    value = document.get(name)
    return value if isinstance(value, dict) else {}
