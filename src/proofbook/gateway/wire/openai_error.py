"""The protocol's own error body, so that unmodified clients show our sentence instead of a parse failure.

The shape is `{"error": {"message", "type", "param", "code"}}` (gateways.md 3a). Messages are ours alone: nothing a caller or an
engine sent is ever repeated in them.
"""

from __future__ import annotations

import json

_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    502: "server_error",
    503: "server_error",
    504: "server_error",
}


def format_error(status: int, code: str, message: str) -> bytes:
    """The JSON body of an error answer."""
    error = {"message": message, "type": _TYPES.get(status, "invalid_request_error"), "param": None, "code": code}
    return json.dumps({"error": error}, separators=(",", ":")).encode("ascii")
