"""Which version of a document holds: the newest approved one, unless it was taken back since."""

from __future__ import annotations

from proofbook.assessment.facts import Facts
from proofbook.readmodel.documents import DocumentVersion


def in_force(facts: Facts, newest: DocumentVersion) -> DocumentVersion | None:
    """The version that holds now; a draft on top of an approved version does not take its place."""
    for version in reversed(facts.history(newest.kind, newest.id)):
        status = version.body.get("status")
        if status == "approved":
            return version
        if status in {"superseded", "withdrawn"}:
            return None
    return None
