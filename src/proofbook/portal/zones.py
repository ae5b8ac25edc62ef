"""In whose time zone a page's times are told: that of its engagement, else of the one that runs, else of the settings, else UTC.

Promises: look-ups only, never an assessment, so that pages which need no engagement do not wait for one; an auditor's pages are
told in the zone of the auditor's engagement whatever the address says; where engagements that run state different zones, none is
picked by chance. Hostile input: an engagement that nobody knows is as one that is not named; one that cannot be read states none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from proofbook.errors import ProofbookError
from proofbook.portal.surroundings import Desk, Query, Stated

__all__ = ["UTC_NAME", "Reason", "Zone", "choose_zone", "find_zone", "today_in", "zone_for", "zone_info_of", "zone_of"]

UTC_NAME: Final = "UTC"


class Reason(Enum):
    """Why a zone is told."""

    ENGAGEMENT = "engagement"
    """The page is about that engagement, or it is the only one that runs."""
    AGREED = "agreed"
    """Several engagements state the same zone."""
    SETTINGS = "settings"
    """No engagement decides; the settings name a zone."""
    DIFFERENT = "different"
    """Several engagements state different zones, and the settings name none."""
    NOBODY = "nobody"
    """Neither an engagement nor the settings name one."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone by its name in the time zone database, and why it is this one. `engagement`: whose it is, where it is of one."""

    name: str
    reason: Reason
    engagement: str | None = None


def choose_zone(stated: Sequence[Stated], now: datetime, configured: str | None) -> Zone:
    """The zone of pages that are about no engagement. An engagement of the settings alone counts where none is on record.

    Those that run come first; where they disagree, or none runs, `configured` decides; without it engagements that all agree.
    """
    asked = [each for each in stated if each.recorded] or stated
    of_running = _agreed([each for each in asked if each.period.covers(now)])
    if of_running is not None:
        return of_running
    if configured is not None:
        return Zone(configured, Reason.SETTINGS)
    return _agreed(asked) or Zone(UTC_NAME, Reason.DIFFERENT if asked else Reason.NOBODY)


def zone_for(desk: Desk, engagement: str | None) -> Zone:
    """The zone in which a page is told that is about an engagement; None: about none."""
    confined = desk.visitor.engagement if desk.visitor is not None else None
    named = confined or (engagement or "").strip()
    try:
        stated = desk.sources.engagements.stated(desk.reader, desk.now)
    except ProofbookError:
        stated = ()
    found = next((each for each in stated if each.engagement == named), None)
    if found is not None:
        return Zone(found.period.zone, Reason.ENGAGEMENT, found.engagement)
    return choose_zone(() if confined else stated, desk.now, desk.sources.zone)


def zone_of(desk: Desk, query: Query | None = None) -> str:
    """Name of the zone in which days are counted and typed times are read; one that is known here."""
    return find_zone(zone_for(desk, None if query is None else query.get("engagement")).name).key


def zone_info_of(desk: Desk, query: Query | None = None) -> ZoneInfo:
    """The same as a value that reads and writes times."""
    return find_zone(zone_of(desk, query))


@lru_cache(maxsize=64)
def find_zone(name: str) -> ZoneInfo:
    """A zone by its name; UTC for one that is not known here."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(UTC_NAME)


def today_in(zone: ZoneInfo, now: datetime) -> date:
    """The day that it is there."""
    return now.astimezone(zone).date()


def _agreed(stated: Sequence[Stated]) -> Zone | None:
    """The zone that all of them state; None where they differ or there is none."""
    names = {each.period.zone for each in stated}
    if len(names) != 1:
        return None
    if len(stated) == 1:
        return Zone(names.pop(), Reason.ENGAGEMENT, stated[0].engagement)
    return Zone(names.pop(), Reason.AGREED)
