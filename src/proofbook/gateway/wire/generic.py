"""Paths whose bodies are recorded whole but read only for the model they name: reranking, speech, images, other paths by policy.

Promises: what is not known of such a body is said to be unknown; its bytes are sealed as those of every other path are. A body
that names its model twice is refused as everywhere. Paths that administer an engine are barred whatever the policy says: whoever
may use a model may not load another one (gateways.md finding 10).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, partial
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote_to_bytes

from proofbook.errors import MalformedRecord
from proofbook.gateway.refusal import Refusal
from proofbook.gateway.wire.body_type import is_urlencoded
from proofbook.gateway.wire.dialect import Api, Dialect
from proofbook.gateway.wire.facts import Fingerprint, ProtocolName, RequestFacts, bare_request
from proofbook.gateway.wire.fields import TWICE, parse_object
from proofbook.gateway.wire.multipart import read_fields
from proofbook.gateway.wire.openai_error import format_error
from proofbook.gateway.wire.openai_reply import parse_reply
from proofbook.gateway.wire.openai_request import claimed_user
from proofbook.gateway.wire.sse import watch_for_end_mark
from proofbook.gateway.wire.text import bounded_text
from proofbook.records.exchange import RefusalReason

ENGINE_ADMINISTRATION: Final = Refusal(
    RefusalReason.PATH_NOT_SERVED,
    403,
    "Engines are not administered through this gateway. Ask whoever runs the engine to do it there.",
)

_START: Final = re.compile(rb"[\s\0\xef\xbb\xbf\xfe\xff]*(.)", re.DOTALL)
"""The first byte that counts: readers of JSON pass over blanks, and some over marks and zeros of other encodings, which
`parse_object` then refuses."""
_FIELD: Final = re.compile(rb"(?:\A|&)([^=&]{1,64})=([^&]{0,4096})")
_IN_LINE: Final = frozenset(("model", "stream"))
_FIELDS = frozenset(("model", "stream", "user", "safety_identifier", "metadata"))


def parse_generic(protocol: ProtocolName, body: bytes, fingerprint: Fingerprint, *, urlencoded: bool = False) -> RequestFacts:
    """What can be told of a request whose form is not known. `urlencoded`: its head says that it holds fields in one line.

    Raises:
        MalformedRecord: a JSON body or a form is ambiguous.
    """
    del fingerprint  # where a system prompt would stand is not known
    start = _START.match(body)
    if start is None:
        return bare_request(protocol)
    if start[1] == b"{":
        fields = parse_object(body, _FIELDS)
        model, stream, claimed = fields.get("model"), fields.get("stream") is True, claimed_user(fields)
    else:
        model, said = _read_line(body) if urlencoded else read_fields(body, b"model", b"stream")
        stream, claimed = (said or "").lower() == "true", None
    return RequestFacts(protocol, bounded_text(model, 512), stream, {}, None, None, "unknown", claimed)


def _read_line(body: bytes) -> tuple[str | None, str | None]:
    """Model and stream of fields in one line (WHATWG URL 5.1), whose names may be written in escapes."""
    found: dict[str, str] = {}
    for name, value in _FIELD.findall(body):
        read = _unescape(name)
        if read in _IN_LINE:
            if read in found:
                raise MalformedRecord(TWICE)
            found[read] = _unescape(value)
    return found.get("model"), found.get("stream")


def _unescape(text: bytes) -> str:
    return unquote_to_bytes(text.replace(b"+", b" ")).decode("utf-8", "replace")


def as_stated(dialect: Dialect, stated: bytes) -> Dialect:
    """The same API for a body of the type that the head states: only where the form is not known it makes a difference."""
    return _in_line(dialect.protocol) if is_urlencoded(stated) and dialect in _DIALECTS else dialect


@cache
def _in_line(protocol: ProtocolName) -> Dialect:
    return replace(_dialect(protocol), read_request=partial(parse_generic, protocol, urlencoded=True))


def _dialect(protocol: ProtocolName) -> Dialect:
    reader = partial(parse_generic, protocol)
    return Dialect(
        protocol, reader, parse_reply, b"text/event-stream", watch_for_end_mark, must_end=False, format_error=format_error
    )


OTHER: Final = _dialect("generic.other")
"""Any path that no API knows, where the policy is to pass and record it."""

_RERANK, _AUDIO, _IMAGES = _dialect("generic.rerank"), _dialect("generic.audio"), _dialect("generic.images")
_DIALECTS: Final = (OTHER, _RERANK, _AUDIO, _IMAGES)

_ADMINISTRATION: Final = (
    # vLLM
    "/pause", "/resume", "/sleep", "/wake_up", "/update_weights", "/collective_rpc", "/reset_prefix_cache", "/reset_mm_cache",
    "/reset_encoder_cache", "/start_profile", "/stop_profile", "/v1/load_lora_adapter", "/v1/unload_lora_adapter",
    "/scale_elastic_ep", "/init_weight_transfer_engine", "/abort_requests", "/server_info",
    # SGLang
    "/flush_cache", "/update_weights_from_disk", "/update_weights_from_tensor", "/update_weights_from_distributed",
    "/update_weights_from_ipc", "/update_weight_version", "/init_weights_update_group", "/destroy_weights_update_group",
    "/init_weights_send_group_for_remote_instance", "/send_weights_to_remote_instance", "/get_weights_by_name",
    "/release_memory_occupation", "/resume_memory_occupation", "/load_lora_adapter", "/unload_lora_adapter",
    "/pause_generation", "/continue_generation", "/abort_request", "/slow_down", "/configure_logging", "/set_internal_state",
    "/open_session", "/close_session", "/clear_hicache_storage_backend", "/set_trace_level", "/freeze_gc", "/dumper/",
    # llama.cpp
    "/props", "/slots", "/slots/", "/lora-adapters", "/models/load", "/models/unload",
    # LM Studio
    "/api/v1/models/load", "/api/v1/models/unload", "/api/v1/models/download",
)  # fmt: skip

API: Final = Api(
    routes=MappingProxyType(
        {
            ("POST", "/v1/rerank"): _RERANK,
            ("POST", "/v2/rerank"): _RERANK,
            ("POST", "/rerank"): _RERANK,
            ("POST", "/v1/reranking"): _RERANK,
            ("POST", "/reranking"): _RERANK,
            ("POST", "/v1/audio/speech"): _AUDIO,
            ("POST", "/v1/audio/transcriptions"): _AUDIO,
            ("POST", "/v1/audio/translations"): _AUDIO,
            ("POST", "/v1/images/generations"): _IMAGES,
            ("POST", "/v1/images/edits"): _IMAGES,
            ("POST", "/v1/images/variations"): _IMAGES,
        }
    ),
    begins=("/",),
    voice=OTHER,
    barred=MappingProxyType(dict.fromkeys(_ADMINISTRATION, ENGINE_ADMINISTRATION)),
)
"""Asked last: every path begins like one of its own."""
