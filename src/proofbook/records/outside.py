"""What others outside hold of this book: cosignatures asked for, time stamps obtained, archives handed over.

These entries are the log's own word. What they speak of checks out without them: a cosignature by the witness's key, a time
stamp by the authority's certificate, an archive by its digest.
Source: C2SP tlog-witness and tlog-cosignature; RFC 3161; ledger.md 2.4 and 2.5.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from proofbook.records.exchange import Document


class WitnessOutcome(StrEnum):
    """What became of asking a witness to cosign a checkpoint."""

    COSIGNED = "cosigned"
    NO_ANSWER = "no_answer"
    """It could not be reached, or did not answer in time."""
    REFUSED = "refused"
    """It answered that it will not; the reason is in the detail."""
    UNUSABLE = "unusable"
    """It answered something that is no cosignature by its key."""
    DIVERGED = "diverged"
    """It holds a checkpoint signed by this log that this book does not lead to: two histories of one log exist."""


class LogWitnessed(Document):
    """Body of `log.witnessed`: a witness was asked for its cosignature; recorded when the outcome changes, and daily."""

    witness: str = Field(description="name of the witness in the settings")
    vkey: str = Field(description="verifier key of the witness, C2SP form")
    url: str = Field(description="where it was asked")
    outcome: WitnessOutcome = Field(description="what became of it")
    size: int = Field(description="entries of the checkpoint it was asked to cosign")
    root: str = Field(description="root of that checkpoint, hex")
    cosigned: str | None = Field(description="instant the witness stated, to the second; null without a cosignature")
    detail: str = Field(description="what it answered or why nothing came, in words")
    attempts: int = Field(ge=1, description="times it was asked since the outcome was last recorded, this one included")


class LogTimestamped(Document):
    """Body of `log.timestamped`: a time-stamping authority confirmed that a signed checkpoint existed at a time."""

    authority: str = Field(description="name of the authority in the settings")
    url: str = Field(description="where it was asked")
    size: int = Field(description="entries of the checkpoint that was stamped")
    root: str = Field(description="root of that checkpoint, hex")
    note: str = Field(description="the signed checkpoint whose bytes were stamped: the log's signature, no cosignatures")
    digest: str = Field(description="SHA-256 of those bytes: the token's message imprint")
    token: str = Field(description="the authority's whole answer (RFC 3161 TimeStampResp, DER), base64")
    token_digest: str = Field(description="SHA-256 of the answer")
    time: str = Field(description="instant that the token states (genTime)")
    serial: str = Field(description="serial number of the token, decimal")
    policy: str = Field(description="policy under which it was issued, dotted object identifier; unknown when it states none")


class TimestampMissed(Document):
    """Body of `log.timestamp_missed`: an authority was asked for a time stamp and none that can be used came."""

    authority: str = Field(description="name of the authority in the settings")
    url: str = Field(description="where it was asked")
    size: int = Field(description="entries of the checkpoint that was to be stamped")
    detail: str = Field(description="why there is none, in words")


class RoomDelivered(Document):
    """Body of `room.delivered`: an evidence room was packed and encrypted for named recipients."""

    engagement: str = Field(description="id of the engagement")
    manifest: str = Field(description="digest of the room's manifest")
    archive: str = Field(description="SHA-256 of the encrypted archive, byte for byte")
    bytes: int = Field(ge=0, description="length of the encrypted archive")
    form: str = Field(description="form of the archive: tar encrypted with age")
    recipients: list[str] = Field(description="public keys that can open it, age form")
    to: str = Field(description="whom it is for, in words of who packed it; unknown when not said")
