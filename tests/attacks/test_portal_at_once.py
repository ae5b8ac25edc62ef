"""Two at once, and the same button pressed many times: one is done, the others are told."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from attacks.conftest import Besieged
from proofbook.people.roles import Role
from proofbook.wiring.access import operator
from support.staffed_portal import Browser

MANY = 6


def at_once(do: Callable[[int], int]) -> list[int]:
    """Statuses of as many of the same thing."""
    with ThreadPoolExecutor(MANY) as pool:
        return sorted(pool.map(do, range(MANY)))


def entry_of(browser: Browser, place: str) -> str:
    """The version that a form stands on."""
    found = re.search(r'name="seen" value="([^"]+)"', browser.get(place).text)
    assert found is not None
    return found[1]


def test_one_request_bears_a_number(besieged: Besieged) -> None:
    """Six browsers once recorded six first versions of it."""
    asked = {"number": "R-77", "title": "Sample", "description": "Sample words"}
    statuses = at_once(lambda _: besieged.auditor.post("/room/requests", asked, page="/room/receipts").status)
    assert statuses == [303] + [422] * (MANY - 1)


def test_one_of_two_steps_from_the_same_version_is_taken(besieged: Besieged) -> None:
    """Owner and day from the same page: the second would undo the first without having seen it."""
    asked = {"number": "R-78", "title": "Sample", "description": "Sample words"}
    made = besieged.auditor.post("/room/requests", asked, page="/room/receipts").headers["location"]
    place = made.replace("/room/", "/")
    seen = entry_of(besieged.lead, place)

    def edit(number: int) -> int:
        given = {"seen": seen, "owner": f"sample.owner.{number}"}
        return besieged.lead.post(f"{place}/owner", given, page=place).status

    statuses = at_once(edit)
    assert statuses.count(303) == 1, statuses


def test_a_link_lets_one_in(besieged: Besieged) -> None:
    """Whoever is second learns that it was used."""
    people = besieged.portal.sources.people
    assert people is not None
    browser = besieged.portal.browser(besieged.portal.add("linked", Role.PREPARER))
    link = people.make_link("linked", "reset", operator()).path

    def use(number: int) -> int:
        words = f"another sample sentence {number}"
        return Browser(besieged.portal.port).post(link, {"password": words, "again": words}, page=link).status

    statuses = at_once(use)
    assert statuses == [303] + [403] * (MANY - 1)
    assert browser.get("/records").status == 303
