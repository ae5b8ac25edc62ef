"""What a planted fault is: an edit of the sound plan, and the findings it must lead to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from proofbook.demo.year.calendar import Span, Year
from proofbook.demo.year.plan import Plan


@dataclass(frozen=True, slots=True)
class Planted:
    """A finding that must be found: which check, of which control, about which record. `says`: what was planted, in words."""

    check: str
    control: str
    kind: str
    id: str
    says: str


Fault: TypeAlias = Callable[[Plan, Year], tuple[Planted, ...]]
"""Edits the plan; gives what is to be found because of it."""


def quarter_of(year: Year, number: int) -> Span:
    """The `number`-th quarter of the year, from 0; the last when there are fewer."""
    return _nth(year.quarters(), number)


def month_of(year: Year, number: int) -> Span:
    """The `number`-th month of the year, from 0; the last when there are fewer."""
    return _nth(year.months(), number)


def _nth(spans: Sequence[Span], number: int) -> Span:
    return spans[min(number, len(spans) - 1)]
