"""The Anthropic API: which of its paths are served, how each is read, and how it says an error."""

from __future__ import annotations

import json
from functools import partial
from types import MappingProxyType

from proofbook.gateway.wire.anthropic_reply import parse_reply, watch_for_stop
from proofbook.gateway.wire.anthropic_request import parse_request
from proofbook.gateway.wire.dialect import Api, Dialect
from proofbook.gateway.wire.facts import Fingerprint, ProtocolName, RequestFacts

_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    502: "api_error",
    503: "api_error",
    504: "api_error",
}


def format_error(status: int, code: str, message: str) -> bytes:
    """The JSON body of an error (gateways.md 3c). The API has no place for a code: its type follows from the status."""
    del code
    error = {"type": _TYPES.get(status, "invalid_request_error"), "message": message}
    return json.dumps({"type": "error", "error": error}, separators=(",", ":")).encode("ascii")


def _read(protocol: ProtocolName, body: bytes, fingerprint: Fingerprint) -> RequestFacts:
    return parse_request(body, protocol, fingerprint)


def _dialect(protocol: ProtocolName) -> Dialect:
    return Dialect(
        protocol,
        partial(_read, protocol),
        parse_reply,
        b"text/event-stream",
        watch_for_stop,
        must_end=True,
        format_error=format_error,
    )


_MESSAGES = _dialect("anthropic.messages")

API = Api(
    routes=MappingProxyType(
        {
            ("POST", "/v1/messages"): _MESSAGES,
            ("POST", "/v1/messages/count_tokens"): _dialect("anthropic.count_tokens"),
        }
    ),
    begins=("/v1/messages",),
    voice=_MESSAGES,
    barred=MappingProxyType({}),
)
