"""Instants of the book in the zone of the engagement, and what somebody types in that zone back into an instant.

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
from proofbook.portal import zones
from proofbook.portal.surroundings import Desk
from proofbook.primitives.instants import format_instant, parse_instant

_LOCAL: Final = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?\Z", re.ASCII)


class NoSuchTime(ValueError):
    """A local time that the clocks there never showed, or showed twice."""


def zone_of(desk: Desk) -> ZoneInfo:
    """The zone of the engagement that is recorded first; UTC where there is none."""
    try:
        return ZoneInfo(zones.zone_of(desk))
    except (KeyError, ValueError):
        return ZoneInfo("UTC")


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


def read_moment(text: str, zone: ZoneInfo) -> str:
    """An instant; text that is no time as it is. Raises NoSuchTime."""
    return _read_local(text, zone) if _LOCAL.match(text) else normalise_moment(text)


def show(instant: str, zone: ZoneInfo) -> str:
    """`2026-03-28 09:00:00`, as people read it."""
    try:
        return parse_instant(instant).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    except (MalformedRecord, OverflowError, ValueError):
        return instant


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
        raise NoSuchTime(f"{shown} was skipped by the clocks of {zone.key}: write the time with its offset")
    offsets = " or ".join(each.isoformat(timespec="seconds") for each in (first, second))
    raise NoSuchTime(f"{shown} came twice in {zone.key}: write {offsets}")
