"""What the API says of exchanges."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, JsonValue

from proofbook.portal.api.proof_shapes import ProofShape
from proofbook.portal.api.resource import Shape


def _parsed(text: Any) -> Any:
    """JSON text of the projection; None for text that is not what it should be."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return None


class ExchangeShape(Shape):
    """A request or refusal, with its response where there is one. null: not stated."""

    index: int = Field(description="place of its request in the book")
    entry: str = Field(description="entry of its request")
    exchange: str = Field(description="its id")
    refused: bool = Field(description="whether it was refused at the gate")
    occurred: str = Field(description="when it was asked")
    recorded: str = Field(description="when that was recorded")
    source: str = Field(description="who recorded it")
    seq: int = Field(description="number at its source")
    system: str | None = Field(description="system it came from")
    principal: str = Field(description="who asked")
    principal_kind: str = Field(description="person, service or unknown")
    principal_method: str = Field(description="how that is known")
    principal_key: str | None = Field(description="id of the key")
    principal_issuer: str | None = Field(description="who vouched")
    claimed_user: str | None = Field(description="end user as the application claims")
    verified_user: str | None = Field(description="end user as proven")
    conversation: str | None = Field(description="conversation it belongs to")
    protocol: str | None = Field(description="protocol")
    stream: bool | None = Field(description="whether the answer was streamed")
    model_asked: str | None = Field(description="model by the name that was asked for")
    artifact: str | None = Field(description="digest of the bytes that answered")
    binding: str | None = Field(description="how these bytes are known")
    upstream: str | None = Field(description="engine it went to")
    product: str | None = Field(description="what the engine is")
    build: str | None = Field(description="build of the engine")
    parameters: Annotated[dict[str, JsonValue] | None, BeforeValidator(_parsed)] = Field(description="parameters of the request")
    messages: int | None = Field(description="messages sent")
    tools: int | None = Field(description="tools offered")
    system_prompt: str | None = Field(description="digest of the system prompt")
    guardrail: str | None = Field(description="what a guardrail said")
    request_bytes: int | None = Field(description="bytes asked")
    flags: Annotated[tuple[str, ...] | None, BeforeValidator(_parsed)] = Field(
        description="what admission found lacking and let pass"
    )
    refusals: int | None = Field(description="how many refusals the entry stands for")
    state: str = Field(description="how it ended; open: no response is recorded")
    reason: str | None = Field(description="why it was refused")
    detail: str | None = Field(description="more about that")
    http_status: int | None = Field(description="status the caller got")
    response_index: int | None = Field(description="place of its response in the book")
    response_entry: str | None = Field(description="entry of its response")
    response_recorded: str | None = Field(description="when that was recorded")
    model_answered: str | None = Field(description="model by the name that was answered")
    finish: Annotated[tuple[str | None, ...] | None, BeforeValidator(_parsed)] = Field(
        description="why the engine stopped, for each choice"
    )
    prompt_tokens: int | None = Field(description="tokens in")
    completion_tokens: int | None = Field(description="tokens out")
    chunks: int | None = Field(description="pieces of the stream")
    forwarded_at: str | None = Field(description="when it was forwarded")
    first_byte_at: str | None = Field(description="when the first byte came")
    last_byte_at: str | None = Field(description="when the last byte came")
    response_bytes: int | None = Field(description="bytes answered")


class ExchangesPage(Shape):
    """A page of exchanges, newest first."""

    items: tuple[ExchangeShape, ...] = Field(description="exchanges that fit")
    older: int | None = Field(description="ask with `before` of this for older ones; null: there are none")
    newer: int | None = Field(description="ask with `after` of this for newer ones; null: this is the newest page")
    looked_at: int = Field(description="exchanges that were looked at for this page")
    whole: bool = Field(description="false: the search ended before the page was full; more may fit farther on")


class ExchangePart(Shape):
    """One entry of an exchange: its request or its response."""

    name: str = Field(description="request, response or refusal")
    index: int = Field(description="place in the book")
    entry: str | None = Field(description="entry id; null: it cannot be read")
    trouble: str | None = Field(description="why it cannot be read")
    proof: ProofShape = Field(description="its proof, recomputed now")


class ClassCount(Shape):
    """How often something was found."""

    name: str = Field(description="what was found, or why it was not looked for")
    count: int = Field(description="how often")


class ClassifiedSide(Shape):
    """What was found in one side of an exchange."""

    state: str = Field(description="how far it was looked through")
    bytes: int = Field(description="bytes looked through")
    found: tuple[ClassCount, ...] = Field(description="sensitive data, by class")
    missing: tuple[ClassCount, ...] = Field(description="parts that were not looked through, by reason")


class Classified(Shape):
    """How an exchange was looked through for sensitive data."""

    entry: str = Field(description="entry that says so")
    recorded: str = Field(description="when")
    rule_set: str = Field(description="by which rules")
    looked_for: tuple[str, ...] = Field(description="classes that were looked for")
    request: ClassifiedSide = Field(description="what was asked")
    response: ClassifiedSide = Field(description="what was answered")


class ExchangeWhole(Shape):
    """One exchange with its entries and their proofs."""

    exchange: ExchangeShape = Field(description="what is recorded of it")
    parts: tuple[ExchangePart, ...] = Field(description="its entries")
    classified: Classified | None = Field(description="null: not looked through")
    erased: str | None = Field(description="when its content was erased; null: it was not")
    held: str | None = Field(description="since when its content is kept from erasure; null: it is not")
    earlier: str | None = Field(description="the exchange before it in its conversation")
    later: str | None = Field(description="the exchange after it in its conversation")


class FieldValues(Shape):
    """Values of one field that exchanges have."""

    field: str = Field(description="the field")
    values: tuple[str, ...] = Field(description="values that begin with what was asked for")


class LineageFact(Shape):
    """Something that a link rests on."""

    name: str = Field(description="what it is")
    value: str = Field(description="as recorded")


class LineageLink(Shape):
    """One link back from a decision."""

    step: str = Field(description="which step of the chain")
    standing: str = Field(description="shown, doubtful or missing")
    words: str = Field(description="how far it is there")
    facts: tuple[LineageFact, ...] = Field(description="what it rests on")
    kind: str | None = Field(description="kind of the record it rests on")
    id: str | None = Field(description="id of that record")
    entry: str | None = Field(description="entry of that record")


class LineageShape(Shape):
    """From a decision or an exchange back to what it rested on; every missing link by name."""

    asked: str = Field(description="what was asked for")
    head: tuple[LineageLink, ...] = Field(description="from the decision to its exchanges")
    chains: tuple[tuple[LineageLink, ...], ...] = Field(description="of each exchange, back to the policy")
    left_out: int = Field(description="exchanges that the review names beyond those followed")


class Replaced(Shape):
    """Spans of one class that were replaced."""

    kind: str = Field(description="class")
    spans: int = Field(description="how many")


class RevealedContent(Shape):
    """Content as it may be seen."""

    text: str | None = Field(description="the content, sensitive data replaced; null: it was shredded")
    replaced: tuple[Replaced, ...] = Field(description="what was replaced")
    left_out: int = Field(description="parts that are not text or were not examined")
    shredded: bool = Field(description="whether its key was destroyed")
