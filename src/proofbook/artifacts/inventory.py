"""ART-01: one page for each AI system, with what shows that the page is true and looked after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from proofbook.artifacts.heading import head
from proofbook.artifacts.page import Block, Cell, Field, Fields, Page, Standing, Table
from proofbook.artifacts.speaking import (
    DASH,
    blanks,
    cell,
    counted,
    group,
    happened,
    history,
    label,
    local,
    plain,
    short,
    signatures,
)
from proofbook.assessment.facts import Facts, happened_at, systems_of
from proofbook.readmodel.documents import DocumentVersion

ARTIFACT: Final = "ART-01"
_GROUPS: Final = (
    ("Identity", ("purpose", "status", "environment", "go_live", "retired_on", "registered_at", "approved_by", "approved_at")),
    ("People", ("business_owner", "technical_owner", "model_approver", "data_owner")),
    (
        "Use",
        (
            "users",
            "facing",
            "decisions_informed",
            "autonomy",
            "intended_use",
            "prohibited_use",
            "oversight",
        ),
    ),
    ("Scope", ("scope_decision", "scope_reason", "scope_decided_by", "categories", "commitments")),
    (
        "Model",
        ("models", "aliases", "quantization", "adapters", "system_prompt_version", "guardrail_version", "engine"),
    ),
    ("Hosting", ("hosting", "hosting_provider", "location", "hosts", "gpu", "network_segment", "exposed_ports")),
    ("Data", ("input_classes", "personal_data", "indexes", "output_destinations", "log_store", "log_retention_days")),
    ("Dependencies", ("upstreams", "tools", "fallback")),
    (
        "Risk and promises",
        ("risk_tier", "risks", "eu_ai_act_note", "last_risk_assessment", "availability_target", "availability_definition"),
    ),
)
_POINTERS: Final = (
    ("Inventory review", "inventory.review"),
    ("Access review", "access.review"),
    ("Evaluation run", "evaluation.run"),
    ("Change", "change"),
    ("Model approval", "model.approval"),
    ("Incident", "incident.real"),
    ("Availability report", "availability.report"),
    ("Restore test", "restore.test"),
    ("Data flow diagram", "data_flow"),
)


def derive_inventory(facts: Facts) -> Iterator[Page]:
    """A page for each system in scope, and one for systems that served without a page."""
    for version in facts.systems():
        yield _page(facts, version)
    strangers = _unregistered(facts)
    if strangers is not None:
        yield strangers


def _page(facts: Facts, version: DocumentVersion) -> Page:
    zone, body = facts.scope.period.zone, version.body
    query = f"ai_system {version.id}, newest version; records of the kinds below that name it; nothing left out"
    pointers, records = _pointers(facts, version.id)
    blocks: list[Block] = [group(version, title, names, zone) for title, names in _GROUPS]
    blocks += [_controls(version), pointers, _served(facts, version), _seen(facts, version)]
    open_blanks = blanks(version)
    marks = [Cell(label(body["status"])), Cell(f"tier {body['risk_tier']}")]
    if open_blanks:
        marks.append(Cell(counted(len(open_blanks), "blank open", "blanks open"), Standing.BLANK))
    return Page(
        name=version.id,
        title=body["title"],
        lead=body["purpose"],
        marks=tuple(marks),
        head=head(facts, ARTIFACT, [version, *records], query, besides=_besides(facts, version.id)),
        blocks=tuple(blocks),
        plain={"system": plain(version), "evidence": [plain(each) for each in records]},
        signatures=signatures(facts, version),
        history=history(facts, version),
    )


def _besides(facts: Facts, system: str) -> tuple[str, ...]:
    exchanges = sum(each.exchanges for each in facts.served if each.system == system)
    return (f"exchanges of the system ({exchanges:,})", f"scans of machines ({len(facts.discoveries):,})")


def _controls(version: DocumentVersion) -> Fields:
    rows = (
        Field("Controls in force", cell(version.body.get("controls")), "as the page names them; the coverage grid shows each"),
    )
    return Fields("Controls", rows)


def _pointers(facts: Facts, system: str) -> tuple[Table, list[DocumentVersion]]:
    zone = facts.scope.period.zone
    rows, used = [], []
    for words, kind in _POINTERS:
        found = [each for each in facts.of(kind) if system in systems_of(each) or not [*systems_of(each)]]
        found = [each for each in found if facts.includes(each) and happened_at(each) < facts.scope.until]
        newest = max(found, key=happened_at, default=None)
        if newest is None:
            rows.append((Cell(words), Cell("none is recorded", Standing.NOT_STATED), DASH, DASH))
        else:
            used.append(newest)
            title = Cell(f"{newest.body['title']} ({newest.id})")
            rows.append((Cell(words), title, happened(newest, zone), Cell(newest.entry, mono=True)))
    note = "The newest of each up to the end of the period."
    return Table("Evidence", ("What", "Newest", "When", "Entry"), tuple(rows), "", note, (3, 5, 4, 4)), used


def _served(facts: Facts, version: DocumentVersion) -> Table:
    zone = facts.scope.period.zone
    approved = set(version.body.get("models") or ())
    rows = []
    for each in facts.served:
        if each.system != version.id:
            continue
        if each.artifact is None:
            model = Cell("not bound to weights", Standing.UNKNOWN)
        else:
            standing = Standing.STATED if each.artifact in approved else Standing.DIFFERS
            model = Cell(short(each.artifact), standing, mono=True)
        when = Cell(f"{local(each.first, zone)} to {local(each.last, zone)}")
        rows.append((model, Cell(label(each.state)), Cell(f"{each.exchanges:,}"), when))
    return Table(
        "What served in the period",
        ("Artifact", "How exchanges ended", "Exchanges", "When"),
        tuple(rows),
        "No exchange of this system is recorded in the period. That speaks of the recorders this book has, not of the system.",
        "From recorded traffic, not from this page; an artifact that the page does not name is marked.",
        (4, 3, 2, 5),
    )


def _seen(facts: Facts, version: DocumentVersion) -> Fields:
    newest = facts.discoveries[-1] if facts.discoveries else None
    if newest is None:
        return Fields("Discovery", (Field("Last scan", Cell("no scan is recorded", Standing.UNKNOWN)),))
    zone = facts.scope.period.zone
    hosts = version.body.get("hosts")
    here = "one of its hosts" if hosts and newest.host in hosts else "not one of its hosts as the page names them"
    rows = (
        Field("Last scan", Cell(f"{local(newest.ended, zone)} on {newest.host}, {here}")),
        Field("Engines that answered", Cell(f"{newest.engines:,}")),
        Field("Differences to the inventory", Cell(f"{newest.differences:,}")),
        Field("Entry", Cell(newest.entry, mono=True)),
    )
    return Fields("Discovery", rows)


def _unregistered(facts: Facts) -> Page | None:
    known = {each.id for each in facts.of("ai_system")}
    found = [each for each in facts.served if each.system is not None and each.system not in known]
    if not found:
        return None
    zone = facts.scope.period.zone
    rows = tuple(
        (
            Cell(each.system or "", Standing.DIFFERS),
            Cell(label(each.state)),
            Cell(f"{each.exchanges:,}"),
            Cell(f"{local(each.first, zone)} to {local(each.last, zone)}"),
        )
        for each in found
    )
    query = "systems named by exchanges of the period that have no inventory page; nothing left out"
    table = Table("Traffic without a page", ("System", "How exchanges ended", "Exchanges", "When"), rows, "")
    return Page(
        name="without-a-page",
        title="Systems without an inventory page",
        lead="They served in the period, according to recorded traffic.",
        marks=(Cell(counted(len({each.system for each in found}), "system"), Standing.DIFFERS),),
        head=head(facts, ARTIFACT, (), query, besides=(f"exchanges ({sum(each.exchanges for each in found):,})",)),
        blocks=(table,),
        plain={"systems": sorted({each.system or "" for each in found})},
    )
