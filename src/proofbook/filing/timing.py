"""Rules on when things happened: late is told, the future is refused, a reason or day left over from the version before is told.

Pure. `Moment` fields whose names end in `_at` speak of what has happened; periods and days ahead are other fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from proofbook.errors import MalformedRecord
from proofbook.filing.document import Filed
from proofbook.filing.lateness import days_between, is_late, latest_allowed
from proofbook.filing.marked import Step
from proofbook.filing.remark import Circumstances, Code, Remark
from proofbook.filing.shape import Shape, Sort, shape_of
from proofbook.primitives.instants import parse_period
from proofbook.records.kept import KEPT

_APPROVALS: Final = ("approved_at", "decided_at", "signed_off_at", "reviewed_at", "license_decided_at")


def check_future(filed: Filed, about: Circumstances) -> Iterator[Remark]:
    """Nothing that is said to have happened lies in the future."""
    last = latest_allowed(about.now)
    for path, moment in _moments(filed.body, shape_of(filed.kind), ()):
        if moment > last:
            yield Remark(Code.FUTURE, path, f"lies in the future ({moment})", "record it when it has happened", refuses=True)
    if KEPT[filed.kind].happened is None and filed.occurred is not None and filed.occurred > last:
        told = f"`occurred` lies in the future ({filed.occurred})"
        yield Remark(Code.FUTURE, (), told, "record it when it has happened", refuses=True)


def check_lateness(filed: Filed, about: Circumstances) -> Iterator[Remark]:
    """What is recorded long after it happened, and approvals stated long after they were given."""
    happened = KEPT[filed.kind].happened
    if filed.occurred is not None and filed.occurred <= about.now and is_late(filed.occurred, about.now):
        days = days_between(filed.occurred, about.now)
        told = f"happened {days} days before it is recorded; it is shown as late"
        yield Remark(Code.LATE, (happened,) if happened else (), told, "say why in `because`")
    before: Mapping[str, Any] = {} if about.previous is None else about.previous.body
    for name in _APPROVALS:
        moment = filed.body.get(name)
        if name != happened and moment is not None and moment != before.get(name) and is_late(moment, about.now):
            told = f"lies {days_between(moment, about.now)} days before it is recorded"
            yield Remark(Code.LATE, (name,), told, "say why in `because`")


def check_leftovers(filed: Filed, about: Circumstances) -> Iterator[Remark]:
    """What a change took over from the version before although it spoke of that one."""
    before = about.previous
    if before is None:
        return
    if filed.body["because"] is not None and filed.body["because"] == before.body.get("because"):
        yield Remark(Code.STALE_STATEMENT, ("because",), "is that of the version before", "say why this version is written")
    if KEPT[filed.kind].happened is None and filed.occurred == before.occurred:
        told = "`occurred` is that of the version before"
        yield Remark(Code.STALE_STATEMENT, (), told, "leave `occurred` out, or state when this changed")


def check_period(filed: Filed, _about: Circumstances) -> Iterator[Remark]:
    """First day, last day and zone make a period."""
    body = filed.body
    try:
        parse_period(body["first"], body["last"], body["zone"])
    except MalformedRecord as error:
        fix = error.hint or "the last day may not be before the first"
        yield Remark(Code.PERIOD, ("first",), error.message, fix, refuses=True)
    if body.get("type") == "type_1" and body["first"] != body["last"]:
        told = "is another day than `first`, but type 1 speaks of one day"
        yield Remark(Code.PERIOD, ("last",), told, "state the same day twice, or type_2", refuses=True)


def _moments(value: Any, shape: Shape, path: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], str]]:
    """Every moment at which something is said to have happened."""
    if value is None:
        return
    if shape.sort is Sort.TABLE:
        for field in shape.fields:
            inner = (*path, field.name)
            if field.shape.sort is not Sort.MOMENT:
                yield from _moments(value[field.name], field.shape, inner)
            elif value[field.name] is not None and (field.name == "at" or field.name.endswith("_at")):
                yield inner, value[field.name]
    elif shape.sort is Sort.LIST and shape.item is not None:
        for at, each in enumerate(value):
            yield from _moments(each, shape.item, (*path, at))
