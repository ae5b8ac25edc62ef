"""How plans, versions and mistakes of records are told on a terminal and as JSON. Values are shortened; printing escapes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from proofbook.filing.difference import ABSENT, Difference
from proofbook.filing.lateness import is_late
from proofbook.filing.marked import format_path
from proofbook.filing.mistakes import Mistake
from proofbook.filing.plan import Action, Plan, Planned
from proofbook.filing.remark import Code, Remark
from proofbook.readmodel.documents import DocumentVersion

_MAX_SHOWN: Final = 72
_SHOWN_BLANKS: Final = 6
_WORDS: Final = {Action.CREATE: "create", Action.CHANGE: "change", Action.UNCHANGED: "unchanged"}


def plan_lines(plan: Plan) -> Iterator[str]:
    """What applying would do, record by record; unchanged ones are only counted."""
    for each in plan.changes:
        late = "  LATE" if each.late else ""
        yield f"{_WORDS[each.action]}  {each.filed.name}  {_versions(each)}{late}  ({each.filed.place})"
        yield from (f"    {difference_line(one)}" for one in each.differences)
        yield from (f"    note: {line}" for line in _remark_lines(each))
    yield summary(plan)


def summary(plan: Plan) -> str:
    """The counts."""
    notes = sum(len(each.remarks) for each in plan.planned)
    late = sum(each.late for each in plan.changes)
    said = (
        f"{plan.count(Action.CREATE)} to create, {plan.count(Action.CHANGE)} to change, {plan.count(Action.UNCHANGED)} unchanged"
    )
    return said + (f"; {notes} notes" if notes else "") + (f"; {late} late" if late else "")


def difference_line(difference: Difference) -> str:
    """`record.status: draft -> approved`."""
    return f"{difference.path}: {shorten(difference.before)} -> {shorten(difference.after)}"


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """The whole plan."""
    return {
        "create": plan.count(Action.CREATE),
        "change": plan.count(Action.CHANGE),
        "unchanged": plan.count(Action.UNCHANGED),
        "records": [_planned_as_json(each) for each in plan.planned],
    }


def mistake_as_json(mistake: Mistake) -> dict[str, Any]:
    """One mistake."""
    place = mistake.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "field": mistake.field,
        "what": mistake.what,
        "fix": mistake.fix,
    }


def difference_as_json(difference: Difference) -> dict[str, Any]:
    """One difference; a side that does not have the field leaves its key out."""
    sides = (("before", difference.before), ("after", difference.after))
    return {"field": difference.path, **{name: value for name, value in sides if value is not ABSENT}}


def version_as_json(version: DocumentVersion) -> dict[str, Any]:
    """One version with everything its entry says."""
    return {
        "kind": version.kind,
        "id": version.id,
        "version": version.version,
        "entry": version.entry,
        "index": version.index,
        "occurred": version.occurred,
        "recorded": version.recorded,
        "late": is_late(version.occurred, version.recorded),
        "actor": {"id": version.actor, "kind": version.actor_kind, "method": version.method},
        "source": version.source,
        "assurance": version.assurance,
        "supersedes": version.supersedes,
        "record": version.body,
    }


def second(instant: str) -> str:
    """An instant without its microseconds."""
    return instant.partition(".")[0] + "Z"


def shorten(value: Any) -> str:
    """A value on one line, cut short."""
    if value is ABSENT:
        return "(absent)"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_SHOWN else f"{text[: _MAX_SHOWN - 1]}…"


def _versions(each: Planned) -> str:
    return "version 1" if each.previous is None else f"version {each.previous.version} -> {each.previous.version + 1}"


def _remark_lines(each: Planned) -> Iterator[str]:
    """The remarks; blanks together on one line."""
    blanks = [format_path(remark.path) for remark in each.remarks if remark.code is Code.BLANK]
    if blanks:
        more = f" and {len(blanks) - _SHOWN_BLANKS} more" if len(blanks) > _SHOWN_BLANKS else ""
        noun = "blank is" if len(blanks) == 1 else "blanks are"
        yield f"{len(blanks)} {noun} open: {', '.join(blanks[:_SHOWN_BLANKS])}{more}"
    yield from (_remark_line(remark, each) for remark in each.remarks if remark.code is not Code.BLANK)


def _remark_line(remark: Remark, each: Planned) -> str:
    where = f"{format_path(remark.path)} " if remark.path else ""
    return f"{where}{remark.what} ({each.filed.place_of(*remark.path)}): {remark.fix}"


def _planned_as_json(each: Planned) -> dict[str, Any]:
    previous = each.previous
    return {
        "action": _WORDS[each.action],
        "kind": each.filed.kind,
        "id": each.filed.id,
        "file": each.filed.place.file,
        "line": each.filed.place.line,
        "version_before": None if previous is None else previous.version,
        "supersedes": None if previous is None else previous.entry,
        "late": each.late,
        "differences": [difference_as_json(one) for one in each.differences],
        "notes": [_remark_as_json(remark, each) for remark in each.remarks],
    }


def _remark_as_json(remark: Remark, each: Planned) -> Mapping[str, Any]:
    place = each.filed.place_of(*remark.path)
    field = format_path(remark.path) if remark.path else ""
    return {"code": remark.code.value, "field": field, "line": place.line, "what": remark.what, "fix": remark.fix}
