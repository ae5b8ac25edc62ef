"""What an engine may have counted for one exchange, from what the book tells of it.

Promises: a reply that came whole with its usage gives exact amounts; one that was broken off, or did not state its usage, gives a
range, and a range without an upper end where nothing bounds it. Requests that make no model work give nothing. What an engine
counts for one exchange is more than one request where a reply has several choices or a request several inputs. Pure.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NamedTuple

from proofbook.primitives.instants import format_instant, parse_instant
from proofbook.reconciliation.facts import Amount, Served

SILENT: Final = frozenset({"openai.models", "ollama.models", "anthropic.count_tokens"})
"""Protocols that make no model work: no counter of the table counts them."""
_ONE_REQUEST_A_CHOICE: Final = frozenset(
    {"openai.chat", "openai.completions", "anthropic.messages", "ollama.chat", "ollama.generate"}
)
_WITHOUT_ANSWER: Final = frozenset({"openai.embeddings", "ollama.embed", "generic.rerank"})
_OF_OTHER_KINDS: Final = frozenset({"generic.other", "generic.audio", "generic.images"})
"""Requests of which nobody knows whether an engine counts them, and as what."""
_NOTHING: Final[Amount] = (0, 0)
_LETTING_GO: Final = timedelta(seconds=30)
"""How long an engine may go on, and count, after its caller broke off."""


class Told(NamedTuple):
    """What the book tells of one exchange."""

    upstream: str
    protocol: str
    state: str
    requested: str
    """Instant its request was recorded: it was forwarded after that."""
    forwarded_at: str | None
    last_byte_at: str | None
    ended: str | None
    """Instant its end was recorded; None while it is open."""
    http_status: int | None
    prompt_tokens: int | None
    completion_tokens: int | None
    cached_tokens: int | None
    choices: int
    """Choices of the reply that stated how they finished."""
    most_tokens: int | None
    """Most tokens of one answer that the request allowed; None when it did not say."""


def derive_served(told: Told) -> Served | None:
    """What may have been counted for it; None when it never reached the engine or made no model work."""
    if told.protocol in SILENT:
        return None
    if told.forwarded_at is None and told.state not in {"open", "recorder_gap"}:
        return None
    start = told.forwarded_at or told.requested
    if told.http_status is not None and 400 <= told.http_status < 500:
        return Served(start, told.last_byte_at or told.ended, ((1, 1), _NOTHING, _NOTHING, _NOTHING, _NOTHING))
    if told.protocol in _OF_OTHER_KINDS:
        return Served(start, told.last_byte_at or told.ended, ((0, 1), *((0, None),) * 4))
    if told.state == "complete":
        return Served(start, told.last_byte_at or told.ended, _whole(told))
    return Served(start, _let_go(told), _broken_off(told))


def _whole(told: Told) -> tuple[Amount, ...]:
    choices = max(1, told.choices)
    prompt, cached = told.prompt_tokens, told.cached_tokens
    processed: Amount = (0, None)
    if prompt is not None:
        exact = cached is not None and choices == 1
        processed = (max(0, prompt - (cached or 0)),) * 2 if exact else (0, prompt * choices)
    return (
        (1, 1),
        (1, choices if told.protocol in _ONE_REQUEST_A_CHOICE else None),
        (0, None) if prompt is None else (prompt, prompt * choices),
        processed,
        _answer(told, choices),
    )


def _answer(told: Told, choices: int) -> Amount:
    if told.completion_tokens is not None:
        return told.completion_tokens, told.completion_tokens * choices
    if told.protocol in _WITHOUT_ANSWER:
        return _NOTHING
    return 0, _most(told, choices)


def _broken_off(told: Told) -> tuple[Amount, ...]:
    choices = max(1, told.choices)
    prompt = None if told.prompt_tokens is None else told.prompt_tokens * choices
    answer = 0 if told.protocol in _WITHOUT_ANSWER else _most(told, choices)
    return (
        (0, 1),
        (0, choices if told.protocol in _ONE_REQUEST_A_CHOICE else None),
        (0, prompt),
        (0, prompt),
        (0, answer),
    )


def _most(told: Told, choices: int) -> int | None:
    """What the request allowed; more than that no engine answers."""
    return None if told.most_tokens is None else told.most_tokens * choices


def _let_go(told: Told) -> str | None:
    if told.state == "open" or told.ended is None:
        return None
    return shift(max(told.ended, told.last_byte_at or told.ended), _LETTING_GO)


def shift(instant: str, by: timedelta) -> str:
    """An instant earlier or later; the calendar's ends are its ends."""
    try:
        return format_instant(parse_instant(instant) + by)
    except OverflowError:
        return instant
