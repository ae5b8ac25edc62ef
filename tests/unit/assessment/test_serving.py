"""What served a system at a moment, and what was approved for it then."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.assessment.serving import approved_for, in_service
from support.facts_builder import PERSON, FactsBuilder, at, digest

A, B = digest("a"), digest("b")


def approval(
    builder: FactsBuilder, name: str, artifact: str, happened: str, decision: str = "approved", **fields: Any
) -> FactsBuilder:
    """A decision about an artifact for sample-desk."""
    stated = {"artifact_digest": artifact, "systems": ["sample-desk"], "decided_by": PERSON, "verification": "unverified"}
    return builder.add("model.approval", name, happened=happened, decision=decision, **(stated | fields))


def test_traffic_around_the_moment_decides() -> None:
    """What answered, answered; what is approved besides is beside the point."""
    facts = approval(FactsBuilder(), "ma-b", B, "2026-01-02").served("sample-desk", A, "2026-03-01", "2026-04-01").build()
    serving = in_service(facts, "sample-desk", at("2026-03-15"))
    assert (serving.artifacts, serving.by_traffic) == (frozenset({A}), True)


def test_between_two_stretches_the_last_that_served_and_what_is_approved_count() -> None:
    """A run before the switch may be on the old weights or on those that were approved to follow."""
    builder = approval(FactsBuilder(), "ma-b", B, "2026-04-02").served("sample-desk", A, "2026-03-01", "2026-04-01")
    serving = in_service(builder.served("sample-desk", None, "2026-04-01", "2026-06-01").build(), "sample-desk", at("2026-04-15"))
    assert (serving.artifacts, serving.by_traffic) == (frozenset({A, B}), False)


def test_traffic_of_another_system_says_nothing() -> None:
    """Each system has weights of its own."""
    assert (
        in_service(
            FactsBuilder().served("sample-other", A, "2026-03-01", "2026-04-01").build(), "sample-desk", at("2026-03-15")
        ).artifacts
        == set()
    )


@pytest.mark.parametrize(
    ("decision", "fields", "counts"),
    [
        ("approved", {}, True),
        ("approved_with_conditions", {}, True),
        ("refused", {}, False),
        ("approved", {"expires_on": "2026-02-28"}, False),
        ("approved", {"systems": ["sample-other"]}, False),
    ],
    ids=["approved", "with conditions", "refused", "expired", "of another system"],
)
def test_approval_holds_while_it_holds(decision: str, fields: dict[str, Any], *, counts: bool) -> None:
    """An approval that ran out is none."""
    facts = approval(FactsBuilder(), "ma-a", A, "2026-01-02", decision, **fields).build()
    assert (A in approved_for(facts, "sample-desk", at("2026-03-15"))) is counts


def test_withdrawal_undoes_what_the_page_says() -> None:
    """The page may lag behind the decision."""
    builder = FactsBuilder().system("sample-desk", models=[A, B])
    facts = approval(approval(builder, "ma-a", A, "2026-01-02"), "ma-a2", A, "2026-02-02", "withdrawn").build()
    assert approved_for(facts, "sample-desk", at("2026-01-15")) == {A, B}
    assert approved_for(facts, "sample-desk", at("2026-03-15")) == {B}


def test_page_counts_as_it_stood_then() -> None:
    """A model added to the page in May was not approved in March."""
    builder = FactsBuilder().system("sample-desk", models=[A]).system("sample-desk", models=[A, B], recorded="2026-05-01")
    assert approved_for(builder.build(), "sample-desk", at("2026-03-15")) == {A}
