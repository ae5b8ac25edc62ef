"""`03_Policies_and_procedures`: every version that was the newest on some day of the period, its approvals, who accepted it.

Promises: superseded versions stay beside those in force, each with its text; open blanks are counted, not hidden. Pure.
Hostile input: ids reach paths through `slug`; texts are escaped by the renderers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from proofbook.artifacts.page import Block, Cell, Standing, Table, Words
from proofbook.artifacts.speaking import blanks, counted, group, plain
from proofbook.assessment.facts import Facts
from proofbook.bundle.layout import slug
from proofbook.bundle.parts import POLICIES_FOLDER
from proofbook.export.parts.framing import Sheet, page_files
from proofbook.export.parts.planned import PartsFrom, PlannedFile, PlannedPart
from proofbook.export.parts.registers import plain_all, records_csv, records_table, text_table
from proofbook.readmodel.documents import DocumentVersion

_FIELDS: Final = ("type", "version", "status", "owner", "author", "approver", "approved_at", "effective_on", "next_review")


def plan_policies(origin: PartsFrom) -> PlannedPart:
    """The register, each version's text, sign-offs and acknowledgements."""
    facts = origin.assessed.facts
    held = [(each, newest) for policy in facts.scoped("policy") for each, newest in _held(facts, policy)]
    versions = [each for each, _ in held]
    entries = {each.entry for each in versions}
    signed = [each for each in facts.of("sign_off") if each.body["of_entry"] in entries]
    policies = {each.id for each in versions}
    accepted = [each for each in facts.scoped("policy.acknowledgement") if each.body["policy"] in policies]
    columns = ("status", "version", "author", "approver", "approved_at", "effective_on", "next_review")
    blocks: tuple[Block, ...] = (
        _register(held),
        records_table(origin, "Documents and their approval", versions, columns, "No policy is recorded."),
        records_table(
            origin,
            "Sign-offs of these versions",
            signed,
            ("signer", "role", "decision", "of_id"),
            "Nobody has signed any of them.",
        ),
        records_table(
            origin, "Acknowledgements", accepted, ("policy", "policy_version", "person", "how"), "No acknowledgement is recorded."
        ),
    )
    sheet = Sheet(
        POLICIES_FOLDER, "register", "Policies and procedures of the period", "Which held, and who approved them.",
        blocks, (*versions, *signed, *accepted), artifact="ART-10", plain=plain_all(versions),
        query="versions of policy records that were the newest on some day of the period; their sign-offs and acknowledgements",
        marks=(Cell(counted(len(policies), "document")), Cell(counted(len(versions), "version"))),
    )  # fmt: skip
    return PlannedPart(
        (
            *page_files(origin, sheet),
            records_csv(POLICIES_FOLDER, "acknowledgements", "Acknowledgements", "policy.acknowledgement", accepted),
            records_csv(POLICIES_FOLDER, "sign-offs", "Sign-offs of policies", "sign_off", signed),
            *_texts(origin, held),
        )
    )


def _held(facts: Facts, policy: DocumentVersion) -> Iterator[tuple[DocumentVersion, bool]]:
    """Versions that were the newest at some moment between the period's start and the checkpoint; whether it is the newest."""
    history = facts.history(policy.kind, policy.id)
    for place, each in enumerate(history):
        after = history[place + 1] if place + 1 < len(history) else None
        if after is None or after.recorded >= facts.scope.since:
            yield each, after is None


def _register(held: Iterable[tuple[DocumentVersion, bool]]) -> Table:
    rows = (
        (
            each.body["title"],
            each.body["version"],
            "newest on record" if newest else "superseded on record",
            each.recorded,
            each.actor,
            Cell(str(opened), Standing.BLANK) if (opened := len(blanks(each))) else "0",
            f"{_name(each)}.html",
        )
        for each, newest in held
    )
    columns = ("Document", "Version", "Standing", "Recorded", "By", "Blanks open", "File")
    return text_table("Versions of the period", columns, rows, "No policy is recorded.")


def _texts(origin: PartsFrom, held: Iterable[tuple[DocumentVersion, bool]]) -> Iterator[PlannedFile]:
    zone = origin.assessed.facts.scope.period.zone
    for each, newest in held:
        body = each.body
        words = tuple(Words(part["heading"], tuple(part["text"].split("\n\n"))) for part in body["sections"])
        standing = Cell("newest on record") if newest else Cell("superseded on record", Standing.DIFFERS)
        sheet = Sheet(
            POLICIES_FOLDER, _name(each), body["title"], f"Version {body['version']}, recorded {each.recorded}.",
            (group(each, "The document", _FIELDS, zone), *words), (each,), artifact="ART-10", plain=plain(each),
            query=f"policy {each.id}, version {each.version}, whole", marks=(Cell(str(body["status"])), standing),
        )  # fmt: skip
        yield from page_files(origin, sheet, pdf=newest)


def _name(version: DocumentVersion) -> str:
    return f"{slug(version.id)}_v{version.version}"
