"""What a self-test says: an outcome with its reasons, and findings a person can act on.

A finding names the record, the owner and the command or page that fixes it. Words are those of a self-assessment: evidence is
available, missing, stale, late or unknown; nothing here concludes anything about a control.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from proofbook.assessment.facts import Facts
from proofbook.primitives.verdict import Verdict


class Consequence(IntEnum):
    """What an auditor would do with it, the worst first. Today's list is ordered by this."""

    BREAKS_THE_TRAIL = 1
    """The record as a whole cannot be relied on: integrity, unexplained gaps, traffic around the gateway."""
    EXCEPTION = 2
    """An instance of a control that did not operate as described, in the period."""
    NOT_SHOWN = 3
    """It may have operated; the evidence that shows it is missing or unknown."""
    LATE = 4
    """It operated late, or was recorded late."""
    COMING = 5
    """Nothing is wrong yet: due soon, a blank in a draft."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing an auditor would not accept today. `check` and (`kind`, `id`) identify it."""

    check: str
    control: str
    kind: str
    id: str
    """Record it is about; of a thing without a record what it is known by, e.g. an artifact digest or a system."""
    what: str
    fix: str
    """Command or page that fixes it, or says what cannot be fixed and how it is disclosed."""
    consequence: Consequence
    scope: str = ""
    """System, or empty for the organisation."""
    owner: str = "unknown"
    entries: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of one check of one control."""

    check: str
    control: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    entries: tuple[str, ...] = ()
    """Entries it rests on."""
    examined: int = 0
    """How many records or facts were looked at."""


Check: TypeAlias = Callable[[Facts, str], Outcome]
"""A self-test of the evidence behind one control: (facts, control id) -> outcome. Pure."""
