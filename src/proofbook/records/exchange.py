"""What passed between a caller and a model: the request, the response, the refusal.

One exchange has one `exchange.request` entry, committed before anything is forwarded, and one `exchange.response` entry,
committed before the last byte is released; or one `exchange.refused` entry. Content is only committed to (`content`), never held.
Fields that cannot be known say `unknown` with a reason; absence never stands for "none". Source: gateways.md 3, soc2.md ART-06.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Document(BaseModel):
    """A frozen document that refuses unknown fields. `to_body` gives the plain values an entry holds."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)

    def to_body(self) -> dict[str, Any]:
        """Plain JSON values, enums as their words, aliases as published."""
        return self.model_dump(mode="json", by_alias=True)


class State(StrEnum):
    """How an exchange ended."""

    COMPLETE = "complete"
    CLIENT_ABORTED = "client_aborted"
    UPSTREAM_ERROR = "upstream_error"
    UPSTREAM_TIMEOUT = "upstream_timeout"
    """The engine was silent for longer than it may be."""
    REPORTED = "reported"
    """Another program in the path reported a reply: whether it was whole and reached the caller is not known."""
    RECORDER_GAP = "recorder_gap"
    """The recorder stopped while the exchange was open, or could not read the reply: how it ended is not known."""


class Commitment(Document):
    """A salted commitment to content sealed in the vault."""

    alg: Literal["salted-sha256/1"] = Field(description="how the commitment is made")
    commit: str = Field(pattern=r"^[0-9a-f]{64}$", description="hex SHA-256 over label, salt and the exact bytes")
    bytes: int = Field(ge=0, description="length of the exact bytes")


class Principal(Document):
    """Who called, as far as it was verified."""

    id: str = Field(description="verified person or service; 'unknown' when nothing was verified")
    kind: Literal["person", "service", "system", "unknown"] = Field(description="what sort of principal it is")
    method: Literal["api_key", "oidc", "mtls", "trusted_proxy", "shared_secret", "unknown"] = Field(
        description="how the identity was verified"
    )
    key: str | None = Field(
        description="id of the API key, key id of the token's signature or fingerprint of the certificate; never a secret"
    )
    issuer: str | None = Field(
        description="who vouches for the identity: token issuer, certificate authority or proxy; null for own keys"
    )


class ClaimedUser(Document):
    """An end user whom the caller named without proof. Never mixed with the principal."""

    value: str = Field(max_length=256, description="the name as the caller sent it, unverified")
    method: Literal["body.user", "body.safety_identifier", "body.metadata.user_id", "header", "relay"] = Field(
        description="where in the request it stood; relay: a program in between says so"
    )


class VerifiedUser(Document):
    """An end user for whom the principal acts, proven by a signature or by a hop that is trusted for it."""

    value: str = Field(max_length=256, description="the end user's stable identifier")
    method: Literal["openwebui_jwt", "trusted_proxy"] = Field(description="how it was proven")
    issuer: str = Field(max_length=256, description="who vouches for it")


class Relayed(Document):
    """What a program in between says of a call that it passes on. Its word: it may have verified this, we did not."""

    by: Literal["litellm"] = Field(description="which program")
    version: str | None = Field(max_length=64, description="its version, as it states it")
    call: str = Field(max_length=128, description="its id of the call; a caller may have chosen it")
    key: str | None = Field(max_length=256, description="alias of the key it was called with, else the key's hash")
    team: str | None = Field(max_length=256, description="alias of the team that key belongs to, else the team's id")
    user: str | None = Field(max_length=256, description="user that key belongs to: address, else id")
    end_user: str | None = Field(max_length=256, description="end user the call named")


class ModelBinding(Document):
    """Which weights stood behind the name that was asked for."""

    asked: str | None = Field(max_length=512, description="model name in the request; null when the request names none")
    artifact: str | None = Field(description="digest of the artifact the engine has loaded; null when unknown")
    status: Literal["resolved", "unknown"] = Field(description="whether the weights behind the name are known")
    method: str = Field(description="how it was resolved, e.g. llama.cpp /props path and full hash")
    reason: str | None = Field(description="why it is unknown; null when resolved")
    resolved_at: str | None = Field(description="instant of the resolution that this exchange relies on")
    remote_host: str | None = Field(
        max_length=256,
        description="host to which the engine said beforehand it would forward the request ('unknown': it did not say which); "
        "null when it said nothing of the kind",
    )


