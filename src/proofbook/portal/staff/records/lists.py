"""All kinds with how many records there are; the records of one kind; what waits for a signature.

Promises: nothing over all versions is computed for a page; lists go by position, the last changed first.
Hostile input: anything in the address that does not narrow is told with its field.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from proofbook.controls.crosswalk import check_artifact
from proofbook.errors import InputError
from proofbook.people.roles import Permission
from proofbook.portal.staff.records.kinds import SIGNED, groups, kind_of
from proofbook.portal.staff.records.labels import lower_first, word_of
from proofbook.portal.staff.records.one_record import read_position
from proofbook.portal.staff.records.signing_act import OWN_WORK
from proofbook.portal.surroundings import Answer, Desk, Page, Query
from proofbook.readmodel import heads
from proofbook.readmodel.heads import Narrowing

ROWS: Final = 50
_FIELDS: Final = ("words", "state", "actor", "blanks", "decision")
_DECISIONS: Final = ("none", "approved", "changes_requested", "refused")
_LONGEST: Final = 200


def show_kinds(desk: Desk, query: Query) -> Page:
    """`/records`: every kind, by artifact."""
    del query
    writes = desk.known.may(Permission.PREPARE) and desk.sources.writing is not None
    return Page("records/kinds.html", {"groups": groups(), "counts": heads.counts(desk.reader), "may_write": writes})


def show_list(desk: Desk, query: Query, kind: str) -> Answer:
    """`/records/{kind}`."""
    found = kind_of(kind)
    if found is None:
        return None
    chosen = {name: value for name in _FIELDS if (value := query.get(name, "").strip())}
    before = read_position(query)
    rows = heads.page(desk.reader, kind, read_narrowing(chosen), before=before, limit=ROWS + 1)
    here = f"/records/{kind}"
    return Page(
        "records/list.html",
        {
            "kind": found,
            "rows": rows[:ROWS],
            "chosen": chosen,
            "states": heads.states(desk.reader, kind),
            "decisions": _DECISIONS,
            "word_of": word_of,
            "lower_first": lower_first,
            "older": f"{here}?{urlencode({**chosen, 'before': rows[ROWS - 1].index})}" if len(rows) > ROWS else None,
            "first_page": f"{here}?{urlencode(chosen)}" if before is not None else None,
            "without": {
                name: f"{here}?{urlencode({key: value for key, value in chosen.items() if key != name})}" for name in chosen
            },
            "may_write": desk.known.may(Permission.PREPARE) and desk.sources.writing is not None,
            "entry": check_artifact(found.artifact.id),
        },
    )


def show_approvals(desk: Desk, query: Query) -> Page:
    """`/approvals`: versions that wait for somebody's signature."""
    before = read_position(query)
    only = query.get("kind", "").strip()
    if only and only not in SIGNED:
        raise InputError(f"kind {only[:60]!r} does not wait for signatures", hint="choose one of the list")
    rows = heads.waiting(desk.reader, (only,) if only else SIGNED, before=before, limit=ROWS + 1)
    account = desk.known.account
    narrowed = {"kind": only} if only else {}
    values = {
        "rows": [(each, kind_of(each.kind), each.actor.removeprefix("os:") == account) for each in rows[:ROWS]],
        "kinds": [kind_of(each) for each in SIGNED],
        "only": only,
        "own_work": OWN_WORK,
        "older": f"/approvals?{urlencode({**narrowed, 'before': rows[ROWS - 1].index})}" if len(rows) > ROWS else None,
        "first_page": before is not None,
    }
    return Page("records/approvals.html", values)


def read_narrowing(chosen: Query) -> Narrowing:
    """What a list is narrowed by. Raises InputError naming the field."""
    for name, value in chosen.items():
        if len(value) > _LONGEST:
            raise InputError(f"{name} is longer than {_LONGEST} characters")
    blanks, decision = chosen.get("blanks"), chosen.get("decision")
    if blanks not in {None, "yes", "no"}:
        raise InputError("blanks is neither yes nor no", hint="choose one of the list")
    if decision is not None and decision not in _DECISIONS:
        raise InputError(f"decision {decision[:40]!r} is none", hint=f"one of {', '.join(_DECISIONS)}")
    return Narrowing(
        chosen.get("words"), chosen.get("state"), chosen.get("actor"), None if blanks is None else blanks == "yes", decision
    )
