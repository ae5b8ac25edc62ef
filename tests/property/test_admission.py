"""Admission from records, over any records: what takes away never gives, and nothing holds outside its time."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from proofbook.gateway.rules.judging import judge_request
from proofbook.gateway.rules.settings import QUESTIONS, AdmissionSettings
from support.rule_records import CALLER, DESK, OTHER_WEIGHTS, STRICT, WEIGHTS, Records, asked, held, seen

MOMENTS = st.sampled_from(
    [f"2026-06-{day:02d}T{hour}:00.00000{step}Z" for day in (14, 15, 16) for hour in ("00:00", "12:00") for step in "01"]
)
DAYS = st.none() | st.sampled_from(["2026-06-13", "2026-06-14", "2026-06-15", "2026-06-16"])
SYSTEMS = st.sampled_from([None, DESK, "other-desk"])
SUBJECTS = st.sampled_from([CALLER.principal, "somebody-else", "staff"])
DIGESTS = st.sampled_from([WEIGHTS, OTHER_WEIGHTS])

GRANTS = st.fixed_dictionaries({
    "id": st.sampled_from(["g-1", "g-2"]), "since": MOMENTS, "subject_id": SUBJECTS, "system": SYSTEMS, "expires_on": DAYS,
    "role": st.sampled_from(["use", "configure"]), "scope": st.sampled_from([None, "model: m", "model: n"]),
    "subject_kind": st.sampled_from(["person", "group"]),
})  # fmt: skip
REVOCATIONS = st.fixed_dictionaries({
    "id": st.sampled_from(["r-8", "r-9"]), "at": MOMENTS, "subject_id": SUBJECTS, "system": SYSTEMS,
    "grant": st.sampled_from([None, "g-1", "g-2", "g-3"]),
})  # fmt: skip
APPROVALS = st.fixed_dictionaries({
    "id": st.sampled_from(["a-1", "a-2"]), "since": MOMENTS, "artifact_digest": DIGESTS, "expires_on": DAYS,
    "systems": st.lists(st.sampled_from([DESK, "other-desk"]), max_size=2),
    "decision": st.sampled_from(["approved", "approved_with_conditions", "refused", "withdrawn", "undecided"]),
})  # fmt: skip
PAGES = st.lists(st.sampled_from(["proposed", "pilot", "production", "retired", "unknown"]), max_size=1)
STATE = st.tuples(st.lists(GRANTS, max_size=4), st.lists(REVOCATIONS, max_size=2), st.lists(APPROVALS, max_size=3), PAGES)
POLICIES = st.fixed_dictionaries({each: st.sampled_from(["refuse", "flag", "off"]) for each in QUESTIONS})


def records(state: tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]], list[str]]) -> Records:
    """All of them, recorded in this order."""
    grants, revocations, approvals, pages = state
    made = Records()
    for each in grants:
        made.grant(**each)
    for each in revocations:
        made.revocation(**each)
    for each in approvals:
        made.approval(**each)
    for status in pages:
        made.page(status=status)
    return made


def admits(made: Records, now: str, policy: AdmissionSettings = STRICT) -> bool:
    """Whether `CALLER`, a member of the staff, is let in."""
    return judge_request(seen(made.rules(), now), held(policy), CALLER._replace(groups=("staff",)), asked()).refusal is None


@given(state=STATE, revocation=REVOCATIONS, now=MOMENTS)
def test_recording_a_revocation_never_lets_anybody_in(state: Any, revocation: dict[str, Any], now: str) -> None:
    """Whatever was recorded before, and whatever it names."""
    made = records(state)
    before = admits(made, now)
    assert before or not admits(made.revocation(**(revocation | {"id": "r-new"})), now)


@given(state=STATE, approval=APPROVALS, now=MOMENTS, decision=st.sampled_from(["refused", "withdrawn"]))
def test_recording_a_refusal_of_weights_never_lets_them_in(state: Any, approval: dict[str, Any], now: str, decision: str) -> None:
    """Nor does a withdrawal."""
    made = records(state)
    before = admits(made, now)
    assert before or not admits(made.approval(**(approval | {"id": "a-new", "decision": decision})), now)


@given(state=STATE, now=MOMENTS)
def test_whoever_is_admitted_has_a_grant_in_force(state: Any, now: str) -> None:
    """Held against the raw records: begun, not past its last day, for the subject, the system and the role."""
    made = records(state)
    if admits(made, now):
        assert any(
            each.body["role"] == "use"
            and each.body["granted_at"] <= now
            and (each.body["expires_on"] or "9999") >= now[:10]
            and each.body["system"] in {None, DESK}
            and (each.body["subject_id"], each.body["subject_kind"] == "group") in {(CALLER.principal, False), ("staff", True)}
            for each in made.found.values()
            if each.kind == "access.grant"
        )


@given(state=STATE, now=MOMENTS, policy=POLICIES, question=st.sampled_from(QUESTIONS))
def test_stricter_policy_never_admits_more(state: Any, now: str, policy: dict[str, Any], question: str) -> None:
    """And a flag changes what is said, never who comes in."""
    made = records(state)
    as_set, stricter, asked_not = (
        admits(made, now, AdmissionSettings(**(policy | {question: stance}))) for stance in (policy[question], "refuse", "off")
    )
    assert as_set or not stricter
    assert asked_not or not as_set
    assert admits(made, now, AdmissionSettings(**(policy | {question: "flag"}))) == asked_not
