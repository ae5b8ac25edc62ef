"""The 61 criteria ids, each with a paraphrase of our own and how local use of language models touches it.

Promises: exactly the ids that exist, by category; an id that does not exist is refused by name, so that an invented "AI
criterion" cannot enter a record. Does not hold the criteria's text: that is the standard setter's, and is read there.
Whether a category is in scope is a fact of an engagement, not of this file. Hostile input: see `loading`.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Literal, Self

from pydantic import Field, model_validator

from proofbook.controls.loading import ArtifactId, Catalogue, CriterionId, Part, Text, check_unique, find_one, read_catalogue

FILE = "criteria.json"


class Category(StrEnum):
    """What an examination can be about. Security is always in scope; the others are chosen."""

    SECURITY = "security"
    AVAILABILITY = "availability"
    CONFIDENTIALITY = "confidentiality"
    PROCESSING_INTEGRITY = "processing_integrity"
    PRIVACY = "privacy"


class Touch(StrEnum):
    """How far local use of language models touches a criterion."""

    DIRECT = "direct"
    """Expect evidence about the models themselves."""
    INDIRECT = "indirect"
    """A control that exists anyway is extended to them."""
    LOW = "low"
    """Little or nothing of its own is to be expected."""


class CategoryEntry(Part):
    """One category and the ids that belong to it."""

    id: Category = Field(description="the category's word")
    title: Text = Field(description="its name for a reader")
    prefix: Literal["CC", "A", "C", "PI", "P"] = Field(description="letters its criteria's ids start with")
    always: bool = Field(description="whether it is part of every examination")
    count: int = Field(ge=1, description="how many criteria it has")


class Criterion(Part):
    """One criterion as we speak of it."""

    id: CriterionId = Field(description="the id, verbatim")
    category: Category = Field(description="the category it belongs to")
    group: Text = Field(description="heading under which it stands, in our words")
    principle: int | None = Field(ge=1, le=17, description="COSO principle behind it (CC1 to CC5); null for the others")
    summary: Text = Field(description="paraphrase in our own words; it is not the criterion")
    touch: Touch = Field(description="how far local use of language models touches it")
    adds: Text = Field(description="what such use adds to what is expected anyway")
    artifacts: tuple[ArtifactId, ...] = Field(min_length=1, description="artifacts that hold the evidence")


class Criteria(Catalogue):
    """The file of criteria."""

    format: Literal["proofbook-criteria/1"] = Field(description="form of this file")
    source: Text = Field(description="where the ids come from")
    categories: tuple[CategoryEntry, ...] = Field(min_length=1, description="the categories")
    criteria: tuple[Criterion, ...] = Field(min_length=1, description="the criteria, in the order of their ids")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """No id twice, and as many in each category as it says."""
        check_unique("criterion", (entry.id for entry in self.criteria))
        check_unique("category", (entry.id for entry in self.categories))
        for category in self.categories:
            found = sum(1 for entry in self.criteria if entry.category is category.id)
            if found != category.count:
                raise ValueError(f"category {category.id.value} states {category.count} criteria and has {found}")
        return self

    def within(self, categories: frozenset[Category]) -> tuple[Criterion, ...]:
        """The criteria of these categories and of those that are always in scope, in order."""
        wanted = categories | {entry.id for entry in self.categories if entry.always}
        return tuple(entry for entry in self.criteria if entry.category in wanted)


@cache
def load_criteria() -> Criteria:
    """The shipped criteria.

    Raises:
        MalformedRecord: the file no longer has its form.
    """
    return read_catalogue(FILE, Criteria)


def check_criterion(criterion: str) -> Criterion:
    """The criterion with this id.

    Raises:
        MalformedRecord: there is no such criterion; names the id.
    """
    return find_one("criterion", criterion, load_criteria().criteria, lambda entry: entry.id)
