"""Consequences of findings in words: a heading, what it means, and its tone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from proofbook.assessment.finding import Consequence


@dataclass(frozen=True, slots=True)
class Heading:
    """`tone` is one of the words of `.state`."""

    id: str
    words: str
    meaning: str
    tone: str


CONSEQUENCES: Final[Mapping[Consequence, Heading]] = MappingProxyType(
    {
        Consequence.BREAKS_THE_TRAIL: Heading(
            "breaks_the_trail", "Breaks the trail", "Each of these puts the record as a whole in doubt.", "alarm"
        ),
        Consequence.EXCEPTION: Heading(
            "exception", "Exceptions", "Each is an instance of a control that did not operate as described.", "alarm"
        ),
        Consequence.NOT_SHOWN: Heading(
            "not_shown", "Not shown", "It may have operated; the evidence is missing or unknown.", "unknown"
        ),
        Consequence.LATE: Heading("late", "Late", "Done late, or recorded late.", "notice"),
        Consequence.COMING: Heading("coming", "Coming", "Nothing is wrong yet.", "plain"),
    }
)
"""Gravest first."""
