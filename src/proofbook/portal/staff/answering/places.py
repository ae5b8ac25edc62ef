"""Where the cards stand."""

from __future__ import annotations

from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.places import Place
from proofbook.portal.staff.answering.reading import show_answer, show_answers

ANSWER_PLACES: Final = (
    Place(path="/answers", need=Permission.READ, show=show_answers, assesses=True),
    Place(path="/answers/{number}", need=Permission.READ, show=show_answer, assesses=True),
)
