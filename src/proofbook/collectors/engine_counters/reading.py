"""An engine's metrics in Prometheus' text format, read for the few counters that can be compared with the book.

Promises: only lines that begin with a known name are parsed, by Prometheus' own client library; a number that is not a whole one
from 0 to 2^53 makes the look unreadable rather than wrong, and so do lines, series or models beyond the caps, and a series that
is stated twice. What the engine says is hostile: label values become plain text, and nothing of other lines is kept.
"""

from __future__ import annotations

import math
from collections import Counter as Tally
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from proofbook.collectors.wording import plain
from proofbook.errors import MalformedRecord
from proofbook.primitives.instants import format_instant
from proofbook.reconciliation.published import NO_COUNTERS, PROCESS_START, PUBLISHERS, Counter, Publisher
from proofbook.records.reconciliation import MAX_COUNTERS, MAX_EXACT, EngineCounter

if TYPE_CHECKING:
    from prometheus_client.samples import Sample

MAX_METRICS: Final = 4 * 1024 * 1024
"""Bytes of one answer."""
_MAX_LINES: Final = 1024
_MAX_LINE: Final = 2048
_MAX_CHOSEN: Final = 256 * 1024
"""Bytes of all lines that are parsed: the parser is careful, not fast, and shares a process with traffic."""
_LATEST_START: Final = 4_102_444_800.0
"""Start of the year 2100: a process that says it started later says nothing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one answer says. `process_start`: as the engine states it, else None."""

    product: str
    counters: tuple[EngineCounter, ...]
    process_start: str | None


def parse_metrics(data: bytes, *, product: str = "unknown") -> Reading:
    """The counters in an engine's answer. `product`: what is known to answer, when its names do not say so.

    Raises:
        MalformedRecord: the counters cannot be told from it; the message says why, in words for the record.
    """
    if len(data) > MAX_METRICS:
        raise MalformedRecord(f"the answer is longer than {MAX_METRICS} bytes")
    lines = data.split(b"\n")
    if lines[-1]:
        raise MalformedRecord("the answer breaks off: its last line does not end")
    publisher = _publisher(lines, product)
    wanted = {each.encode() for each in publisher.metrics} | {PROCESS_START.encode()}
    samples = _parse(_chosen(lines, wanted))
    start = next((_start(each) for each in samples if each.name == PROCESS_START), None)
    counters = tuple(found for counter in publisher.counters for found in _read(counter, publisher, samples))
    if len(counters) > MAX_COUNTERS:
        raise MalformedRecord(f"the engine counts for more than {MAX_COUNTERS} models and measures")
    return Reading(publisher.product, counters, start)


def _publisher(lines: Sequence[bytes], product: str) -> Publisher:
    """Whose names these are."""
    for publisher in PUBLISHERS.values():
        if publisher.mark and any(line.startswith(publisher.mark.encode()) for line in lines):
            return publisher
    known = PUBLISHERS.get(product)
    if known is None:
        raise MalformedRecord("it states none of the counters that are known of an engine")
    if not known.counters:
        raise MalformedRecord(NO_COUNTERS)
    return known


def _chosen(lines: Sequence[bytes], wanted: set[bytes]) -> list[bytes]:
    """Lines of the wanted names; the name ends at a brace or a space."""
    found: list[bytes] = []
    size = 0
    for line in lines:
        name = line[:128].partition(b"{")[0].split(b" ", 1)[0].split(b"\t", 1)[0]
        if name not in wanted:
            continue
        size += len(line)
        if len(line) > _MAX_LINE or len(found) == _MAX_LINES or size > _MAX_CHOSEN:
            raise MalformedRecord(f"it states more than {_MAX_LINES} series, or one of more than {_MAX_LINE} bytes")
        found.append(line.rstrip(b"\r"))
    return found


def _parse(lines: Sequence[bytes]) -> tuple[Sample, ...]:
    """Line by line, so that no line can change what another one means."""
    from prometheus_client.parser import text_string_to_metric_families  # only here: it brings a web server along

    found: list[Sample] = []
    seen: set[tuple[str, frozenset[tuple[str, str]]]] = set()
    try:
        for line in lines:
            for family in text_string_to_metric_families(line.decode("utf-8") + "\n"):
                for sample in family.samples:
                    key = (sample.name, frozenset(sample.labels.items()))
                    if key in seen:
                        raise MalformedRecord(f"it states a series of {plain(sample.name, 80)} twice")
                    seen.add(key)
                    found.append(sample)
    except MalformedRecord:
        raise
    except (ValueError, TypeError, IndexError, KeyError, AttributeError) as error:
        raise MalformedRecord("a line of its counters is not of Prometheus' text format") from error
    return tuple(found)


def _read(counter: Counter, publisher: Publisher, samples: Sequence[Sample]) -> Iterator[EngineCounter]:
    """One counter by model, its series added up."""
    by_model: Tally[str | None] = Tally()
    for sample in samples:
        if sample.name != counter.metric:
            continue
        if counter.only is not None and sample.labels.get(counter.only[0]) not in counter.only[1]:
            continue
        model = sample.labels.get(publisher.model_label) if publisher.model_label is not None else None
        by_model[None if model is None else plain(model, 256)] += _whole(sample)
    for model, value in sorted(by_model.items(), key=lambda each: each[0] or ""):
        if value > MAX_EXACT:
            raise MalformedRecord(f"{counter.metric} is too large to be exact")
        yield EngineCounter.model_validate(
            {"measure": counter.measure.value, "metric": counter.metric, "model": model, "value": value}
        )


def _whole(sample: Sample) -> int:
    value = sample.value
    if not math.isfinite(value) or value < 0 or value > MAX_EXACT or value != int(value):
        raise MalformedRecord(f"{plain(sample.name, 80)} is not a whole number from 0 to 2^53")
    return int(value)


def _start(sample: Sample) -> str | None:
    if not math.isfinite(sample.value) or not 0 < sample.value < _LATEST_START:
        return None
    return format_instant(datetime.fromtimestamp(sample.value, UTC))
