"""Where Today and the whole list stand."""

from __future__ import annotations

from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.places import Place
from proofbook.portal.staff.today.due_page import show_due
from proofbook.portal.staff.today.today_page import show_today

TODAY_PLACES: Final = (
    Place(path="/", need=Permission.READ, show=show_today, assesses=True),
    Place(path="/due", need=Permission.READ, show=show_due, assesses=True),
)
