"""What auditors drew, as the company sees it, and the release of content of one drawn item, stated and on record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, cast

from proofbook.errors import ProofbookError
from proofbook.fieldwork.samples import find_sample, list_samples, release_content
from proofbook.portal.posting import Given
from proofbook.portal.staff.requests.engaged import act_of, choose_engagement
from proofbook.portal.surroundings import Answer, Desk, Page, Query, See

VIEWS: Final = (("redacted", "without sensitive data"), ("unredacted", "whole"))


def show_samples(desk: Desk, query: Query) -> Answer:
    """`/drawn`: samples of an engagement."""
    chosen, known = choose_engagement(desk, query)
    if chosen is None:
        return Page("begin_engagement.html", {})
    values = {"samples": list_samples(desk.reader, chosen), "chosen": chosen, "engagements": known}
    return Page("requests/samples.html", values)


def show_sample(desk: Desk, query: Query, sample: str) -> Answer:
    """`/drawn/{sample}`."""
    del query
    return _page(desk, sample, {})


def release(desk: Desk, given: Given, sample: str) -> Answer:
    """Let the auditor see the content of one item."""
    item, view = given.one("item"), given.one("view")
    try:
        chosen = cast("Literal['redacted', 'unredacted']", view if view in dict(VIEWS) else "redacted")
        desk.writing.record(release_content(desk.reader, act_of(desk), sample, item, view=chosen, because=given.one("because")))
    except ProofbookError as error:
        return _page(desk, sample, {"because": f"{error.message}; {error.hint}" if error.hint else error.message})
    return See(f"/drawn/{sample}", "Released for this item; each look of the auditor is an entry.")


def _page(desk: Desk, sample: str, mistakes: Mapping[str, str]) -> Page | None:
    found = find_sample(desk.reader, sample)
    if found is None:
        return None
    items = [(each, found.release_of(each.item)) for each in found.items]
    return Page(
        "requests/sample.html", {"it": found, "drawn": items, "views": VIEWS, "mistakes": mistakes}, 422 if mistakes else 200
    )
