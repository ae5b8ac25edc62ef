"""The first and the last day of an account, as the form of a page shows and reads them: days of the zone that it names.

Promises: a day that was shown and sent back as it was stays the very instant that is on record, also where that is no midnight of
the zone. Hostile input: text that is no day stays text, for whoever reads it to refuse.
"""

from __future__ import annotations

from datetime import timedelta

from proofbook.errors import MalformedRecord
from proofbook.portal.zones import find_zone
from proofbook.primitives.instants import format_instant, parse_instant, parse_period

_MOMENT = timedelta(microseconds=1)


def write_day(instant: str | None, zone: str, *, last: bool = False) -> str:
    """The day on which an account opens, or the last one on which it is open; empty where no instant is stated."""
    if instant is None:
        return ""
    moment = parse_instant(instant)
    return (moment - _MOMENT if last else moment).astimezone(find_zone(zone)).date().isoformat()


def read_day(text: str | None, recorded: str | None, zone: str, *, last: bool = False) -> str | None:
    """The instant at which a day begins there, or ends when it is the last one; `recorded` where that is what was shown."""
    if not text or (recorded is not None and text == write_day(recorded, zone, last=last)):
        return recorded if text else None
    try:
        period = parse_period(text, text, zone)
    except MalformedRecord:
        return text
    return format_instant(period.end if last else period.start)
