"""Holds on drawn items: from the moment of the draw their content cannot be erased.

For each item the exchanges its entry names are looked up, and their conversations put under hold by `content.held` entries in the
same transaction as the draw. What was under hold before, what was erased before and what has no content is told apart.
Does not end a hold: a sample is not the only reason there may be for one (`proofbook content release` ends it).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from proofbook.book.interface import BookReading
from proofbook.errors import ProofbookError
from proofbook.fieldwork.acting import Act
from proofbook.journal.receipt import Effect, EffectKind, Submission
from proofbook.readmodel import contents, exchanges
from proofbook.readmodel.connection import Reader
from proofbook.records.content import ContentHeld
from proofbook.records.envelope import parse_entry
from proofbook.records.fieldwork import DrawnItem, SampleHeld

_EXCHANGE: Final = re.compile(r"x_[0-9a-hjkmnp-tv-z]{26}\Z")
MAX_EXCHANGES: Final = 50
"""Exchanges looked up for one item: a decision rests on a few."""


@dataclass(frozen=True, slots=True)
class Holding:
    """Conversations of drawn items, told apart, and how many items have no content."""

    new: tuple[str, ...]
    before: tuple[str, ...]
    gone: tuple[str, ...]
    without_content: int


def find_holding(reader: Reader, book: BookReading, items: Iterable[DrawnItem]) -> Holding:
    """What a hold on these items comes to. An entry that cannot be read names no exchange; its folder shows the damage."""
    held = {each.conversation for each in contents.held(reader)}
    new: dict[str, None] = {}
    before: dict[str, None] = {}
    gone: dict[str, None] = {}
    without = 0
    for item in items:
        found = [each for each in (_sealed(reader, name) for name in exchanges_of(book, item)) if each is not None]
        without += not found
        for conversation, erased in found:
            place = gone if erased else before if conversation in held else new
            place[conversation] = None
    return Holding(tuple(new), tuple(before), tuple(gone), without)


def exchanges_of(book: BookReading, item: DrawnItem) -> tuple[str, ...]:
    """Ids of the exchanges an item is, or names in its entry; the first MAX_EXCHANGES."""
    found = dict.fromkeys([item.item] if _EXCHANGE.match(item.item) else ())
    if item.index is not None:
        try:
            found |= dict.fromkeys(_exchanges_in(parse_entry(book.entry(item.index)).body))
        except ProofbookError:
            return tuple(found)
    return tuple(found)[:MAX_EXCHANGES]


def draft_holds(act: Act, sample: str, engagement: str, holding: Holding) -> tuple[Submission, ...]:
    """The entries that place the holds, and the one that says what was held for the sample."""
    reason = f"drawn for sample {sample} of engagement {engagement}"
    placed = [
        Submission(
            act.draft("content.held", each, ContentHeld(conversation=each, reason=reason).to_body()),
            (),
            Effect(EffectKind.HOLD, each),
        )
        for each in holding.new
    ]
    body = SampleHeld(
        sample=sample,
        engagement=engagement,
        held=list(holding.new),
        held_before=list(holding.before),
        gone=list(holding.gone),
        without_content=holding.without_content,
    )
    return (*placed, act.submission("sample.held", sample, body.to_body()))


def _sealed(reader: Reader, exchange: str) -> tuple[str, bool] | None:
    """The conversation of an exchange with content, and whether it was erased since; None without content."""
    found = exchanges.one(reader, exchange)
    if found is None or found.conversation is None or found.request_bytes is None:
        return None
    events = contents.of_conversation(reader, found.conversation)
    last = max(found.index, found.response_index or found.index)
    return found.conversation, any(each.kind == "content.erased" and each.index > last for each in events)


def _exchanges_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if _EXCHANGE.match(value):
            yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _exchanges_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _exchanges_in(each)
