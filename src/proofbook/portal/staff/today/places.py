"""Where Today and the whole list stand."""

from __future__ import annotations

from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.places import Place
from proofbook.portal.staff.book.book_page import show_book
from proofbook.portal.staff.today.due_page import show_due

TODAY_PLACES: Final = (
    Place(path="/", need=Permission.READ, show=show_book),
    Place(path="/due", need=Permission.READ, show=show_due, assesses=True),
)
