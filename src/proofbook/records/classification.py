"""What classes of sensitive data an exchange held: counts, by which rules, and what was not looked at.

An entry of its own, appended after the exchange's end; a newer one of the same exchange supersedes it. No content, no matched
text and no place of it is ever in one. A class that was looked for and is not among the counts was found zero times in what was
examined, and nothing is said of what was not.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from proofbook.records.exchange import Document
from proofbook.records.unexamined import NotExaminedReason


class NotExamined(Document):
    """Something that was not examined, and why."""

    reason: NotExaminedReason = Field(description="why")
    parts: int = Field(ge=1, description="how many parts: texts, images, events; for too_many_candidates, classes")


class ExaminedSide(Document):
    """One side of an exchange: what was asked, or what was answered."""

    state: Literal["examined", "partly", "not_examined", "empty"] = Field(
        description="examined: all of it; partly: see not_examined; not_examined: nothing of it; empty: there was no content"
    )
    bytes: int = Field(ge=0, description="bytes of text that were examined, as UTF-8")
    counts: dict[str, int] = Field(description="class -> spans found; a class that was looked for and is not here: none found")
    not_examined: list[NotExamined] = Field(description="what was not examined")


class ExchangeClassified(Document):
    """Body of `exchange.classified`: classes of sensitive data in the content of an exchange, counted."""

    exchange: str = Field(description="id of the exchange")
    system: str = Field(description="AI system of the exchange")
    rule_set: str = Field(description="digest of the rules and of the versions of the libraries they rely on")
    looked_for: list[str] = Field(description="classes that were looked for")
    by: Literal["gateway", "catch_up"] = Field(description="beside the traffic as it is recorded, or later from the vault")
    request: ExaminedSide = Field(description="what was asked")
    response: ExaminedSide = Field(description="what was answered")


def not_examined(reason: NotExaminedReason) -> dict[str, Any]:
    """A side of which nothing was examined, as a plain value."""
    return {"state": "not_examined", "bytes": 0, "counts": {}, "not_examined": [{"reason": reason.value, "parts": 1}]}


EMPTY: dict[str, Any] = {"state": "empty", "bytes": 0, "counts": {}, "not_examined": []}
"""A side without content, as a plain value."""
