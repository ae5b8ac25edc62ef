"""Ollama's own API: which of its paths are served, which are barred, and how each is read.

Callers may ask what models there are but not change them: a model changed through the gateway would be a change without approval.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from types import MappingProxyType

from proofbook.gateway.refusal import Refusal
from proofbook.gateway.wire.dialect import Api, Dialect
from proofbook.gateway.wire.facts import Fingerprint, ProtocolName, RequestFacts
from proofbook.gateway.wire.ollama_reply import parse_reply, watch_for_done
from proofbook.gateway.wire.ollama_request import parse_chat, parse_embed, parse_generate, parse_show
from proofbook.records.exchange import RefusalReason

NOT_CHANGED_HERE = Refusal(
    RefusalReason.PATH_NOT_SERVED,
    403,
    "Models are not fetched, changed or removed through this gateway. Ask whoever runs the engine to do it there.",
)


def format_error(status: int, code: str, message: str) -> bytes:
    """The JSON body of an error: one sentence (gateways.md 3b); the status is HTTP's alone."""
    del status, code
    return json.dumps({"error": message}, separators=(",", ":")).encode("ascii")


def _dialect(protocol: ProtocolName, read: Callable[[bytes, Fingerprint], RequestFacts] | None) -> Dialect:
    return Dialect(protocol, read, parse_reply, b"application/x-ndjson", watch_for_done, must_end=True, format_error=format_error)


_CHAT = _dialect("ollama.chat", parse_chat)
_GENERATE = _dialect("ollama.generate", parse_generate)
_EMBED = _dialect("ollama.embed", parse_embed)
_SHOW = _dialect("ollama.models", parse_show)
_MODELS = _dialect("ollama.models", None)

API = Api(
    routes=MappingProxyType(
        {
            ("POST", "/api/chat"): _CHAT,
            ("POST", "/api/generate"): _GENERATE,
            ("POST", "/api/embed"): _EMBED,
            ("POST", "/api/embeddings"): _EMBED,
            ("POST", "/api/show"): _SHOW,
            ("GET", "/api/tags"): _MODELS,
            ("GET", "/api/ps"): _MODELS,
            ("GET", "/api/version"): _MODELS,
        }
    ),
    begins=("/api/",),
    voice=_MODELS,
    barred=MappingProxyType(
        dict.fromkeys(
            ("/api/pull", "/api/push", "/api/create", "/api/copy", "/api/delete", "/api/blobs/"),
            NOT_CHANGED_HERE,
        )
    ),
)
