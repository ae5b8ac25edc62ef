"""What a rule says about one record of a run: a refusal, or something a reader of the plan should know.

Pure values. `code` is stable; `what` and `fix` are for people and may quote the record, so whoever shows them escapes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from proofbook.filing.document import Filed
from proofbook.filing.known import Known
from proofbook.filing.marked import Step
from proofbook.readmodel.documents import DocumentVersion


class Code(StrEnum):
    """What a remark is about."""

    BLANK = "blank"
    TEMPLATE_TEXT = "template_text"
    NOT_READY = "not_ready"
    UNKNOWN_REFERENCE = "unknown_reference"
    WRONG_REFERENCE = "wrong_reference"
    UNKNOWN_CRITERION = "unknown_criterion"
    SELF_APPROVED = "self_approved"
    OWN_WORK_SIGNED = "own_work_signed"
    LATE = "late"
    FUTURE = "future"
    MORE_THAN_SHOWN = "more_than_shown"
    EXERCISE_AND_INCIDENT = "exercise_and_incident"
    THRESHOLDS_CHANGED = "thresholds_changed"
    STANDARD_AFTER_RUN = "standard_after_run"
    NO_STANDARD_VERSION = "no_standard_version"
    STALE_STATEMENT = "stale_statement"
    PERIOD = "period"
    TOO_LARGE = "too_large"
    NOT_BY_FILE = "not_by_file"


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark. `path` leads to the field inside the record; `refuses` says whether the run may not be applied."""

    code: Code
    path: tuple[Step, ...]
    what: str
    fix: str
    refuses: bool = False


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a rule knows besides the record: the version before, the book and the run, the time, and who applies."""

    previous: DocumentVersion | None
    known: Known
    now: str
    actor: str


Rule: TypeAlias = Callable[[Filed, Circumstances], Iterator[Remark]]


def same_person(one: str | None, other: str | None) -> bool:
    """Whether two statements name the same person; not stated is nobody."""
    return one is not None and other is not None and one.strip().casefold() == other.strip().casefold()
