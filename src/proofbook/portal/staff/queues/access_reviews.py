"""Access reviews: everybody who has access to a system, drawn from what is on record and in force, each row decided by hand.

Promises: the list is what grants and keys say at one moment; no row is kept by default; privileged rows take a reason; a reviewer
does not decide on their own access. What is used and what is not stands beside it. Removing access is done elsewhere, and the
review says whether it was seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from proofbook.errors import InputError, ProofbookError
from proofbook.filing.remark import same_person
from proofbook.portal.posting import Given
from proofbook.portal.staff.queues.keeping import make_id, mistakes_of, now_of, write_record
from proofbook.portal.surroundings import Answer, Desk, Page, Query, See
from proofbook.portal.zones import zone_of
from proofbook.readmodel import keys
from proofbook.readmodel.documents import Documents, DocumentVersion

KIND: Final = "access.review"
DECISIONS: Final = (("keep", "keep"), ("change", "change"), ("remove", "remove"))


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One access in force. `used`: when its key was last used; None where nothing is known of its use."""

    id: str
    subject: str
    subject_kind: str
    role: str
    privileged: str
    approved_by: str | None
    since: str
    expires: str | None
    used: str | None
    own: bool


def show_access_reviews(desk: Desk, query: Query) -> Answer:
    """`/queues/access-reviews`, or the campaign of one system."""
    system = query.get("system", "")
    if system:
        return _campaign(desk, system, {}, Given({}))
    documents = Documents(desk.reader)
    newest: dict[str, DocumentVersion] = {}
    for each in documents.listed(KIND):
        known = newest.get(each.body["system"] or "")
        if known is None or known.body["completed_at"] < each.body["completed_at"]:
            newest[each.body["system"] or ""] = each
    systems = [(each, newest.get(each.id), len(rows_of(desk, each.id))) for each in documents.listed("ai_system")]
    return Page("queues/access_reviews.html", {"systems": systems, "zone": zone_of(desk, query)})


def finish(desk: Desk, given: Given) -> Answer:
    """Record the campaign."""
    system = given.one("system")
    rows = rows_of(desk, system)
    try:
        record = _record(desk, given, system, rows)
        name = make_id("review", system, given.one("list_as_of")[:16])
        write_record(desk, KIND, name, record)
    except ProofbookError as error:
        return _campaign(desk, system, mistakes_of(error), given)
    changed = sum(each["decision"] != "keep" for each in record["rows"])
    told = f"{changed} of them are to be changed: see to it, then record that it was done." if changed else "All are kept."
    return See(f"/records/{KIND}/{name}", f"The review of {len(rows)} rows is recorded. {told}")


def rows_of(desk: Desk, system: str) -> tuple[AccessRow, ...]:
    """Grants in force for a system or for all, neither revoked nor expired."""
    documents = Documents(desk.reader)
    ended = [each.body for each in documents.listed("access.revocation")]
    used = {each.key: each.last_used for each in keys.every(desk.reader)}
    today = desk.now.date().isoformat()
    found = []
    for grant in documents.listed("access.grant"):
        body = grant.body
        if body["system"] not in {system, None} or (body["expires_on"] is not None and body["expires_on"] < today):
            continue
        if any(_ends(each, grant) for each in ended):
            continue
        own = same_person(str(body["subject_id"]), desk.known.account)
        found.append(
            AccessRow(
                id=grant.id,
                subject=str(body["subject_id"]),
                subject_kind=str(body["subject_kind"]),
                role=str(body["role"]),
                privileged=str(body["privileged"]),
                approved_by=body["approved_by"],
                since=str(body["granted_at"]),
                expires=body["expires_on"],
                used=used.get(str(body["reference"])),
                own=own,
            )
        )
    return tuple(sorted(found, key=lambda row: (row.privileged != "yes", row.subject)))


def _ends(revocation: Mapping[str, Any], grant: DocumentVersion) -> bool:
    body = grant.body
    if revocation["grant"] is not None:
        return bool(revocation["grant"] == grant.id)
    same_subject = revocation["subject_id"] == body["subject_id"] and revocation["system"] in {None, body["system"]}
    return same_subject and revocation["revoked_at"] >= body["granted_at"]


def _record(desk: Desk, given: Given, system: str, rows: tuple[AccessRow, ...]) -> dict[str, Any]:
    decided: list[dict[str, Any]] = []
    wrong: dict[str, str] = {}
    for row in rows:
        decision, reason = given.one(f"decision.{row.id}"), given.one(f"reason.{row.id}")
        if decision not in dict(DECISIONS):
            wrong[f"decision.{row.id}"] = f"{row.subject}: is not decided yet"
        elif row.own:
            wrong[f"decision.{row.id}"] = f"{row.subject}: somebody else decides on your own access"
        elif row.privileged == "yes" and not reason:
            wrong[f"reason.{row.id}"] = f"{row.subject}: is privileged; say why it is kept, changed or removed"
        verified = "not_needed" if decision == "keep" else "not_verified"
        decided.append(
            {
                "subject_id": row.subject,
                "role": row.role,
                "decision": decision if decision in dict(DECISIONS) else "undecided",
                "decided_by": desk.known.account,
                "reason": reason or None,
                "verified": verified,
            }
        )
    if given.one("size") != str(len(rows)):
        raise InputError("the list has changed since it was shown", hint="look at it again and decide on what is new")
    if wrong:
        raise InputError("; ".join([*wrong.values()][:6]), hint="decide on every row that is yours to decide")
    return {
        "title": f"Access review of {system}",
        "system": system,
        "list_as_of": given.one("list_as_of"),
        "list_source": "grants on record, neither revoked nor expired, with the last use of their keys",
        "places": ["access.grant records"],
        "rows_in_source": len(rows),
        "rows": decided,
        "reviewer": desk.known.account,
        "completed_at": now_of(desk),
        "roster_reconciled": "yes" if given.one("roster") else "no",
        "lookback": given.one("lookback") or None,
    }


def _campaign(desk: Desk, system: str, mistakes: Mapping[str, str], given: Given) -> Page | None:
    found = Documents(desk.reader).current("ai_system", system)
    if found is None:
        return None
    rows = [(row, given.one(f"decision.{row.id}"), given.one(f"reason.{row.id}")) for row in rows_of(desk, system)]
    values = {
        "it": found,
        "rows": rows,
        "decisions": DECISIONS,
        "mistakes": mistakes,
        "list_as_of": given.one("list_as_of") or now_of(desk),
        "lookback": given.one("lookback"),
        "zone": zone_of(desk),
    }
    return Page("queues/access_review.html", values, 422 if mistakes else 200)
