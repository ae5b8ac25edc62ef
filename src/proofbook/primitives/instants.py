"""Moments and periods. An instant is fixed-width UTC text, so that text order is time order.

Promises: `parse_instant(format_instant(t)) == t` at microsecond precision; nothing here reads a clock: a `Clock` is handed in.
Periods state their zone and are half-open inside ([start, end)), while people write inclusive dates (soc2.md section 4).
Hostile text raises `MalformedRecord`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from proofbook.errors import MalformedRecord

_SECOND: list[tuple[tuple[int, ...], str]] = [((), "")]
"""The second that was spelled last: of the moments of one exchange most are in the same."""
FIRST_YEAR, LAST_YEAR = 1900, 9000
"""Periods stay well inside the calendar, so that no time zone pushes their ends out of it."""

_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)


class Clock(Protocol):
    """Tells the time. Implementations return aware UTC datetimes."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""


class FixedClock:
    """A clock that moves only when told: for tests, vectors and replays."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The moment last set."""
        return self._now

    def advance(self, step: timedelta) -> None:
        """Move by `step`, which may be negative."""
        self._now += step


def format_instant(moment: datetime) -> str:
    """Aware datetime -> `2026-11-21T03:12:28.123456Z`. Raises MalformedRecord for a naive one."""
    if moment.tzinfo is UTC:
        second = (moment.second, moment.minute, moment.hour, moment.day, moment.month, moment.year)
        known, spelled = _SECOND[0]
        if known != second:
            spelled = moment.isoformat(timespec="seconds")[:19]
            _SECOND[0] = (second, spelled)  # in one step, since other threads read it
        return f"{spelled}.{moment.microsecond:06}Z"
    if moment.tzinfo is None:
        raise MalformedRecord("a moment without a time zone cannot be recorded")
    try:
        utc = moment.astimezone(UTC)
    except OverflowError as error:
        raise MalformedRecord("a moment beyond the calendar's first or last day cannot be recorded") from error
    return utc.isoformat(timespec="microseconds")[:26] + "Z"


def parse_instant(text: str) -> datetime:
    """The inverse of `format_instant`, strictly. Raises MalformedRecord."""
    if _FORM.match(text) is None:
        raise MalformedRecord(f"{text[:40]!r} is not an instant", hint="expected YYYY-MM-DDTHH:MM:SS.ffffffZ")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedRecord(f"{text!r} is not a moment of the calendar") from error


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days from `first` to `last`, both inclusive, in the named IANA time zone."""

    first: date
    last: date
    zone: str

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise MalformedRecord(f"period ends on {self.last} before it starts on {self.first}")
        if not FIRST_YEAR <= self.first.year <= self.last.year <= LAST_YEAR:
            raise MalformedRecord(f"period {self.first} to {self.last} lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
        _zone(self.zone)

    @property
    def start(self) -> datetime:
        """First moment inside, aware UTC."""
        return datetime.combine(self.first, time(), _zone(self.zone)).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """First moment after the period, aware UTC."""
        return datetime.combine(self.last + timedelta(days=1), time(), _zone(self.zone)).astimezone(UTC)

    def covers(self, moment: datetime) -> bool:
        """Whether `moment` lies inside."""
        return self.start <= moment < self.end


def parse_period(first: str, last: str, zone: str) -> Period:
    """Two ISO dates and a zone -> Period. Raises MalformedRecord naming the wrong part."""
    return Period(_day(first), _day(last), zone)


def _day(text: str) -> date:
    """`date.fromisoformat` alone also takes week dates and dates without hyphens."""
    try:
        if _DAY.match(text) is None:
            raise ValueError("unexpected form")
        return date.fromisoformat(text)
    except ValueError as error:
        raise MalformedRecord(f"{text[:40]!r} is not a day of the calendar: {error}", hint="write dates as YYYY-MM-DD") from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise MalformedRecord(
            f"time zone {name[:64]!r} is not known", hint="use an IANA name such as UTC or Europe/Berlin"
        ) from error
