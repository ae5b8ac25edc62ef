"""Who does something in fieldwork, on which side, and when.

What somebody does here becomes submissions, which a face records together through the one door; nothing here writes. Which
side somebody is on is what the face established at sign-in; the command line is always staff.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from proofbook.errors import InputError, RefusedError
from proofbook.journal.receipt import Content, Submission
from proofbook.primitives.canonical import JsonValue
from proofbook.records.envelope import Actor, Assurance, Draft

SOURCE: Final = "fieldwork:main"


class Side(StrEnum):
    """Whose work somebody does."""

    STAFF = "staff"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody doing something. `now` is an instant; `source` the program that says so."""

    actor: Actor
    side: Side
    now: str
    source: str = SOURCE

    def draft(self, kind: str, subject: str, body: Mapping[str, JsonValue], *, supersedes: str | None = None) -> Draft:
        """The entry this act leaves."""
        return Draft(kind, subject, self.now, self.actor, self.source, Assurance.MANUAL, body, supersedes)

    def submission(
        self, kind: str, subject: str, body: Mapping[str, JsonValue], *, contents: tuple[Content, ...] = ()
    ) -> Submission:
        """The same, ready for the door."""
        return Submission(self.draft(kind, subject, body), contents)


def check_side(act: Act, side: Side, what: str) -> None:
    """Raises RefusedError unless the act is that side's."""
    if act.side is not side:
        raise RefusedError(f"{what} is for the {_WHO[side]}, not for the {_WHO[act.side]}")


def check_said(text: str, field: str, *, longest: int = 16_000) -> str:
    """`text` without white space around it. Raises InputError for nothing, or for more than can be kept."""
    said = text.strip()
    if not said:
        raise InputError(f"{field}: says nothing", hint="write at least a word")
    if len(said) > longest:
        raise InputError(f"{field}: has {len(said)} characters; the cap is {longest}", hint="shorten it, or refer to a file")
    return said


_WHO: Final = {Side.STAFF: "company", Side.AUDITOR: "auditor"}
