"""Pages of kept records, and the sign-offs of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from proofbook.readmodel.documents import Documents
from proofbook.readmodel.projection import Projection
from support.filing_room import NOW, Desk
from support.kept_bodies import document
from support.memory_book import MemoryBook

LATER = "2026-03-31T08:00:00.000000Z"


@pytest.fixture
def documents(tmp_path: Path) -> Iterator[Documents]:
    """Records of three kinds, one of them in two versions, one recorded later."""
    desk = Desk(tmp_path / "readmodel.sqlite")
    desk.apply(*(document("risk", f"r-{number}") for number in range(4)), document("vendor", "v-1"), document("ai_system", "a-1"))
    desk.now = LATER
    desk.apply(document("risk", "r-1", notes="second"), document("risk", "r-9"))
    (entry, _) = (each.entry for each in desk.history("risk", "r-1"))
    signed = {"of_kind": "risk", "of_id": "r-1", "of_entry": entry, "signed_at": NOW}
    desk.apply(document("sign_off", "s-1", **signed), document("sign_off", "s-2", **signed | {"of_id": "r-1"}))
    desk.apply(document("sign_off", "s-1", **signed, notes="second"))
    with Projection(desk.path, MemoryBook(desk.raw)) as projection:
        projection.catch_up()
        yield Documents(projection.reader)


def test_pages_follow_each_other_without_gap_or_overlap(documents: Documents) -> None:
    """Page by page it is the whole list."""
    whole = [each.entry for each in documents.listed()]
    for limit in (1, 2, 3, 100):
        seen: list[str] = []
        after = ("", "")
        while page := documents.page(after=after, limit=limit):
            assert len(page) <= limit
            seen += [each.entry for each in page]
            after = (page[-1].kind, page[-1].id)
        assert seen == whole


def test_a_page_of_one_kind_at_a_moment(documents: Documents) -> None:
    """Later versions and records are not there yet."""
    now, then = documents.page("risk", limit=10), documents.page("risk", NOW, limit=10)
    assert [(each.id, each.version) for each in now] == [("r-0", 1), ("r-1", 2), ("r-2", 1), ("r-3", 1), ("r-9", 1)]
    assert [(each.id, each.version) for each in then] == [("r-0", 1), ("r-1", 1), ("r-2", 1), ("r-3", 1)]
    assert [each.id for each in documents.page("risk", after=("risk", "r-2"), limit=10)] == ["r-3", "r-9"]
    assert documents.page("risk", after=("vendor", "v-1"), limit=10) == ()
    assert documents.page("waiver", limit=10) == ()


def test_sign_offs_are_found_by_what_they_sign(documents: Documents) -> None:
    """The newest version of each, and only of that record."""
    assert [(each.id, each.version) for each in documents.sign_offs("risk", "r-1")] == [("s-2", 1), ("s-1", 2)]
    assert documents.sign_offs("risk", "r-0") == ()
    assert documents.sign_offs("vendor", "r-1") == ()
