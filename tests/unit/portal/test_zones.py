"""Whose zone a page tells: of its engagement, of the one that runs, of the settings, else UTC, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from proofbook.portal.surroundings import Stated
from proofbook.portal.zones import Reason, Zone, choose_zone, find_zone, today_in
from proofbook.primitives.instants import parse_period

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
YEAR, BEFORE = ("2026-01-01", "2026-12-31"), ("2025-01-01", "2025-12-31")


def stated(name: str, zone: str, days: tuple[str, str] = YEAR, *, recorded: bool = True) -> Stated:
    """An engagement."""
    return Stated(name, parse_period(*days, zone), recorded)


BERLIN, KATHMANDU = stated("here", "Europe/Berlin"), stated("there", "Asia/Kathmandu")
OLD_BERLIN, OLD_KATHMANDU = stated("old", "Europe/Berlin", BEFORE), stated("older", "Asia/Kathmandu", BEFORE)
OF_SETTINGS = stated("fy", "UTC", recorded=False)


@pytest.mark.parametrize(
    ("engagements", "configured", "found"),
    [
        ([BERLIN], None, Zone("Europe/Berlin", Reason.ENGAGEMENT, "here")),
        ([BERLIN], "America/New_York", Zone("Europe/Berlin", Reason.ENGAGEMENT, "here")),
        ([OLD_KATHMANDU, BERLIN], None, Zone("Europe/Berlin", Reason.ENGAGEMENT, "here")),
        ([BERLIN, stated("other", "Europe/Berlin")], None, Zone("Europe/Berlin", Reason.AGREED)),
        ([BERLIN, KATHMANDU], None, Zone("UTC", Reason.DIFFERENT)),
        ([BERLIN, KATHMANDU], "America/New_York", Zone("America/New_York", Reason.SETTINGS)),
        ([OLD_BERLIN], None, Zone("Europe/Berlin", Reason.ENGAGEMENT, "old")),
        ([OLD_BERLIN], "America/New_York", Zone("America/New_York", Reason.SETTINGS)),
        ([OLD_BERLIN, OLD_KATHMANDU], None, Zone("UTC", Reason.DIFFERENT)),
        ([OLD_BERLIN, OF_SETTINGS], None, Zone("Europe/Berlin", Reason.ENGAGEMENT, "old")),
        ([OF_SETTINGS], None, Zone("UTC", Reason.ENGAGEMENT, "fy")),
        ([], "America/New_York", Zone("America/New_York", Reason.SETTINGS)),
        ([], None, Zone("UTC", Reason.NOBODY)),
    ],
)
def test_zone_of_pages_about_no_engagement(engagements: Sequence[Stated], configured: str | None, found: Zone) -> None:
    """Where nothing decides, none is picked by chance: a page would change its hours with the name of an engagement."""
    assert choose_zone(engagements, NOW, configured) == found


def test_an_engagement_runs_through_the_last_day_of_its_own_zone() -> None:
    """In Kathmandu the year is over before it is in UTC."""
    last = datetime(2026, 12, 31, 18, tzinfo=UTC)
    assert choose_zone([KATHMANDU, OLD_BERLIN], last, None).name == "Asia/Kathmandu"
    assert choose_zone([KATHMANDU, OLD_BERLIN], last.replace(minute=30), None).reason is Reason.DIFFERENT


@pytest.mark.parametrize("name", ["", "Nowhere/Never", "../../etc/passwd", "Europe/Berlin\x00", "x" * 300])
def test_a_zone_that_is_not_known_is_utc(name: str) -> None:
    """What a record says must not take a page down."""
    assert find_zone(name).key == "UTC"


def test_zones_are_looked_up_once() -> None:
    """A page has hundreds of times, and a zone that is not known would be looked for on the disk for each."""
    find_zone.cache_clear()
    assert find_zone("Asia/Kathmandu") is find_zone("Asia/Kathmandu")
    find_zone("Nowhere/Never")
    find_zone("Nowhere/Never")
    assert find_zone.cache_info().misses == 2


def test_it_is_another_day_there() -> None:
    """A grant that ends today has not ended because UTC is a day ahead."""
    moment = datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert today_in(ZoneInfo("America/New_York"), moment) == date(2026, 3, 1)
    assert today_in(ZoneInfo("Asia/Kathmandu"), moment.replace(hour=19)) == date(2026, 3, 3)
