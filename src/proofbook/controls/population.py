"""The 30 populations: what one item is, where the whole list comes from, and how anybody can tell that it is whole.

Promises: each has a unit, a system of record, its completeness evidence, and how a second source could be searched when the
list is empty. Says what a population is, not what is in it: `export` makes the lists. Record kinds are where the book's share
comes from; where the system of record is another system, that system's own list comes first. Hostile input: see `loading`.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, Self

from pydantic import Field, model_validator

from proofbook.controls.loading import (
    Catalogue,
    ControlId,
    Part,
    PopulationId,
    RecordKind,
    Text,
    check_unique,
    find_one,
    read_catalogue,
)

FILE = "populations.json"


class Population(Part):
    """The complete set of occurrences of a control, or of the items it is about, in a period."""

    id: PopulationId = Field(description="id in this catalogue")
    title: Text = Field(description="what it is a list of")
    unit: Text = Field(description="what one item is")
    system_of_record: Text = Field(description="where the whole list is kept")
    completeness: tuple[Text, ...] = Field(min_length=1, description="what shows that it is whole")
    record_kinds: tuple[RecordKind, ...] = Field(min_length=1, description="kinds of record in the book it is drawn from")
    controls: tuple[ControlId, ...] = Field(min_length=1, description="controls that are tested over it")
    secondary_search: Text = Field(description="how another source can be searched for items the list does not have")


class Trap(Part):
    """A way in which a list that looks whole is not."""

    id: Literal["a", "b", "c", "d", "e", "f", "g"] = Field(description="letter")
    text: Text = Field(description="what goes wrong")


class Populations(Catalogue):
    """The file of populations."""

    format: Literal["proofbook-populations/1"] = Field(description="form of this file")
    populations: tuple[Population, ...] = Field(min_length=1, description="the populations, in the order of their ids")
    traps: tuple[Trap, ...] = Field(description="what to look for in any of them")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """No population twice."""
        check_unique("population", (entry.id for entry in self.populations))
        check_unique("trap", (entry.id for entry in self.traps))
        return self


@cache
def load_populations() -> Populations:
    """The shipped populations.

    Raises:
        MalformedRecord: the file no longer has its form.
    """
    return read_catalogue(FILE, Populations)


def check_population(population: str) -> Population:
    """The population with this id.

    Raises:
        MalformedRecord: there is no such population; names the id.
    """
    return find_one("population", population, load_populations().populations, lambda entry: entry.id)
