"""Actions that somebody was to do by a day: overdue, done late, done without anything that shows it."""

from __future__ import annotations

from proofbook.assessment.finding import Consequence
from proofbook.assessment.selftests.reading import day_of, rows_of, text_of
from proofbook.assessment.selftests.tally import Tally
from proofbook.assessment.selftests.wording import moment, short, state_in
from proofbook.readmodel.documents import DocumentVersion


def note_overdue(tally: Tally, version: DocumentVersion) -> None:
    """A fault for each action that is past its day and open, and for each that was done after its day."""
    for action in rows_of(version.body, "actions"):
        what, due, done = short(str(action.get("what", ""))), text_of(action, "due"), text_of(action, "done_at")
        owner = text_of(action, "owner") or "nobody named"
        if due is None:
            continue
        if done is None and due < day_of(tally.facts, tally.now):
            tally.fault(
                version,
                Consequence.EXCEPTION,
                f"the action “{what}” of {short(owner)} was due on {due} and is open",
                f"finish it, then {state_in(version.kind, version.id, 'done_at and evidence of the action')}",
            )
        elif done is not None and day_of(tally.facts, done) > due:
            tally.fault(
                version,
                Consequence.LATE,
                f"the action “{what}” was due on {due} and done on {moment(done)}",
                "cannot be undone; say in notes why it was late",
            )


def note_unproven(tally: Tally, version: DocumentVersion) -> None:
    """A fault for each action that is said to be done and names nothing that shows it."""
    for action in rows_of(version.body, "actions"):
        if text_of(action, "done_at") is not None and text_of(action, "evidence") is None:
            what = short(str(action.get("what", "")))
            tally.fault(
                version,
                Consequence.NOT_SHOWN,
                f"nothing shows that the action “{what}” was done",
                state_in(version.kind, version.id, "evidence of the action"),
            )
