"""A request list taken over from a file: what it would do, and doing it where that is agreed to. Used by both faces.

Promises: planned anew on the book as it is when it is recorded; all of it or nothing. Who was shown a plan agrees to that plan:
the file is kept sealed for a short while; where it would record something else by then, that is shown and nothing is recorded.
Hostile input: the name of a kept file opens nothing for another account, session or engagement; see `people.holding`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from proofbook.errors import InputError
from proofbook.fieldwork.acting import Act
from proofbook.fieldwork.request_import import ImportPlan, plan_import, read_request_list
from proofbook.journal.receipt import Receipt, Submission
from proofbook.people.holding import HeldFile, HeldFiles, Holder
from proofbook.portal.acts import Done
from proofbook.portal.posting import Given
from proofbook.portal.surroundings import Desk
from proofbook.readmodel.connection import Reader

_GONE: Final = "this list was recorded already, was shown too long ago, or another one was shown since"


@dataclass(frozen=True, slots=True)
class SentList:
    """A list as somebody sent it. `shown`: digest of the plan they were shown of it; None: none was."""

    name: str
    data: bytes
    shown: str | None = None

    @property
    def sha256(self) -> str:
        """Hex digest of the file."""
        return sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a list. `moved`: it was agreed to, and would have recorded something else than was shown."""

    plan: ImportPlan
    done: Done
    recorded: bool
    moved: bool
    sent: SentList
    kept: str | None = None
    """Name under which the file waits to be agreed to; None: it has to be sent again."""


class _Moved(Exception):
    """The plan is another one than was shown."""

    def __init__(self, plan: ImportPlan) -> None:
        super().__init__()
        self.plan = plan


def take_list(desk: Desk, act: Act, engagement: str, sent: SentList, *, path: str, agreed: bool) -> Taken:
    """`path`: the page of the requests. Raises ImportRefused with all that is wrong, InputError."""
    listed = read_request_list(sent.name, sent.data)
    plan = plan_import(desk.reader, act, engagement, listed)
    receipts: tuple[Receipt, ...] = ()

    def make(reader: Reader) -> Sequence[Submission]:
        now = plan_import(reader, act, engagement, listed)
        if sent.shown not in {None, now.digest}:
            raise _Moved(now)
        return now.submissions

    moved = agreed and sent.shown not in {None, plan.digest}
    if agreed and not moved and plan.submissions:
        try:
            receipts = desk.writing.record_read(make)
        except _Moved as found:
            plan, moved = found.plan, True
    done = Done(path, _said(plan), f"engagement/{engagement}", receipts, _values(plan, recorded=bool(receipts)))
    return Taken(plan, done, agreed and not moved, moved, sent)


def take_sent(desk: Desk, given: Given, act: Act, engagement: str, *, path: str) -> Taken:
    """A list sent as a form: a chosen file, or `kept`, the name of one that was shown before.

    Raises:
        ImportRefused: with all that is wrong. InputError: no list, or one that is not kept any more.
    """
    held, holder = _held_files(desk), Holder(desk.known.account, desk.known.session, f"requests:{engagement}")
    sent = _read_sent(given, held, holder)
    taken = take_list(desk, act, engagement, sent, path=path, agreed=bool(given.one("agreed")))
    if taken.recorded or held is None or not taken.plan.submissions:
        return taken
    return replace(taken, kept=held.hold(holder, HeldFile(sent.name, sent.data, taken.plan.digest)))


def _read_sent(given: Given, held: HeldFiles | None, holder: Holder) -> SentList:
    name, file = given.one("kept"), given.file("list")
    if not name:
        if file is None:
            raise InputError("list: no file was chosen", hint="choose the list as CSV or XLSX")
        return SentList(file.name, file.data)
    found = None if held is None else held.take(holder, name)
    sent = None if found is None else SentList(found.name, found.data, found.shown)
    if sent is None or sent.sha256 != given.one("sha256"):
        raise InputError(f"list: {_GONE}", hint="look at the requests; choose the file again to see what it would record now")
    return sent


def _held_files(desk: Desk) -> HeldFiles | None:
    return None if desk.sources.people is None else desk.sources.people.held_files


def _said(plan: ImportPlan) -> str:
    return f"{len(plan.new)} new, {len(plan.changed)} changed, {len(plan.unchanged)} as they are"


def _values(plan: ImportPlan, *, recorded: bool) -> dict[str, object]:
    return {
        "new": [each.number for each in plan.new],
        "changed": [each.number for each in plan.changed],
        "unchanged": list(plan.unchanged),
        "absent": list(plan.absent),
        "ignored_columns": list(plan.ignored),
        "remarks": [f"row {each.row}, {each.number}: {each.what}" for each in plan.remarks],
        "recorded": recorded,
    }
