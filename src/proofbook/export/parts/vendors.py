"""`09_Vendors_upstreams`: the register, reviews, and for subservice organisations the reports that were read.

Promises: what is not known of an upstream is shown as unknown; reports themselves are not held here, and that is said. Pure.
"""

from __future__ import annotations

from typing import Final

from proofbook.artifacts.page import Block
from proofbook.assessment.facts import happened_at
from proofbook.bundle.manifest import Omission
from proofbook.bundle.parts import VENDORS_FOLDER
from proofbook.export.parts.framing import Sheet, page_files
from proofbook.export.parts.planned import PartsFrom, PlannedPart
from proofbook.export.parts.registers import plain_all, records_csv, records_table

REPORTS: Final = Omission(
    "reports and bridge letters of subservice organisations", "are confidential to them; the register names each and who read it"
)
_SUBSERVICE: Final = ("subservice_carve_out", "subservice_inclusive")


def plan_vendors(origin: PartsFrom) -> PlannedPart:
    """Register and reviews."""
    facts = origin.assessed.facts
    vendors = facts.scoped("vendor")
    known = {each.id for each in vendors}
    reviews = sorted((each for each in facts.scoped("vendor.review") if each.body["vendor"] in known), key=happened_at)
    subservice = [each for each in vendors if each.body["relationship"] in _SUBSERVICE]
    fields = ("kind", "tier", "relationship", "holds_our_data", "operates_for_us", "diligence_decision")
    blocks: tuple[Block, ...] = (
        records_table(origin, "Upstreams", vendors, fields, "No upstream is recorded."),
        records_table(
            origin, "Subservice organisations and their reports", subservice, ("relationship", "soc_report"),
            "No subservice organisation is recorded.",
        ),
        records_table(
            origin, "Reviews", reviews, ("vendor", "reviewer", "soc_report_read", "outcome"), "No review is recorded."
        ),
    )  # fmt: skip
    sheet = Sheet(
        VENDORS_FOLDER, "register", "Vendors and upstreams", "Who models, engines, drivers and hosts come from.", blocks,
        (*vendors, *reviews), artifact="ART-09", query="vendor records in scope and their reviews, newest versions",
        plain=plain_all((*vendors, *reviews)),
    )  # fmt: skip
    return PlannedPart(
        (
            *page_files(origin, sheet),
            records_csv(VENDORS_FOLDER, "vendors", "Vendors and upstreams", "vendor", vendors),
            records_csv(VENDORS_FOLDER, "reviews", "Reviews of vendors", "vendor.review", reviews),
        ),
        (REPORTS,) if subservice else (),
    )
