"""What a page says once about its times: whose zone they are told in and why, and the way to the same page in UTC.

Promises: the way is an ordinary link, for whoever has no mouse to point with; it changes how times are told and nothing else, so
that what a form reads stays as its fields say. Whoever did not sign in learns no engagement. Hostile input: anything but `utc`
asks for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from proofbook.assessment.scope import Scope
from proofbook.portal.surroundings import Desk, Page, Query
from proofbook.portal.telling import offset_of
from proofbook.portal.zones import UTC_NAME, Reason, Zone, find_zone, zone_for

ASKED: Final = "times"
IN_UTC: Final = "utc"
_BECAUSE: Final = {
    Reason.AGREED: "the zone that the engagements state",
    Reason.SETTINGS: "the zone of the settings, as no engagement decides it",
    Reason.DIFFERENT: "engagements state different zones, and the settings name none",
    Reason.NOBODY: "neither an engagement nor the settings name another zone",
}


@dataclass(frozen=True, slots=True)
class ToldZone:
    """`zone`: in which times are told; `days`: in which days are counted and forms read; `offset`: of `zone`, now.

    `because` is empty for whoever did not sign in. `link`: the same page with its times told otherwise; None where there is none.
    """

    zone: str
    days: str
    offset: str
    because: str
    link: str | None

    @property
    def in_utc(self) -> bool:
        """Whether UTC was asked for although the page has another zone."""
        return self.zone != self.days


def tell_zone(page: Page, desk: Desk, path: str, query: Query) -> ToldZone:
    """The zone of a page, by what it is about and by what was asked for."""
    found = _zone_of(page, desk, query)
    link = None
    if page.status == 200 and desk.visitor is not None and find_zone(found.name).key != UTC_NAME:
        link = _other_way(path, query)
    zone = UTC_NAME if link is not None and query.get(ASKED) == IN_UTC else find_zone(found.name).key
    because = "" if desk.visitor is None else _BECAUSE.get(found.reason, f"the zone of engagement {found.engagement}")
    return ToldZone(zone, find_zone(found.name).key, offset_of(desk.now, find_zone(zone)), because, link)


def _zone_of(page: Page, desk: Desk, query: Query) -> Zone:
    scope = page.values.get("scope")
    if isinstance(scope, Scope):
        return Zone(scope.period.zone, Reason.ENGAGEMENT, scope.engagement)
    return zone_for(desk, page.engagement or query.get("engagement"))


def _other_way(path: str, query: Query) -> str:
    """The address of the same page, told in UTC, or in the zone again."""
    asked = {name: value for name, value in query.items() if name != ASKED}
    if query.get(ASKED) != IN_UTC:
        asked[ASKED] = IN_UTC
    return f"{path}?{urlencode(asked)}" if asked else path
