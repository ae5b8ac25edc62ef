"""What happened to confidential content: held, released, erased, revealed, retained.

Erasure destroys the key; the disposal record stays, and every proof still verifies because the book holds only commitments.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from proofbook.records.exchange import Document


class ContentErased(Document):
    """Body of `content.erased`: one conversation's key and blobs were destroyed."""

    conversation: str = Field(description="conversation whose content is gone")
    reason: str = Field(description="why, in words")
    policy: str = Field(description="policy or request this rests on")
    trigger: Literal["request", "retention"] = Field(description="a request, or the end of the retention period")
    blobs: int = Field(description="sealed blobs that were removed")
    commits: list[str] = Field(description="commitments whose content is gone (first 256)")
    commits_total: int = Field(description="how many commitments lost their content")


class ContentHeld(Document):
    """Body of `content.held`: a legal hold; erasure and retention do not touch the conversation."""

    conversation: str = Field(description="conversation that is held")
    reason: str = Field(description="why, in words")


class ContentReleased(Document):
    """Body of `content.released`: the hold ended."""

    conversation: str = Field(description="conversation that is no longer held")
    reason: str = Field(description="why, in words")


class RetentionRun(Document):
    """Body of `retention.run`: a look at what was due for disposal, recorded even when nothing was."""

    retention: str = Field(description="retention class")
    older_than: str = Field(description="instant: conversations that began before it were due")
    examined: int = Field(description="conversations that were due, held ones included")
    erased: int = Field(description="conversations whose content was erased")
    held: int = Field(description="due but kept because of a hold")


class ContentRevealed(Document):
    """Body of `content.revealed`: somebody looked at content."""

    exchange: str = Field(description="exchange whose content was looked at")
    slot: str = Field(description="which content of it: request or response")
    purpose: str = Field(description="why somebody looked, in words")
    view: Literal["redacted", "unredacted"] = Field(
        description="whether spans of sensitive data were replaced by markers, or everything was shown"
    )
    rule_set: str | None = Field(description="digest of the rules that found the spans; null when everything was shown")
