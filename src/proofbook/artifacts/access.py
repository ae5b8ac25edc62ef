"""ART-02: who may do what with which system, where that comes from, and what the gateway enforces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from proofbook.artifacts.enforcement import stance_cell, tabulate_denied, tabulate_flagged, tabulate_policies
from proofbook.artifacts.heading import head
from proofbook.artifacts.page import Cell, Page, Standing, Table
from proofbook.artifacts.speaking import cell, counted, happened, label, local, moment, plain, short
from proofbook.assessment.enforcement import PolicyStretch, derive_stretches, stance_at_end
from proofbook.assessment.facts import Facts, happened_at
from proofbook.readmodel.documents import DocumentVersion
from proofbook.readmodel.traffic import Caller

ARTIFACT: Final = "ART-02"
_MATRIX: Final = ("Who", "Kind", "System", "May", "Through", "Approved by", "Granted", "Until", "Last used", "Without it")

_METHODS: Final = MappingProxyType(
    {"api_key": "API key", "oidc": "access token", "mtls": "client certificate", "trusted_proxy": "word of a trusted proxy"}
)
_ENDLESS: Final = Cell("no end set", Standing.DIFFERS)
_ELSEWHERE: Final = Cell("not the gateway's", Standing.NOT_STATED)
"""Roles other than use are held by other means than the gateway."""


def derive_access(facts: Facts) -> Iterator[Page]:
    """One page: the matrix at the end of the period, what changed in it, keys, reviews."""
    end = min(facts.scope.until, _now(facts))
    grants = [each for each in facts.scoped("access.grant") if happened_at(each) < end]
    ended = [each for each in facts.scoped("access.revocation") if happened_at(each) < end]
    reviews = facts.in_period("access.review")
    query = (
        "access.grant records in scope that began before the end of the period and have not ended, by a recorded revocation or "
        "by their last day; keys as the gateway has them; policies as the gateway stated them; exchanges let through "
        "with a flag, and denials, counted"
    )
    records = (*grants, *ended, *reviews)
    limits = ("Access given outside the gateway and recorded nowhere is not in this matrix; a review of each place closes that.",)
    held = [each for each in grants if not _is_over(each, ended, end)]
    policies = derive_stretches(facts)
    lacking = sum(each.exchanges for each in facts.flagged if each.flag == "grant_missing")
    yield Page(
        name="access-matrix",
        title="Access matrix",
        lead=f"Who may do what, at {local(end, facts.scope.period.zone)}.",
        marks=(
            Cell(counted(len(held), "grant in force", "grants in force")),
            Cell(counted(sum(each.is_valid_at(end) for each in facts.keys), "key valid", "keys valid")),
            Cell(
                counted(lacking, "exchange without a grant", "exchanges without a grant"),
                Standing.DIFFERS if lacking else Standing.STATED,
            ),
        ),
        head=head(facts, ARTIFACT, records, query, limits, besides=(f"gateway keys ({len(facts.keys):,})",)),
        blocks=(
            _matrix(facts, held, policies),
            tabulate_policies(facts, policies),
            tabulate_flagged(facts),
            tabulate_denied(facts),
            _keys(facts, grants, end),
            _proofs(facts),
            _changes(facts, grants, ended),
            _reviews(facts, reviews),
        ),
        plain={"grants": [plain(each) for each in held], "revocations": [plain(each) for each in ended]},
    )


def _now(facts: Facts) -> str:
    return facts.as_of.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _is_over(grant: DocumentVersion, ended: list[DocumentVersion], end: str) -> bool:
    if (grant.body.get("expires_on") or "9999") < end[:10]:
        return True
    for each in ended:
        named = each.body.get("grant") == grant.id
        whole = each.body.get("grant") is None and each.body["subject_id"] == grant.body["subject_id"]
        covers = each.body.get("system") in (None, grant.body.get("system"))
        if (named or (whole and covers)) and happened_at(each) >= happened_at(grant):
            return True
    return False


def _matrix(facts: Facts, held: list[DocumentVersion], policies: tuple[PolicyStretch, ...]) -> Table:
    zone = facts.scope.period.zone
    rows = []
    for each in sorted(held, key=lambda one: (one.body.get("system") or "", one.body["subject_id"], one.body["role"])):
        body = each.body
        used = [
            caller.last
            for caller in facts.callers
            if caller.principal == body["subject_id"] and caller.system == body.get("system")
        ]
        self_approved = body.get("approved_by") is not None and body["approved_by"] in (
            body.get("requested_by"),
            body["subject_id"],
        )
        approver = cell(body.get("approved_by"))
        rows.append(
            (
                Cell(body["subject_id"], Standing.DIFFERS if body["subject_kind"] == "shared" else Standing.STATED),
                cell(label(body["subject_kind"])),
                Cell(body.get("system") or "all systems"),
                Cell(label(body["role"])),
                cell(label(body["via"])),
                Cell(approver.text, Standing.DIFFERS) if self_approved else approver,
                happened(each, zone),
                Cell("no end stated") if body.get("expires_on") is None else Cell(body["expires_on"]),
                Cell(local(max(used), zone)) if used else Cell("not seen in recorded traffic", Standing.UNKNOWN),
                stance_cell(stance_at_end(policies, body.get("system"), "grant")) if body["role"] == "use" else _ELSEWHERE,
            )
        )
    note = (
        "Marked: a shared identity, and an approver who is also the requester or the one who was given access. Last column: what "
        "the gateway makes of use without such a grant, by the policy in force at the end of the period."
    )
    return Table("Matrix", _MATRIX, tuple(rows), "No grant in force is recorded.", note, (4, 2, 4, 3, 3, 4, 4, 3, 4, 3))


def _keys(facts: Facts, grants: list[DocumentVersion], end: str) -> Table:
    zone = facts.scope.period.zone
    granted = {(each.body["subject_id"], each.body.get("system")) for each in grants}
    rows = []
    for key in facts.keys:
        if not facts.scope.includes(key.system) or key.issued >= end:
            continue
        known = (key.principal, key.system) in granted or (key.principal, None) in granted
        state = "valid" if key.is_valid_at(end) else "ended"
        used = [each.last for each in facts.callers if each.method == "api_key" and each.key == key.key]
        why = label(key.revoked_reason) if key.revoked_reason else f"replaced by {key.replaced_by}" if key.replaced_by else None
        rows.append(
            (
                Cell(key.key, mono=True),
                Cell(key.principal, Standing.STATED if known else Standing.DIFFERS),
                Cell(key.system),
                Cell(local(key.issued, zone)),
                Cell(key.issued_by),
                Cell(f"{state}: {why}" if why else state),
                moment(min(filter(None, (key.revoked, key.expires))), zone) if key.revoked or key.expires else _ENDLESS,
                Cell(local(max(used), zone)) if used else Cell("not seen in recorded traffic", Standing.UNKNOWN),
            )
        )
    columns = ("Key", "Bound to", "System", "Issued", "By", "State", "Ends", "Last use in the period")
    empty = "No gateway key is recorded for systems in scope."
    note = "What the gateway enforces. Marked: a principal for whom no grant is recorded, and a key that never ends."
    return Table("Gateway keys", columns, tuple(rows), empty, note, (5, 4, 4, 4, 4, 4, 4, 4))


def _proofs(facts: Facts) -> Table:
    """How those who called had proven who they were; people and programs apart."""
    zone = facts.scope.period.zone
    found: defaultdict[tuple[str, str, str], list[Caller]] = defaultdict(list)
    for each in facts.callers:
        found[each.system or "", each.method, each.principal_kind].append(each)
    rows = tuple(
        (
            Cell(system or "not stated", Standing.STATED if system else Standing.NOT_STATED),
            Cell(_METHODS.get(method, label(method)), Standing.UNKNOWN if method == "unknown" else Standing.STATED),
            cell(label(kind)),
            Cell(f"{len({each.principal for each in callers}):,}"),
            Cell(f"{sum(each.exchanges for each in callers):,}"),
            Cell(local(max(each.last for each in callers), zone)),
        )
        for (system, method, kind), callers in sorted(found.items())
    )
    columns = ("System", "Verified by", "Kind", "Principals", "Exchanges", "Last")
    return Table("How callers were verified", columns, rows, "No exchange is recorded in the period.")


def _changes(facts: Facts, grants: list[DocumentVersion], ended: list[DocumentVersion]) -> Table:
    zone, scope = facts.scope.period.zone, facts.scope
    inside = [each for each in (*grants, *ended) if scope.since <= happened_at(each) < scope.until]
    rows = []
    for each in sorted(inside, key=happened_at):
        body, began = each.body, each.kind == "access.grant"
        why = cell(body.get("ticket")) if began else Cell(label(body["reason"]))
        what = Cell("granted" if began else "ended")
        rows.append(
            (
                happened(each, zone),
                what,
                Cell(body["subject_id"]),
                Cell(body.get("system") or "all systems"),
                why,
                Cell(each.id),
            )
        )
    opening = sum(happened_at(each) < scope.since for each in grants) - sum(happened_at(each) < scope.since for each in ended)
    added = sum(each.kind == "access.grant" for each in inside)
    removed = len(inside) - added
    closing = opening + added - removed
    note = f"At the start {opening:,} by count; {added:,} granted, {removed:,} ended; at the end {closing:,} by count."
    columns = ("When", "What", "Who", "System", "Ticket or reason", "Record")
    return Table("Changes in the period", columns, tuple(rows), "No grant or revocation is recorded in the period.", note)


def _reviews(facts: Facts, reviews: tuple[DocumentVersion, ...]) -> Table:
    zone = facts.scope.period.zone
    rows = []
    for each in sorted(reviews, key=happened_at):
        body = each.body
        undecided = sum(row["decision"] == "undecided" for row in body["rows"])
        removed = sum(row["decision"] == "remove" for row in body["rows"])
        own = [
            row
            for row in body["rows"]
            if row["subject_id"] == body["reviewer"] and row.get("decided_by") in (None, body["reviewer"])
        ]
        rows.append(
            (
                happened(each, zone),
                Cell(body.get("system") or "all systems"),
                Cell(body["reviewer"], Standing.DIFFERS if own else Standing.STATED),
                Cell(f"{len(body['rows']):,}"),
                Cell(f"{undecided:,}", Standing.DIFFERS if undecided else Standing.STATED),
                Cell(f"{removed:,}"),
                Cell(short(each.entry), mono=True),
            )
        )
    columns = ("Completed", "System", "Reviewer", "Rows", "Undecided", "To remove", "Entry")
    note = "Marked: a reviewer who decided their own row, and rows that nobody decided."
    return Table("Reviews in the period", columns, tuple(rows), "No access review is recorded in the period.", note)
