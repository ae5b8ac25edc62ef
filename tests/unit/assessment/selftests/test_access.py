"""Self-tests of access: late, missing or own approval; leavers; shared administrators; reviews of one's own access."""

from __future__ import annotations

from typing import Any

import pytest

from support.facts_builder import at
from support.planted import COMING, EXCEPTION, LATE, NOT_SHOWN, Planted, check_planted, check_unknown, outcome_of
from support.sound_documents import P1, P2, P3, P4, P5, P6
from support.sound_records import RECORDS

GRANT, ADMIN, LEAVER, REVIEW = (
    ("access.grant", "g-5"),
    ("access.grant", "g-admin"),
    ("roster.change", "r-6"),
    ("access.review", "ar-q1"),
)
LOGS = ("log_access.review", "la-q2")
ROWS: list[dict[str, Any]] = next(fields["rows"] for kind, name, fields in RECORDS if (kind, name) == REVIEW)
REMOVED = ROWS[-1]


def rows(*other: dict[str, Any]) -> dict[str, Any]:
    """The rows of the review with some of them replaced, by subject and role."""
    changed = {(row["subject_id"], row["role"]): row for row in other}
    return {"rows": [changed.get((row["subject_id"], row["role"]), row) for row in ROWS]}


FAULTS = [
    Planted("grant_approved_first", GRANT, EXCEPTION, "before it was approved on 2026-02-03 13:30",
            {"approved_at": at("2026-02-03 13:30")}),
    Planted("grant_approved_first", GRANT, NOT_SHOWN, "approved_at not stated", {"approved_at": None}, beside=1),
    Planted("grant_approved_first", GRANT, NOT_SHOWN, "approved_by not stated", {"approved_by": "unknown"}),
    Planted("grant_approved_first", ("access.key", "k_9"), NOT_SHOWN, "no grant to sample-person-9 is on record",
            plant=lambda builder: builder.key("k_9", "sample-person-9", "sample-desk", "2026-05-01")),
    Planted("grant_approved_first", ("access.key", "k_5"), EXCEPTION, "before g-5 was approved",
            change={GRANT: {"approved_at": at("2026-02-03 15:00"), "granted_at": at("2026-02-03 16:00")}}),
    Planted("grant_self_approval", GRANT, EXCEPTION, "approved their own access", {"approved_by": "Sample-Person-5 "}),
    Planted("grant_self_approval", GRANT, EXCEPTION, "asked for themselves", {"requested_by": P1}),
    Planted("grant_self_approval", GRANT, NOT_SHOWN, "requested_by not stated", {"requested_by": None}),
    Planted("leaver_revoked_in_time", LEAVER, EXCEPTION, "ended on 2026-10-03 08:00 UTC, due by 2026-10-01 22:00 UTC",
            change={("access.revocation", "rv-6"): {"happened": "2026-10-03 08:00"}}),
    Planted("leaver_revoked_in_time", LEAVER, EXCEPTION, "nothing on record says that it ended", drop=["access.revocation"]),
    Planted("leaver_revoked_in_time", LEAVER, COMING, "has to end by 2026-10-01 22:00", drop=["access.revocation"],
            as_of="2026-10-01 10:00"),
    Planted("leaver_revoked_in_time", LEAVER, EXCEPTION, "gateway key k_66 was to end by 2026-10-01 22:00 UTC, it is valid still",
            plant=lambda builder: builder.key("k_66", P6, "sample-desk", "2025-12-09")),
    Planted("leaver_revoked_in_time", LEAVER, EXCEPTION, "called sample-desk until 2026-10-05 12:00 UTC, after leaving",
            plant=lambda builder: builder.caller(P6, "sample-desk", "2026-10-04", "2026-10-05", 2)),
    Planted("privileged_named", ADMIN, EXCEPTION, "cannot be attributed to a person", {"subject_kind": "shared"}),
    Planted("privileged_named", ADMIN, EXCEPTION, "needs no second factor", {"mfa": "no"}),
    Planted("privileged_named", ADMIN, NOT_SHOWN, "second factor is unknown", {"mfa": "unknown"}),
    Planted("privileged_named", ADMIN, NOT_SHOWN, "is no person (group)", {"subject_kind": "group"}),
    Planted("privileged_named", ADMIN, NOT_SHOWN, "no roster record names", {"subject_id": "sample-root"}),
    Planted("review_independent", REVIEW, EXCEPTION, "2 rows decided by the one they are about", {"reviewer": P2, **rows(
        {"subject_id": P3, "role": "review_outputs", "decision": "keep", "decided_by": P3})}),
    Planted("review_independent", REVIEW, EXCEPTION, "as reviewer and as second reviewer", {"second_reviewer": P1}),
    Planted("review_independent", REVIEW, NOT_SHOWN, "the only administrator on the list", {"reviewer": P2, **rows(
        {"subject_id": P2, "role": "administer_hosts", "decision": "keep", "decided_by": P4})}),
    Planted("review_complete", REVIEW, EXCEPTION, "1 row is undecided: sample-person-5 (use)", rows(
        {"subject_id": P5, "role": "use", "decision": "undecided"})),
    Planted("review_complete", REVIEW, EXCEPTION, "nothing says that corrections", rows(REMOVED | {"actioned_at": None})),
    Planted("review_complete", REVIEW, NOT_SHOWN, "not seen in the live system", rows(REMOVED | {"verified": "not_verified"})),
    Planted("review_complete", REVIEW, LATE, "but corrected later", rows(REMOVED | {"actioned_at": at("2026-04-20")})),
    Planted("review_complete", REVIEW, EXCEPTION, "the source had 9 rows, the review has 5", {"rows_in_source": 9}),
    Planted("review_complete", REVIEW, NOT_SHOWN, "how many its source had", {"rows_in_source": None}),
    Planted("review_complete", REVIEW, NOT_SHOWN, "which places", {"places": None}),
    Planted("review_complete", REVIEW, NOT_SHOWN, "staff roster", {"roster_reconciled": "no"}),
    Planted("review_complete", REVIEW, NOT_SHOWN, "of a later moment", {"list_as_of": at("2026-04-09")}),
    Planted("review_complete", REVIEW, EXCEPTION, "sample-person-8 (gateway key k_8)",
            plant=lambda builder: builder.key("k_8", "sample-person-8", "sample-desk", "2025-12-09")),
    Planted("review_complete", REVIEW, EXCEPTION, "sample-person-6 (access.grant g-6)",
            {"rows": [row for row in ROWS if row["subject_id"] != P6], "rows_in_source": 4}),
    Planted("log_access_explained", LOGS, EXCEPTION, "1 of 3 accesses are unexplained", {"accesses": 3, "unexplained": 1}),
    Planted("log_access_explained", LOGS, NOT_SHOWN, "is not stated", {"unexplained": None}),
    Planted("log_access_explained", LOGS, NOT_SHOWN, "from 2026-04-01 00:00 UTC to 2026-05-01",
            {"covers_from": at("2026-05-01 00:00")}),
    Planted("log_access_explained", LOGS, EXCEPTION, "may read the logs (access.grant g-review)", {"reviewer": P3},
            {("access.grant", "g-review"): {"role": "read_logs"}}),
]  # fmt: skip


