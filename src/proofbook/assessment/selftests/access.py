"""Self-tests of access: approved first, by somebody else, ended in time, named (LC-04, LC-05, LC-08, LC-34)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.actions import note_overdue
from proofbook.assessment.selftests.flags import note_use_without_grant
from proofbook.assessment.selftests.grants import Standing, standing_by_subject
from proofbook.assessment.selftests.reading import count_of, key_of, missing, same, text_of
from proofbook.assessment.selftests.tally import Matter, Tally, owner_of
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, moment, short, state_in, write_new
from proofbook.readmodel.documents import DocumentVersion
from proofbook.readmodel.keys import AccessKey

_EXCEPTION, _NOT_SHOWN = Consequence.EXCEPTION, Consequence.NOT_SHOWN


def grant_approved_first(facts: Facts, control: str) -> Outcome:
    """Looks at every grant that began in the period, at every gateway key issued in it, and at uses that the gateway flagged.

    Met: each grant was approved, by somebody named, before it began, each key rests on such a grant, and none was used without
    one. Unmet: access began first, or was used when no grant held or was recorded. Unknown: no grant in the period, an approval
    is not stated, or a key or use has no grant on record.
    """
    tally = Tally(facts, "grant_approved_first", control)
    for grant in tally.events("access.grant"):
        lacking = missing(grant.body, "approved_by", "approved_at")
        approved, began = text_of(grant.body, "approved_at"), str(grant.body.get("granted_at"))
        if lacking:
            tally.unstated(grant, f"{_words(grant)}; {' and '.join(lacking)} not stated", " and ".join(lacking))
        if approved is not None and approved > began:
            tally.deviates(grant, f"{_words(grant)}, before it was approved on {moment(approved)}")
    _keys_rest_on_grants(tally)
    note_use_without_grant(tally)
    return tally.outcome(
        sound="each was approved before it began", empty="no access was granted in the period", population="POP-04"
    )


def _words(grant: DocumentVersion) -> str:
    body = grant.body
    where, began = text_of(body, "system") or "all systems", moment(str(body.get("granted_at")))
    return f"{short(str(body.get('subject_id')))} had {body.get('role')} on {short(where)} from {began}"


def _keys_rest_on_grants(tally: Tally) -> None:
    """Keys are what the gateway lets in by: one without a grant is access that nobody approved on record."""
    issued = [each for each in tally.facts.keys if tally.since <= each.issued < tally.horizon]
    if not issued:
        return
    granted: defaultdict[str, list[DocumentVersion]] = defaultdict(list)
    for grant in tally.facts.scoped("access.grant"):
        for name in {key_of(str(grant.body.get("subject_id"))), f"#{grant.body.get('reference')}"}:
            granted[name].append(grant)
    for key in issued:
        tally.examined += 1
        found = {each.id: each for name in (f"#{key.key}", key_of(key.principal)) for each in granted.get(name, ())}
        _key_rests_on(tally, key, [each for each in found.values() if each.body.get("system") in {None, key.system}])


def _key_rests_on(tally: Tally, key: AccessKey, fitting: list[DocumentVersion]) -> None:
    matter = Matter("access.key", key.key, key.system, owner_of(tally.facts, key.system))
    who = f"issued to {short(key.principal)} for {short(key.system)} on {moment(key.issued)}"
    if not fitting:
        what = f"{who}, and no grant to {short(key.principal)} is on record"
        tally.fault(matter, _NOT_SHOWN, what, write_new("access.grant", "the grant it rests on, with its reference"))
    elif not any((text_of(each.body, "approved_at") or "~") <= key.issued for each in fitting):
        names = ", ".join(short(each.id) for each in fitting[:3])
        unstated = next((each for each in fitting if text_of(each.body, "approved_at") is None), None)
        if unstated is not None:
            fix = state_in(unstated.kind, unstated.id, "approved_at")
            tally.fault(matter, _NOT_SHOWN, f"{who}; when {names} was approved is not stated", fix)
        else:
            tally.fault(matter, _EXCEPTION, f"{who}, before {names} was approved", CANNOT_BE_UNDONE)


def grant_self_approval(facts: Facts, control: str) -> Outcome:
    """Looks at who asked for, who approved and who received each grant of the period.

    Met: each approver neither asked nor received. Unmet: somebody approved what they had asked for, or their own access.
    Unknown: no grant in the period, or it is not stated who asked or approved.
    """
    tally = Tally(facts, "grant_self_approval", control)
    for grant in tally.events("access.grant"):
        body = grant.body
        approver, asked = text_of(body, "approved_by"), text_of(body, "requested_by")
        if same(approver, text_of(body, "subject_id")):
            tally.deviates(grant, f"{short(str(approver))} approved their own access: {_words(grant)}")
        elif same(approver, asked):
            tally.deviates(grant, f"{short(str(approver))} approved what they had asked for themselves: {_words(grant)}")
        elif approver is None or asked is None:
            lacking = " and ".join(missing(body, "approved_by", "requested_by"))
            tally.unstated(grant, f"whether somebody else approved cannot be told: {lacking} not stated", lacking)
    return tally.outcome(
        sound="each approver neither asked nor received", empty="no access was granted in the period", population="POP-04"
    )


def privileged_named(facts: Facts, control: str) -> Outcome:
    """Looks at privileged grants (and those to administer hosts) that were in force at any time of the period.

    Met: each belongs to one person who stands on the roster, with a second factor. Unmet: one is shared, or has no second factor.
    Unknown: none is on record (somebody administers every host), or kind, second factor or roster is not shown.
    """
    tally = Tally(facts, "privileged_named", control)
    people = _on_roster(facts)
    for standing in standing_by_subject(facts).values():
        for held in standing:
            body = held.grant.body
            privileged = body.get("privileged") == "yes" or body.get("role") == "administer_hosts"
            if privileged and held.overlaps(tally.since, tally.horizon):
                _one_person(tally, tally.look(held.grant), people)
    return tally.outcome(
        sound="each belongs to one named person with a second factor",
        empty="no privileged access is on record, although somebody administers every host",
    )


def _one_person(tally: Tally, grant: DocumentVersion, people: frozenset[str]) -> None:
    body, subject = grant.body, short(str(grant.body.get("subject_id")))
    kind, factor = body.get("subject_kind"), body.get("mfa")
    if kind == "shared":
        tally.deviates(
            grant, f"the privileged account {subject} is shared: what is done with it cannot be attributed to a person"
        )
    elif kind != "person":
        tally.unstated(grant, f"the privileged account {subject} is no person ({kind}); who uses it is not stated", "who uses it")
    elif key_of(str(body.get("subject_id"))) not in people:
        what = f"no roster record names {subject}, who has privileged access"
        tally.fault(grant, _NOT_SHOWN, what, write_new("roster.change", "the person from the staff roster"))
    if factor == "no":
        what = f"the privileged access of {subject} needs no second factor"
        tally.fault(grant, _EXCEPTION, what, f"require one, then {state_in(grant.kind, grant.id, 'mfa')}; {CANNOT_BE_UNDONE}")
    elif factor != "yes":
        tally.unstated(grant, f"whether the privileged access of {subject} needs a second factor is unknown", "mfa")


def _on_roster(facts: Facts) -> frozenset[str]:
    """People the roster names, or whom an access review held against the roster."""
    named = {key_of(str(each.body.get("person"))) for each in facts.scoped("roster.change")}
    for review in facts.scoped("access.review"):
        if review.body.get("roster_reconciled") == "yes":
            named |= {key_of(str(row.get("subject_id"))) for row in review.body.get("rows", ())}
    return frozenset(named)


def log_access_explained(facts: Facts, control: str) -> Outcome:
    """Looks at reviews of who read conversation logs and took evidence.

    Met: reviews follow one another without a break, every access is explained, no reviewer may read logs. Unmet: an access is
    unexplained, or the reviewer reviewed their own. Unknown: no review in the period, no counts, or time between reviews left
    out.
    """
    tally = Tally(facts, "log_access_explained", control)
    held = standing_by_subject(facts)
    reviews = sorted(tally.events("log_access.review"), key=lambda each: str(each.body.get("covers_from")))
    covered: str | None = None
    for review in reviews:
        _accesses(tally, review)
        _reads_nothing(tally, review, held)
        first = str(review.body.get("covers_from"))
        if covered is not None and first > covered:
            what = f"nobody reviewed accesses from {moment(covered)} to {moment(first)}, before the time it covers"
            tally.fault(review, _NOT_SHOWN, what, write_new("log_access.review", "a review of that time"))
        covered = max(covered or "", str(review.body.get("covers_until")))
        note_overdue(tally, review)
    return tally.outcome(
        sound="each access to logs and evidence is explained", empty="no review of log access in the period", population="POP-27"
    )


def _accesses(tally: Tally, review: DocumentVersion) -> None:
    accesses, unexplained = count_of(review.body, "accesses"), count_of(review.body, "unexplained")
    if accesses is None or unexplained is None:
        tally.unstated(
            review, "how many accesses there were, or how many are unexplained, is not stated", "accesses and unexplained"
        )
    elif unexplained:
        what = f"{unexplained} of {accesses} accesses are unexplained"
        tally.fault(review, _EXCEPTION, what, f"explain them, then {state_in(review.kind, review.id, 'unexplained')}")


def _reads_nothing(tally: Tally, review: DocumentVersion, held: Mapping[str, tuple[Standing, ...]]) -> None:
    reviewer, when = str(review.body.get("reviewer")), str(review.body.get("performed_at"))
    for standing in held.get(key_of(reviewer), ()):
        if standing.grant.body.get("role") == "read_logs" and standing.overlaps(when, when):
            what = f"{short(reviewer)} reviewed it and may read the logs (access.grant {short(standing.grant.id)})"
            tally.deviates(review, what)
            return
