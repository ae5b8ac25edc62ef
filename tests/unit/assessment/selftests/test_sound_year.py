"""Every self-test on a year in which nothing is wrong, on nothing at all, and on a population attested to be empty."""

from __future__ import annotations

import pytest

from proofbook.assessment.selftests.table import CHECKS, EVERYWHERE
from proofbook.primitives.verdict import Met, Unknown
from support.facts_builder import FactsBuilder
from support.sound_records import sound_year


@pytest.mark.parametrize("name", CHECKS)
def test_sound_evidence_is_met(name: str) -> None:
    """A self-test that cries wolf is switched off: sound records give no finding."""
    outcome = CHECKS[name](sound_year(), "LC-99")
    assert outcome.findings == ()
    assert isinstance(outcome.verdict, Met), outcome.verdict
    assert outcome.examined
    assert (outcome.check, outcome.control) == (name, "LC-99")


@pytest.mark.parametrize("name", EVERYWHERE)
def test_sound_evidence_gives_no_finding_anywhere(name: str) -> None:
    """The same for the tests that belong to no single control."""
    assert EVERYWHERE[name](sound_year()) == ()


@pytest.mark.parametrize("name", CHECKS)
def test_nothing_on_record_is_unknown_while_the_period_lasts(name: str) -> None:
    """Absence is never none: an empty book may not look like a clean one."""
    outcome = CHECKS[name](FactsBuilder().build(as_of="2026-07-01"), "LC-99")
    if name == "log_complete":  # its recorder ran: that much is known
        assert outcome.examined
        return
    assert isinstance(outcome.verdict, Unknown), outcome.verdict
    assert outcome.verdict.reasons
    assert outcome.findings == ()
    assert outcome.examined == 0
