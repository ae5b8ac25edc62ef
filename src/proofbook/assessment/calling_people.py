"""Events about people: access that was given, people who left, people who began.

Promises: somebody who left is done with when every access known of them ended, not when one did. Access nobody recorded is not
known here; the list of who has access must come from the live systems.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from proofbook.assessment.facts import Facts
from proofbook.assessment.happenings import Call, Days, Reply, days_of, first_saying, system_of, when
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.documents import DocumentVersion
from proofbook.readmodel.keys import AccessKey


def grants_given(facts: Facts) -> Iterator[Call]:
    """LC-04: access began; it had to be approved by then."""
    for grant in facts.scoped("access.grant"):
        granted, said = grant.body["granted_at"], grant.body.get("approved_at")
        note = "" if grant.body.get("approved_by") else "who approved is not stated"
        replies = (Reply(grant.entry, said, first_saying(facts, grant, "approved_at"), note),) if said else ()
        yield Call(system_of(grant), grant.kind, grant.id, grant.entry, granted, when(granted), replies)


def leavers(facts: Facts) -> Iterator[Call]:
    """LC-05: somebody with access left; all of it has to end within the stated hours."""
    days = days_of(facts)
    for change in facts.scoped("roster.change"):
        if change.body["change"] != "left":
            continue
        person, left = change.body["person"], change.body["effective_at"]
        grants = [
            each for each in facts.scoped("access.grant")
            if each.body["subject_id"] == person and each.body["granted_at"] <= left
        ]  # fmt: skip
        keys = [key for key in facts.keys if key.principal == person and key.issued <= left]
        if grants or keys:
            due = when(left) + timedelta(hours=change.body["revoke_within_hours"])
            replies = _endings(facts, change, grants, keys, days)
            yield Call(None, change.kind, change.id, change.entry, left, due, replies)


def _endings(
    facts: Facts, change: DocumentVersion, grants: list[DocumentVersion], keys: list[AccessKey], days: Days
) -> tuple[Reply, ...]:
    revoked = [each for each in facts.scoped("access.revocation") if each.body["subject_id"] == change.body["person"]]
    ends = [_end_of_grant(facts, grant, revoked, days) for grant in grants]
    ends += [_end_of_key(key, change, format_instant(facts.as_of)) for key in keys]
    known = [end for end in ends if end is not None]
    if not known:
        return ()
    last = max(known, key=lambda end: end.occurred)
    still = len(ends) - len(known)
    recorded = max(end.recorded for end in known)
    return (Reply(last.entry, last.occurred, recorded, f"{still} of {len(ends)} accesses did not end" if still else ""),)


def _end_of_grant(facts: Facts, grant: DocumentVersion, revoked: list[DocumentVersion], days: Days) -> Reply | None:
    """How one grant ended: a revocation that names it, or one of all of the subject's; or its stated last day."""
    ended = [
        Reply(each.entry, each.body["revoked_at"], first_saying(facts, each, "revoked_at"))
        for each in revoked
        if each.body["revoked_at"] >= grant.body["granted_at"] and _ends(each, grant)
    ]
    expires = grant.body.get("expires_on")
    if expires is not None and days.end(expires) <= facts.as_of:
        ended.append(Reply(grant.entry, format_instant(days.end(expires)), grant.recorded))
    return min(ended, key=lambda each: each.occurred, default=None)


def _ends(revocation: DocumentVersion, grant: DocumentVersion) -> bool:
    named, system = revocation.body.get("grant"), revocation.body.get("system")
    return bool(named == grant.id if named is not None else system in {None, grant.body.get("system")})


def _end_of_key(key: AccessKey, change: DocumentVersion, now: str) -> Reply | None:
    ended = [moment for moment in (key.revoked, key.expires) if moment is not None and moment <= now]
    return Reply(change.entry, min(ended), min(ended)) if ended else None


def joiners(facts: Facts) -> Iterator[Call]:
    """LC-30: somebody took up a role with AI systems; they have to be trained for it."""
    for change in facts.scoped("roster.change"):
        if change.body["change"] not in {"joined", "moved"} or change.body["ai_role"] in {"none", "unknown"}:
            continue
        replies = tuple(
            Reply(each.entry, each.body["completed_at"], first_saying(facts, each, "completed_at"))
            for each in facts.scoped("training")
            if each.body["person"] == change.body["person"]
        )
        yield Call(None, change.kind, change.id, change.entry, change.body["effective_at"], None, replies)
