"""A whole reply of the OpenAI API read by its form: names and counts alone, without making values of the text it holds.

Promises: `read_form` says what `openai_reply` would find by reading every value, or None where it is not certain of that: text
that is not UTF-8, a field of another type, an error, or timings beside the usage. Costs a fraction of reading everything.
"""

from __future__ import annotations

import msgspec

from proofbook.gateway.wire.facts import ReplyFacts, TokenUsage
from proofbook.gateway.wire.text import bounded_count, bounded_text


class _Choice(msgspec.Struct, gc=False):
    index: int | float | None = None
    finish_reason: str | None = None


class _Details(msgspec.Struct, gc=False):
    cached_tokens: int | float | None = None


class _Usage(msgspec.Struct, gc=False):
    prompt_tokens: int | float | None = None
    completion_tokens: int | float | None = None
    prompt_tokens_details: _Details | None = None


class _Reply(msgspec.Struct, gc=False):
    id: str | None = None
    model: str | None = None
    system_fingerprint: str | None = None
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    timings: None = None
    error: None = None


_DECODER = msgspec.json.Decoder(_Reply)
_ONE = 1
FINISH_CHARACTERS = 32
"""Of a reason to finish that are kept."""


def read_form(data: bytes) -> ReplyFacts | None:
    """The facts of a whole reply, or None where it must be read value by value. Never raises for any bytes."""
    try:
        if not data.isascii():
            data.decode()
        reply = _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    finish: tuple[str, ...] = ()
    if reply.choices:
        choice = reply.choices[0]
        if len(reply.choices) != _ONE or choice.index != 0 or type(choice.index) is not int:
            return None
        reason = bounded_text(choice.finish_reason, FINISH_CHARACTERS)
        finish = () if reason is None else (reason,)
    said, usage = reply.usage, TokenUsage()
    if said is not None:
        details = said.prompt_tokens_details
        cached = None if details is None else bounded_count(details.cached_tokens)
        usage = TokenUsage(bounded_count(said.prompt_tokens), bounded_count(said.completion_tokens), cached)
    fingerprint = bounded_text(reply.system_fingerprint, 256)
    usage = usage if usage.stated else TokenUsage()
    return ReplyFacts(bounded_text(reply.model, 512), bounded_text(reply.id, 256), fingerprint, finish, usage)
