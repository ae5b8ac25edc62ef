"""All resources of the API in one table: those of the company, those of auditors, and those of whoever holds a token."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from proofbook.portal.api import book_shapes, reading_book
from proofbook.portal.api.document import DocumentShape, make_document
from proofbook.portal.api.resource import Asked, Reading, check_resources
from proofbook.portal.api.table_of_book import BOOK_RESOURCES
from proofbook.portal.api.table_of_engagement import ENGAGEMENT_RESOURCES
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

RESOURCES: Final = check_resources((*_ANYBODY, *BOOK_RESOURCES, *ENGAGEMENT_RESOURCES, *ROOM_RESOURCES))

PAGES_ALONE: Final = {
    "/sign-in": "a program has a token",
    "/sign-in/{provider}": "a program has a token",
    "/sign-in/{provider}/back": "a program has a token",
    "/sign-out": "a token is revoked, not signed out",
    "/first": "the first account is a person's",
    "/link/{secret}": "passwords are people's",
    "/account": "passwords, second factors and sessions are people's; /me says what a token opens",
    "/account/password": "passwords are people's",
    "/account/second-factor": "second factors are people's",
    "/account/second-factor/confirm": "second factors are people's",
    "/account/second-factor/codes": "second factors are people's",
    "/account/second-factor/remove": "second factors are people's",
    "/account/sessions/{session}/end": "sessions are people's",
    "/people": "no token administers",
    "/people/new": "no token administers",
    "/people/{account}": "no token administers",
    "/people/{account}/{what}": "no token administers",
    "/tokens": "no token administers",
    "/tokens/{token}/revoke": "no token administers",
    "/design": "shows how pages look",
    "/exchanges/{id}/content": "its form; what it does is content.reveal",
    "/records/{kind}/{id}/attach": "its form; what it does is record.attach",
    "/records/drafts/{kind}": "keeps what a form holds while it is typed",
    "/records/drafts/{kind}/{id}": "keeps what a form holds while it is typed",
    "/room/request": "the form for a new request and for lists; what it does is room.requests.ask and room.requests.import",
}
"""Places that no resource stands for, and why. A test walks both tables."""
