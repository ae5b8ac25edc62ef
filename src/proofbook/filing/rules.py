"""Which rules hold for which kind. The one place where the rules are listed; each is a small function in the room it belongs to.

Promises: every rule is asked for every record that would be written; none writes. A record that is already in the book unchanged
is not asked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from proofbook.filing.document import Filed
from proofbook.filing.linking import (
    check_claimed_verification,
    check_criteria,
    check_occasion,
    check_references,
    check_run,
    check_standard,
)
from proofbook.filing.people import check_own_rows, check_separation
from proofbook.filing.readiness import check_blanks, check_readiness, check_sign_off
from proofbook.filing.remark import Circumstances, Remark, Rule
from proofbook.filing.requests import check_comment, check_request
from proofbook.filing.timing import check_future, check_lateness, check_leftovers, check_period

ALWAYS: Final[tuple[Rule, ...]] = (
    check_blanks,
    check_readiness,
    check_criteria,
    check_references,
    check_separation,
    check_future,
    check_lateness,
    check_leftovers,
)
BY_KIND: Final[Mapping[str, tuple[Rule, ...]]] = {
    "sign_off": (check_sign_off,),
    "model.approval": (check_claimed_verification,),
    "incident.real": (check_occasion,),
    "incident.near_miss": (check_occasion,),
    "incident.exercise": (check_occasion,),
    "evaluation.standard": (check_standard,),
    "evaluation.run": (check_run,),
    "access.review": (check_own_rows,),
    "audit_request": (check_request,),
    "audit_comment": (check_comment,),
    "engagement": (check_period,),
    "nil_population": (check_period,),
}


def find_remarks(filed: Filed, about: Circumstances) -> Iterator[Remark]:
    """Everything the rules say about one record."""
    for rule in (*ALWAYS, *BY_KIND.get(filed.kind, ())):
        yield from rule(filed, about)
