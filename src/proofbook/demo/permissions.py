"""What the demonstration records before its callers come: who may use which system, and which weights are approved.

One caller is left out on purpose: its calls pass, since a new gateway flags what is lacking instead of refusing, and each of them
says in the record that nobody had granted access.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from proofbook.demo.organisation import FIRST_MODEL, SECOND_MODEL, SYSTEMS
from proofbook.demo.scene import models_folder
from proofbook.demo.year.cast import APPROVER, HELP_DESK, OPERATOR, OWNER
from proofbook.demo.year.plan import keep
from proofbook.journal.receipt import Submission
from proofbook.primitives.digest import sha256_digest
from proofbook.primitives.instants import format_instant
from proofbook.wiring.system import CLOCK

UNGRANTED: Final = "sample-person-2"
"""The caller whom nobody granted access on record."""


def plan_permissions() -> Iterator[Submission]:
    """A grant for the one person who has none from the generated year, and an approval of each sample model for every system."""
    moment = CLOCK.now()
    now = format_instant(moment)
    yield keep(
        "access.grant", "sample-grant-of-today", APPROVER, moment,
        title=f"{OWNER}: use, help-desk (sample)", subject_id=OWNER, subject_kind="person", system=HELP_DESK, role="use",
        via="api_key", requested_by=OWNER, requested_at=now, approved_by=APPROVER, approved_at=now, granted_at=now,
    ).submission()  # fmt: skip
    for name in (FIRST_MODEL, SECOND_MODEL):
        yield keep(
            "model.approval", f"{name.removesuffix('.gguf')}-approval", APPROVER, moment,
            title=f"Approval of {name} (sample)", artifact_digest=sha256_digest((models_folder() / name).read_bytes()),
            systems=[each.id for each in SYSTEMS], verification="internal_baseline_only",
            verification_detail="made with this demonstration; nothing to compare with", license="apache-2.0",
            license_decision="allowed", license_decided_by=APPROVER, scan_result="not_scanned", requested_by=OPERATOR,
            decision="approved_with_conditions", conditions="for the demonstration only", decided_by=APPROVER, decided_at=now,
        ).submission()  # fmt: skip
