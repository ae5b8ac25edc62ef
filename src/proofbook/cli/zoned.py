"""Moments in sentences, told in the zone of an engagement.

Findings and reasons carry instants in UTC, as the book does; who reads a list thinks in the days of the period. Only whole
instants and `2026-03-28 09:00 UTC` are told anew, and only for people: documents keep UTC. A moment that is part of a name stays.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

_MOMENT: Final = re.compile(
    r"(?<![\w@:.-])(?:(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\.\d{6}Z|(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC)(?![\w@.-])", re.ASCII
)


def tell_in_zone(text: str, zone: str) -> str:
    """The text with its moments as `2026-03-28 10:00` of the zone, to the minute."""
    place = ZoneInfo(zone)

    def told(match: re.Match[str]) -> str:
        day, time = match.group(1) or match.group(3), match.group(2) or match.group(4)
        try:
            moment = datetime.fromisoformat(f"{day} {time}").replace(tzinfo=UTC).astimezone(place)
        except (ValueError, OverflowError):  # no moment at all: text that only looks like one
            return match.group()
        return f"{moment:%Y-%m-%d %H:%M}"

    return _MOMENT.sub(told, text)
