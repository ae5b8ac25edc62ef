"""Rules on who asked and who agreed: two roles in one hand are told; where a record may not have them in one hand, refused.

Recording that somebody approved their own request is right: it is a fact, and the plan and every artifact show it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from proofbook.filing.document import Filed
from proofbook.filing.remark import Circumstances, Code, Remark, same_person

_PAIRS: Final = (
    ("requested_by", "approved_by", "approved by the requester"),
    ("requested_by", "decided_by", "decided by the requester"),
    ("set_by", "approved_by", "approved by who set it"),
    ("author", "approver", "approved by the author"),
    ("operator", "signed_off_by", "signed off by the operator"),
    ("facilitator", "signed_off_by", "signed off by the facilitator"),
    ("released_by", "reviewed_by", "reviewed by who released it"),
    ("performed_by", "reviewer", "reviewed by who performed it"),
)
_REFUSED_FOR: Final = "not_applicable"


def check_separation(filed: Filed, _about: Circumstances) -> Iterator[Remark]:
    """Who asked, did or wrote is another person than who agreed."""
    body = filed.body
    claims_approval = filed.kind == "policy" and body["status"] == "approved"
    for one, other, words in _PAIRS:
        if not claims_approval and same_person(body.get(one), body.get(other)):
            refuses = filed.kind == _REFUSED_FOR
            fix = "another person has to agree" if refuses else "it is recorded as it is, and shown"
            yield Remark(Code.SELF_APPROVED, (other,), f"{words} ({body[other]!r})", fix, refuses=refuses)


def check_own_rows(filed: Filed, _about: Circumstances) -> Iterator[Remark]:
    """A reviewer's own access is decided by somebody else."""
    body = filed.body
    for at, row in enumerate(body["rows"]):
        if same_person(row["subject_id"], row["decided_by"] or body["reviewer"]):
            told = f"{row['subject_id']!r} decided on their own access"
            fix = "it is recorded as it is, and shown; let the second reviewer decide"
            yield Remark(Code.SELF_APPROVED, ("rows", at, "decided_by"), told, fix)
