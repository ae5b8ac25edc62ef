"""The ten artifacts and the answers as they will be handed over, in the auditor's room."""

from __future__ import annotations

from typing import Final

from proofbook.artifacts.answers import derive_answers
from proofbook.artifacts.catalogue import ARTIFACTS
from proofbook.artifacts.page import Page as ArtifactPage
from proofbook.artifacts.rendering import render_body
from proofbook.controls.crosswalk import check_artifact
from proofbook.portal.assessing import Assessed
from proofbook.portal.auditing.engaged import assessed
from proofbook.portal.surroundings import Answer, Desk, Page, Query
from proofbook.portal.telling import document_in_zone

_DRAWN: Final = "drawn for this page when it was asked for; the evidence room has them with their digests"


def show_artifacts(desk: Desk, query: Query) -> Answer:
    """`/room/artifacts`."""
    del query
    found = assessed(desk)
    shelves = [(check_artifact(each), found.shelf(each, desk)) for each in ARTIFACTS]
    return Page("auditing/artifacts.html", {"shelves": shelves, "scope": found.facts.scope})


def show_answers(desk: Desk, query: Query) -> Answer:
    """`/room/answers`: the questions, one page each."""
    del query
    found = assessed(desk)
    return Page("auditing/answers.html", {"pages": answer_pages(found), "scope": found.facts.scope})


def show_answer(desk: Desk, query: Query, name: str) -> Answer:
    """`/room/answers/{name}`: the cards of one question, with their evidence and what is missing."""
    del query
    found = assessed(desk)
    page = next((each for each in answer_pages(found) if each.name == name), None)
    if page is None:
        return None
    values = {
        "it": page,
        "body": document_in_zone(render_body(page, _DRAWN), found.facts.scope.period.zone),
        "scope": found.facts.scope,
    }
    return Page("auditing/answer.html", values)


def show_artifact(desk: Desk, query: Query, artifact: str) -> Answer:
    """`/room/artifacts/{artifact}`: its pages."""
    del query
    if artifact not in ARTIFACTS:
        return None
    found = assessed(desk)
    shelves = [(check_artifact(artifact), found.shelf(artifact, desk))]
    return Page("auditing/artifacts.html", {"shelves": shelves, "scope": found.facts.scope})


def show_artifact_page(desk: Desk, query: Query, artifact: str, name: str) -> Answer:
    """`/room/artifacts/{artifact}/{name}`."""
    del query
    if artifact not in ARTIFACTS:
        return None
    found = assessed(desk)
    page = next((each for each in found.shelf(artifact, desk) if each.name == name), None)
    if page is None:
        return None
    values = {
        "artifact": check_artifact(artifact),
        "it": page,
        "body": found.drawn(artifact, name, _DRAWN),
        "scope": found.facts.scope,
    }
    return Page("auditing/artifact.html", values)


def answer_pages(found: Assessed) -> tuple[ArtifactPage, ...]:
    """The questions with their cards, one page each, as of an assessment."""
    return found.once("answers of the room", lambda each: tuple(derive_answers(each.months)))
