"""Requests and comments of an audit, when they come in a file: a file is the company's side, and moves no request.

Where a request stands is moved one step at a time (`proofbook request`, the portal), by whose step it is. A file may state a new
request or correct the wording of one; it can neither change its state nor speak for the auditor.
"""

from __future__ import annotations

from collections.abc import Iterator

from proofbook.filing.document import Filed
from proofbook.filing.remark import Circumstances, Code, Remark


def check_request(filed: Filed, about: Circumstances) -> Iterator[Remark]:
    """State, evidence and reason stay as they are."""
    before = {"state": "not_started", "evidence": [], "returned_because": None} if about.previous is None else about.previous.body
    for name in ("state", "evidence", "returned_because"):
        if filed.body[name] != before[name]:
            fix = f"leave {name} as it is, and use `proofbook request submit` or the portal"
            yield Remark(Code.NOT_BY_FILE, (name,), "is not moved by a file", fix, refuses=True)


def check_comment(filed: Filed, about: Circumstances) -> Iterator[Remark]:
    """Spoken by the company, and not taken back."""
    if filed.body["side"] != "staff":
        yield Remark(Code.NOT_BY_FILE, ("side",), "speaks for the auditor", "write staff", refuses=True)
    if about.previous is not None:
        yield Remark(Code.NOT_BY_FILE, (), "was said already", "write another comment", refuses=True)
