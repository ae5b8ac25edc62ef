"""What auditors drew, as the company sees it, and the release of content of one drawn item, stated and on record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from proofbook.errors import ProofbookError
from proofbook.fieldwork.samples import find_sample, list_samples
from proofbook.portal.posting import FormMistakes, Given, read_typed
from proofbook.portal.staff.requests.engaged import choose_engagement
from proofbook.portal.staff.requests.sample_acts import ReleaseOrder, release_item
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
    typed = {name: given.one(name) for name in ("item", "view", "because")}
    try:
        done = release_item(desk, read_typed(ReleaseOrder, {**typed, "sample": sample}))
    except FormMistakes as wrong:
        return _page(desk, sample, wrong.by_field)
    except ProofbookError as error:
        return _page(desk, sample, {"because": f"{error.message}; {error.hint}" if error.hint else error.message})
    return See(done.path, done.said)


def _page(desk: Desk, sample: str, mistakes: Mapping[str, str]) -> Page | None:
    found = find_sample(desk.reader, sample)
    if found is None:
        return None
    items = [(each, found.release_of(each.item)) for each in found.items]
    values = {"it": found, "drawn": items, "views": VIEWS, "mistakes": mistakes}
    return Page("requests/sample.html", values, 422 if mistakes else 200, engagement=found.engagement)
