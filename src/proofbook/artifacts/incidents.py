"""ART-07: a page for each incident, near miss and exercise, and the register that keeps the three apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from proofbook.artifacts.heading import head
from proofbook.artifacts.page import Block, Cell, Page, Standing, Table
from proofbook.artifacts.speaking import cell, counted, happened, history, label, plain, signatures, whole
from proofbook.assessment.facts import Facts, happened_at
from proofbook.readmodel.documents import DocumentVersion

ARTIFACT: Final = "ART-07"
_SORTS: Final = (
    (
        "incident.real",
        "Incidents",
        "No incident is recorded in the period. Whether that is a count to rely on is for the nil certificate below.",
    ),
    ("incident.near_miss", "Near misses", "No near miss is recorded in the period."),
    ("incident.exercise", "EXERCISES: nothing in them happened", "No exercise is recorded in the period."),
)
_COUNTED: Final = {
    "incident.real": ("incident", "incidents"),
    "incident.near_miss": ("near miss", "near misses"),
    "incident.exercise": ("exercise", "exercises"),
}


def derive_incidents(facts: Facts) -> Iterator[Page]:
    """The register, then a page for each record of the period."""
    yield _register(facts)
    for kind, _, _ in _SORTS:
        for version in sorted(facts.in_period(kind), key=happened_at):
            yield _page(facts, version)


def _register(facts: Facts) -> Page:
    found = {kind: sorted(facts.in_period(kind), key=happened_at) for kind, _, _ in _SORTS}
    alerts = sorted(facts.in_period("alert.triage"), key=happened_at)
    nil = [each for each in facts.scoped("nil_population") if each.body["population"] in ("POP-18", "POP-19")]
    blocks: list[Block] = [_table(facts, title, found[kind], empty) for kind, title, empty in _SORTS]
    blocks += [_alerts(facts, alerts), _nil(nil)]
    records = [*(each for versions in found.values() for each in versions), *alerts, *nil]
    query = (
        "incident.real, incident.near_miss, incident.exercise and alert.triage records of the period, every one; nil certificates"
    )
    limits = (
        "An incident known from chat or tickets and not recorded here is not in the register; searching other trackers shows it.",
    )
    marks = [Cell(counted(len(found[kind]), *_COUNTED[kind])) for kind, _, _ in _SORTS]
    return Page(
        name="register",
        title="Register of incidents, near misses and exercises",
        lead="Three kinds of record that cannot be turned into one another.",
        marks=tuple(marks),
        head=head(facts, ARTIFACT, records, query, limits),
        blocks=tuple(blocks),
        plain={kind: [plain(each) for each in versions] for kind, versions in found.items()},
    )


def _table(facts: Facts, title: str, versions: list[DocumentVersion], empty: str) -> Table:
    zone, today = facts.scope.period.zone, facts.as_of.date().isoformat()
    rows = []
    for each in versions:
        body = each.body
        overdue = [action for action in body["actions"] if action["done_at"] is None and action["due"] < today]
        closed = body.get("closed_at", body.get("signed_off_at"))
        actions = Cell(f"{len(overdue)} overdue", Standing.LATE) if overdue else Cell(f"{len(body['actions'])} recorded")
        sort = label(body["category"]) if "category" in body else body["scenario"]
        severity = Cell(body["severity"]) if "severity" in body else Cell("EXERCISE")
        rows.append(
            (happened(each, zone), Cell(f"{body['title']} ({each.id})"), Cell(sort), severity, cell(closed, zone), actions)
        )
    return Table(title, ("When", "What", "Category", "Severity", "Closed", "Actions"), tuple(rows), empty, "", (4, 5, 4, 2, 3, 2))


def _alerts(facts: Facts, alerts: list[DocumentVersion]) -> Table:
    zone = facts.scope.period.zone
    rows = tuple(
        (
            happened(each, zone),
            Cell(each.body["source"]),
            cell(each.body["system"]),
            cell(label(each.body["disposition"])),
            cell(each.body["triaged_by"]),
            cell(each.body["triaged_at"], zone),
        )
        for each in alerts
    )
    columns = ("Raised", "By", "System", "Turned out to be", "Looked at by", "When")
    return Table("Alerts and what they turned out to be", columns, rows, "No alert is recorded in the period.")


def _nil(nil: list[DocumentVersion]) -> Table:
    rows = tuple(
        (
            Cell(each.body["population"]),
            Cell(f"{each.body['first']} to {each.body['last']}"),
            Cell(each.body["heartbeat"]),
            Cell("; ".join(each.body["secondary"])),
            Cell(each.body["certified_by"]),
        )
        for each in nil
    )
    columns = ("Population", "Days", "What shows the collector ran", "Other places searched", "Signed by")
    return Table(
        "Certificates of populations of size zero",
        columns,
        rows,
        "None is recorded: where a list above is empty, nobody has attested that it is.",
    )


def _called(title: str) -> str:
    """An exercise says so before anything else, once."""
    return title if title.startswith("EXERCISE") else f"EXERCISE: {title}"


def _page(facts: Facts, version: DocumentVersion) -> Page:
    zone, body, exercise = facts.scope.period.zone, version.body, version.kind == "incident.exercise"
    marks = (
        [Cell("EXERCISE", Standing.DIFFERS)]
        if exercise
        else [Cell(label(version.kind.partition(".")[2])), Cell(f"severity {body['severity']}")]
    )
    if not exercise and body["closed_at"] is None:
        marks.append(Cell("open", Standing.LATE))
    return Page(
        name=f"{version.kind.partition('.')[2].replace('_', '-')}-{version.id}",
        title=_called(body["title"]) if exercise else body["title"],
        lead=body["scenario"] if exercise else body["description"],
        marks=tuple(marks),
        head=head(facts, ARTIFACT, (version,), f"{version.kind} {version.id}, newest version, whole"),
        blocks=whole(version, "The record", zone, ("description",)),
        plain={"record": plain(version)},
        signatures=signatures(facts, version),
        history=history(facts, version),
    )
