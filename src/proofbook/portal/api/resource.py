"""A resource of the API: one address with what it takes, what it gives, and the function that reads or the act that does.

Promises: one table makes the routes, the checks and the OpenAPI document, so that none of them can say something else; a resource
without a stated need cannot be made. Reading names the pages that show the same; doing is an act that pages do, too.
Pure values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from proofbook.people.visitor import Visitor
from proofbook.portal.acts import Act
from proofbook.portal.places import Need, Reach

ROOT: Final = "/api/v1"
MAX_BODY: Final = 1024 * 1024
MAX_FILE_BODY: Final = 44 * 1024 * 1024
"""A file of the largest size that forms take, in base64."""
_PART: Final = re.compile(r"\{(\w+)\}")


class Asked(BaseModel):
    """Base of the query of a resource: nothing foreign."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class OfEngagement(Asked):
    """Which engagement is meant."""

    engagement: str = Field(default="", max_length=200, description="its id; empty: the first one")


class Shape(BaseModel):
    """Base of what is answered, read from the values that pages show."""

    model_config = ConfigDict(frozen=True, from_attributes=True, json_schema_serialization_defaults_required=True)


@dataclass(frozen=True, slots=True)
class Tagged:
    """An answer that can be replaced: its entity tag names the version."""

    value: Any
    tag: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    """GET. `find(desk, asked, **parts)` gives a value of `gives`, a `Tagged` one, a file, or None: there is no such thing.

    `gives` None: a file of `media`. `pages`: places that show the same.
    """

    path: str
    name: str
    summary: str
    need: Need
    find: Callable[..., Any]
    gives: Any = None
    asks: type[Asked] = Asked
    media: str = "application/json"
    pages: tuple[str, ...] = ()
    assesses: bool = False
    witnessed: bool = False
    method: str = "GET"

    @cached_property
    def form(self) -> TypeAdapter[Any]:
        """Makes JSON of what was found."""
        return TypeAdapter(self.gives)


@dataclass(frozen=True, kw_only=True)
class Doing:
    """POST. The body is the act's order without the parts of the path; `gives` is the form of `Done.values`.

    `tag`: field that names the version to be replaced, which `If-Match` may name instead. `keeps` False: the answer is not kept
    under an idempotency key.
    """

    path: str
    act: Act[Any]
    gives: type[Shape]
    status: int = 201
    most: int = MAX_BODY
    tag: str | None = None
    keeps: bool = True
    assesses: bool = False
    witnessed: bool = False
    method: str = "POST"

    @property
    def name(self) -> str:
        """As operations are called."""
        return self.act.name

    @property
    def summary(self) -> str:
        """Its line in the document."""
        return self.act.summary

    @property
    def need(self) -> Need:
        """What it takes."""
        return self.act.permission

    @cached_property
    def form(self) -> TypeAdapter[Any]:
        """Checks the values that the act tells, and makes JSON of them."""
        return TypeAdapter(self.gives)


Resource: TypeAlias = Reading | Doing


def parts_of(path: str) -> tuple[str, ...]:
    """Names of the parts of a path."""
    return tuple(_PART.findall(path))


def admits(resource: Resource, visitor: Visitor) -> bool:
    """Whether the holder of a token may come here with it."""
    return isinstance(resource.need, Reach) or visitor.may(resource.need)


def check_resources(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """The same. Raises ValueError for two at one address and method, or of one name, or for parts that an act does not know."""
    places: set[tuple[str, str]] = set()
    names: set[str] = set()
    found = tuple(resources)
    for each in found:
        if (each.path, each.method) in places or each.name in names:
            raise ValueError(f"{each.method} {each.path} ({each.name}) is there twice")
        places.add((each.path, each.method))
        names.add(each.name)
        if isinstance(each, Doing) and not set(parts_of(each.path)) <= each.act.takes.model_fields.keys():
            raise ValueError(f"{each.path} has parts that {each.name} does not take")
    return found
