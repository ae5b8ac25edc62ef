"""What a request of Ollama's own API says.

Promises as `fields`. Streaming is the default: only `"stream": false` turns it off. Ollama reads names without regard to case and
takes the last of two, so a body that could be read so is refused, and so are `options` that name one twice.
"""

from __future__ import annotations

from typing import Any

from proofbook.errors import MalformedRecord
from proofbook.gateway.wire.facts import Fingerprint, RequestFacts
from proofbook.gateway.wire.fields import (
    TWICE,
    Doubled,
    count_list,
    count_tools,
    derive_parameters,
    fingerprint_texts,
    parse_object,
    system_texts,
)
from proofbook.gateway.wire.text import bounded_text

SETTINGS = frozenset((
    "format", "keep_alive", "think", "raw", "truncate", "shift", "logprobs", "top_logprobs", "dimensions", "verbose",
))  # fmt: skip
"""Settings beside `options`. A `format` that is a schema is only said to be one."""

OPTIONS = frozenset((
    "temperature", "top_p", "top_k", "min_p", "typical_p", "tfs_z", "seed", "num_predict", "num_keep", "num_ctx", "num_batch",
    "num_gpu", "main_gpu", "num_thread", "use_mmap", "repeat_last_n", "repeat_penalty", "presence_penalty", "frequency_penalty",
    "penalize_newline", "mirostat", "mirostat_tau", "mirostat_eta", "draft_num_predict",
))  # fmt: skip
"""Settings within `options`; `stop` may hold content."""

_FIELDS = SETTINGS | {
    "model", "name", "messages", "prompt", "suffix", "system", "template", "context", "images", "input", "tools", "options",
    "stream",
}  # fmt: skip


def parse_chat(body: bytes, fingerprint: Fingerprint) -> RequestFacts:
    """The facts of `POST /api/chat`. Raises MalformedRecord for a body that is no JSON object or can be read in two ways."""
    fields = parse_object(body, _FIELDS)
    messages = fields.get("messages", [])
    return RequestFacts(
        protocol="ollama.chat",
        model=bounded_text(fields.get("model"), 512),
        stream=fields.get("stream") is not False,
        parameters=_parameters(fields),
        messages=count_list(messages),
        tools=count_tools(fields.get("tools")),
        system_prompt=fingerprint_texts(system_texts(messages), fingerprint),
        claimed=None,
    )


def parse_generate(body: bytes, fingerprint: Fingerprint) -> RequestFacts:
    """The facts of `POST /api/generate`. Raises as `parse_chat`."""
    fields = parse_object(body, _FIELDS)
    return RequestFacts(
        protocol="ollama.generate",
        model=bounded_text(fields.get("model"), 512),
        stream=fields.get("stream") is not False,
        parameters=_parameters(fields),
        messages=None,
        tools=None,
        system_prompt=fingerprint_texts(_generate_system(fields), fingerprint),
        claimed=None,
    )


def parse_embed(body: bytes, fingerprint: Fingerprint) -> RequestFacts:
    """The facts of `POST /api/embed` and of its older form `/api/embeddings`. Raises as `parse_chat`."""
    del fingerprint
    fields = parse_object(body, _FIELDS)
    model = bounded_text(fields.get("model"), 512)
    return RequestFacts("ollama.embed", model, False, _parameters(fields), None, None, "none", None)  # as the tuple


def parse_show(body: bytes, fingerprint: Fingerprint) -> RequestFacts:
    """The facts of `POST /api/show`, whose model may stand under its older name. Raises as `parse_chat`."""
    del fingerprint
    fields = parse_object(body, _FIELDS)
    model = bounded_text(fields.get("model"), 512) or bounded_text(fields.get("name"), 512)
    return RequestFacts("ollama.models", model, False, _parameters(fields), None, None, "none", None)  # as the tuple


def _parameters(fields: dict[str, Any]) -> dict[str, str | int | bool]:
    found = derive_parameters(fields, SETTINGS)
    options = fields.get("options")
    if type(options) is Doubled:
        raise MalformedRecord(TWICE)
    return found | derive_parameters(options, OPTIONS) if isinstance(options, dict) else found


def _generate_system(fields: dict[str, Any]) -> list[str] | None:
    """A template or the context of an earlier answer may instruct the model, too, in a form that is not read here."""
    system = fields.get("system")
    if fields.get("template") or fields.get("context") or not (system is None or isinstance(system, str)):
        return None
    return [system] if system else []
