"""Access reviews: everybody who has access to a system, drawn from what is on record and in force, each row decided by hand.

Promises: the list is what grants and keys say at one moment; no row is kept by default; privileged rows take a reason; a reviewer
does not decide on their own access. What is used and what is not stands beside it. Removing access is done elsewhere, and the
review says whether it was seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from proofbook.errors import ConflictError, ProofbookError
from proofbook.filing.remark import same_person
from proofbook.people.roles import Permission
from proofbook.portal.acts import Act, Done, NotThere, Order
from proofbook.portal.posting import FormMistakes, Given, read_typed
from proofbook.portal.staff.queues.keeping import make_id, mistakes_of, now_of, write_record
from proofbook.portal.surroundings import Answer, Desk, Page, Query, See
from proofbook.portal.zones import today_in, zone_info_of
from proofbook.readmodel import keys
from proofbook.readmodel.documents import Documents, DocumentVersion

KIND: Final = "access.review"
DECISIONS: Final = (("keep", "keep"), ("change", "change"), ("remove", "remove"))
_SHOWN_MISTAKES: Final = 6
_MOST: Final = 5_000


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


class RowDecision(BaseModel):
    """What is decided on one access."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    grant: str = Field(max_length=80, description="id of the grant")
    decision: Literal["keep", "change", "remove"] = Field(description="what is to become of it")
    reason: str | None = Field(default=None, max_length=4_000, description="why; needed for privileged access")


class ReviewOrder(Order):
    """A campaign that is finished: a decision on every row of the list that was seen."""

    system: str = Field(min_length=1, max_length=200, description="system whose access was reviewed")
    list_as_of: str = Field(max_length=40, description="moment of the list that was seen, as it says itself")
    size: int = Field(ge=0, le=_MOST, description="how many rows it had")
    rows: list[RowDecision] = Field(max_length=_MOST, description="one for each row")
    roster: bool = Field(default=False, description="whether the list was held against the staff roster")
    lookback: str | None = Field(default=None, max_length=8_000, description="whether inappropriate access was used")


@dataclass(frozen=True, slots=True)
class Campaign:
    """A system, its newest review, and how many have access to it."""

    system: DocumentVersion
    newest: DocumentVersion | None
    rows: int


def show_access_reviews(desk: Desk, query: Query) -> Answer:
    """`/queues/access-reviews`, or the campaign of one system."""
    system = query.get("system", "")
    if system:
        return _campaign(desk, system, {}, Given({}))
    systems = [(each.system, each.newest, each.rows) for each in campaigns(desk)]
    return Page("queues/access_reviews.html", {"systems": systems})


def campaigns(desk: Desk) -> tuple[Campaign, ...]:
    """Every system on the inventory."""
    documents = Documents(desk.reader)
    newest: dict[str, DocumentVersion] = {}
    for each in documents.listed(KIND):
        known = newest.get(each.body["system"] or "")
        if known is None or known.body["completed_at"] < each.body["completed_at"]:
            newest[each.body["system"] or ""] = each
    return tuple(Campaign(each, newest.get(each.id), len(rows_of(desk, each.id))) for each in documents.listed("ai_system"))


def finish(desk: Desk, given: Given) -> Answer:
    """Record the campaign that a form decides."""
    system = given.one("system")
    decided = [
        {"grant": row.id, "decision": decision, "reason": given.one(f"reason.{row.id}") or None}
        for row in rows_of(desk, system)
        if (decision := given.one(f"decision.{row.id}")) in dict(DECISIONS)
    ]
    typed = {name: given.one(name) for name in ("system", "list_as_of", "size")}
    more = {"rows": decided, "roster": bool(given.one("roster")), "lookback": given.one("lookback") or None}
    try:
        done = record_review(desk, read_typed(ReviewOrder, {**typed, **more}))
    except NotThere:
        return None
    except ProofbookError as error:
        return _campaign(desk, system, dict([*mistakes_of(error).items()][:_SHOWN_MISTAKES]), given)
    return See(done.path, done.said)


def record_review(desk: Desk, order: ReviewOrder) -> Done:
    """Record a campaign. Raises NotThere, FormMistakes, ConflictError; nothing was recorded then."""
    if Documents(desk.reader).current("ai_system", order.system) is None:
        raise NotThere("there is no such system", hint="see the records of the kind ai_system")
    rows = rows_of(desk, order.system)
    record = _record(desk, order, rows)
    name = make_id("review", order.system, order.list_as_of[:16])
    receipts = write_record(desk, KIND, name, record)
    changed = sum(each["decision"] != "keep" for each in record["rows"])
    told = f"{changed} of them are to be changed: see to it, then record that it was done." if changed else "All are kept."
    said = f"The review of {len(rows)} rows is recorded. {told}"
    return Done(f"/records/{KIND}/{name}", said, f"{KIND}/{name}", receipts, {"id": name})


def rows_of(desk: Desk, system: str) -> tuple[AccessRow, ...]:
    """Grants in force for a system or for all, neither revoked nor expired."""
    documents = Documents(desk.reader)
    ended = [each.body for each in documents.listed("access.revocation")]
    used = {each.key: each.last_used for each in keys.every(desk.reader)}
    today = today_in(zone_info_of(desk), desk.now).isoformat()
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


def _record(desk: Desk, order: ReviewOrder, rows: tuple[AccessRow, ...]) -> dict[str, Any]:
    stated = {each.grant: each for each in order.rows}
    if order.size != len(rows) or stated.keys() - {each.id for each in rows}:
        raise ConflictError("the list has changed since it was shown", hint="look at it again and decide on what is new")
    wrong = {field: words for row in rows for field, words in _wrong(row, stated.get(row.id))}
    if wrong:
        raise FormMistakes(wrong)
    return {
        "title": f"Access review of {order.system}",
        "system": order.system,
        "list_as_of": order.list_as_of,
        "list_source": "grants on record, neither revoked nor expired, with the last use of their keys",
        "places": ["access.grant records"],
        "rows_in_source": len(rows),
        "rows": [
            {
                "subject_id": row.subject,
                "role": row.role,
                "decision": stated[row.id].decision,
                "decided_by": desk.known.account,
                "reason": stated[row.id].reason or None,
                "verified": "not_needed" if stated[row.id].decision == "keep" else "not_verified",
            }
            for row in rows
        ],
        "reviewer": desk.known.account,
        "completed_at": now_of(desk),
        "roster_reconciled": "yes" if order.roster else "no",
        "lookback": order.lookback or None,
    }


def _wrong(row: AccessRow, stated: RowDecision | None) -> Iterator[tuple[str, str]]:
    """What keeps one row from being decided, by field."""
    if stated is None:
        yield f"decision.{row.id}", f"{row.subject}: is not decided yet"
    elif row.own:
        yield f"decision.{row.id}", f"{row.subject}: somebody else decides on your own access"
    elif row.privileged == "yes" and not stated.reason:
        yield f"reason.{row.id}", f"{row.subject}: is privileged; say why it is kept, changed or removed"


RECORD_REVIEW: Final = Act("access_reviews.record", "Record an access review", Permission.PREPARE, ReviewOrder, record_review)


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
    }
    return Page("queues/access_review.html", values, 422 if mistakes else 200)
