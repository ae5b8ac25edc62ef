"""Whether the two instants of a period are what its days say: a part of step 1.

People read days and a zone; rows are chosen by instants. A room in which they differ could leave out months and still fit in
every other respect. Days of UTC are always computed; those of another zone by this machine's time zone data, and where it has
none the instants must at least lie within a day's reach. Hostile text becomes a problem in words; nothing is raised.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Dict, Optional, Tuple
from zoneinfo import ZoneInfo

from proofbook.verify.encoding import Damage, parse_moment, show

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]{0,31}(/[A-Za-z0-9_+\-]{1,31}){0,2}")
FIRST_YEAR, LAST_YEAR = 1900, 9000
"""Years of a period, well inside the calendar."""

FURTHEST = timedelta(hours=16)
"""No zone is further from UTC than this."""

_UTC_NAMES = ("UTC", "Etc/UTC")


def assess_period(period: Dict[str, Any], place: str) -> Tuple[str, bool]:
    """What is wrong with a period (empty: nothing), and whether its instants could be computed to the second."""
    zone = period.get("zone")
    first, last = _day(period.get("first")), _day(period.get("last"))
    if first is None or last is None or last < first:
        return "first and last are not days of the calendar, the first before the last", False
    if not isinstance(zone, str) or _ZONE.fullmatch(zone) is None:
        return f"zone {show(zone)} is not the name of a time zone", False
    known = timezone.utc if zone in _UTC_NAMES else _zone(zone)
    for name, day in (("start", first), ("end", last + timedelta(days=1))):
        try:
            said = parse_moment(period[name], place)
        except Damage as damage:
            return damage.what, False
        wanted = datetime.combine(day, time(), known or timezone.utc).astimezone(timezone.utc).replace(tzinfo=None)
        if said != wanted if known is not None else abs(said - wanted) > FURTHEST:
            days = f"{period['first']} to {period['last']} in {zone}"
            return (
                f"{name} is {said.isoformat()}, the days {days} give {wanted.isoformat()}: rows were chosen by other days",
                True,
            )
    return "", known is not None


def _day(text: Any) -> Optional[date]:
    if not isinstance(text, str) or _DAY.fullmatch(text) is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def _zone(name: str) -> Optional[ZoneInfo]:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # this machine has no data for it, or it names a folder
        return None