class Engine(Document):
    """The server that answered."""

    upstream: str = Field(description="name of the upstream in the configuration")
    product: Literal["llama.cpp", "ollama", "vllm", "sglang", "tgi", "lmstudio", "unknown"] = Field(
        description="which server software answered"
    )
    build: str = Field(description="build or version the engine states; 'unknown' otherwise")


class ExchangeRequest(Document):
    """Body of `exchange.request`: what was asked, by whom, of which weights; committed before it is forwarded."""

    exchange: str = Field(description="id of the exchange; ours, never an engine's")
    system: str = Field(description="AI system the key is bound to")
    protocol: Literal[
        "openai.chat", "openai.completions", "openai.responses", "openai.embeddings", "openai.models",
        "ollama.chat", "ollama.generate", "ollama.embed", "ollama.models",
        "anthropic.messages", "anthropic.count_tokens", "generic.rerank", "generic.audio", "generic.images", "generic.other",
        "litellm.guardrail",
    ] = Field(description="which API the request used; litellm.guardrail: not known, LiteLLM reported it")  # fmt: skip
    method: str = Field(description="HTTP method")
    path: str = Field(description="path that was asked for")
    principal: Principal = Field(description="who called, as far as it was verified")
    claimed_user: ClaimedUser | None = Field(description="end user the caller named without proof; null when none was named")
    verified_user: VerifiedUser | None = Field(
        description="end user proven to be behind the call; null when only claimed or not named"
    )
    relayed: Relayed | None = Field(description="what a program in between says of the call; null when there was none")
    conversation: str = Field(description="unit of erasure: all content of one conversation shares one key")
    model: ModelBinding = Field(description="which weights stood behind the name that was asked for")
    engine: Engine = Field(description="the server the request went to")
    stream: bool | None = Field(description="whether the caller asked for a streamed reply; null when that is not known")
    parameters: dict[str, str | int | bool] = Field(description="sampling settings as sent; decimals as strings")
    messages: int | None = Field(description="number of messages; null where the protocol has none")
    tools: int | None = Field(description="number of tools offered; null where the protocol has none")
    system_prompt: str = Field(
        description="keyed fingerprint of the system prompt, 'none' when the request has none, or 'unknown'"
    )
    guardrail: str = Field(description="guardrail version, or 'unknown'")
    flags: list[
        Literal[
            "grant_missing", "system_unregistered", "model_unapproved", "weights_unknown", "outside_hours", "records_stale",
            "remote_model", "end_user_unproven",
        ]
    ] = Field(description="what was found lacking (access, weights, end user) and let pass; empty when nothing")  # fmt: skip
    recording_policy: Literal["fail_closed", "fail_open"] = Field(
        description="fail_closed: what cannot be recorded is not forwarded; fail_open: it is, and a gap is recorded afterwards"
    )
    content: dict[str, Commitment] = Field(description="slot -> commitment to the sealed content")


class Usage(Document):
    """Token counts; null is 'the engine did not say'."""

    prompt_tokens: int | None = Field(description="tokens of the prompt, as the engine counted them")
    completion_tokens: int | None = Field(description="tokens of the answer, as the engine counted them")
    cached_tokens: int | None = Field(description="tokens of the prompt that the engine had cached")
    origin: Literal["engine", "unknown"] = Field(description="who counted; unknown when nobody said")


class ExchangeResponse(Document):
    """Body of `exchange.response`: how the exchange ended; committed before the last byte is released."""

    exchange: str = Field(description="id of the exchange this ends")
    state: State = Field(description="how the exchange ended")
    reason: str | None = Field(description="in words, for every state but complete")
    http_status: int | None = Field(description="status the engine sent; null when it sent none")
    model_answered: str | None = Field(max_length=512, description="model name in the engine's reply; null when it named none")
    upstream_id: str | None = Field(max_length=256, description="the engine's response id, kept but never used as a key")
    fingerprint: str | None = Field(max_length=256, description="system_fingerprint as the engine states it")
    remote_host: str | None = Field(
        max_length=256, description="host to which the engine says it forwarded the request; null when it says none"
    )
    finish: list[str] = Field(description="finish reason per choice, in order of index; empty when none was seen")
    usage: Usage = Field(description="token counts")
    chunks: int = Field(ge=0, description="events or lines of a streamed reply seen; 0 for a reply that was not streamed")
    forwarded_at: str | None = Field(description="instant the request went to the engine; null when it never did")
    first_byte_at: str | None = Field(description="instant of the engine's first byte; null when none came")
    last_byte_at: str | None = Field(description="instant of the engine's last byte; null when none came")
    content: dict[str, Commitment] = Field(description="slot -> commitment to the sealed content")


