"""The whole list: every finding, the gravest first, with its record, its owner and what mends it; narrowed and paged.

Promises: counts are of what was asked for and of all; an empty list says that it concludes nothing. Populations of nothing are
named. Does not: record that the self-tests were run. Hostile input: an owner or control that nobody has gives an empty list; a
page number that is none is InputError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from proofbook.assessment.finding import Consequence
from proofbook.assessment.today import Item
from proofbook.errors import InputError
from proofbook.people.visitor import Visitor
from proofbook.portal.assessing import Assessed
from proofbook.portal.staff.today.consequences import CONSEQUENCES
from proofbook.portal.staff.today.folding import owned_by, owners_of, show_line
from proofbook.portal.states import counted_states
from proofbook.portal.surroundings import Answer, Desk, Page, Query

A_PAGE: Final = 100
_NARROWS: Final = ("consequence", "control", "owner")


def show_due(desk: Desk, query: Query) -> Answer:
    """`/due`."""
    chosen = {name: query[name].strip() for name in _NARROWS if query.get(name, "").strip()}
    page = read_page(query)
    check_level(chosen.get("consequence", ""))

    def make(assessed: Assessed) -> Page:
        today = assessed.today
        engagement = assessed.facts.scope.engagement
        found = narrow_items(today.items, chosen, desk.visitor)
        start = (page - 1) * A_PAGE
        shown = found[start : start + A_PAGE]
        carried = {"engagement": engagement, **chosen}
        groups = [
            (
                heading,
                [show_line(each, assessed.facts) for each in shown if each.finding.consequence is level],
                _count(found, level),
            )
            for level, heading in CONSEQUENCES.items()
        ]
        return Page(
            "staff/due.html",
            {
                "counts": counted_states(today.grid.counts),
                "groups": [each for each in groups if each[1]],
                "nil": [case for case in today.nil if not case.items] if page == 1 and not chosen else [],
                "narrowed": chosen,
                "owners": owners_of(today.items),
                "headings": CONSEQUENCES,
                "found": len(found),
                "of": len(today.items),
                "first": start + 1,
                "last": start + len(shown),
                "newer": f"/due?{urlencode({**carried, 'page': page - 1})}" if page > 1 else None,
                "older": f"/due?{urlencode({**carried, 'page': page + 1})}" if start + A_PAGE < len(found) else None,
            },
        )

    return desk.assessments().show(desk, query, make)


def narrow_items(items: Sequence[Item], chosen: Mapping[str, str], visitor: Visitor | None) -> list[Item]:
    """Findings of one consequence, control or owner, in the list's order. Raises InputError for a consequence that is none."""
    level = check_level(chosen.get("consequence", ""))
    return [
        each
        for each in owned_by(items, chosen.get("owner", ""), visitor)
        if level in (None, each.finding.consequence) and chosen.get("control", each.finding.control) == each.finding.control
    ]


def read_page(query: Query) -> int:
    """`page`: 1 unless it says otherwise. Raises InputError."""
    given = query.get("page", "").strip() or "1"
    if not (given.isascii() and given.isdecimal() and len(given) <= 6 and int(given) > 0):
        raise InputError(f"page={given[:20]!r} is no page", hint="pages count from 1")
    return int(given)


def check_level(given: str) -> Consequence | None:
    """The consequence of that name. Raises InputError for another word."""
    if not given:
        return None
    known = {heading.id: level for level, heading in CONSEQUENCES.items()}
    if given not in known:
        raise InputError(f"consequence={given[:40]!r} is none", hint=f"known: {', '.join(known)}")
    return known[given]


def _count(items: list[Item], level: Consequence) -> int:
    return sum(each.finding.consequence is level for each in items)
