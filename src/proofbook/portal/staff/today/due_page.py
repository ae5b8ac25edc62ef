"""Today's list: what an auditor would not accept today, the gravest first, with its record, its owner and what mends it.

Promises: counts are counts; a list that was cut says so; an empty one says that it concludes nothing. Populations of nothing are
named. Does not: record that the self-tests were run.
"""

from __future__ import annotations

from typing import Final

from proofbook.assessment.finding import Consequence
from proofbook.portal.assessing import Assessed
from proofbook.portal.staff.coverage.states import counted_states
from proofbook.portal.surroundings import Answer, Desk, Page, Query

MOST: Final = 200
"""Findings of one sort on the page; the terminal lists all."""

HEADINGS: Final = {
    Consequence.BREAKS_THE_TRAIL: ("Breaks the trail", "Each of these puts the record as a whole in doubt.", "alarm"),
    Consequence.EXCEPTION: ("Exceptions", "Each is an instance of a control that did not operate as described.", "alarm"),
    Consequence.NOT_SHOWN: ("Not shown", "It may have operated; the evidence is missing or unknown.", "unknown"),
    Consequence.LATE: ("Late", "Done late, or recorded late.", "notice"),
    Consequence.COMING: ("Coming", "Nothing is wrong yet.", "plain"),
}
"""Consequence -> heading, what it means, tone."""


def show_due(desk: Desk, query: Query) -> Answer:
    """`/due`."""

    def make(assessed: Assessed) -> Page:
        today = assessed.today
        groups = []
        for level, (heading, meaning, tone) in HEADINGS.items():
            found = [item for item in today.items if item.finding.consequence == level]
            if found:
                groups.append((level.name.lower(), heading, meaning, tone, found[:MOST], len(found)))
        values = {
            "counts": counted_states(today.grid.counts),
            "groups": groups,
            "nil": [case for case in today.nil if not case.items],
        }
        return Page("staff/due.html", values)

    return desk.assessments().show(desk, query, make)
