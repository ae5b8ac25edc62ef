"""Long work under way: how far it is, and where its outcome is. Shown to whoever asked for it, and to nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from proofbook.portal.places import Place, Reach
from proofbook.portal.surroundings import Answer, Desk, Page, Query
from proofbook.portal.wording import without_folders


def show_work(desk: Desk, query: Query, work: str) -> Answer:
    """`/under-way/{work}`."""
    del query
    found = desk.works.find(work, desk.known.account)
    if found is not None and desk.known.engagement is not None:
        found = replace(found, said=without_folders(found.said), steps=tuple(map(without_folders, found.steps)))
    return None if found is None else Page("work.html", {"it": found})


WORK_PLACES: Final = (Place(path="/under-way/{work}", need=Reach.SIGNED_IN, show=show_work),)
