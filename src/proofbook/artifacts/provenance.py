"""ART-04: one page for each model artifact found: which bytes, from whom, how that is known, and what is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from proofbook.artifacts.heading import head
from proofbook.artifacts.page import Block, Cell, Field, Fields, Page, Standing, Table, Words
from proofbook.artifacts.speaking import cell, counted, happened, label, local, meaning, parts, plain, sentence_label, short
from proofbook.assessment.facts import Facts
from proofbook.readmodel.artifacts import ArtifactVersion
from proofbook.readmodel.documents import DocumentVersion
from proofbook.records.provenance import ModelArtifact, Rung, VerificationStatus

ARTIFACT: Final = "ART-04"
ReadBody = Callable[[int], Mapping[str, Any]]
"""Body of the entry at a place in the book."""

_SOURCE: Final = (
    "source_registry",
    "source_repository",
    "source_revision",
    "source_how_known",
    "pinned",
    "publisher",
    "converter",
    "base_model",
    "acquired_at",
)
_BYTES: Final = (
    "artifact",
    "format",
    "code_executing",
    "bytes_total",
    "files_total",
    "behaviour_sha256",
    "listing_sha256",
    "imports",
)
_WHAT: Final = ("architecture", "parameters", "quantization", "template_sha256", "license_declared", "license_text_sha256")
_WHERE: Final = ("host", "location", "store", "observed_at")
_LADDER: Final = {
    Rung.NAMED: "A name only; the bytes were not read.",
    Rung.CLAIMED: "The store states digests; they were not recomputed.",
    Rung.RECOMPUTED: "Every digest was computed here over the bytes.",
    Rung.ANCHORED: "The digests were held against a source outside this machine.",
    Rung.CHAINED: "The source is tied to its origin by a chain of records.",
    Rung.SIGNED: "A signature over the bytes was verified.",
}
_WEAK: Final = frozenset({VerificationStatus.UNVERIFIED, VerificationStatus.MISMATCH})


def derive_provenance(facts: Facts, read_body: ReadBody) -> Iterator[Page]:
    """A page for each artifact that was found, or that served without a record."""
    names: dict[str, int] = {}
    for each in facts.artifacts:
        name = _file_name(each.name)
        names[name] = names.get(name, 0) + 1
        yield _page(facts, each, read_body(each.index), name if names[name] == 1 else f"{name}-{names[name]}")
    missing = {each.artifact for each in facts.served if each.artifact} - {each.artifact for each in facts.artifacts}
    if missing:
        yield _missing(facts, sorted(missing))


def _page(facts: Facts, version: ArtifactVersion, body: Mapping[str, Any], name: str) -> Page:
    zone = facts.scope.period.zone
    approvals = [each for each in facts.of("model.approval") if each.body["artifact_digest"] == version.artifact]
    status = VerificationStatus(body["verification"])
    standing = Standing.DIFFERS if status in _WEAK else Standing.STATED
    blocks: list[Block] = [
        Fields(
            "How far it was verified",
            (
                Field("Verification", Cell(label(status), standing), "an enum, not a tick; a matching hash is not a signature"),
                Field("What was compared", cell(body["verification_detail"] or None)),
                Field("Signature", cell(label(body["signature"]))),
            ),
        ),
        _ladder(Rung(body["rung"])),
        _fields("Where it came from", body, _SOURCE, zone),
        _fields("Which bytes", body, _BYTES, zone),
        _fields("What it is", body, _WHAT, zone),
        _fields("Where it was found", body, _WHERE, zone),
        parts("Files", body["files"], zone, "No file is listed."),
        _approvals(facts, approvals),
        _served(facts, version.artifact),
        parts("What a reader should know", body["findings"], zone, "The collector noted nothing."),
        Words("What this record cannot answer", tuple(body["unknowns"]) or ("It lists no open question.",)),
    ]
    query = f"model.artifact of {version.artifact}, newest look; model.approval records of these bytes; exchanges they served"
    limits = (
        "Provenance says which bytes from whom; it does not say what the model was trained on. Evaluation speaks of behaviour.",
    )
    return Page(
        name=name,
        title=version.name,
        lead=f"{version.format}, {version.bytes_total:,} bytes, {version.quantization} quantisation as declared.",
        marks=(Cell(label(status), standing), Cell(label(body["rung"]))),
        head=head(facts, ARTIFACT, approvals, query, limits, besides=(f"model.artifact (1), entry {version.entry}",)),
        blocks=tuple(blocks),
        plain={
            "model": dict(body),
            "entry": version.entry,
            "recorded": version.recorded,
            "approvals": [plain(each) for each in approvals],
        },
    )


def _fields(title: str, body: Mapping[str, Any], names: tuple[str, ...], zone: str) -> Fields:
    known = ModelArtifact.model_fields
    return Fields(
        title,
        tuple(Field(sentence_label(name), cell(body[name], zone), meaning(name, known[name].description)) for name in names),
    )


def _ladder(reached: Rung) -> Table:
    order = list(Rung)
    rows = []
    for place, rung in enumerate(order):
        here = place <= order.index(reached)
        rows.append(
            (Cell(label(rung)), Cell("reached") if here else Cell("not reached", Standing.NOT_STATED), Cell(_LADDER[rung]))
        )
    return Table("Ladder of evidence", ("Step", "Here", "What it means"), tuple(rows), "", "", (2, 2, 6))


def _approvals(facts: Facts, approvals: list[DocumentVersion]) -> Table:
    zone = facts.scope.period.zone
    rows = tuple(
        (
            Cell(label(each.body["decision"])),
            cell(each.body["decided_by"]),
            happened(each, zone),
            Cell(", ".join(each.body["systems"]) or "no system named"),
            Cell(label(each.body["license_decision"])),
            Cell(label(each.body["scan_result"])),
            Cell(short(each.entry), mono=True),
        )
        for each in approvals
    )
    columns = ("Decision", "By", "When", "Systems", "Licence", "Scan", "Entry")
    return Table("Approvals", columns, rows, "Nobody has recorded a decision about these bytes.")


def _served(facts: Facts, artifact: str) -> Table:
    zone = facts.scope.period.zone
    rows = tuple(
        (
            Cell(each.system or "no system"),
            Cell(f"{each.exchanges:,}"),
            Cell(label(each.state)),
            Cell(local(each.first, zone)),
            Cell(local(each.last, zone)),
        )
        for each in facts.served
        if each.artifact == artifact
    )
    return Table(
        "What it served in the period",
        ("System", "Exchanges", "Ended", "First", "Last"),
        rows,
        "No recorded exchange of the period was answered by it.",
    )


def _missing(facts: Facts, digests: list[str]) -> Page:
    tables = [_served(facts, each) for each in digests]
    rows = tuple(
        (Cell(digest, Standing.DIFFERS, mono=True), *row)
        for digest, table in zip(digests, tables, strict=True)
        for row in table.rows
    )
    table = Table("Served without a record", ("Digest", *tables[0].columns), rows, "")
    return Page(
        name="served-without-record",
        title="Artifacts that served without a provenance record",
        lead="Recorded traffic names these digests; no provenance record does.",
        marks=(Cell(counted(len(digests), "digest"), Standing.DIFFERS),),
        head=head(
            facts, ARTIFACT, (), "digests in exchanges of the period that no model.artifact record names; nothing left out"
        ),
        blocks=(table,),
        plain={"digests": digests},
    )


def _file_name(name: str) -> str:
    kept = "".join(each if each.isascii() and (each.isalnum() or each in "._-") else "-" for each in name)
    return kept.strip(".-")[:80].lower() or "model"
