"""What all records that people keep have in common: one version of one is one entry of the book.

A field that nobody stated is null, a list that is stated to be empty is `[]`, an enum has `unknown`: absence is never "none".
References to other records carry the kind they point to, so that they can be followed and checked. Text between double square
brackets is a blank that a draft leaves open; `find_blanks` lists them. Hostile text stays text; whoever shows it escapes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, TypeAlias, get_args

from pydantic import AfterValidator, BaseModel, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from proofbook.errors import MalformedRecord
from proofbook.primitives.instants import parse_instant, parse_period
from proofbook.records.exchange import Document

ID_FORM: Final = r"^[a-z0-9][a-z0-9._-]{0,79}$"
SHA256_FORM: Final = r"^[0-9a-f]{64}$"
DECIMAL_FORM: Final = r"^-?[0-9]{1,15}(\.[0-9]{1,9})?$"
MAX_TEXT: Final = 16_000
"""Characters of one text; an entry as a whole has its own cap."""

_BLANK: Final = re.compile(r"\[\[.{1,400}?\]\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class RefersTo:
    """Marks a field that holds the id of another record."""

    kind: str

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Adds `refers_to` to the published schema."""
        return {**handler(core), "refers_to": self.kind}


def _checked_instant(text: str) -> str:
    try:
        parse_instant(text)
    except MalformedRecord as error:
        raise ValueError(f"{error.message}; {error.hint}") from error
    return text


def _checked_day(text: str) -> str:
    try:
        parse_period(text, text, "UTC")
    except MalformedRecord as error:
        raise ValueError(f"{error.message}; {error.hint}") from error
    return text


Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
"""Something said; never empty."""
Stated: TypeAlias = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)] | None
"""Something said, or null: not stated."""
Several: TypeAlias = list[Text] | None
"""Stated things; `[]` means stated to be none, null means not stated."""
RecordId: TypeAlias = Annotated[str, Field(pattern=ID_FORM)]
Moment: TypeAlias = Annotated[str, AfterValidator(_checked_instant), Field(json_schema_extra={"format": "date-time"})]
"""UTC instant, fixed width. In files any RFC 3339 time with an offset may be written."""
Day: TypeAlias = Annotated[str, AfterValidator(_checked_day), Field(json_schema_extra={"format": "date"})]
"""Day of the calendar, YYYY-MM-DD."""
Sha256: TypeAlias = Annotated[str, Field(pattern=SHA256_FORM)]
Decimal: TypeAlias = Annotated[str, Field(pattern=DECIMAL_FORM)]
"""A number with a decimal point, as text: evidence is not rounded by a computer's arithmetic."""
Count: TypeAlias = Annotated[int, Field(ge=0)]

SystemRef: TypeAlias = Annotated[str, Field(pattern=ID_FORM), RefersTo("ai_system")]
ControlRef: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"), RefersTo("control")]
"""A shipped illustrative control (LC-01) or one of the organisation's own."""
VendorRef: TypeAlias = Annotated[str, Field(pattern=ID_FORM), RefersTo("vendor")]
ArtifactRef: TypeAlias = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$"), RefersTo("model.artifact")]
"""Digest of a model artifact, as in `model.artifact` and in every exchange."""
EntryRef: TypeAlias = Annotated[str, Field(pattern=r"^e_[0-9a-z]{26}$"), RefersTo("entry")]
"""One entry of the book: one version of one record."""


class Action(Document):
    """Something to be done by somebody by a day."""

    what: Text = Field(description="what is to be done")
    owner: Text = Field(description="who does it")
    due: Day = Field(description="by when")
    done_at: Moment | None = Field(default=None, description="when it was done; null while open")
    evidence: Stated = Field(default=None, description="what shows that it was done")


class Attachment(Document):
    """A file kept elsewhere, held to its bytes."""

    name: Text = Field(description="file name")
    sha256: Sha256 = Field(description="hex SHA-256 of its bytes")
    bytes: Count = Field(description="its length")
    where: Stated = Field(default=None, description="where it is kept")


class Record(Document):
    """Base of every kept record."""

    happened: ClassVar[str | None] = None
    """Name of the field that says when the thing happened; None for a document that describes a state."""
    artifact: ClassVar[str] = ""
    """The artifact it belongs to, e.g. ART-01."""

    title: Text = Field(description="short name a reader recognises")
    entity: Stated = Field(default=None, description="legal entity; null: that of the book")
    because: Stated = Field(default=None, description="why this version was written")
    notes: Stated = Field(default=None, description="anything a reader should know")
    attachments: list[Attachment] = Field(default=[], description="files that belong to it, by hash")


def find_blanks(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Paths of texts that still hold a blank `[[...]]`, in document order."""
    return tuple(path for path, text in _texts(body, "") if _BLANK.search(text))


def find_references(record: BaseModel) -> tuple[tuple[str, str, str], ...]:
    """(path, kind, id) of every reference a record makes, in field order."""
    return tuple(_references(record, ""))


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _texts(each, f"{path}[{place}]")


def _references(record: BaseModel, prefix: str) -> Iterator[tuple[str, str, str]]:
    for name, field in type(record).model_fields.items():
        found = next((each.kind for each in field.metadata if isinstance(each, RefersTo)), None) or _kind_of(field.annotation)
        yield from _referred(getattr(record, name), found, f"{prefix}{name}")


def _referred(value: Any, kind: str | None, path: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, BaseModel):
        yield from _references(value, f"{path}.")
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _referred(each, kind, f"{path}[{place}]")
    elif isinstance(value, str) and kind is not None:
        yield path, kind, value


def _kind_of(annotation: Any) -> str | None:
    for part in get_args(annotation):
        if isinstance(part, RefersTo):
            return part.kind
        found = _kind_of(part)
        if found is not None:
            return found
    return None
