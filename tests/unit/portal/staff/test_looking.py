"""Who looked: what is told of each access, and which places of the portal count as files that were taken away."""

from __future__ import annotations

import pytest

from proofbook.people.roles import Role
from proofbook.portal.places import Place
from proofbook.portal.site import PLACES
from proofbook.portal.staff.looking.telling import SORT_WORDS, tell
from proofbook.readmodel.access_rows import ACCESSES, TAKEN, VIEWED, access_row
from proofbook.readmodel.accesses import SORTS, AccessEvent
from support.body_examples import EXAMPLES
from support.sample_accounts import sample_visitor

ENTRY = {
    "id": "e_1",
    "recorded": "2026-01-05T08:00:00.000000Z",
    "actor": {"id": "sample.lead", "kind": "person", "method": "oidc"},
}


def accessed(kind: str, **changes: object) -> AccessEvent:
    """The row of a published example."""
    row = access_row(7, {**ENTRY, "kind": kind}, {**EXAMPLES[kind], **changes})
    assert row is not None
    index, entry, sort, _, account, method, recorded = row[0]
    return AccessEvent(index, entry, sort, kind, account, method, recorded, row[1])


@pytest.mark.parametrize("kind", ACCESSES)
def test_every_kind_is_told_in_words(kind: str) -> None:
    """A kind without words would fail the page for everybody."""
    line = tell(accessed(kind), None)
    assert line.done
    assert line.done == line.done.strip()


def test_a_purpose_is_told_as_it_was_stated() -> None:
    """It is what a reviewer of accesses reads the list for."""
    line = tell(accessed("content.revealed", purpose="sample complaint 12"), None)
    assert (line.quoted, line.link) == ("sample complaint 12", f"/exchanges/{EXAMPLES['content.revealed']['exchange']}")


def test_the_page_that_was_viewed_is_named_with_what_stood_in_its_place() -> None:
    """An address with braces tells nobody what was seen."""
    event = accessed("portal.viewed", page="/room/records/{kind}/{id}", subjects=["control", "c-1", "before=12"], status=404)
    line = tell(event, None)
    assert (line.name, line.beside) == ("/room/records/control/c-1", "asked for before=12; answered 404")
    assert tell(accessed("portal.viewed", page="/room/{a}/{b}", subjects=["x"]), None).name == "/room/x/{b}"


def test_accounts_are_linked_for_whom_they_are_open() -> None:
    """A link that leads to a refusal teaches people to ignore refusals."""
    event = accessed("account.set")
    assert tell(event, sample_visitor(Role.ADMINISTRATOR)).link == f"/people/{event.told['account']}"
    assert tell(event, sample_visitor(Role.LEAD)).link is None


def test_every_sort_has_its_words() -> None:
    """In the order of the filter."""
    assert tuple(SORT_WORDS) == SORTS


@pytest.mark.parametrize(
    "place",
    [each for each in PLACES if each.show is not None and (each.witnessed or each.path.startswith("/room"))],
    ids=lambda each: each.path,
)
def test_files_that_are_saved_count_as_taken_away(place: Place) -> None:
    """The addresses of the portal decide; a new place that gives a file must not pass for a page."""
    assert place.show is not None
    saves = place.show.__name__.startswith("save_")
    assert accessed("portal.viewed", page=place.path).sort == (TAKEN if saves else VIEWED)
