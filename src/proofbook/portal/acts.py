"""One thing that can be done, whether a page or a program asks for it: what it takes, who may, and the function that does it.

Promises: a form and a JSON body become the same typed value and go through the same function, so a page can do nothing that the
API cannot and both are refused for the same reasons. Does not: know HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from proofbook.errors import InputError
from proofbook.journal.receipt import Receipt
from proofbook.portal.places import Need
from proofbook.portal.posting import FormMistakes, Given
from proofbook.portal.surroundings import Answer, Desk, See


class NotThere(InputError):
    """There is no such thing."""

    http_status = 404
    code = "not_there"


class Order(BaseModel):
    """Base of what is asked for: nothing foreign, nothing changed afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


M = TypeVar("M", bound=Order)


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: where a page goes next, what it says there, what a program is told."""

    path: str
    said: str
    subject: str = ""
    receipts: tuple[Receipt, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Act(Generic[M]):
    """`name` as in `decisions.record`; `summary` is its line in the API's document."""

    name: str
    summary: str
    permission: Need
    takes: type[M]
    do: Callable[[Desk, M], Done]

    def by_form(self, again: Callable[..., Answer]) -> ByForm[M]:
        """The function of a place: a good form is done; `again(desk, given, mistakes, **parts)` shows a bad one anew.

        Parts of the path become fields of the same name.
        """
        return ByForm(self, again)


@dataclass(frozen=True, slots=True)
class ByForm(Generic[M]):
    """An act as a place does it when a form was sent."""

    act: Act[M]
    again: Callable[..., Answer]

    def __call__(self, desk: Desk, given: Given, **parts: str) -> Answer:
        """Do it, or show the form anew."""
        try:
            fields = {**given.fields, **{name: (value,) for name, value in parts.items()}}
            done = self.act.do(desk, Given(fields, given.files).read(self.act.takes))
        except FormMistakes as mistakes:
            return self.again(desk, given, mistakes, **parts)
        return See(done.path, done.said)
