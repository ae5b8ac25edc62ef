"""How many tokens have been used: a minute, an hour or a day back from now, for each system and each of its callers.

Promises: what was used counts for the whole of the stretch and for no more than a sixtieth of it longer; a request is let in
while less than the limit was used, so that the last one may go beyond it by its own tokens, which nobody knows before its reply.
State is bounded: who used nothing in a day is forgotten, which changes nothing. Does not: read a clock of its own, or know what
other processes use; whoever makes it tells what was used before.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypeAlias

from proofbook.gateway.refusal import Refusal
from proofbook.gateway.rules.settings import AdmissionSettings
from proofbook.gateway.wire.facts import ProtocolName, ReplyFacts
from proofbook.records.exchange import RefusalReason

Key: TypeAlias = tuple[str, ...]
STRETCHES: Final = {"minute": 60.0, "hour": 3600.0, "day": 86_400.0}
"""Seconds of each stretch that can be limited."""
_SLICES: Final = 60
_MOST: Final = 8192
"""Callers that are remembered before the quiet ones are forgotten."""
_BYTES_A_TOKEN: Final = 4
_OF_TEXT: Final = frozenset((
    "openai.chat", "openai.completions", "openai.responses", "openai.embeddings", "ollama.chat", "ollama.generate",
    "ollama.embed", "anthropic.messages",
))  # fmt: skip
_OF_VECTORS: Final = frozenset(("openai.embeddings", "ollama.embed"))


class TokenLimit(NamedTuple):
    """At most so many tokens in a stretch. `own`: of each caller, otherwise of all together."""

    own: bool
    stretch: str
    tokens: int


def find_limits(policy: AdmissionSettings) -> tuple[TokenLimit, ...]:
    """The limits that a policy sets."""
    return tuple(
        TokenLimit(own, stretch, tokens)
        for own in (False, True)
        for stretch in STRETCHES
        if (tokens := getattr(policy, f"{'principal_' if own else ''}tokens_per_{stretch}"))
    )


def count_tokens(protocol: ProtocolName, facts: ReplyFacts, asked_bytes: int, answered_bytes: int) -> int:
    """The tokens of an exchange as its engine stated them.

    Where it stated none, an estimate, so that not asking for the statement is no way round a limit: four bytes of the request
    make one token, and of the reply each event of a stream or, of a whole one, four bytes. Nothing where there is no text.
    """
    if facts.usage.stated:
        return (facts.usage.prompt or 0) + (facts.usage.completion or 0)
    if protocol not in _OF_TEXT:
        return 0
    answered = 0 if protocol in _OF_VECTORS else facts.chunks or answered_bytes // _BYTES_A_TOKEN
    return asked_bytes // _BYTES_A_TOKEN + answered


class Budget:
    """Tokens used, by key and stretch. Used on one thread."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._windows: dict[tuple[Key, str], _Window] = {}

    def spend(self, tokens: int, *keys: tuple[Key, str], ago: float = 0.0) -> None:
        """So many tokens were used, `ago` seconds ago, under each (key, stretch). Earlier uses are told first."""
        moment = self._monotonic() - ago
        for each in keys:
            window = self._windows.get(each)
            if window is None:
                self._forget_the_quiet()
                window = self._windows[each] = _Window(STRETCHES[each[1]])
            window.add(moment, tokens)

    def spent(self, key: Key, stretch: str) -> int:
        """Tokens used in the stretch up to now."""
        window = self._windows.get((key, stretch))
        return 0 if window is None else window.sum(self._monotonic())

    def wait(self, *wanted: tuple[Key, str, int]) -> float:
        """Seconds until less than its limit was used under each (key, stretch, limit); 0.0 when that is so now."""
        now, longest = self._monotonic(), 0.0
        for key, stretch, limit in wanted:
            window = self._windows.get((key, stretch))
            if window is not None:
                longest = max(longest, window.wait(now, limit))
        return longest

    def _forget_the_quiet(self) -> None:
        if len(self._windows) > _MOST:
            now = self._monotonic()
            self._windows = {key: window for key, window in self._windows.items() if window.sum(now)}


class _Window:
    """Tokens by slices of a stretch that slides."""

    __slots__ = ("_seconds", "_slice", "_slices", "_sum")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._slice = seconds / _SLICES
        self._slices: deque[list[int]] = deque()
        """Number of the slice, tokens."""
        self._sum = 0

    def add(self, moment: float, tokens: int) -> None:
        number = int(moment // self._slice)
        if self._slices and self._slices[-1][0] >= number:
            self._slices[-1][1] += tokens
        else:
            self._slices.append([number, tokens])
        self._sum += tokens
        self.sum(moment)

    def sum(self, now: float) -> int:
        while self._slices and self._end(self._slices[0]) <= now:
            self._sum -= self._slices.popleft()[1]
        return self._sum

    def wait(self, now: float, limit: int) -> float:
        left, ends = self.sum(now), now
        for each in self._slices:
            if left < limit:
                break
            left -= each[1]
            ends = self._end(each)
        return ends - now

    def _end(self, slice_: list[int]) -> float:
        """When the whole slice lies further back than the stretch."""
        return (slice_[0] + 1) * self._slice + self._seconds


def keys_of(limits: Iterable[TokenLimit], whole: Key, own: Key) -> tuple[tuple[Key, str, int], ...]:
    """What each limit counts under."""
    return tuple((own if each.own else whole, each.stretch, each.tokens) for each in limits)


def tokens_used_up(seconds: float) -> Refusal:
    """More tokens were used than a limit allows; the next request is let in after so many seconds."""
    whole = max(1, math.ceil(seconds))
    return Refusal(
        RefusalReason.RATE_LIMITED,
        429,
        f"As many tokens have been used as this system allows for now. Try again in {whole} s, or ask its owner for more.",
        whole,
    )
