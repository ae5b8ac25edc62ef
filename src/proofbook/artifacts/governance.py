"""ART-10: the policies as they read, and what was asked for, allowed, excepted, accepted and learnt under them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from proofbook.artifacts.heading import head
from proofbook.artifacts.page import Block, Cell, Page, Standing, Table, Words
from proofbook.artifacts.speaking import blanks, cell, counted, group, happened, history, label, plain, signatures
from proofbook.assessment.facts import Facts, happened_at
from proofbook.readmodel.documents import DocumentVersion

ARTIFACT: Final = "ART-10"
_ITEM: Final = re.compile(r"\s*(?:[-*•]|\d{1,2}[.)])\s")
_BLOCK: Final = (
    "type",
    "version",
    "status",
    "owner_role",
    "owner",
    "author",
    "approver",
    "approved_at",
    "effective_on",
    "next_review",
    "applies_to",
    "criteria",
    "controls",
    "records_produced",
)


def derive_governance(facts: Facts) -> Iterator[Page]:
    """The framework on one page, then each document as it reads."""
    policies = facts.scoped("policy")
    yield _framework(facts, policies)
    for version in policies:
        yield _policy(facts, version)


def _framework(facts: Facts, policies: tuple[DocumentVersion, ...]) -> Page:
    kinds = ("approved_tool", "tool.request", "waiver", "policy.acknowledgement", "training", "risk", "risk.assessment")
    found = {kind: facts.scoped(kind) for kind in kinds}
    blocks: tuple[Block, ...] = (
        _documents(facts, policies),
        _tools(facts, found["approved_tool"]),
        _requests(facts, found["tool.request"]),
        _waivers(facts, found["waiver"]),
        _people(facts, found),
        _risks(found["risk"]),
    )
    records = [*policies, *(each for versions in found.values() for each in versions)]
    query = (
        "policy, approved_tool, tool.request, waiver, policy.acknowledgement, training and risk records in scope, newest versions"
    )
    return Page(
        name="framework",
        title="Governance framework",
        lead="Which rules hold, who approved them, who accepted them, and what was allowed or excepted under them.",
        marks=(Cell(counted(len(policies), "document")),),
        head=head(facts, ARTIFACT, records, query),
        blocks=blocks,
        plain={"policies": [plain(each) for each in policies]},
    )


def _documents(facts: Facts, policies: tuple[DocumentVersion, ...]) -> Table:
    today = facts.as_of.date().isoformat()
    rows = []
    for each in policies:
        body = each.body
        due = cell(body["next_review"])
        overdue = body["next_review"] is not None and body["next_review"] < today
        status = Cell(label(body["status"]), Standing.STATED if body["status"] == "approved" else Standing.NOT_STATED)
        opened = len(blanks(each))
        rows.append(
            (
                Cell(f"{body['title']} ({each.id})"),
                Cell(body["version"]),
                status,
                cell(body["approver"]),
                cell(body["effective_on"]),
                Cell(due.text, Standing.LATE) if overdue else due,
                Cell(str(opened), Standing.BLANK) if opened else Cell("0"),
            )
        )
    columns = ("Document", "Version", "Status", "Approved by", "Holds from", "Next review", "Blanks open")
    return Table("Documents", columns, tuple(rows), "No policy is recorded.", "", (6, 2, 2, 3, 3, 3, 2))


def _tools(facts: Facts, tools: tuple[DocumentVersion, ...]) -> Table:
    today = facts.as_of.date().isoformat()
    rows = []
    for each in tools:
        body = each.body
        over = body["expires_on"] is not None and body["expires_on"] < today and body["removed_on"] is None
        until = Cell(body["expires_on"] or "no end stated", Standing.LATE if over else Standing.STATED)
        rows.append(
            (
                Cell(body["tool"]),
                cell(body["hosting"]),
                Cell(body["uses"]),
                cell(body["approved_by"]),
                until,
                Cell(body["removed_on"] or "on the list"),
            )
        )
    return Table(
        "Approved tools and models",
        ("Tool", "Where it runs", "For", "Approved by", "Until", "Taken off"),
        tuple(rows),
        "No approved tool is recorded.",
    )


def _requests(facts: Facts, requests: tuple[DocumentVersion, ...]) -> Table:
    zone, scope = facts.scope.period.zone, facts.scope
    inside = sorted((each for each in requests if scope.since <= happened_at(each) < scope.until), key=happened_at)
    rows = tuple(
        (
            happened(each, zone),
            Cell(each.body["requested_by"]),
            Cell(each.body["what"]),
            cell(label(each.body["decision"])),
            cell(each.body["decided_by"]),
            cell(each.body["decided_at"], zone),
        )
        for each in inside
    )
    return Table(
        "Requests in the period",
        ("Asked", "By", "For", "Decision", "Decided by", "Decided"),
        rows,
        "No request is recorded in the period.",
    )


def _waivers(facts: Facts, waivers: tuple[DocumentVersion, ...]) -> Table:
    zone, today = facts.scope.period.zone, facts.as_of.date().isoformat()
    rows = []
    for each in waivers:
        body = each.body
        used_after = body["used_at"] is not None and body["used_at"][:10] > body["expires_on"]
        open_after = body["closed_at"] is None and body["expires_on"] < today
        until = Cell(body["expires_on"], Standing.LATE if used_after or open_after else Standing.STATED)
        approver = Cell(body["approved_by"], Standing.DIFFERS if body["approved_by"] == body["requested_by"] else Standing.STATED)
        rows.append(
            (
                Cell(body["rule"]),
                Cell(body["system"] or "the organisation"),
                approver,
                happened(each, zone),
                until,
                cell(body["used_at"], zone),
                cell(body["closed_at"], zone),
            )
        )
    columns = ("Excepted", "System", "Approved by", "Approved", "Until", "Last relied on", "Closed")
    return Table(
        "Waivers",
        columns,
        tuple(rows),
        "No waiver is recorded.",
        "Marked: approved by the requester; relied on or open after its last day.",
    )


def _people(facts: Facts, found: dict[str, tuple[DocumentVersion, ...]]) -> Table:
    zone = facts.scope.period.zone
    people: dict[str, list[tuple[str, Cell]]] = {}
    for each in found["policy.acknowledgement"]:
        said = f"accepted {each.body['policy']} {each.body['policy_version']}"
        people.setdefault(each.body["person"], []).append((said, happened(each, zone)))
    for each in found["training"]:
        people.setdefault(each.body["person"], []).append(
            (f"trained as {label(each.body['role'])}: {each.body['course']}", happened(each, zone))
        )
    rows = tuple((Cell(person), Cell(what), when) for person, items in sorted(people.items()) for what, when in items)
    return Table(
        "Who accepted what, and who was trained",
        ("Person", "What", "When"),
        rows,
        "No acknowledgement or training is recorded.",
        "",
        (3, 6, 4),
    )


def _risks(risks: tuple[DocumentVersion, ...]) -> Table:
    rows = tuple(
        (
            Cell(f"{each.body['title']} ({each.id})"),
            cell(each.body["likelihood"]),
            cell(each.body["impact"]),
            cell(label(each.body["treatment"])),
            cell(each.body["residual"]),
            cell(each.body["owner"]),
            cell(each.body["next_review"]),
        )
        for each in risks
    )
    columns = ("Risk", "Likelihood", "Impact", "Treatment", "What remains", "Owner", "Next review")
    return Table("Risks", columns, rows, "No risk is recorded.", "", (6, 2, 2, 2, 2, 3, 3))


def _paragraphs(text: str) -> Iterator[str]:
    """Paragraphs and list items of a text that may be Markdown: lines that were only wrapped are joined, `**` is taken away."""
    for part in text.replace("**", "").split("\n\n"):
        said: list[str] = []
        for line in part.splitlines():
            if _ITEM.match(line) and said:
                yield " ".join(said)
                said = []
            said.append(line.strip())
        if any(said):
            yield " ".join(said)


def _policy(facts: Facts, version: DocumentVersion) -> Page:
    zone, body = facts.scope.period.zone, version.body
    opened = set(blanks(version))
    texts = []
    for place, section in enumerate(body["sections"]):
        standing = Standing.BLANK if f"sections[{place}].text" in opened else Standing.STATED
        shown = section["text"].replace("[[", "⟦").replace("]]", "⟧")
        texts.append(Words(section["heading"], tuple(_paragraphs(shown)), standing))
    marks = [Cell(label(body["status"]), Standing.STATED if body["status"] == "approved" else Standing.NOT_STATED)]
    if opened:
        marks.append(Cell(counted(len(opened), "blank open", "blanks open"), Standing.BLANK))
    return Page(
        name=f"{body['type']}-{version.id}",
        title=body["title"],
        lead=f"Version {body['version']}, {body['type']}.",
        marks=tuple(marks),
        head=head(facts, ARTIFACT, (version,), f"policy {version.id}, newest version, whole"),
        blocks=(group(version, "Control block", _BLOCK, zone), *texts),
        plain={"policy": plain(version)},
        signatures=signatures(facts, version),
        history=history(facts, version),
    )
