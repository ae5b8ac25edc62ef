"""Controls with their evidence beside them, and any record that such evidence is.

Promises: a control shows the state most in need of a look; an occurrence leads to the entries behind it; a record is shown only
when it belongs to this engagement, with every version, its three times and its proof. Hostile input: an id that is none is not
there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from proofbook.assessment.control_set import SLOTS
from proofbook.fieldwork.proving import make_proof_file, prove
from proofbook.obligations.duty import State
from proofbook.portal.assessing import Assessed
from proofbook.portal.auditing.engaged import assessed
from proofbook.portal.states import LETTERS, counted_states
from proofbook.portal.surroundings import Answer, Attachment, Desk, Page, Query
from proofbook.readmodel.documents import DocumentVersion

_ORDER = (State.MISSED, State.UNKNOWN, State.LATE, State.DONE, State.NOT_DUE, State.NOT_APPLICABLE)


def show_controls(desk: Desk, query: Query) -> Answer:
    """`/room/controls`, of one state where it is named."""
    found, wanted = assessed(desk), query.get("state", "")
    standings = [each for each in found.months.controls if not wanted or each.state.value == wanted]
    rows = [(each, counted_states(each.counts), LETTERS[each.state]) for each in standings]
    counts = [(state, LETTERS[state][1], sum(each.state is state for each in found.months.controls)) for state in _ORDER]
    values = {"rows": rows, "counts": counts, "wanted": wanted, "scope": found.facts.scope}
    return Page("auditing/controls.html", values)


def show_control(desk: Desk, query: Query, control: str) -> Answer:
    """`/room/controls/{control}`."""
    del query
    found = assessed(desk)
    standing = next((each for each in found.months.controls if each.control.id == control), None)
    if standing is None:
        return None
    known = _by_entry(found)
    rows = [
        (row, [(cell, [(entry, known.get(entry)) for entry in cell.entries]) for cell in row.cells])
        for row in found.months.rows
        if row.control == control
    ]
    values = {
        "standing": standing,
        "slots": SLOTS,
        "rows": rows,
        "letters": LETTERS,
        "counts": counted_states(standing.counts),
        "scope": found.facts.scope,
    }
    return Page("auditing/control.html", values)


def show_record(desk: Desk, query: Query, kind: str, id: str) -> Answer:  # noqa: A002 - what it is called
    """`/room/records/{kind}/{id}`, at a version where one is named."""
    found = assessed(desk)
    history = _history(found, kind, id)
    it = _of(history, query.get("version", ""))
    if it is None:
        return None
    values = {
        "it": it,
        "newest": history[-1],
        "history": tuple(reversed(history)),
        "lines": lines_of(it),
        "proof_of_it": prove(desk.book, it.index, entry_id=it.entry, origin=desk.sources.origin, vkey=desk.sources.vkey),
        "scope": found.facts.scope,
    }
    return Page("auditing/record.html", values)


def save_record_proof(desk: Desk, query: Query, kind: str, id: str) -> Answer:  # noqa: A002 - what it is called
    """The C2SP proof of one version of a record."""
    found = find_version(desk, kind, id, query.get("version", ""))
    data = None if found is None else make_proof_file(desk.book, found[0].index)
    if found is None or data is None:
        return None
    return Attachment(f"{found[0].entry}.tlog-proof", "text/plain; charset=utf-8", data)


def save_record_entry(desk: Desk, query: Query, kind: str, id: str) -> Answer:  # noqa: A002 - what it is called
    """The entry itself: the bytes that the proof is about."""
    found = find_version(desk, kind, id, query.get("version", ""))
    if found is None:
        return None
    return Attachment(f"{found[0].entry}.entry.json", "application/json", desk.book.entry(found[0].index))


def find_version(
    desk: Desk,
    kind: str,
    id: str,  # noqa: A002 - what it is called
    version: str,
) -> tuple[DocumentVersion, DocumentVersion] | None:
    """A version of a record of this engagement (the newest where no number fits), and the newest; None: no such record."""
    history = _history(assessed(desk), kind, id)
    it = _of(history, version)
    return None if it is None else (it, history[-1])


def _history(found: Assessed, kind: str, record: str) -> tuple[DocumentVersion, ...]:
    """Every version of a record that belongs to this engagement: to its entity and systems, and to no other engagement."""
    facts = found.facts
    history = facts.histories.get((kind, record), ())
    if not history or not facts.includes(history[-1]):
        return ()
    named = record if kind == "engagement" else history[-1].body.get("engagement")
    return history if named in {None, facts.scope.engagement} else ()


def _of(history: Sequence[DocumentVersion], version: str) -> DocumentVersion | None:
    return next((each for each in history if str(each.version) == version), history[-1] if history else None)


def lines_of(version: DocumentVersion) -> list[tuple[str, str | None]]:
    """The fields of a record as text, in their order; None for what is not stated."""
    return [(name, _text(value)) for name, value in version.body.items()]


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "\n".join(value) if value else "none"
    return json.dumps(value, ensure_ascii=False, indent=1)


def _by_entry(found: Assessed) -> dict[str, DocumentVersion]:
    return {version.entry: version for history in found.facts.histories.values() for version in history}
