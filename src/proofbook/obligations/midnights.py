"""At which moment a day begins in a zone, and which day a moment falls on.

Promises: moments are fixed-width UTC text, so that they compare as text; a later day never begins earlier. A midnight that the
clocks skip is the moment of the skip, one that happens twice is the first. A whole day that a zone left out (Samoa, 2011-12-30)
begins when the next one begins. Raises MalformedRecord for a zone that is not known; moments far outside the calendar fall on a
far day, never raise.
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from proofbook.errors import MalformedRecord
from proofbook.obligations.cadence import DAY
from proofbook.primitives.instants import FIRST_YEAR, LAST_YEAR, format_instant, parse_instant

FIRST_DAY, LAST_DAY = date(FIRST_YEAR, 1, 1), date(LAST_YEAR + 100, 1, 1)
"""Nothing is owed outside; the century after the last period leaves room for due days."""


class Midnights:
    """The days of one IANA zone. Keeps what it has worked out, for as long as it lives."""

    def __init__(self, zone: str) -> None:
        """Raises MalformedRecord when the zone is not known."""
        try:
            self._zone = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise MalformedRecord(
                f"time zone {zone[:64]!r} of a duty is not known", hint="use an IANA name such as UTC or Europe/Berlin"
            ) from error
        self._known: dict[date, str] = {}

    def begins(self, day: date) -> str:
        """The first moment of `day`, as an instant."""
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = format_instant(datetime.combine(day, time(), self._zone))
        return known

    def day_of(self, moment: str) -> date:
        """The day in this zone on which the instant falls; the day before the first or the last one for moments beyond them."""
        utc = parse_instant(moment)
        if utc.year < FIRST_YEAR:
            return FIRST_DAY - DAY
        if utc.year >= LAST_DAY.year:
            return LAST_DAY
        return utc.astimezone(self._zone).date()
