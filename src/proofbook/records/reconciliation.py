"""The engines' own counters, read at a moment, and what a comparison of them with the book gave.

An engine counts what it served whether or not anybody recorded it: that makes it a second source for the population of exchanges.
A counter that could not be read is unknown with its reason, never zero. Model names come from an engine and stay text.
Source: soc2.md 8.4 (two-source reconciliation), gateways.md 3g.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from proofbook.records.exchange import Document

MAX_COUNTERS = 128
"""Counters of one scrape; an engine that states more is not read."""
MAX_EXACT = 2**53
"""Counters travel as floating-point text; beyond this a number may not be the one that was counted."""


class EngineCounter(Document):
    """One counter of an engine, its series added up by model."""

    measure: Literal[
        "http_requests",
        "requests",
        "failures",
        "prompt_tokens",
        "prompt_tokens_processed",
        "prompt_tokens_cached",
        "completion_tokens",
    ] = Field(description="what it counts; prompt_tokens_processed leaves out those reused from a cache")
    metric: str = Field(max_length=128, description="name under which the engine publishes it")
    model: str | None = Field(
        max_length=256, description="model the engine counts it for; null when it does not tell models apart"
    )
    value: int = Field(ge=0, le=MAX_EXACT, description="since the engine started counting")


class EngineCounters(Document):
    """Body of `engine.counters`: one look at the counters of one engine."""

    upstreams: list[str] = Field(min_length=1, description="names of the upstreams in the configuration that this engine is")
    address: str = Field(max_length=300, description="host and port of the engine")
    product: Literal["llama.cpp", "ollama", "vllm", "sglang", "tgi", "lmstudio", "unknown"] = Field(
        description="which server software answered"
    )
    build: str = Field(max_length=120, description="build or version the engine states; 'unknown' otherwise")
    asked: str = Field(description="instant before the counters were asked for")
    answered: str = Field(description="instant after the answer was there; the counters are those of a moment between")
    status: Literal["read", "unknown"] = Field(description="whether the counters could be read")
    reason: str | None = Field(max_length=300, description="why they are unknown; null when they were read")
    process_start: str | None = Field(description="instant the engine's process started; null when it is not known")
    process_start_from: Literal["metrics", "host", "unknown"] = Field(
        description="who says so: the engine among its metrics, or this host of the process that listens there"
    )
    counters: list[EngineCounter] = Field(max_length=MAX_COUNTERS, description="the counters; empty when they are unknown")
    unchanged: int = Field(
        ge=0, description="looks since the entry before this one that saw the same as that entry and were not recorded"
    )


class ReconciledFigure(Document):
    """What one measure of an engine and the book say about the same stretch of time."""

    measure: str = Field(description="what is counted")
    engine: int = Field(ge=0, description="by how much the engine's counter grew")
    engine_at_least: bool = Field(description="whether it may have grown more, because it began anew in between")
    book_low: int = Field(ge=0, description="the least the book accounts for")
    book_high: int | None = Field(
        ge=0, description="the most it accounts for, with exchanges that were under way at an end; null when that is unknown"
    )
    difference: int = Field(description="how many more (or, negative, fewer) the engine counted than the book accounts for")
    verdict: Literal["agrees", "differs", "unknown"] = Field(description="whether the engine's figure lies in the book's range")


class Difference(Document):
    """One stretch of time in which engine and book differ."""

    id: str = Field(max_length=200, description="name for it: the upstream and the day")
    since: str = Field(description="instant it begins")
    until: str = Field(description="instant it ends")
    figures: list[ReconciledFigure] = Field(description="what was compared")
    words: str = Field(max_length=600, description="the same in words")


class ReconciledEngine(Document):
    """The comparison for one engine."""

    upstreams: list[str] = Field(description="names of the upstreams in the configuration")
    address: str = Field(max_length=300, description="host and port of the engine")
    product: str = Field(description="which server software answered")
    since: str | None = Field(description="instant of the first counters; null when there are none")
    until: str | None = Field(description="instant of the last counters; null when there are none")
    scrapes: int = Field(ge=0, description="looks that are recorded")
    unread: int = Field(ge=0, description="of these, looks that could not read the counters")
    agrees: int = Field(ge=0, description="days that agree")
    differs: int = Field(ge=0, description="days that differ")
    unknown: int = Field(ge=0, description="days of which that is unknown")
    figures: list[ReconciledFigure] = Field(description="the whole stretch between resets, added up")
    verdict: Literal["agrees", "differs", "unknown"] = Field(description="over all of it")
    words: str = Field(max_length=600, description="the same in words")


class ReconciliationRun(Document):
    """Body of `reconciliation.run`: the book was compared with the engines' counters."""

    since: str | None = Field(description="first moment compared; null: from the beginning of the book")
    until: str = Field(description="first moment no longer compared")
    book_size: int = Field(ge=0, description="entries of the book that were compared")
    engines: list[ReconciledEngine] = Field(description="by engine; empty when no counters are on record")
    differences: list[Difference] = Field(description="what differs, as many as fit")
    differences_total: int = Field(ge=0, description="how many there are")
    verdict: Literal["agrees", "differs", "unknown"] = Field(description="over all engines")
