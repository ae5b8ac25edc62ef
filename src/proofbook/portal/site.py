"""All places of the portal in one table, and the words of its navigation.

This is the only place that knows the sub-rooms together: the entrance, the staff's pages and the auditor's room know nothing of
each other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.api.document_page import API_PLACES
from proofbook.portal.artifact_pages import ARTIFACT_STYLE, show_artifact, show_artifacts, show_shelf
from proofbook.portal.auditing.places import AUDITING_PLACES, AUDITING_SECTIONS
from proofbook.portal.entrance.places import ENTRANCE_PLACES
from proofbook.portal.gap_page import show_gaps
from proofbook.portal.lineage_page import find_lineage, show_lineage
from proofbook.portal.listing import show_exchanges, show_values
from proofbook.portal.model_pages import show_model, show_models
from proofbook.portal.one_exchange import save_entry, save_proof, show_exchange
from proofbook.portal.places import Place, Section, Show, check_places
from proofbook.portal.reconciliation_page import show_reconciliation
from proofbook.portal.revealing import reveal, show_asking
from proofbook.portal.staff.answering.places import ANSWER_PLACES
from proofbook.portal.staff.book.places import BOOK_PLACES
from proofbook.portal.staff.coverage.places import COVERAGE_PLACES
from proofbook.portal.staff.handing_over.places import DELIVERY_PLACES
from proofbook.portal.staff.looking.places import LOOKING_PLACES
from proofbook.portal.staff.queues.places import QUEUE_PLACES, QUEUE_SECTION
from proofbook.portal.staff.records.places import RECORD_PLACES
from proofbook.portal.staff.requests.places import REQUEST_PLACES
from proofbook.portal.staff.today.places import TODAY_PLACES
from proofbook.portal.surroundings import Answer, Desk, Query
from proofbook.portal.work_page import WORK_PLACES

__all__ = ["ARTIFACT_STYLE", "PLACES", "SECTIONS"]

READ: Final = Permission.READ


def _thing(show: Callable[..., Answer]) -> Show:
    """A function that asks for parts of the path in their order and for no query."""

    @wraps(show)
    def shown(desk: Desk, query: Query, **parts: str) -> Answer:
        del query
        return show(desk, *parts.values())

    return shown


def _engaged(show: Callable[..., Answer]) -> Show:
    """A function that asks for the assessor first."""

    @wraps(show)
    def shown(desk: Desk, query: Query, **parts: str) -> Answer:
        return show(desk.assessments(), desk, query, **parts)

    return shown


SECTIONS: Final = (
    *AUDITING_SECTIONS,
    Section(
        "/",
        "Today",
        READ,
        carried=True,
        parts=(Section("/", "Today", READ, carried=True), Section("/due", "Whole list", READ, carried=True)),
    ),
    Section(
        "/coverage",
        "Coverage",
        READ,
        carried=True,
        parts=(Section("/coverage", "Grid", READ, carried=True), Section("/availability", "Availability", READ, carried=True)),
    ),
    Section(
        "/records",
        "Records",
        READ,
        parts=(
            Section("/records", "Records", READ),
            Section("/artifacts", "Artifacts", READ, carried=True),
            Section("/approvals", "Approvals", Permission.REVIEW),
        ),
    ),
    Section(
        "/exchanges",
        "Exchanges",
        READ,
        parts=(
            Section("/exchanges", "Exchanges", READ),
            Section("/lineage", "Behind a decision", READ),
            Section("/models", "Models", READ),
            Section("/gaps", "Gaps", READ),
            Section("/reconciliation", "Two sources", READ),
        ),
    ),
    QUEUE_SECTION,
    Section(
        "/answers",
        "Answers",
        READ,
        carried=True,
        parts=(
            Section("/answers", "Cards", READ, carried=True),
            Section("/answers/document", "As one document", READ, carried=True),
        ),
    ),
    Section(
        "/requests",
        "Audit",
        READ,
        parts=(
            Section("/requests", "Requests", READ, carried=True),
            Section("/drawn", "Samples", READ, carried=True),
            Section("/deliveries", "Deliveries", Permission.EXPORT, carried=True),
        ),
    ),
    Section(
        "/book",
        "Book",
        READ,
        parts=(
            Section("/book", "The book", READ),
            Section("/api", "The API", READ),
            Section("/design", "How pages look", READ),
        ),
    ),
    Section(
        "/people",
        "People",
        Permission.ADMINISTER,
        parts=(
            Section("/people", "Accounts", Permission.ADMINISTER),
            Section("/tokens", "Tokens", Permission.ADMINISTER),
            Section("/who-looked", "Who looked", Permission.OVERSEE),
        ),
    ),
)

_BOOK: Final = (
    Place(path="/exchanges", need=READ, show=show_exchanges),
    Place(path="/exchanges/values", need=READ, show=show_values),
    Place(path="/exchanges/{id}/content", need=Permission.READ_CONTENT, show=show_asking, act=reveal, does=("content.reveal",)),
    Place(path="/lineage", need=READ, show=find_lineage),
    Place(path="/lineage/{id}", need=READ, show=show_lineage),
    Place(path="/exchanges/{id}", need=READ, show=_thing(show_exchange)),
    Place(path="/exchanges/{id}/{part}.tlog-proof", need=READ, show=_thing(save_proof)),
    Place(path="/exchanges/{id}/{part}.entry.json", need=READ, show=_thing(save_entry)),
    Place(path="/models", need=READ, show=show_models),
    Place(path="/models/{digest}", need=READ, show=_thing(show_model)),
    Place(path="/gaps", need=READ, show=show_gaps),
    Place(path="/reconciliation", need=READ, show=show_reconciliation),
)

_ENGAGEMENT: Final = (
    Place(path="/artifacts", need=READ, show=_engaged(show_artifacts), assesses=True),
    Place(path="/artifacts/{artifact}", need=READ, show=_engaged(show_shelf), assesses=True),
    Place(path="/artifacts/{artifact}/{name}", need=READ, show=_engaged(show_artifact), assesses=True),
)

PLACES: Final = check_places(
    (
        *ENTRANCE_PLACES,
        *AUDITING_PLACES,
        *WORK_PLACES,
        *API_PLACES,
        *_BOOK,
        *_ENGAGEMENT,
        *TODAY_PLACES,
        *COVERAGE_PLACES,
        *ANSWER_PLACES,
        *BOOK_PLACES,
        *RECORD_PLACES,
        *QUEUE_PLACES,
        *REQUEST_PLACES,
        *DELIVERY_PLACES,
        *LOOKING_PLACES,
    )
)
