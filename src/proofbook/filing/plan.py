"""What applying a run would do: create, change or leave each record, and what a reader should know before agreeing.

Promises: applying the same files twice plans nothing the second time; a change names every field that differs; refusals leave as
one error before anything is written. The reason for a version makes no difference by itself. Pure but for what it asks the book.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pydantic import ValidationError

from proofbook.errors import InputError
from proofbook.filing.difference import REASON, Difference, find_differences
from proofbook.filing.document import Filed
from proofbook.filing.known import Known
from proofbook.filing.lateness import is_late
from proofbook.filing.marked import format_path
from proofbook.filing.mistakes import Mistakes
from proofbook.filing.remark import Circumstances, Code, Remark
from proofbook.filing.rules import find_remarks
from proofbook.journal.receipt import Submission
from proofbook.primitives.canonical import canonical_bytes
from proofbook.readmodel.documents import DocumentVersion
from proofbook.records.envelope import Actor, Assurance, Draft, format_entry
from proofbook.records.kept import KEPT

SOURCE: Final = "desk:records"
_STRICTLY_REFUSED: Final = frozenset({Code.UNKNOWN_REFERENCE})
_LONGEST_ID: Final = "e_" + "0" * 26
_LONGEST_SEQ: Final = 2**53 - 1


class Action(StrEnum):
    """What applying does with a record."""

    CREATE = "create"
    CHANGE = "change"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Planned:
    """One record of a run. `previous` is the newest version in the book."""

    filed: Filed
    action: Action
    previous: DocumentVersion | None
    differences: tuple[Difference, ...]
    remarks: tuple[Remark, ...]
    late: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A run held against the book as it was at `position` entries."""

    planned: tuple[Planned, ...]
    position: int

    @property
    def changes(self) -> tuple[Planned, ...]:
        """What would be written."""
        return tuple(each for each in self.planned if each.action is not Action.UNCHANGED)

    def count(self, action: Action) -> int:
        """How many records that happens to."""
        return sum(each.action is action for each in self.planned)

    def writes_the_same(self, other: Plan) -> bool:
        """Whether another plan would write the same on top of the same versions."""
        return [_essence(each) for each in self.changes] == [_essence(each) for each in other.changes]


def make_plan(filed: Sequence[Filed], known: Known, *, position: int, now: str, actor: Actor, strict: bool = False) -> Plan:
    """Hold a run against the book.

    Raises:
        FilingRefused: with everything a rule does not let in.
    """
    refused = Mistakes()
    planned = tuple(_plan_one(each, known, now, actor) for each in filed)
    for each in planned:
        for remark in each.remarks:
            if remark.refuses or (strict and remark.code in _STRICTLY_REFUSED):
                field = format_path(remark.path) if remark.path else ""
                refused.add(each.filed.place_of(*remark.path), field, remark.what, remark.fix)
    refused.raise_refused()
    return Plan(planned, position)


def make_submissions(plan: Plan, *, now: str, actor: Actor) -> list[Submission]:
    """The entries a plan writes, in its order."""
    return [Submission(make_draft(each.filed, each.previous, now, actor)) for each in plan.changes]


def make_draft(filed: Filed, previous: DocumentVersion | None, now: str, actor: Actor) -> Draft:
    """The entry of one version. A document that says nothing else describes the state of now."""
    return Draft(
        kind=filed.kind,
        subject=filed.id,
        occurred=filed.occurred or now,
        actor=actor,
        source=SOURCE,
        assurance=Assurance.MANUAL,
        body=filed.body,
        supersedes=None if previous is None else previous.entry,
    )


def _plan_one(filed: Filed, known: Known, now: str, actor: Actor) -> Planned:
    previous = known.current(filed.kind, filed.id)
    differences = () if previous is None else _differences(filed, previous)
    if previous is not None and not differences:
        return Planned(filed, Action.UNCHANGED, previous, (), (), is_late(previous.occurred, previous.recorded))
    remarks = [*find_remarks(filed, Circumstances(previous, known, now, actor.id)), *_check_size(filed, previous, now, actor)]
    late = is_late(filed.occurred or now, now)
    return Planned(filed, Action.CREATE if previous is None else Action.CHANGE, previous, differences, tuple(remarks), late)


def _differences(filed: Filed, previous: DocumentVersion) -> tuple[Difference, ...]:
    if _same(previous.body, filed.body):
        found: tuple[Difference, ...] = ()
    else:
        found = find_differences(_completed(filed.kind, previous.body), filed.body)
    if KEPT[filed.kind].happened is None and filed.occurred not in (None, previous.occurred):
        found = (Difference("occurred", previous.occurred, filed.occurred), *found)
    return found


def _same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return {**before, REASON: None} == {**after, REASON: None}


def _completed(kind: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """An older body with the fields that its kind has gained since, so that they do not look like changes."""
    try:
        return KEPT[kind].model_validate_json(canonical_bytes(body), strict=True).to_body()
    except ValidationError:
        return body


def _check_size(filed: Filed, previous: DocumentVersion | None, now: str, actor: Actor) -> list[Remark]:
    try:
        format_entry(make_draft(filed, previous, now, actor), entry_id=_LONGEST_ID, recorded=now, seq=_LONGEST_SEQ)
    except InputError as error:
        return [Remark(Code.TOO_LARGE, (), error.message, "shorten it, or attach files by their hash", refuses=True)]
    return []


def _essence(each: Planned) -> tuple[str, str, str | None, Mapping[str, Any]]:
    return each.filed.kind, each.filed.id, None if each.previous is None else each.previous.entry, each.filed.body
