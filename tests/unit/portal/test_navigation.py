"""What the navigation shows to whom, and which word is marked."""

from __future__ import annotations

import pytest

from proofbook.people.roles import Permission, Role
from proofbook.portal.navigation import derive_navigation
from proofbook.portal.places import Section
from proofbook.portal.site import SECTIONS
from support.sample_accounts import sample_visitor

LEAD = sample_visitor(Role.LEAD)


def names(here: str, *roles: Role) -> tuple[list[str], list[str]]:
    """Words of both levels."""
    shown = derive_navigation(SECTIONS, sample_visitor(*roles), here)
    return [each.name for each in shown.sections], [each.name for each in shown.parts]


@pytest.mark.parametrize(
    ("here", "section", "part"),
    [
        ("/", "Today", "Today"),
        ("/due", "Today", "Whole list"),
        ("/exchanges/x_1", "Exchanges", "Exchanges"),
        ("/models/sha256:0", "Exchanges", "Models"),
        ("/answers/document", "Answers", "As one document"),
        ("/answers/7/edit", "Answers", "Cards"),
        ("/design", "Book", "How pages look"),
    ],
)
def test_present_place_is_marked_on_both_levels(here: str, section: str, part: str) -> None:
    """Whoever comes by a link wants to know where they are."""
    shown = derive_navigation(SECTIONS, LEAD, here)
    assert [each.name for each in shown.sections if each.current] == [section]
    assert [each.name for each in shown.parts if each.current] == [part]


def test_first_page_is_not_everybody_s_parent() -> None:
    """Every path begins with a slash."""
    shown = derive_navigation(SECTIONS, LEAD, "/account")
    assert [each.name for each in shown.sections if each.current] == []
    assert shown.parts == ()


def test_what_may_not_be_opened_is_not_shown() -> None:
    """A link that ends at a refusal is a promise broken."""
    staff, _ = names("/", Role.LEAD)
    auditor, _ = names("/room", Role.AUDITOR)
    assert {"Today", "Coverage", "Answers"} <= set(staff)
    assert {"Today", "Coverage", "Work", "Book", "People"}.isdisjoint(auditor)
    assert derive_navigation(SECTIONS, None, "/").sections == ()


def test_section_leads_to_the_first_part_that_is_open() -> None:
    """Its own first page may be closed to somebody who may open the second."""
    parts = (Section("/a/secret", "Secret", Permission.ADMINISTER), Section("/a/open", "Open", Permission.READ))
    shown = derive_navigation((Section("/a", "A", Permission.READ, parts=parts),), LEAD, "/a/open")
    assert [each.path for each in shown.sections] == ["/a/open"]
    assert shown.parts == (), "one part alone is no second level"
