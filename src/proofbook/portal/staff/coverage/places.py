"""Where the grid and its controls stand."""

from __future__ import annotations

from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.places import Place
from proofbook.portal.staff.coverage.availability_page import show_availability
from proofbook.portal.staff.coverage.control_page import show_control
from proofbook.portal.staff.coverage.grid_page import show_coverage

COVERAGE_PLACES: Final = (
    Place(path="/coverage", need=Permission.READ, show=show_coverage, assesses=True),
    Place(path="/availability", need=Permission.READ, show=show_availability, assesses=True),
    Place(path="/coverage/{control}", need=Permission.READ, show=show_control, assesses=True),
)
