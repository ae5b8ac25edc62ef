"""ART-09: a page for each upstream, and the register of them held against what provenance names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from proofbook.artifacts.heading import head
from proofbook.artifacts.page import Cell, Page, Standing, Table
from proofbook.artifacts.speaking import blanks, cell, counted, happened, history, label, plain, short, signatures, whole
from proofbook.assessment.facts import Facts, happened_at
from proofbook.readmodel.documents import DocumentVersion

ARTIFACT: Final = "ART-09"


def derive_vendors(facts: Facts) -> Iterator[Page]:
    """The register, then a page for each upstream."""
    vendors = facts.scoped("vendor")
    reviews = facts.scoped("vendor.review")
    yield _register(facts, vendors, reviews)
    for version in vendors:
        yield _page(facts, version, [each for each in reviews if each.body["vendor"] == version.id])


def _register(facts: Facts, vendors: tuple[DocumentVersion, ...], reviews: tuple[DocumentVersion, ...]) -> Page:
    zone = facts.scope.period.zone
    rows = []
    for each in vendors:
        body = each.body
        newest = max((one for one in reviews if one.body["vendor"] == each.id), key=happened_at, default=None)
        reviewed = Cell("never recorded", Standing.NOT_STATED) if newest is None else happened(newest, zone)
        leaves = Cell(body["holds_our_data"], Standing.UNKNOWN if body["holds_our_data"] == "unknown" else Standing.STATED)
        rows.append(
            (
                Cell(f"{body['title']} ({each.id})"),
                Cell(", ".join(body["kind"])),
                cell(body["tier"]),
                cell(label(body["relationship"])),
                leaves,
                cell(label(body["diligence_decision"])),
                reviewed,
            )
        )
    columns = ("Upstream", "What it is to us", "Tier", "Place in the description", "Holds our data", "Diligence", "Last review")
    register = Table("Register", columns, tuple(rows), "No upstream is recorded.", "", (5, 4, 2, 4, 2, 3, 4))
    query = "vendor records in scope, newest versions; publishers and converters that provenance records name; nothing left out"
    return Page(
        name="register",
        title="Register of upstreams",
        lead="Who models, engines, drivers and hosts come from. A publisher operates nothing here; whoever does is named so.",
        marks=(Cell(counted(len(vendors), "upstream")),),
        head=head(facts, ARTIFACT, (*vendors, *reviews), query),
        blocks=(register, _traced(facts, vendors)),
        plain={"vendors": [plain(each) for each in vendors]},
    )


def _traced(facts: Facts, vendors: tuple[DocumentVersion, ...]) -> Table:
    """Approvals of artifacts that served, traced to the register."""
    known = {each.id for each in vendors}
    served = {each.artifact for each in facts.served if each.artifact}
    rows = []
    for each in facts.scoped("model.approval"):
        if each.body["artifact_digest"] not in served:
            continue
        ends = []
        for role in ("publisher", "quantizer"):
            named = each.body[role]
            ends.append(cell(None) if named is None else Cell(named, Standing.STATED if named in known else Standing.DIFFERS))
        rows.append((Cell(short(each.body["artifact_digest"]), mono=True), Cell(each.body["title"]), *ends))
    columns = ("Artifact that served", "Approval", "Publisher", "Converter")
    note = "Marked: named by an approval, not in the register."
    return Table(
        "From served artifacts to the register", columns, tuple(rows), "No approval of an artifact that served is recorded.", note
    )


def _page(facts: Facts, version: DocumentVersion, reviews: list[DocumentVersion]) -> Page:
    zone = facts.scope.period.zone
    rows = tuple(
        (
            happened(each, zone),
            Cell(each.body["reviewer"]),
            Cell(label(each.body["outcome"])),
            cell(each.body["findings"]),
            Cell(short(each.entry), mono=True),
        )
        for each in sorted(reviews, key=happened_at)
    )
    table = Table(
        "Reviews", ("When", "Reviewer", "Outcome", "Findings", "Entry"), rows, "No review of this upstream is recorded."
    )
    marks = [Cell(f"tier {version.body['tier']}"), Cell(label(version.body["relationship"]))]
    if blanks(version):
        marks.append(Cell(counted(len(blanks(version)), "blank open", "blanks open"), Standing.BLANK))
    query = f"vendor {version.id}, newest version, whole; its vendor.review records"
    return Page(
        name=version.id,
        title=version.body["title"],
        lead=version.body["takes"],
        marks=tuple(marks),
        head=head(facts, ARTIFACT, (version, *reviews), query),
        blocks=(*whole(version, "The record", zone, ("takes",)), table),
        plain={"vendor": plain(version), "reviews": [plain(each) for each in reviews]},
        signatures=signatures(facts, version),
        history=history(facts, version),
    )
