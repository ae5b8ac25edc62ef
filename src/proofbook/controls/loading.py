"""Reads the versioned data files of this room, strictly.

Promises: a file is taken whole or refused; the refusal names the file, the field and what is wrong; what is returned is frozen.
Every file states its format, its version and the day that version was issued. A file is read once per process.
Does not check references between files (the tests do, over all of them) and writes nothing.
Hostile input: a file of at most `MAX_BYTES` is read; anything malformed is `MalformedRecord`, anything larger `LimitExceeded`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from importlib.resources import files
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from proofbook.errors import LimitExceeded, MalformedRecord
from proofbook.primitives.canonical import parse_json

MAX_BYTES: Final = 1_000_000
"""Far above any of the files; a larger one is a mistake."""

Text = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^\S")]
"""Words for a reader: never empty, never starting with a space."""

CriterionId = Annotated[str, Field(pattern=r"^(CC[1-9]|A1|C1|PI1|P[1-8])\.[1-9]$")]
ControlId = Annotated[str, Field(pattern=r"^LC-[0-9]{2}$")]
PopulationId = Annotated[str, Field(pattern=r"^POP-[0-9]{2}$")]
ArtifactId = Annotated[str, Field(pattern=r"^(ART|SUP)-[0-9]{2}$")]
RecordKind = Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z_]+)?$")]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]

Value = TypeVar("Value", bound=BaseModel)
Item = TypeVar("Item")


class Part(BaseModel):
    """A frozen value of a data file. Foreign fields and values of another type are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Catalogue(Part):
    """What every data file states about itself."""

    version: int = Field(ge=1, description="counts up by one with every change of the file that was issued")
    issued: Day = Field(description="day on which this version was issued")
    notice: Text = Field(description="what the file is and what it is not")


def parse_catalogue(name: str, document: bytes, model: type[Value]) -> Value:
    """The value of a data file's bytes; `name` is only used to say where an error is.

    Raises:
        MalformedRecord: not strict JSON, or a field is missing, foreign or wrong; names the file and the first such field.
        LimitExceeded: larger than `MAX_BYTES`.
    """
    if len(document) > MAX_BYTES:
        raise LimitExceeded(f"{name}: {len(document)} bytes, at most {MAX_BYTES} are read")
    try:
        parse_json(document)  # refuses repeated keys, floats and what no other reader would take
    except MalformedRecord as error:
        raise MalformedRecord(f"{name}: {error.message}", hint=error.hint) from error
    try:
        return model.model_validate_json(document)
    except ValidationError as error:
        raise MalformedRecord(f"{name}: {_first_fault(error)}", hint="compare with the published schema of this file") from error


def read_catalogue(name: str, model: type[Value]) -> Value:
    """The value of a data file shipped with the program.

    Raises:
        MalformedRecord: the file was changed and no longer has its form.
    """
    return parse_catalogue(name, files("proofbook.controls").joinpath("data", name).read_bytes(), model)


def check_unique(what: str, keys: Iterable[Hashable]) -> None:
    """Refuses a list in which a key stands twice.

    Raises:
        ValueError: names the key; inside a model's validator it becomes the fault of that list.
    """
    seen: set[Hashable] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"{what} {key} stands in it twice")
        seen.add(key)


def find_one(what: str, wanted: str, items: Iterable[Item], key: Callable[[Item], str]) -> Item:
    """The item with the key `wanted`.

    Raises:
        MalformedRecord: there is none; names the key and those that exist.
    """
    known: list[str] = []
    for item in items:
        if key(item) == wanted:
            return item
        known.append(key(item))
    raise MalformedRecord(f"{what} {wanted[:64]!r} is not known", hint=f"known: {', '.join(known)}")


def _first_fault(error: ValidationError) -> str:
    """Where the first fault is, as a path into the file, and what it is."""
    faults = error.errors(include_url=False, include_input=False)
    place = ".".join(str(step) for step in faults[0]["loc"]) or "the whole file"
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{place}: {faults[0]['msg']}{more}"
