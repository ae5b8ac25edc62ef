"""Where the questions and cards stand, and where own words are written and approved."""

from __future__ import annotations

from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.places import Place
from proofbook.portal.staff.answering.reading import show_answer, show_answers, show_document
from proofbook.portal.staff.answering.writing import APPROVE_ANSWER, WRITE_ANSWER, approve_again, show_writing, write_again

ANSWER_PLACES: Final = (
    Place(path="/answers", need=Permission.READ, show=show_answers, assesses=True),
    Place(path="/answers/document", need=Permission.READ, show=show_document, assesses=True),
    Place(path="/answers/{number}", need=Permission.READ, show=show_answer, assesses=True),
    Place(
        path="/answers/{number}/edit",
        need=Permission.PREPARE,
        show=show_writing,
        act=WRITE_ANSWER.by_form(write_again),
        assesses=True,
    ),
    Place(path="/answers/{number}/sign", need=Permission.REVIEW, act=APPROVE_ANSWER.by_form(approve_again), assesses=True),
)
