"""Which policy was in force since when, as the gateway itself said."""

from __future__ import annotations

from proofbook.assessment.enforcement import derive_stretches, stance_at_end
from support.facts_builder import FactsBuilder, at


def test_same_policy_loaded_again_is_one_stretch_and_another_ends_it() -> None:
    """A restart changes nothing; a change is seen from the moment it was loaded."""
    builder = (
        FactsBuilder()
        .config("2025-12-01", "desk grant:flag registered:flag")
        .config("2026-02-01", "desk grant:flag registered:flag")
    )
    builder.config(
        "2026-03-01", "desk grant:refuse registered:flag hours:mon-fri 07:00-19:00; sat 10:00-12:00", "notes grant:off"
    )
    builder.config("2026-04-01", "desk grant:refuse registered:flag hours:mon-fri 07:00-19:00; sat 10:00-12:00")
    found = derive_stretches(builder.build())
    assert [(each.system, each.since, each.until, each.stance("grant")) for each in found] == [
        ("desk", at("2025-12-01"), at("2026-03-01"), "flag"),
        ("desk", at("2026-03-01"), None, "refuse"),
        ("notes", at("2026-03-01"), at("2026-04-01"), "off"),
    ]
    assert found[1].settings["hours"] == "mon-fri 07:00-19:00; sat 10:00-12:00"
    assert found[1].stance("approved_weights") == "unknown"
    assert stance_at_end(found, "desk", "grant") == "refuse"
    assert stance_at_end(found, "nowhere", "grant") == "unknown"


def test_what_other_programs_loaded_and_what_came_after_the_period_is_left_out() -> None:
    """Only the gateway enforces, and only what it had loaded by then."""
    builder = FactsBuilder().config("2026-02-01", "desk grant:refuse", program="proofbook portal")
    builder.config("2027-01-10", "desk grant:flag")
    assert derive_stretches(builder.build()) == ()


def test_grant_for_all_systems_is_enforced_as_all_of_them_do_or_is_told_to_differ() -> None:
    """Nothing in between is made up."""
    facts = FactsBuilder().config("2026-02-01", "desk grant:flag registered:off", "notes grant:refuse registered:off").build()
    stretches = derive_stretches(facts)
    assert stance_at_end(stretches, None, "grant") == "differs by system"
    assert stance_at_end(stretches, None, "registered") == "off"
