"""Who and what there is in the sample year. Nobody and nothing here exists, and every name says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final, Literal

from proofbook.demo.year.calendar import Year

ENGAGEMENT: Final = "sample-year"
OWNER: Final = "sample-person-1"
"""Answers for the systems' use; reviews inventory and access."""
OPERATOR: Final = "sample-person-2"
"""Runs hosts and evaluations, asks for changes and releases them."""
USER: Final = "sample-person-3"
APPROVER: Final = "sample-person-4"
"""Approves models, changes, policies and access; heads security."""
REVIEWER: Final = "sample-person-5"
"""Reviews outputs before decisions."""
LEAVER: Final = "sample-person-6"
"""Leaves in the year."""
LATE_LEAVER: Final = "sample-person-7"
"""Leaves in the year, too."""
JOINER: Final = "sample-person-8"
"""Joins in the year and uses a system."""
CHECKER: Final = "sample-person-9"
"""Checks accepted outputs again, and verifies the log."""

HELP_DESK: Final = "sample-help-desk"
TRIAGE: Final = "sample-ticket-triage"
HANDBOOK: Final = "sample-handbook-search"
NOTES: Final = "sample-meeting-notes"
"""Comes into use in the course of the year."""

TRIAGE_SERVICE: Final = "sample-triage-service"
CHAT_SERVICE: Final = "sample-chat-service"
INDEX: Final = "sample-handbook-index"
SEGMENT: Final = "sample-inference-segment"
HOST: Final = "sample-inference-host"

REGISTERED: Final = -30
LIVE: Final = -20
"""Days, counted from the first day of the period."""
NOTES_REGISTERED: Final = 112
NOTES_LIVE: Final = 140
HELP_DESK_CHANGED: Final = 160
TRIAGE_CHANGED: Final = 170
JOINED: Final = 75
LEFT: Final = 210
LATE_LEFT: Final = 358


@dataclass(frozen=True, slots=True)
class SampleAi:
    """An AI system of the year."""

    id: str
    name: str
    purpose: str
    live: int
    """First day it served, counted from the first day of the period."""
    registered: int
    tier: Literal["high", "medium", "low"]
    decisions: tuple[str, ...]

    def live_on(self, year: Year) -> date:
        """First day it served."""
        return year.day(self.live)


@dataclass(frozen=True, slots=True)
class SampleModel:
    """A model artifact of the year: bytes that never were, known by a digest of their label."""

    id: str
    name: str
    publisher: str
    verification: str
    rung: str
    taken_in: int
    """Day it was recorded."""

    @property
    def sha256(self) -> str:
        """Hex digest that stands for its bytes."""
        return sha256(f"bytes of {self.id}, generated sample data".encode()).hexdigest()

    @property
    def digest(self) -> str:
        """As entries state it."""
        return f"sha256:{self.sha256}"


@dataclass(frozen=True, slots=True)
class SampleKey:
    """A key of the year. The digest of its secret is that of a label, so nothing opens it."""

    id: str
    principal: str
    kind: Literal["person", "service"]
    system: str
    issued: int
    revoked: int | None = None


SYSTEMS: Final = (
    SampleAi(
        HELP_DESK, "Sample help desk assistant", "Proposes answers to questions of the sample organisation's staff.",
        LIVE, REGISTERED, "medium", ("sample refund decisions",),
    ),
    SampleAi(
        TRIAGE, "Sample ticket triage", "Sorts incoming sample tickets by urgency before a person takes them.",
        LIVE, REGISTERED, "high", ("sample order of tickets",),
    ),
    SampleAi(
        HANDBOOK, "Sample handbook answers", "Finds and quotes passages of the sample handbook.", LIVE, REGISTERED, "low", (),
    ),
    SampleAi(
        NOTES, "Sample meeting notes", "Sums up sample meetings for those who took part.", NOTES_LIVE, NOTES_REGISTERED,
        "low", (),
    ),
)  # fmt: skip
FIRST_MODEL: Final = SampleModel(
    "sample-model-1", "sample-assistant-0.8.gguf", "sample-publisher", "hash_matches_publisher_metadata", "3_anchored", -32
)
SECOND_MODEL: Final = SampleModel(
    "sample-model-2", "sample-assistant-0.9.gguf", "sample-publisher", "hash_matches_publisher_metadata", "3_anchored", 118
)
SMALL_MODEL: Final = SampleModel(
    "sample-model-3", "sample-reader-0.3.gguf", "sample-publisher", "internal_baseline_only", "2_recomputed", -32
)
MODELS: Final = (FIRST_MODEL, SECOND_MODEL, SMALL_MODEL)
KEYS: Final = (
    SampleKey("sample-key-01", USER, "person", HELP_DESK, -21),
    SampleKey("sample-key-02", REVIEWER, "person", HANDBOOK, -21),
    SampleKey("sample-key-03", LEAVER, "person", HANDBOOK, -21, LEFT),
    SampleKey("sample-key-04", LATE_LEAVER, "person", HELP_DESK, -21, LATE_LEFT),
    SampleKey("sample-key-05", TRIAGE_SERVICE, "service", TRIAGE, -21),
    SampleKey("sample-key-06", CHAT_SERVICE, "service", HELP_DESK, -21),
    SampleKey("sample-key-07", JOINER, "person", HANDBOOK, JOINED + 7),
    SampleKey("sample-key-08", OWNER, "person", NOTES, NOTES_LIVE - 1),
)


def model_of(system: str, day: int) -> SampleModel:
    """The model that serves a system on a day, counted from the first of the period."""
    if system == HANDBOOK:
        return SMALL_MODEL
    if system == NOTES:
        return SECOND_MODEL
    changed = HELP_DESK_CHANGED if system == HELP_DESK else TRIAGE_CHANGED
    return SECOND_MODEL if day >= changed else FIRST_MODEL


def live_systems(year: Year, day: date) -> tuple[SampleAi, ...]:
    """Systems in use on a day."""
    return tuple(each for each in SYSTEMS if each.live_on(year) <= day)
