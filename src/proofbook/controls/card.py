"""Translation cards: questions shaped for hosted models, answered for models on own machines.

Promises: each card names the objective behind the question, our reality, the evidence, the limit and the trap; where the
answer depends on who runs the machines there is one text per shape, and no text at all while the shape is unknown. The texts
are templates: a company states its own. Never a bare "not applicable". Hostile input: see `loading`.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, Self

from pydantic import Field, model_validator

from proofbook.controls.crosswalk import QuestionId
from proofbook.controls.hosting import Shape
from proofbook.controls.loading import Catalogue, CriterionId, Part, Text, check_unique, find_one, read_catalogue

FILE = "cards.json"


class Pointer(Part):
    """Where the evidence for an answer is."""

    to: Literal["artifact", "control", "population", "record"] = Field(description="what `id` is an id of")
    id: Text = Field(description="id of an artifact, control or population, or a record kind")
    shows: Text = Field(description="what it shows about this question")


class ShapeText(Part):
    """The answer for one hosting shape, in place of the general one."""

    shape: Shape = Field(description="the shape")
    text: Text = Field(description="the whole answer for this shape")


class Card(Part):
    """One question and how it is answered."""

    number: int = Field(ge=1, description="number of the card")
    category: QuestionId = Field(description="which of the six questions it belongs to")
    question: Text = Field(description="as it is asked of users of hosted models")
    objective: Text = Field(description="what the asker wants to be sure of")
    criteria: tuple[CriterionId, ...] = Field(min_length=1, description="criteria it bears on")
    reality: Text = Field(
        description="the answer where we run the machines ourselves, and for every shape without a text of its own"
    )
    by_shape: tuple[ShapeText, ...] = Field(
        description="answers for shapes that need their own; empty when it is always the same"
    )
    evidence: tuple[Pointer, ...] = Field(min_length=1, description="what to hand over")
    limit: Text = Field(description="what the answer does not show")
    trap: Text = Field(description="how the answer turns out to be wrong")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """One text for a shape."""
        check_unique(f"card {self.number}: shape", (entry.shape.value for entry in self.by_shape))
        return self

    def reality_for(self, shape: Shape | None) -> str | None:
        """The answer for a shape; None when the shape is unknown (None) and the answer depends on it."""
        if shape is None:
            return None if self.by_shape else self.reality
        return next((entry.text for entry in self.by_shape if entry.shape is shape), self.reality)


class CounterQuestion(Part):
    """What a good auditor asks back."""

    question: Text = Field(description="the question")
    evidence: tuple[Pointer, ...] = Field(min_length=1, description="what answers it")


class Statement(Part):
    """A sentence people like to say, with the cards that must bear it out."""

    sentence: Text = Field(description="the sentence")
    cards: tuple[int, ...] = Field(min_length=1, description="numbers of the cards behind it")
    evidence: tuple[Pointer, ...] = Field(description="further evidence it needs")


class Cards(Catalogue):
    """The file of translation cards."""

    format: Literal["proofbook-cards/1"] = Field(description="form of this file")
    pattern: Text = Field(description="how an answer is built")
    cards: tuple[Card, ...] = Field(min_length=1, description="the cards, by number")
    statements: tuple[Statement, ...] = Field(description="sentences that need evidence")
    counter_questions: tuple[CounterQuestion, ...] = Field(description="what is asked back")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """No card twice; statements name cards that exist."""
        numbers = [entry.number for entry in self.cards]
        check_unique("card", numbers)
        unknown = sorted({number for entry in self.statements for number in entry.cards} - set(numbers))
        if unknown:
            raise ValueError(f"a statement names card {unknown[0]}, which does not exist")
        return self


@cache
def load_cards() -> Cards:
    """The shipped cards.

    Raises:
        MalformedRecord: the file no longer has its form.
    """
    return read_catalogue(FILE, Cards)


def check_card(number: int) -> Card:
    """The card with this number.

    Raises:
        MalformedRecord: there is no such card; names the number.
    """
    return find_one("card", str(number), load_cards().cards, lambda entry: str(entry.number))
