"""Self-tests of access reviews: nobody decides their own access, and the list is whole and acted upon (LC-06)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.actions import note_overdue
from proofbook.assessment.selftests.grants import Standing, standing_by_subject
from proofbook.assessment.selftests.reading import Body, count_of, is_stated, key_of, rows_of, same, text_of
from proofbook.assessment.selftests.tally import Tally
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, counted, listed, moment, short, state_in, write_new
from proofbook.readmodel.documents import DocumentVersion
from proofbook.readmodel.keys import AccessKey

_ADMINISTERS = frozenset({"administer_hosts", "configure"})


def review_independent(facts: Facts, control: str) -> Outcome:
    """Looks at who decided which row of every access review of the period.

    Met: nobody decided about their own access. Unmet: somebody did, or the second reviewer is the first. Unknown: no review in
    the period, or the reviewer is the only administrator of the list that was reviewed.
    """
    tally = Tally(facts, "review_independent", control)
    for review in tally.events("access.review"):
        reviewer, second = text_of(review.body, "reviewer"), text_of(review.body, "second_reviewer")
        rows = rows_of(review.body, "rows")
        if same(reviewer, second):
            tally.deviates(review, f"{short(str(reviewer))} is named as reviewer and as second reviewer")
            second = None
        own = [row for row in rows if _decided_own(row, reviewer, second)]
        if own:
            names = listed([f"{row.get('subject_id')} ({row.get('role')})" for row in own])
            tally.deviates(review, f"{counted(len(own), 'row', 'rows')} decided by the one they are about: {names}")
        administrators = {key_of(str(row.get("subject_id"))) for row in rows if row.get("role") in _ADMINISTERS}
        if second is None and reviewer is not None and administrators == {key_of(reviewer)}:
            what = f"{short(reviewer)} reviewed it and is the only administrator on the list; nobody else could contradict it"
            tally.unstated(review, what, "second_reviewer, after a second person has looked")
    return tally.outcome(
        sound="nobody decided about their own access", empty="no access review in the period", population="POP-06"
    )


def _decided_own(row: Body, reviewer: str | None, second: str | None) -> bool:
    subject = text_of(row, "subject_id")
    decided_by = text_of(row, "decided_by")
    if decided_by is None:  # the second reviewer is there to decide the reviewer's own rows
        decided_by = second if same(subject, reviewer) and second is not None else reviewer
    return row.get("decision") != "undecided" and same(subject, decided_by)


def review_complete(facts: Facts, control: str) -> Outcome:
    """Looks at every row of the access reviews of the period, and at the access on record when the list was drawn.

    Met: every row is decided, corrections are seen in the live system, the list has as many rows as its source and leaves out
    nobody with a grant or gateway key. Unmet: a row is undecided or not acted upon, or the list is short. Unknown: no review,
    or counts or places not stated.
    """
    tally = Tally(facts, "review_complete", control)
    grants, keys = _by_system(facts)
    for review in tally.events("access.review"):
        _rows_decided(tally, review)
        _list_whole(tally, review)
        _list_fits_records(tally, review, grants, keys)
        note_overdue(tally, review)
    return tally.outcome(
        sound="each row is decided and corrections were seen", empty="no access review in the period", population="POP-06"
    )


def _rows_decided(tally: Tally, review: DocumentVersion) -> None:
    completed = str(review.body.get("completed_at"))
    names: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows_of(review.body, "rows"):
        for state in _open_in(row, completed):
            names[state].append(f"{row.get('subject_id')} ({row.get('role')})")
    undecided, undone, unseen, late = names["undecided"], names["undone"], names["unseen"], names["late"]
    if undecided:
        tally.deviates(review, f"{counted(len(undecided), 'row is', 'rows are')} undecided: {listed(undecided)}")
    if undone:
        fix = f"carry them out, then {state_in(review.kind, review.id, 'actioned_at and verified')}; {CANNOT_BE_UNDONE}"
        what = f"nothing says that corrections were carried out for {listed(undone)}"
        tally.fault(review, Consequence.EXCEPTION, what, fix)
    if late:
        what = f"completed on {moment(completed)}, but corrected later for {listed(late)}"
        tally.fault(review, Consequence.LATE, what, CANNOT_BE_UNDONE)
    if unseen:
        tally.unstated(review, f"corrections were not seen in the live system for {listed(unseen)}", "verified of these rows")


def _open_in(row: Body, completed: str) -> Iterator[str]:
    """What is open in one row."""
    if row.get("decision") == "undecided":
        yield "undecided"
    if row.get("decision") not in {"change", "remove"}:
        return
    actioned = text_of(row, "actioned_at")
    if actioned is None:
        yield "undone"
        return
    if actioned > completed:
        yield "late"
    if row.get("verified") not in {"requeried", "not_needed"}:
        yield "unseen"


def _list_whole(tally: Tally, review: DocumentVersion) -> None:
    body, rows = review.body, rows_of(review.body, "rows")
    at_source = count_of(body, "rows_in_source")
    if at_source is None:
        tally.unstated(review, f"the list has {len(rows)} rows; how many its source had is not stated", "rows_in_source")
    elif at_source != len(rows):
        tally.deviates(review, f"the source had {counted(at_source, 'row', 'rows')}, the review has {len(rows)}")
    if not is_stated(body, "places"):
        tally.unstated(review, "which places that grant access were covered is not stated", "places")
    if body.get("roster_reconciled") != "yes":
        tally.unstated(review, "nothing says that the list was held against the staff roster", "roster_reconciled")
    if str(body.get("list_as_of")) > str(body.get("completed_at")):
        tally.unstated(review, "the list is of a later moment than the review's end", "list_as_of and completed_at")


def _list_fits_records(
    tally: Tally, review: DocumentVersion, grants: Mapping[str, list[Standing]], keys: Mapping[str, list[AccessKey]]
) -> None:
    """Whoever had a grant or a valid gateway key when the list was drawn has to be on it."""
    system, drawn = review.body.get("system"), str(review.body.get("list_as_of"))
    on_list = {key_of(str(row.get("subject_id"))) for row in rows_of(review.body, "rows")}
    scopes = [system, ""] if isinstance(system, str) else sorted({*grants, *keys})
    left_out: dict[str, None] = {}
    for scope in scopes:
        for standing in grants.get(scope, ()):
            name = str(standing.grant.body.get("subject_id"))
            if key_of(name) not in on_list and standing.overlaps(drawn, drawn):
                left_out[f"{name} (access.grant {standing.grant.id})"] = None
        for key in keys.get(scope, ()):
            if key_of(key.principal) not in on_list and key.is_valid_at(drawn):
                left_out[f"{key.principal} (gateway key {key.key})"] = None
    if left_out:
        what = f"the list of {moment(drawn)} leaves out access that stood: {listed(left_out)}"
        fix = f"review them: {write_new('access.review', 'a review of what was left out')}; {CANNOT_BE_UNDONE}"
        tally.fault(review, Consequence.EXCEPTION, what, fix)


def _by_system(facts: Facts) -> tuple[Mapping[str, list[Standing]], Mapping[str, list[AccessKey]]]:
    grants: defaultdict[str, list[Standing]] = defaultdict(list)
    keys: defaultdict[str, list[AccessKey]] = defaultdict(list)
    for standings in standing_by_subject(facts).values():
        for standing in standings:
            grants[str(standing.grant.body.get("system") or "")].append(standing)
    for key in facts.keys:
        keys[key.system].append(key)
    return grants, keys
