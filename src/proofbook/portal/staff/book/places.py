"""Where the book as a whole stands, and how pages look."""

from __future__ import annotations

from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.places import Place
from proofbook.portal.staff.book.book_page import show_book
from proofbook.portal.staff.book.design_page import show_design

BOOK_PLACES: Final = (
    Place(path="/book", need=Permission.READ, show=show_book),
    Place(path="/design", need=Permission.READ, show=show_design),
)
