"""Who looked, for programs: the page's list with its own fields, and the entry behind a row with its proof."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from pydantic import Field, JsonValue

from proofbook.portal.api.proof_shapes import ProofShape
from proofbook.portal.api.resource import Asked, Shape
from proofbook.portal.staff.looking import pages
from proofbook.portal.surroundings import Answer, Desk
from proofbook.readmodel import accesses
from proofbook.readmodel.accesses import AccessEvent

MOST: Final = 200


class AccessesAsked(Asked):
    """Fields of the page's form, together."""

    limit: int = Field(default=50, ge=1, le=MOST, description="how many")
    before: str = Field(default="", max_length=18, description="only behind this position: `older` of a page")
    engagement: str = Field(default="", max_length=200, description="in whose zone days are meant; empty: the first one's")
    account: str = Field(default="", max_length=200, description="whose doing it was")
    kind: str = Field(default="", max_length=20, description="sign_in, refused, content, taken, administered or viewed")
    first: str = Field(default="", max_length=10, alias="from", description="from this day on")
    last: str = Field(default="", max_length=10, alias="to", description="until the end of this day")


class AccessShape(Shape):
    """One access: an entry of the book."""

    index: int = Field(description="place in the book")
    entry: str = Field(description="id of the entry")
    sort: str = Field(description="sign_in, refused, content, taken, administered or viewed")
    kind: str = Field(description="kind of the entry")
    account: str | None = Field(description="whose doing it was; null: nobody who is known")
    method: str = Field(description="how whoever wrote the entry was known")
    recorded: str = Field(description="when it was recorded")
    body: dict[str, JsonValue] = Field(description="fields of the entry that the list tells; not stated ones are left out")


class AccessesPage(Shape):
    """A page of accesses."""

    items: tuple[AccessShape, ...] = Field(description="accesses, newest first")
    older: int | None = Field(description="where the next page goes on; null: it ends here")


class AccessWhole(Shape):
    """One access with its entry."""

    access: AccessShape = Field(description="as in the list")
    body: dict[str, JsonValue] | None = Field(description="body of the entry; null: its bytes cannot be read")
    trouble: str | None = Field(description="why they cannot be read")
    proof: ProofShape = Field(description="that it is in the book")


def list_accesses(desk: Desk, asked: AccessesAsked) -> AccessesPage:
    """Newest first."""
    query = {name: str(value) for name, value in asked.model_dump(by_alias=True).items() if name != "limit"}
    found = pages.read_accesses(desk, query, asked.limit)
    return AccessesPage(items=tuple(map(_shape, found.rows)), older=found.older)


def read_access(desk: Desk, asked: Asked, entry: str) -> AccessWhole | None:
    """One, with its entry and proof."""
    del asked
    found = accesses.of_entry(desk.reader, entry)
    if found is None:
        return None
    part = pages.read_entry(desk, found)
    return AccessWhole(
        access=_shape(found),
        body=None if part.entry is None else dict(part.entry.body),
        trouble=part.trouble,
        proof=ProofShape.model_validate(part.proof),
    )


def save_proof(desk: Desk, asked: Asked, entry: str) -> Answer:
    """The proof of one."""
    del asked
    return pages.save_access_proof(desk, {}, entry)


def save_entry(desk: Desk, asked: Asked, entry: str) -> Answer:
    """The entry of one, byte for byte."""
    del asked
    return pages.save_access_entry(desk, {}, entry)


def _shape(event: AccessEvent) -> AccessShape:
    return AccessShape.model_validate({**asdict(event), "body": event.told})