@pytest.mark.parametrize("planted", FAULTS, ids=str)
def test_fault_is_found(planted: Planted) -> None:
    """Each way in which access can be wrong is told apart."""
    check_planted(planted)


@pytest.mark.parametrize(
    ("check", "drop", "reason"),
    [
        ("grant_approved_first", ["access.grant"], "not attested to be none"),
        ("grant_self_approval", ["access.grant"], "not attested to be none"),
        ("leaver_revoked_in_time", ["roster.change"], "no staff roster is recorded"),
        ("leaver_revoked_in_time", [LEAVER], "the roster names nobody who left"),
        ("privileged_named", ["access.grant"], "no privileged access is on record"),
        ("review_independent", ["access.review"], "no access review"),
        ("review_complete", ["access.review"], "no access review"),
        ("log_access_explained", ["log_access.review"], "no review of log access"),
    ],
)
def test_nothing_to_look_at_is_unknown(check: str, drop: list[Any], reason: str) -> None:
    """Absence is never none."""
    check_unknown(check, reason, drop=drop, traffic=False)


def test_access_that_ends_by_its_own_last_day_needs_no_revocation() -> None:
    """An end that was set when access was given is an end."""
    ended = Planted(
        "leaver_revoked_in_time", LEAVER, EXCEPTION, "", change={("access.grant", "g-6"): {"expires_on": "2026-09-30"}},
        drop=["access.revocation"],
    )  # fmt: skip
    assert outcome_of(ended).findings == ()


def test_who_comes_back_is_no_leaver_any_more() -> None:
    """A new key and new calls after a return are not those of a leaver."""

    def comes_back(builder: Any) -> None:
        builder.add("roster.change", "r-66", happened="2026-11-02", person=P6, change="joined", roster="sample HR")
        builder.key("k_67", P6, "sample-desk", "2026-11-03")
        builder.caller(P6, "sample-desk", "2026-11-03", "2026-12-01", 2)

    assert outcome_of(Planted("leaver_revoked_in_time", LEAVER, EXCEPTION, "", plant=comes_back)).findings == ()


def test_reviewers_own_row_may_be_decided_by_a_second_reviewer() -> None:
    """That is what the second reviewer is for."""
    change = {REVIEW: {"reviewer": P2, "second_reviewer": P4}}
    assert outcome_of(Planted("review_independent", REVIEW, EXCEPTION, "", change=change)).findings == ()
