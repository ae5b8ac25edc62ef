"""Today, the first page of the staff: what an auditor would not accept now and what mends it, the week, the signs of life.

Promises: gravest first; what is left out of a heading is counted and one link away; a book without an engagement still shows what
was recorded and who was heard. Counts are counts, an empty list concludes nothing.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from proofbook.portal.assessing import Assessed
from proofbook.portal.coverage import read_duties
from proofbook.portal.staff.book.identity import find_foreign
from proofbook.portal.staff.book.signs import by_program, read_signs
from proofbook.portal.staff.today.changes import read_changes
from proofbook.portal.staff.today.consequences import CONSEQUENCES
from proofbook.portal.staff.today.folding import Fold, fold, owned_by, owners_of
from proofbook.portal.staff.today.pictures import draw_months, draw_recorders
from proofbook.portal.states import counted_states
from proofbook.portal.surroundings import Answer, Desk, Page, Query
from proofbook.readmodel import exchanges

MOST: Final = 6
"""Controls below one heading; the whole list is one link away."""


def show_today(desk: Desk, query: Query) -> Answer:
    """`/`."""
    around = _around(desk)
    if not query.get("engagement", "").strip() and not desk.sources.engagements.known(desk.reader, desk.now):
        return Page("staff/today_without.html", around)
    owner = query.get("owner", "").strip()

    def make(assessed: Assessed) -> Page:
        today = assessed.today
        items = owned_by(today.items, owner, desk.visitor)
        owners = owners_of(today.items)
        narrowed = {"owner": owner} if owner else {}
        whole = urlencode({"engagement": assessed.facts.scope.engagement, **narrowed})
        return Page(
            "staff/today.html",
            {
                **around,
                "headings": _headings(fold(items, today.grid) if owner else assessed.once("folded", _folded)),
                "counts": counted_states(today.grid.counts),
                "nil": sum(not case.items for case in today.nil),
                "unrecorded": len(today.exceptions.unrecorded),
                "cases": today.exceptions.cases,
                "owner": owner,
                "owners": owners,
                "of": len(today.items),
                "found": len(items),
                "whole": f"/due?{whole}",
                "months": draw_months(today.grid),
                "months_table": assessed.months,
            },
        )

    return desk.assessments().show(desk, query, make)


def _folded(assessed: Assessed) -> tuple[Fold, ...]:
    """Everybody's findings."""
    return fold(assessed.today.items, assessed.today.grid)


def _headings(folds: tuple[Fold, ...]) -> list[dict[str, Any]]:
    """What stands below each consequence, cut, with what was left out."""
    made: list[dict[str, Any]] = []
    for level, heading in CONSEQUENCES.items():
        here = [each for each in folds if each.consequence is level]
        if here:
            made.append(
                {
                    "level": level,
                    "heading": heading,
                    "folds": here[:MOST],
                    "count": sum(len(each.lines) for each in here),
                    "left": sum(len(each.lines) for each in here[MOST:]),
                    "left_controls": len(here[MOST:]),
                }
            )
    return made


def _around(desk: Desk) -> dict[str, Any]:
    """What the page shows with or without an engagement."""
    duties = read_duties(desk.reader)
    return {
        "changes": read_changes(desk),
        "signs": by_program(read_signs(desk, duties)),
        "recorders": draw_recorders(desk, duties),
        "identity": find_foreign(desk),
        "empty": not exchanges.page(desk.reader, limit=1),
    }
