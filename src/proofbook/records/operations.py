"""What the recorder itself did: started, stopped, beat, missed; keys issued and revoked; exports made.

These records make completeness checkable: a source counts its entries, says when it was up, and records the gap when it was not.
Source: soc2.md 0 rule 5 and 8.4; ledger.md 4.1.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from proofbook.records.exchange import Document


class BookOpened(Document):
    """Body of `book.opened`: the first entry of every book; it names the log and its key."""

    origin: str = Field(description="name of the log, as its checkpoints state it")
    format: Literal["proofbook-book/1"] = Field(description="format of the book")
    entity: str = Field(description="organisation whose book this is")
    vkey: str = Field(description="verifier key of the log, C2SP form")


class LogKeyRotated(Document):
    """Body of `log.key_rotated`: another key signs the book from here on."""

    old_vkey: str = Field(description="verifier key that signed until now, C2SP form")
    new_vkey: str = Field(description="verifier key that signs from here on, C2SP form")
    size: int = Field(description="tree size up to which the old key signed")
    reason: str = Field(description="why, in words")


class LogRestored(Document):
    """Body of `log.restored`: a new book that continues after a restored backup of another."""

    old_origin: str = Field(description="name of the log that was restored")
    old_size: int = Field(description="size of the restored backup")
    old_root: str = Field(description="root hash of the restored backup, hex")
    fence_size: int | None = Field(description="size the fence had seen; null when the fence was lost")
    fence_root: str | None = Field(description="root the fence had seen, hex; null when the fence was lost")
    reason: str = Field(description="why, in words")


class ClockStepped(Document):
    """Body of `clock.stepped`: the writer's clock went back, so order rests on the index alone."""

    before: str = Field(description="instant of the newest entry before the step")
    after: str = Field(description="instant the clock showed then")
    milliseconds: int = Field(description="how far the clock went back")


class SourceStarted(Document):
    """Body of `source.started`: a source began a run, and how its previous one ended."""

    run: str = Field(description="id of this run of the source")
    program: str = Field(description="program that runs as the source")
    version: str = Field(description="its version")
    config: str | None = Field(description="digest of the configuration in force")
    previous_end: Literal["none", "clean", "unclean"] = Field(description="how this source's previous run ended")


class SourceStopped(Document):
    """Body of `source.stopped`: a source ended its run in order."""

    run: str = Field(description="id of the run that ended")
    reason: str = Field(description="why it stopped, in words")


class SourceHeartbeat(Document):
    """Body of `source.heartbeat`: the source was alive, whether or not there was anything to record."""

    run: str = Field(description="id of the run that is alive")
    open_exchanges: int = Field(description="exchanges that are under way")
    refused: int = Field(description="refusals since the run began")
    exchanges: int = Field(description="exchanges since the run began")


class SourceGap(Document):
    """Body of `source.gap`: an interval in which this source did not record."""

    from_: str = Field(alias="from", description="last moment it is known to have recorded")
    until: str = Field(description="first moment it recorded again")
    reason: Literal["stopped", "unclean_stop", "store_unavailable", "unknown"] = Field(
        description="why nothing was recorded, as far as is known"
    )
    detail: str = Field(description="what is known beyond that, in words")
    served_late: int | None = Field(
        ge=0, description="exchanges served in it that are recorded afterwards, by systems set to fail open; null when not known"
    )
    served_unrecorded: int | None = Field(
        ge=0, description="exchanges served in it of which no record, or not all, could be made; null when not known"
    )


class ConfigLoaded(Document):
    """Body of `config.loaded`: the settings in force, secrets as paths only."""

    digest: str = Field(description="digest of proofbook.toml, byte for byte")
    program: str = Field(description="program that loaded them")
    settings: dict[str, str | int | bool | None | list[str]] = Field(
        description="the settings evidence depends on, by name; no secret is among them"
    )


class KeyIssued(Document):
    """Body of `access.key_issued`: a key was bound to a principal and a system; only a hash of its secret is kept."""

    key: str = Field(description="id of the key, never its secret")
    principal: str = Field(description="person or service the key is bound to")
    principal_kind: Literal["person", "service"] = Field(description="whether that is a person or a service")
    system: str = Field(description="AI system the key may use")
    secret_sha256: str = Field(description="digest of the secret's hex spelling; the secret itself is not kept")
    expires: str | None = Field(description="instant; null means no expiry was set")
    note: str = Field(description="what the key is for, in words")


class KeyLimited(Document):
    """Body of `access.key_limited`: a key's life was cut short, because another key takes its place."""

    key: str = Field(description="id of the key that ends")
    until: str = Field(description="instant from which it opens nothing any more; never later than its expiry was before")
    replaced_by: str | None = Field(description="id of the key that takes its place; null when none does")
    reason: str = Field(description="why, in words")


class KeyRevoked(Document):
    """Body of `access.key_revoked`: a key opens nothing any more."""

    key: str = Field(description="id of the key that no longer opens anything")
    reason: str = Field(description="why, in words")


class PopulationExported(Document):
    """Body of `population.exported`: a whole population was written out."""

    population: str = Field(description="id of the population, e.g. POP-15")
    definition: str = Field(description="id and version of the report definition")
    logic: str = Field(description="digest of the definition")
    period: dict[str, str] = Field(description="first and last day and their time zone")
    rows: int = Field(description="rows of the population")
    files: dict[str, str] = Field(description="file name -> digest")
    completeness: Literal["demonstrated", "not_demonstrated"] = Field(
        description="whether sequence, heartbeats and counts show it to be whole"
    )
    reasons: list[str] = Field(description="what stands in the way; empty when nothing does")


class RoomExported(Document):
    """Body of `room.exported`: an evidence room was handed over."""

    engagement: str = Field(description="id of the engagement")
    period: dict[str, str] = Field(description="first and last day and their time zone")
    manifest: str = Field(description="digest of the room's manifest")
    files: int = Field(description="files in the room")
    checkpoint_size: int = Field(description="size of the tree the room proves against")
    checkpoint_root: str = Field(description="root of that tree")
    omissions: list[str] = Field(description="what the room leaves out and why; empty when nothing")
