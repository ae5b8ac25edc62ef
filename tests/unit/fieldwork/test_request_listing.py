"""Long request lists, page by page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.errors import InputError
from proofbook.fieldwork.request_listing import RequestFilters, count_requests, page_of_requests, requests_in
from proofbook.fieldwork.requests import State, add_request, checked_request, list_requests, natural, read_request
from proofbook.readmodel.request_rows import counting_key
from proofbook.readmodel.requests import owners
from support.fieldwork_desk import ENGAGEMENT, FieldworkDesk


@pytest.fixture
def filled(desk: FieldworkDesk) -> FieldworkDesk:
    """Twelve requests out of their order, three of one owner, one moved on, one more of another engagement."""
    for number in (7, 11, 2, 10, 1, 3, 12, 9, 4, 8, 6, 5):
        desk.request(f"R-{number}", owner="sample owner" if number in {2, 10, 11} else None)
    values = {"number": "R-0", "engagement": "other-2026", "title": "Other", "description": "Other"}
    desk.record(add_request(desk.reader, desk.act(), checked_request(values)))
    return desk


def walked(desk: FieldworkDesk, limit: int, **narrowed: str) -> list[str]:
    """Numbers of every page, one after the other."""
    seen: list[str] = []
    after = ""
    while True:
        found = page_of_requests(desk.reader, ENGAGEMENT, RequestFilters(**narrowed, after=after), limit=limit)
        assert len(found.requests) <= limit
        seen += [each.number for each in found.requests]
        if found.more is None:
            return seen
        after = found.more


def test_pages_hold_every_request_once_in_the_order_people_count(filled: FieldworkDesk) -> None:
    """The same as the whole list, whatever the length of a page; another engagement's are not among them."""
    whole = [each.number for each in list_requests(filled.reader, ENGAGEMENT)]
    assert whole == [f"R-{number}" for number in range(1, 13)]
    assert walked(filled, 1) == walked(filled, 5) == walked(filled, 12) == walked(filled, 100) == whole


def test_a_list_is_narrowed_by_state_and_owner(filled: FieldworkDesk) -> None:
    """By the newest version of each, and counted by it."""
    assert walked(filled, 2, owner="sample owner") == ["R-2", "R-10", "R-11"]
    assert owners(filled.reader, ENGAGEMENT) == ("sample owner",)
    request = f"{ENGAGEMENT}.r-10"
    filled.kept("audit_request", request, {**read_request(filled.reader, request).body, "state": "accepted"})
    assert walked(filled, 2, state="accepted", owner="sample owner") == ["R-10"]
    assert "R-10" not in walked(filled, 5, state="not_started")
    counts = count_requests(filled.reader, ENGAGEMENT)
    assert (counts[State.ACCEPTED], counts[State.NOT_STARTED], counts[State.RETURNED]) == (1, 11, 0)
    some = requests_in(filled.reader, ENGAGEMENT, State.ACCEPTED, State.NOT_STARTED, limit=3)
    assert [each.number for each in some] == ["R-1", "R-2", "R-3"]


@pytest.mark.parametrize(
    "filters", [RequestFilters(state="done"), RequestFilters(after="r-1"), RequestFilters(after="other-2026.r-0")]
)
def test_what_is_no_place_of_the_list_is_refused(filled: FieldworkDesk, filters: RequestFilters) -> None:
    """A page that is silently empty is read as the end of the list."""
    with pytest.raises(InputError):
        page_of_requests(filled.reader, ENGAGEMENT, filters)


@given(st.lists(st.from_regex(r"[A-Za-z0-9 ._#-]{1,12}", fullmatch=True), max_size=12))
def test_the_kept_key_sorts_as_the_numbers_do(numbers: list[str]) -> None:
    """One order on paper, in the export and on pages."""
    assert [natural(each) for each in sorted(numbers, key=counting_key)] == sorted(map(natural, numbers))
