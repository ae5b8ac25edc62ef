"""JSON documents within replies. An engine may say anything: what is not a JSON object is None, never an error."""

from __future__ import annotations

import json
from typing import Any

_DECODER = json.JSONDecoder()


def decode_object(data: bytes) -> dict[str, Any] | None:
    """The JSON object that `data` is, or None."""
    try:
        value = _DECODER.decode(data.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def object_at(document: dict[str, Any], name: str) -> dict[str, Any]:
    """The object under a name; empty when there is none."""
    value = document.get(name)
    return value if isinstance(value, dict) else {}
