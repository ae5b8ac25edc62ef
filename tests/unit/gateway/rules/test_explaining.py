"""Why somebody passes or does not, in words and by records; and never another decision than the gateway's."""

from __future__ import annotations

import pytest

from proofbook.gateway.rules.explaining import Answer, Explanation, explain
from proofbook.gateway.rules.judging import judge_request
from proofbook.gateway.rules.settings import AdmissionSettings
from support.rule_records import CALLER, STRICT, Records, asked, complete, held, seen, strict_but


def explained(records: Records, policy: AdmissionSettings = STRICT) -> Explanation:
    """Of a call by `CALLER` in June."""
    return explain(seen(records.rules()), held(policy), CALLER, asked())


def answer(found: Explanation, question: str) -> Answer:
    """The answer to one question."""
    return next(each for each in found.answers if each.question == question)


@pytest.mark.parametrize(
    ("records", "says"),
    [
        (Records(), "no grant of the role use"),
        (Records().grant(system="other-desk"), "g-1 is for other-desk"),
        (Records().grant(since="2026-07-01"), "g-1 begins only at 2026-07-01"),
        (Records().grant(expires_on="2026-06-01"), "g-1 ended at 2026-06-02"),
        (Records().grant().revocation(), "g-1 was revoked at 2026-03-01T12:00:00.000000Z (r-1)"),
        (Records().grant(scope="models: other"), "g-1 is limited to models: other"),
    ],
)
def test_grant_that_does_not_hold_says_why(records: Records, says: str) -> None:
    """An operator who reads it knows which record to write."""
    found = answer(explained(records), "grant")
    assert found.lacking
    assert says in found.says
    assert {each.kind for each in found.records} <= {"access.grant", "access.revocation"}


def test_grant_that_holds_is_named_with_its_end_and_a_scope_nobody_enforces() -> None:
    """What the gateway cannot see must not look enforced."""
    found = answer(explained(Records().grant(expires_on="2026-12-31", scope="the handbook")), "grant")
    assert not found.lacking
    assert "until 2027-01-01" in found.says
    assert "'the handbook' is none that the gateway can hold" in found.says
    assert [each.id for each in found.records] == ["g-1"]


@pytest.mark.parametrize(
    ("records", "question", "says"),
    [
        (Records(), "registered", "no inventory page"),
        (Records().page(status="retired"), "registered", "its status is retired"),
        (Records().page(retired_on="2026-06-01"), "registered", "its last day is over"),
        (Records(), "approved_weights", "no decision about them names this system"),
        (Records().approval(decision="withdrawn"), "approved_weights", "withdrawn at 2026-01-01"),
        (Records().approval(expires_on="2026-06-01"), "approved_weights", "which ended at 2026-06-02"),
    ],
)
def test_system_and_weights_that_fall_short_say_why(records: Records, question: str, says: str) -> None:
    """The same for the other two kinds of records."""
    found = answer(explained(records), question)
    assert found.lacking
    assert says in found.says


@pytest.mark.parametrize("policy", [STRICT, AdmissionSettings(), strict_but(grant="off")])
@pytest.mark.parametrize("records", [Records(), complete(), complete().revocation(), Records().grant().page()])
def test_explanation_decides_as_the_gateway_does(records: Records, policy: AdmissionSettings) -> None:
    """And what is lacking by its answers is what the verdict rests on."""
    found = explained(records, policy)
    verdict = judge_request(seen(records.rules()), held(policy), CALLER, asked())
    assert found.verdict == verdict
    lacking = {each.question for each in found.answers if each.lacking and each.stance != "off"}
    assert bool(lacking) is (verdict.refusal is not None or bool(verdict.flags))
