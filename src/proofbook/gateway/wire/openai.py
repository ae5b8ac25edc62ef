"""The OpenAI API: which of its paths are served, and how each is read."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType

from proofbook.gateway.wire.dialect import Api, Dialect
from proofbook.gateway.wire.facts import Fingerprint, ProtocolName, RequestFacts
from proofbook.gateway.wire.openai_error import format_error
from proofbook.gateway.wire.openai_reply import parse_reply
from proofbook.gateway.wire.openai_request import parse_request
from proofbook.gateway.wire.openai_responses import parse_responses_reply, parse_responses_request, watch_for_last_event
from proofbook.gateway.wire.sse import watch_for_end_mark

_STREAMS = b"text/event-stream"


def _read(protocol: ProtocolName, body: bytes, fingerprint: Fingerprint) -> RequestFacts:
    return parse_request(body, protocol, fingerprint)


def _dialect(protocol: ProtocolName, *, has_body: bool = True) -> Dialect:
    reader = partial(_read, protocol) if has_body else None
    return Dialect(protocol, reader, parse_reply, _STREAMS, watch_for_end_mark, must_end=False, format_error=format_error)


MODELS = _dialect("openai.models", has_body=False)
"""The list of models; also speaks for paths that are not served."""

RESPONSES = Dialect(
    "openai.responses",
    parse_responses_request,
    parse_responses_reply,
    _STREAMS,
    watch_for_last_event,
    must_end=True,
    format_error=format_error,
)

API = Api(
    routes=MappingProxyType(
        {
            ("POST", "/v1/chat/completions"): _dialect("openai.chat"),
            ("POST", "/v1/completions"): _dialect("openai.completions"),
            ("POST", "/v1/responses"): RESPONSES,
            ("POST", "/v1/embeddings"): _dialect("openai.embeddings"),
            ("GET", "/v1/models"): MODELS,
        }
    ),
    begins=(),
    voice=MODELS,
    barred=MappingProxyType({}),
)
"""Its voice is the one in which all other paths are refused."""
