"""Instants in the fields of forms, in the zone that the form names, and what somebody types in that zone back into an instant.

Promises: nothing is lost on the way: an instant that has parts of a second, or lies in an hour that the clocks showed twice, is
written with its offset. A time that did not exist there, or existed twice, is told instead of guessed. Hostile input: text that
is no time stays text, so that the record's own rules tell what is wrong with it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from proofbook.errors import MalformedRecord
from proofbook.filing.scalars import normalise_moment
from proofbook.primitives.instants import format_instant, parse_instant

_LOCAL: Final = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?\Z", re.ASCII)


class NoSuchTime(ValueError):
    """A local time that the clocks there never showed, or showed twice."""


def write_local(instant: str, zone: ZoneInfo) -> str | None:
    """`2026-03-28T09:00:00`, or None when that would not be the same instant again."""
    try:
        local = parse_instant(instant).astimezone(zone)
        text = local.replace(tzinfo=None).isoformat(timespec="seconds")
        return text if local.microsecond == 0 and _read_local(text, zone) == instant else None
    except (MalformedRecord, OverflowError, ValueError):
        return None


def write_offset(instant: str, zone: ZoneInfo) -> str:
    """`2026-03-28T09:00:00.250000+01:00`; the instant itself when it cannot be written there."""
    try:
        text = parse_instant(instant).astimezone(zone).isoformat()
        return text if normalise_moment(text) == instant else instant
    except (MalformedRecord, OverflowError, ValueError):
        return instant


def write_typed(text: str, zone: ZoneInfo) -> tuple[str, str]:
    """Type and value of the `<input>` of an instant: a local time, or text where a local time would not be this instant again.

    Text that is no instant was typed before, and stays as it was typed.
    """
    if not text:
        return "datetime-local", ""
    try:
        instant = _read_local(text, zone)
    except NoSuchTime:
        return "text", text
    local = write_local(instant, zone)
    return ("text", write_offset(instant, zone)) if local is None else ("datetime-local", local)


def read_moment(text: str, zone: ZoneInfo) -> str:
    """An instant; text that is no time as it is. Raises NoSuchTime."""
    return _read_local(text, zone) if _LOCAL.match(text) else normalise_moment(text)


def _read_local(text: str, zone: ZoneInfo) -> str:
    found = _LOCAL.match(text)
    if found is None:
        return text
    try:
        naive = datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3] or ':00'}")
        first, second = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        if first.utcoffset() != second.utcoffset():
            _refuse(first, second, naive, zone)
        return format_instant(first.astimezone(UTC))
    except (OverflowError, MalformedRecord):
        return text
    except NoSuchTime:
        raise
    except ValueError:
        return text


def _refuse(first: datetime, second: datetime, naive: datetime, zone: ZoneInfo) -> None:
    shown = naive.isoformat(sep=" ")
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != naive:
        later = first.astimezone(UTC).astimezone(zone).isoformat(timespec="seconds")
        raise NoSuchTime(f"{shown} was skipped by the clocks of {zone.key}: write a time that they showed, such as {later}")
    offsets = " or ".join(each.isoformat(timespec="seconds") for each in (first, second))
    raise NoSuchTime(f"{shown} came twice in {zone.key}: write {offsets}")