class RefusalReason(StrEnum):
    """Why the gateway refused."""

    KEY_MISSING = "key_missing"
    KEY_UNKNOWN = "key_unknown"
    KEY_AMBIGUOUS = "key_ambiguous"
    KEY_REVOKED = "key_revoked"
    KEY_EXPIRED = "key_expired"
    PATH_NOT_SERVED = "path_not_served"
    MALFORMED_REQUEST = "malformed_request"
    REQUEST_TOO_LARGE = "request_too_large"
    STORE_UNAVAILABLE = "store_unavailable"
    UPSTREAM_NOT_CONFIGURED = "upstream_not_configured"
    GATEWAY_FULL = "gateway_full"
    UPSTREAM_UNAVAILABLE = "upstream_unavailable"
    TOKEN_INVALID = "token_invalid"  # noqa: S105 - a reason, no secret
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - a reason, no secret
    IDENTITY_UNAVAILABLE = "identity_unavailable"
    CERTIFICATE_UNKNOWN = "certificate_unknown"
    PROXY_UNTRUSTED = "proxy_untrusted"
    GRANT_MISSING = "grant_missing"
    SYSTEM_UNREGISTERED = "system_unregistered"
    MODEL_UNAPPROVED = "model_unapproved"
    WEIGHTS_UNKNOWN = "weights_unknown"
    REMOTE_MODEL = "remote_model"
    OUTSIDE_HOURS = "outside_hours"
    RATE_LIMITED = "rate_limited"
    RECORDS_STALE = "records_stale"
    DATA_CLASS_REFUSED = "data_class_refused"

    @property
    def denial(self) -> bool:
        """Whether a rule about access or use said no; otherwise the request could not be served as it was."""
        return self in _DENIALS


_DENIALS = frozenset((
    RefusalReason.KEY_MISSING, RefusalReason.KEY_UNKNOWN, RefusalReason.KEY_AMBIGUOUS, RefusalReason.KEY_REVOKED,
    RefusalReason.KEY_EXPIRED, RefusalReason.TOKEN_INVALID, RefusalReason.TOKEN_EXPIRED, RefusalReason.CERTIFICATE_UNKNOWN,
    RefusalReason.PROXY_UNTRUSTED, RefusalReason.GRANT_MISSING, RefusalReason.SYSTEM_UNREGISTERED,
    RefusalReason.MODEL_UNAPPROVED, RefusalReason.WEIGHTS_UNKNOWN, RefusalReason.REMOTE_MODEL, RefusalReason.OUTSIDE_HOURS,
    RefusalReason.RATE_LIMITED, RefusalReason.RECORDS_STALE, RefusalReason.DATA_CLASS_REFUSED,
))  # fmt: skip


class ExchangeRefused(Document):
    """Body of `exchange.refused`: what the gateway did not forward, and why."""

    exchange: str = Field(description="id of the refused exchange")
    reason: RefusalReason = Field(description="why the gateway refused")
    detail: str = Field(max_length=512, description="in words; never content, never a key")
    http_status: int = Field(description="status the caller was given")
    method: str = Field(description="HTTP method")
    path: str = Field(max_length=512, description="path that was asked for")
    principal: Principal = Field(description="who called, as far as it was verified")
    system: str | None = Field(description="AI system the key is bound to; null when no key was verified")
    request_bytes: int | None = Field(description="length of the request body; null when it was not read")
    count: int = Field(
        ge=1,
        description="how many refusals this entry stands for; above 1 when unknown callers, or denials of one known caller, came "
        "faster than each is recorded by itself: method, path and occurred are then of the first of them",
    )
    until: str | None = Field(description="instant of the last of them; null when it stands for one")
