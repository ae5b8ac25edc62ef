"""What is kept of a kept record beside its versions: how it stands now, what it points to, files sealed with it. Rows only; pure.

Rows are told with the question that writes them, in the order in which they have to be written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from proofbook.readmodel.request_rows import REQUEST, request_row
from proofbook.records.pointing import follow
from proofbook.records.record import find_blanks

Object: TypeAlias = Any
"""A parsed entry or its body; the caller turns what is missing in it into EntryDamaged."""
Written: TypeAlias = tuple[str, tuple[Any, ...]]

FILED: Final = "record.attached"
SLOT: Final = "file"
_STATES: Final = ("status", "decision", "outcome", "disposition", "state", "diligence_decision")
"""Fields by which records say where they stand; the first one a record has counts."""


def head_rows(index: int, entry: Object, body: Object) -> Iterator[Written]:
    """What one more version of a record changes."""
    kind, own = entry["kind"], entry["subject"]
    yield "drop_references", (kind, own, index)
    for path, target, value in follow(kind, body):
        yield "add_reference", (target, value, kind, own, path, index)
    state = next((body[name] for name in _STATES if isinstance(body.get(name), str)), None)
    row = (kind, own, index, entry["id"], body["title"], state, len(find_blanks(body)))
    yield "set_document_head", (*row, entry["occurred"], entry["recorded"], entry["actor"]["id"])
    if kind == "sign_off":
        yield "settle_decision", (body["of_entry"], own)
    if kind == REQUEST:
        yield "set_request_head", request_row(index, own, body)


def file_row(index: int, entry: Object, body: Object) -> Written:
    """A file that was sealed with a record."""
    names = ("of_kind", "of_id", "name", "sha256", "bytes")
    row = (index, entry["id"], *(body[name] for name in names), entry["recorded"], entry["actor"]["id"])
    return "add_record_file", (*row, body["conversation"], body["content"][SLOT]["commit"])
