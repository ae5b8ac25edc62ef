"""What is compared: looks at an engine's counters, exchanges with the amounts an engine may have counted for them, gaps.

Promises: frozen values; instants are the fixed-width text of the book, so that text order is time order. An amount is the least
and the most an engine may have counted; a most of None is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from proofbook.reconciliation.published import Measure

Amount: TypeAlias = tuple[int, int | None]
Series: TypeAlias = tuple[Measure, str | None]
"""A measure and the model it is of; None where the engine does not tell models apart."""


@dataclass(frozen=True, slots=True)
class Scrape:
    """One look at the counters of one engine. `values` is None when they could not be read."""

    index: int
    entry: str
    address: str
    upstreams: tuple[str, ...]
    product: str
    asked: str
    answered: str
    process_start: str | None
    values: Mapping[Series, int] | None
    reason: str | None = None


class Served(NamedTuple):
    """One exchange as an engine's counters may show it."""

    start: str
    """Not before this moment anything of it is counted."""
    end: str | None
    """From this moment on (and the time an engine takes to count) all of it is; None: it has not ended."""
    amounts: tuple[Amount, ...]
    """By measure, in the order of `COMPARED`."""


class Group(NamedTuple):
    """Ended exchanges of one upstream, added up: all of them began at or after `start` and ended by `end`.

    By measure, in the order of `COMPARED`: the least, the most of those that have one, how many have none.
    """

    start: str
    end: str
    exchanges: int
    low: tuple[int, ...]
    high: tuple[int, ...]
    unbounded: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which a recorder did not record although it was not stopped, or the clock was set back."""

    since: str
    until: str
    reason: str
