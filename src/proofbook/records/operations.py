"""What the recorder itself did: started, stopped, beat, missed; keys issued and revoked; exports made.

These records make completeness checkable: a source counts its entries, says when it was up, and records the gap when it was not.
Source: soc2.md 0 rule 5 and 8.4; ledger.md 4.1.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from proofbook.records.exchange import Document


class BookOpened(Document):
    """Body of `book.opened`, the first entry of every book."""

    origin: str
    format: Literal["proofbook-book/1"]
    entity: str
    vkey: str = Field(description="verifier key of the log, C2SP form")


class LogKeyRotated(Document):
    """Body of `log.key_rotated`."""

    old_vkey: str
    new_vkey: str
    size: int = Field(description="tree size up to which the old key signed")
    reason: str


class LogRestored(Document):
    """Body of `log.restored`: a new book that continues after a restored backup of another."""

    old_origin: str
    old_size: int
    old_root: str
    fence_size: int | None = Field(description="size the fence had seen; null when the fence was lost")
    fence_root: str | None
    reason: str


class ClockStepped(Document):
    """Body of `clock.stepped`: the writer's clock went back, so order rests on the index alone."""

    before: str
    after: str
    milliseconds: int


class SourceStarted(Document):
    """Body of `source.started`."""

    run: str
    program: str
    version: str
    config: str | None = Field(description="digest of the configuration in force")
    previous_end: Literal["none", "clean", "unclean"] = Field(description="how this source's previous run ended")


class SourceStopped(Document):
    """Body of `source.stopped`."""

    run: str
    reason: str


class SourceHeartbeat(Document):
    """Body of `source.heartbeat`: the source was alive, whether or not there was anything to record."""

    run: str
    open_exchanges: int
    refused: int = Field(description="refusals since the run began")
    exchanges: int = Field(description="exchanges since the run began")


class SourceGap(Document):
    """Body of `source.gap`: an interval in which this source did not record."""

    from_: str = Field(alias="from", description="last moment it is known to have recorded")
    until: str
    reason: Literal["stopped", "unclean_stop", "store_unavailable", "unknown"]
    detail: str


class ConfigLoaded(Document):
    """Body of `config.loaded`: the settings in force, secrets as paths only."""

    digest: str
    program: str
    settings: dict[str, str | int | bool | None | list[str]]


class KeyIssued(Document):
    """Body of `access.key_issued`. The secret is shown once and only its hash is kept."""

    key: str
    principal: str
    principal_kind: Literal["person", "service"]
    system: str
    secret_sha256: str
    expires: str | None = Field(description="instant; null means no expiry was set")
    note: str


class KeyRevoked(Document):
    """Body of `access.key_revoked`."""

    key: str
    reason: str


class PopulationExported(Document):
    """Body of `population.exported`."""

    population: str
    definition: str = Field(description="id and version of the report definition")
    logic: str = Field(description="digest of the definition")
    period: dict[str, str]
    rows: int
    files: dict[str, str] = Field(description="file name -> digest")
    completeness: Literal["demonstrated", "not_demonstrated"]
    reasons: list[str]


class RoomExported(Document):
    """Body of `room.exported`."""

    engagement: str
    period: dict[str, str]
    manifest: str = Field(description="digest of the room's manifest")
    files: int
    checkpoint_size: int
    checkpoint_root: str
    omissions: list[str]
