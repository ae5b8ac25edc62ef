"""All resources of the API in one table: of the company, its people, auditors, and whoever holds a token."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from proofbook.portal.api import book_shapes, reading_book
from proofbook.portal.api.document import DocumentShape, make_document
from proofbook.portal.api.resource import Asked, Reading, check_resources
from proofbook.portal.api.table_of_accesses import ACCESS_RESOURCES
from proofbook.portal.api.table_of_book import BOOK_RESOURCES
from proofbook.portal.api.table_of_engagement import ENGAGEMENT_RESOURCES
from proofbook.portal.api.table_of_people import PEOPLE_RESOURCES
from proofbook.portal.api.table_of_queues import QUEUE_RESOURCES
from proofbook.portal.api.table_of_room import ROOM_RESOURCES
from proofbook.portal.places import Reach
from proofbook.portal.surroundings import Desk


def read_document(desk: Desk, asked: Asked) -> dict[str, Any]:
    """The OpenAPI document of this very table."""
    del desk, asked
    return document()


@cache
def document() -> dict[str, Any]:
    """The same, made once."""
    return make_document(RESOURCES)


_ANYBODY: Final = (
    Reading(
        path="/openapi.json",
        name="openapi.read",
        summary="This document",
        need=Reach.SIGNED_IN,
        find=read_document,
        gives=DocumentShape,
        pages=("/api", "/api-document"),
    ),
    Reading(
        path="/me",
        name="me.read",
        summary="Whose token this is, and what it opens",
        need=Reach.SIGNED_IN,
        find=reading_book.read_holder,
        gives=book_shapes.HolderShape,
    ),
    Reading(
        path="/works/{work}",
        name="works.read",
        summary="How far long work is that the token's holder began",
        need=Reach.SIGNED_IN,
        find=reading_book.read_work,
        gives=book_shapes.WorkShape,
        pages=("/under-way/{work}",),
    ),
)

RESOURCES: Final = check_resources(
    (
        *_ANYBODY,
        *PEOPLE_RESOURCES,
        *BOOK_RESOURCES,
        *ACCESS_RESOURCES,
        *QUEUE_RESOURCES,
        *ENGAGEMENT_RESOURCES,
        *ROOM_RESOURCES,
    )
)
