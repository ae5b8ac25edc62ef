"""Running the self-tests of a grid, and the result in the form that is recorded."""

from __future__ import annotations

import hashlib

import pytest

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Finding, Outcome
from proofbook.assessment.grid import derive_grid
from proofbook.assessment.outcomes import OCCURRENCES, finding_body, run_checks, self_test_body, word_of
from proofbook.primitives.canonical import canonical_bytes
from proofbook.primitives.verdict import Met, Unknown, Unmet
from support.facts_builder import PERSON, FactsBuilder

REVIEW = {"reviewer": PERSON, "outcome": "no_change", "system": "sample-desk"}
FINDING = Finding("sample_check", "LC-02", "ai_system", "sample-desk", "sample", "mend it", Consequence.LATE, criteria=("CC2.1",))


def facts(*days: str, last: str = "2026-03-31", as_of: str = "2026-06-01") -> Facts:
    """One quarter, with reviews on these days."""
    builder = FactsBuilder("2026-01-01", last).system("sample-desk")
    for number, day in enumerate(days):
        builder.add("inventory.review", f"ir-{number}", happened=day, **REVIEW)
    return builder.build(as_of)


def calendar(of: Facts) -> Outcome:
    """What the calendar says of LC-02."""
    return next(each for each in run_checks(derive_grid(of), {}) if (each.control, each.check) == ("LC-02", OCCURRENCES))


def test_check_nobody_built_is_unknown() -> None:
    """Left out, it would look like one that found nothing."""
    made = run_checks(derive_grid(facts()), {})
    assert {type(each.verdict) for each in made if each.check != OCCURRENCES} == {Unknown}
    assert "this program has no check owner_reviews_inventory" in [word for each in made for word in each.verdict.reasons]


def test_every_check_of_every_control_is_run_and_told() -> None:
    """A long run shows where it is; each check gets the control it is run for."""
    grid, told = derive_grid(facts()), []
    ran: list[str] = []

    def check(_: Facts, control: str) -> Outcome:
        ran.append(control)
        return Outcome("owner_reviews_inventory", control, Met(()))

    run_checks(grid, {"owner_reviews_inventory": check}, lambda what, done, of: told.append((what, done, of)))
    assert ran == ["LC-02"]
    assert [done for _, done, _ in told] == list(range(1, len(told) + 1))
    assert {of for _, _, of in told} == {len(told)}
    assert "LC-02 owner_reviews_inventory" in [what for what, _, _ in told]


@pytest.mark.parametrize(
    ("of", "verdict"),
    [
        (facts("2026-03-20"), Met),
        (facts(), Unmet),
        (facts("2026-03-20", last="2026-06-30", as_of="2026-05-01"), Met),
        (facts(as_of="2026-04-01"), Unknown),
    ],
    ids=["all done", "one missed", "one done, one not due", "nothing done, nothing due"],
)
def test_calendar_is_a_check_of_its_own(of: Facts, verdict: type) -> None:
    """Met needs something that was done; what is not due yet shows nothing."""
    assert isinstance(calendar(of).verdict, verdict)


def test_late_performance_leaves_the_calendar_unmet() -> None:
    """On time is what was promised."""
    made = FactsBuilder("2026-01-01", "2026-06-30").system("sample-desk")
    stated = {
        "subject_id": "sample-person-2",
        "subject_kind": "person",
        "role": "use",
        "approved_by": PERSON,
        "system": "sample-desk",
    }
    made.add(
        "access.grant",
        "g-1",
        happened="2026-03-02",
        approved_at="2026-03-04T12:00:00.000000Z",
        recorded="2026-03-04 13:00",
        **stated,
    )
    outcome = next(
        each for each in run_checks(derive_grid(made.build()), {}) if (each.control, each.check) == ("LC-04", OCCURRENCES)
    )
    assert (type(outcome.verdict), outcome.verdict.reasons) == (Unmet, ("1 late",))


def test_unseen_stretch_leaves_the_calendar_unknown() -> None:
    """What nobody saw is neither kept nor broken."""
    made = FactsBuilder("2026-03-01", "2026-03-31").system("sample-desk").gap("2026-03-02", "2026-03-03").build()
    outcome = next(each for each in run_checks(derive_grid(made), {}) if (each.control, each.check) == ("LC-20", OCCURRENCES))
    assert isinstance(outcome.verdict, Unknown)


def test_recorded_body_counts_words_and_hashes_the_findings() -> None:
    """The entry holds no names and no texts: whoever keeps the list can show later that it is the one."""
    outcomes = (
        Outcome("a", "LC-02", Met(())),
        Outcome("b", "LC-02", Unmet(("sample",))),
        Outcome("c", "LC-03", Unknown(("sample",))),
    )
    body = self_test_body(facts(), outcomes, (FINDING,))
    assert (body["met"], body["unmet"], body["unknown"], body["findings"]) == (1, 1, 1, 1)
    assert body["outcomes"] == {"LC-02/a": "met", "LC-02/b": "unmet", "LC-03/c": "unknown"}
    assert body["findings_sha256"] == hashlib.sha256(canonical_bytes([finding_body(FINDING)])).hexdigest()
    assert (body["first"], body["last"], body["run_at"]) == ("2026-01-01", "2026-03-31", "2026-06-01T12:00:00.000000Z")
    assert FINDING.what not in str(body["outcomes"])
    assert [word_of(each.verdict) for each in outcomes] == ["met", "unmet", "unknown"]
