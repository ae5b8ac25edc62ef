"""`01_Scope_and_description`: the engagement, what is inside and outside, nil certificates, what changed; and drafts.

Promises: a system nobody decided about stands as a blank; a population of nothing says whether somebody attests it; a draft is
called one. Facts are those of records as of the checkpoint. Pure.
"""

from __future__ import annotations

from typing import Final

from proofbook.artifacts.page import Block, Cell, Standing, Table
from proofbook.artifacts.speaking import cell, counted, label
from proofbook.assessment.facts import Facts, happened_at
from proofbook.assessment.nil import NilCase, derive_nil
from proofbook.bundle.parts import SCOPE_FOLDER
from proofbook.export.parts.certificates import certificates_sheet
from proofbook.export.parts.drafting import draft_sheet, lists_sheet
from proofbook.export.parts.framing import Sheet, csv_file, page_files
from proofbook.export.parts.planned import PartsFrom, PlannedPart
from proofbook.export.parts.registers import plain_all, records_csv, records_table, text_table
from proofbook.readmodel.documents import DocumentVersion

ARTIFACT: Final = "SUP-14"
NIL: Final = ("population", "title", "controls", "items", "standing", "certificate", "shortfalls", "entries")


def plan_scope(origin: PartsFrom) -> PlannedPart:
    """Scope, boundary, nil certificates, changes, and the drafts."""
    facts = origin.assessed.facts
    systems, nil = facts.systems(), derive_nil(origin.assessed.grid)
    changes = sorted(facts.in_period("change"), key=happened_at)
    blocks: tuple[Block, ...] = (_engagement(origin), _systems(systems), _boundary(systems), _changed(facts), _nil(nil))
    sheet = Sheet(
        SCOPE_FOLDER, "scope", "Scope, boundary and changes", "What the evidence of this room is about, and what is outside it.",
        blocks, (*systems, *changes), artifact=ARTIFACT, plain={"systems": plain_all(systems), "changes": plain_all(changes)},
        query="inventory pages and changes in scope; certificates of populations of size zero",
        marks=(Cell(counted(len(systems), "system")),),
    )  # fmt: skip
    more = Sheet(
        SCOPE_FOLDER, "changes", "Changes in the period", "Every change on record, in the order in which they happened.",
        (records_table(origin, "Changes", changes, ("what", "systems", "emergency"), "No change is recorded in the period."),),
        tuple(changes), artifact="ART-08", plain=plain_all(changes), query="change records of the period, every one",
    )  # fmt: skip
    rows = [
        (
            each.population,
            each.title,
            list(each.controls),
            each.items,
            each.words,
            None if each.certificate is None else each.certificate.entry,
            list(each.shortfalls),
            list(each.entries),
        )
        for each in nil
    ]
    return PlannedPart(
        (
            *page_files(origin, sheet),
            *page_files(origin, more),
            *page_files(origin, draft_sheet(origin)),
            *page_files(origin, lists_sheet(origin)),
            *page_files(origin, certificates_sheet(origin, nil)),
            records_csv(SCOPE_FOLDER, "systems", "AI systems in scope", "ai_system", systems),
            csv_file(SCOPE_FOLDER, "nil-populations", title="Populations that may be empty", columns=NIL, rows=rows),
        )
    )


def _engagement(origin: PartsFrom) -> Table:
    scope = origin.assessed.facts.scope
    period = scope.period
    rows = (
        ("Entity", scope.entity),
        ("Engagement", scope.engagement),
        ("Sort of report", label(scope.type)),
        ("Days", f"{period.first} to {period.last}, both included, {period.zone}"),
        ("Categories", ", ".join(map(label, scope.categories))),
        ("Systems", ", ".join(scope.systems) or "all systems of the entity"),
        ("Controls", "all that support the criteria in scope" if scope.controls is None else ", ".join(scope.controls)),
        ("Environment", label(scope.environment)),
        ("Firm", scope.firm),
    )
    return text_table("The engagement", ("What", "As recorded"), rows, "")


def _systems(systems: tuple[DocumentVersion, ...]) -> Table:
    rows = (
        (
            f"{each.body['title']} ({each.id})",
            label(each.body["status"]),
            _decision(each),
            each.body["scope_reason"] or Cell("no reason is recorded", Standing.BLANK),
            each.body["scope_decided_by"],
            each.entry,
        )
        for each in systems
    )
    columns = ("System", "Status", "Place in the description", "Why", "Decided by", "Entry")
    return text_table("Scope decisions", columns, rows, "No AI system is recorded.")


def _decision(system: DocumentVersion) -> Cell:
    said = system.body["scope_decision"]
    return Cell("not decided", Standing.BLANK) if said == "unknown" else Cell(label(said))


def _boundary(systems: tuple[DocumentVersion, ...]) -> Table:
    rows = (
        (
            each.id,
            cell(label(each.body["hosting"])),
            cell(each.body["hosting_provider"]),
            cell(each.body["network_segment"]),
            cell(each.body["exposed_ports"]),
            cell(each.body["output_destinations"]),
            cell(each.body["upstreams"]),
        )
        for each in systems
    )
    columns = ("System", "Hosting", "Provider", "Segment", "Reachable ports", "Output goes to", "Depends on")
    return text_table("Boundary", columns, rows, "No AI system is recorded.", "Flows are drawn among the pages of ART-03.")


def _changed(facts: Facts) -> Table:
    first, last = facts.scope.period.first.isoformat(), facts.scope.period.last.isoformat()
    rows = []
    for each in facts.systems():
        for field, words in (("go_live", "began to serve"), ("retired_on", "was retired")):
            day = each.body[field]
            if day is not None and first <= day <= last:
                rows.append((each.id, words, day, each.entry))
    return text_table(
        "Systems that came or went",
        ("System", "What", "Day", "Entry"),
        rows,
        "No system is recorded as begun or retired in the period.",
    )


def _nil(nil: tuple[NilCase, ...]) -> Table:
    rows = ((each.population, each.title, ", ".join(each.controls), each.words) for each in nil)
    return text_table("Populations that may be empty", ("Population", "Of", "Controls", "Standing"), rows, "None is in scope.")
