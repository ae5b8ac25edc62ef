"""SUP-12: was it there, was there enough of it, and can it be brought back. Time nobody saw is `unknown`, never up.

Source: soc2.md 6.2 (W4).
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from proofbook.records.record import Action, Count, Day, Decimal, Moment, Record, Several, Stated, SystemRef, Text


class AvailabilityReport(Record):
    """Body of `availability.report`: one month of probes, counted."""

    happened: ClassVar[str | None] = "reported_at"
    artifact: ClassVar[str] = "SUP-12"

    system: SystemRef = Field(description="system")
    first: Day = Field(description="first day")
    last: Day = Field(description="last day")
    definition: Text = Field(description="what counted as available")
    prober: Text = Field(description="what probed, from where")
    probes_expected: Count = Field(description="probes that were due")
    up: Count = Field(description="probes answered as defined")
    down: Count = Field(description="probes not answered as defined")
    planned: Count = Field(default=0, description="probes in planned downtime")
    unknown: Count = Field(description="probes that were due and are not there; never counted as up")
    reported_at: Moment = Field(description="when it was reported")
    reviewer: Stated = Field(default=None, description="who looked at it")
    outages: list[Text] = Field(default=[], description="outages in it, by id")


class Outage(Record):
    """Body of `outage`: a system was down or degraded."""

    happened: ClassVar[str | None] = "began_at"
    artifact: ClassVar[str] = "SUP-12"

    system: SystemRef = Field(description="system")
    began_at: Moment = Field(description="when it began")
    ended_at: Moment | None = Field(default=None, description="when it ended; null: unknown or not yet")
    planned: bool = Field(default=False, description="whether it was announced before")
    extent: Literal["down", "degraded", "unknown"] = Field(description="how far")
    cause: Stated = Field(default=None, description="why; null: unknown")
    noticed_by: Stated = Field(default=None, description="what noticed")
    incident: Stated = Field(default=None, description="incident it belongs to, by id")
    actions: list[Action] = Field(default=[], description="what is to be done")


class CapacityReview(Record):
    """Body of `capacity.review`: load and headroom were looked at."""

    happened: ClassVar[str | None] = "performed_at"
    artifact: ClassVar[str] = "SUP-12"

    systems: list[SystemRef] = Field(default=[], description="systems; empty: all")
    performed_at: Moment = Field(description="when")
    reviewer: Text = Field(description="who")
    covers_from: Day = Field(description="first day covered")
    covers_until: Day = Field(description="last day covered")
    peak_requests_per_minute: int | None = Field(default=None, ge=0, description="highest minute")
    queue_p95_ms: int | None = Field(default=None, ge=0, description="95th percentile of waiting, milliseconds")
    gpu_memory_peak: Decimal | None = Field(default=None, description="highest share of accelerator memory")
    breaches: int | None = Field(default=None, ge=0, description="thresholds exceeded; null: not measured")
    forecast: Stated = Field(default=None, description="what is expected")
    actions: list[Action] = Field(default=[], description="what is to be done")


class BackupRun(Record):
    """Body of `backup.run`: a backup was made, or failed."""

    happened: ClassVar[str | None] = "ended_at"
    artifact: ClassVar[str] = "SUP-12"

    what: Several = Field(default=None, description="what it holds: weights, indexes, configuration, book")
    job: Text = Field(description="job")
    ended_at: Moment = Field(description="when it ended")
    outcome: Literal["complete", "partial", "failed", "unknown"] = Field(description="how it ended")
    location: Stated = Field(default=None, description="where it lies")
    resolved: Stated = Field(default=None, description="of a failure: what was done")


class RestoreTest(Record):
    """Body of `restore.test`: a backup was brought back to see that it can be."""

    happened: ClassVar[str | None] = "performed_at"
    artifact: ClassVar[str] = "SUP-12"

    what: list[Text] = Field(description="what was restored")
    performed_at: Moment = Field(description="when")
    performed_by: Text = Field(description="who")
    from_backup: Stated = Field(default=None, description="which backup")
    offline: Literal["yes", "no", "unknown"] = Field(default="unknown", description="whether it was done without the internet")
    hashes_match: Literal["yes", "no", "not_compared"] = Field(description="whether restored bytes have the recorded hashes")
    minutes: int | None = Field(default=None, ge=0, description="how long it took")
    outcome: Literal["restored", "partly", "not_restored"] = Field(description="what came of it")
    actions: list[Action] = Field(default=[], description="what is to be done")
