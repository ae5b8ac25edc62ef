"""What happened to confidential content: held, released, erased, revealed, retained.

Erasure destroys the key; the disposal record stays, and every proof still verifies because the book holds only commitments.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from proofbook.records.exchange import Document


class ContentErased(Document):
    """Body of `content.erased`: one conversation's key and blobs were destroyed."""

    conversation: str
    reason: str
    policy: str = Field(description="policy or request this rests on")
    trigger: Literal["request", "retention"]
    blobs: int
    commits: list[str] = Field(description="commitments whose content is gone (first 256)")
    commits_total: int


class ContentHeld(Document):
    """Body of `content.held`: a legal hold; erasure and retention do not touch the conversation."""

    conversation: str
    reason: str


class ContentReleased(Document):
    """Body of `content.released`: the hold ended."""

    conversation: str
    reason: str


class RetentionRun(Document):
    """Body of `retention.run`: a look at what was due for disposal, recorded even when nothing was."""

    retention: str = Field(description="retention class")
    older_than: str
    examined: int
    erased: int
    held: int = Field(description="due but kept because of a hold")


class ContentRevealed(Document):
    """Body of `content.revealed`: somebody looked at content."""

    exchange: str
    slot: str
    purpose: str
