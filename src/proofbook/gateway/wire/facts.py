"""What is said of any request and any reply, whatever API it came by: names, counts and settings, never content.

Values only. Who fills them promises that each is bounded and fit for an entry, and that what was not said stays None or
`unknown`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple, TypeAlias

ProtocolName: TypeAlias = Literal[
    "openai.chat", "openai.completions", "openai.responses", "openai.embeddings", "openai.models",
    "ollama.chat", "ollama.generate", "ollama.embed", "ollama.models",
    "anthropic.messages", "anthropic.count_tokens", "generic.rerank", "generic.audio", "generic.images", "generic.other",
    "litellm.guardrail",
]  # fmt: skip
"""Which API a request used, as `records.exchange.ExchangeRequest` has it."""

Fingerprint: TypeAlias = Callable[[bytes], str]
"""Keyed fingerprint of a system prompt."""


class ClaimedName(NamedTuple):
    """An end user as the request names it, and the field that did."""

    value: str
    method: Literal["body.user", "body.safety_identifier", "body.metadata.user_id", "header", "relay"]


class RequestFacts(NamedTuple):
    """What a request says about itself."""

    protocol: ProtocolName
    model: str | None
    stream: bool | None
    parameters: Mapping[str, str | int | bool]
    messages: int | None
    tools: int | None
    system_prompt: str
    """Keyed fingerprint, `none` or `unknown`."""
    claimed: ClaimedName | None


class TokenUsage(NamedTuple):
    """Token counts as the engine states them; None is 'did not say'."""

    prompt: int | None = None
    completion: int | None = None
    cached: int | None = None

    @property
    def stated(self) -> bool:
        """Whether the engine said anything."""
        return self.prompt is not None or self.completion is not None


class ReplyFacts(NamedTuple):
    """What a reply says about itself."""

    model: str | None = None
    upstream_id: str | None = None
    fingerprint: str | None = None
    finish: tuple[str, ...] = ()
    """By index of choice, up to the last one that stated a reason; `unknown` for those before it that did not."""
    usage: TokenUsage = TokenUsage()
    chunks: int = 0
    """Events of a stream; 0 for a reply that is not one."""
    ended: bool = False
    """Whether the stream's own end mark was seen; False for a reply that is not a stream."""
    error: bool = False
    """Whether the engine reported an error inside the reply."""
    remote_host: str | None = None
    """Host to which the engine says it forwarded the request; None when it says nothing of the kind."""
    unread: bool = False
    """Whether it could not be read at all: then everything else is unknown."""


NOTHING = ReplyFacts()
"""A reply that says nothing."""


def bare_request(protocol: ProtocolName) -> RequestFacts:
    """A request that says nothing beyond its path, such as one for the list of models."""
    return RequestFacts(protocol, None, False, {}, None, None, "none", None)  # by position, as the tuple has it
