"""Populations of nothing: never none by themselves, and a certificate counts only when it is whole."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Finding
from proofbook.assessment.grid import derive_grid
from proofbook.assessment.nil import CHECK, CONTRADICTED, NilCase, derive_nil, nil_findings
from support.facts_builder import PERSON, FactsBuilder, at

ZONE = "Europe/Berlin"
WHOLE: dict[str, Any] = {
    "population": "POP-19", "first": "2026-01-01", "last": "2026-12-31", "zone": ZONE, "query": "all incidents", "gaps": [],
    "heartbeat": "sample heartbeat", "secondary": ["tickets: nothing"], "certified_by": PERSON, "certified_at": at("2027-01-04"),
}  # fmt: skip
INCIDENT: dict[str, Any] = {"category": "unavailable", "description": "sample", "detected_by": "sample", "classified_by": PERSON,
            "classified_at": at("2026-03-02"), "severity": "low", "systems": []}  # fmt: skip


def builder() -> FactsBuilder:
    """A year in a zone of its own."""
    return FactsBuilder(zone=ZONE)


def case(facts: Facts, population: str = "POP-19") -> NilCase:
    """One population."""
    return next(each for each in derive_nil(derive_grid(facts)) if each.population == population)


def findings(facts: Facts, population: str = "POP-19") -> list[Finding]:
    """What stands in the list about it."""
    return [each for each in nil_findings(derive_nil(derive_grid(facts)), facts) if each.id == population]


def test_no_records_and_no_certificate_is_not_none() -> None:
    """An empty list alone shows nothing; the words say so."""
    found = case(builder().build())
    assert (found.items, found.certificate) == (0, None)
    assert found.words.startswith("no records; not ")
    (finding,) = findings(builder().build())
    assert (finding.check, finding.consequence, finding.kind) == (CHECK, Consequence.NOT_SHOWN, "population")
    assert "proofbook record template nil_population" in finding.fix


def test_before_the_period_is_over_nothing_can_be_attested() -> None:
    """It is coming, not wanting."""
    facts = builder().build("2026-07-01")
    assert "so far" in case(facts).words
    (finding,) = findings(facts)
    assert finding.consequence is Consequence.COMING
    assert finding.fix.startswith("after 2026-12-31, ")


def test_whole_certificate_counts() -> None:
    """Query, heartbeat, gaps, other places searched, whole period, own zone, signed after it."""
    facts = builder().add("nil_population", "nil-1", **WHOLE).build()
    assert case(facts).shortfalls == ()
    assert case(facts).words == f"no records; nil-1, signed by {PERSON}"
    assert findings(facts) == []


@pytest.mark.parametrize(
    ("fields", "shortfall"),
    [
        ({"first": "2026-01-02"}, "it covers 2026-01-02 to 2026-12-31 only"),
        ({"last": "2026-12-30"}, "it covers 2026-01-01 to 2026-12-30 only"),
        ({"zone": "UTC"}, "its days are those of UTC, not of Europe/Berlin"),
        ({"certified_at": "2026-12-31T22:59:59.999999Z"}, "it was signed before the period was over"),
        ({"query": "[[query]]"}, "blanks are open: query"),
        ({"gaps": None}, "whether there were gaps is not stated"),
    ],
)
def test_certificate_that_lacks_something_does_not_count(fields: dict[str, Any], shortfall: str) -> None:
    """Each piece is what makes nothing believable; the finding names the one that is missing."""
    facts = builder().add("nil_population", "nil-1", **(WHOLE | fields)).build()
    assert case(facts).shortfalls == (shortfall,)
    (finding,) = findings(facts)
    assert shortfall in finding.what


def test_certificate_without_gaps_is_held_against_the_recorder() -> None:
    """Signed that there were none, and an hour is missing from the log."""
    facts = builder().gap("2026-03-02 10:00", "2026-03-02 11:00").add("nil_population", "nil-1", **WHOLE).build()
    (shortfall,) = case(facts).shortfalls
    assert shortfall.startswith("it states no gaps, the recorder has 1, the first from 2026-03-02 10:00 UTC")


def test_best_certificate_is_taken_and_one_of_another_period_is_not_looked_at() -> None:
    """A first draft beside the final one does no harm."""
    facts = builder().add("nil_population", "nil-1", **(WHOLE | {"gaps": None})).add("nil_population", "nil-2", **WHOLE)
    facts.add("nil_population", "nil-3", **(WHOLE | {"first": "2025-01-01", "last": "2025-12-31"}))
    certificate = case(facts.build()).certificate
    assert certificate is not None
    assert certificate.id == "nil-2"


def test_certificate_is_contradicted_by_what_is_on_record() -> None:
    """Somebody signed that there was none, and there was one."""
    facts = (
        builder().add("nil_population", "nil-1", **WHOLE).add("incident.real", "in-1", happened="2026-03-02", **INCIDENT).build()
    )
    assert case(facts).words == "1 on record; yet nil-1 certifies none"
    (finding,) = findings(facts)
    assert (finding.check, finding.consequence, len(finding.entries)) == (CONTRADICTED, Consequence.EXCEPTION, 2)


def test_an_exercise_is_no_incident() -> None:
    """A tabletop does not make the list of incidents longer."""
    facts = builder().add("incident.exercise", "ex-1", happened="2026-03-02", scenario="sample", scenario_version="1", minutes=60,
                          facilitator=PERSON, participants=[PERSON]).build()  # fmt: skip
    assert case(facts).items == 0


def test_only_what_belongs_to_the_population_is_counted() -> None:
    """One kind of record stands behind several populations: an ordinary change of a prompt is no emergency and no model."""
    change = {
        "system": "sample-desk",
        "description": "sample",
        "requested_by": PERSON,
        "released_by": PERSON,
        "test_outcome": "met",
    }
    made = builder().system("sample-desk").add("change", "ch-1", happened="2026-03-02", what="prompt", **change)
    made.add("log_access.review", "la-1", happened="2026-04-02", reviewer=PERSON, covers_from=at("2026-01-01"),
             covers_until=at("2026-03-31"), accesses=3)  # fmt: skip
    made.add("log_access.review", "la-2", happened="2026-07-02", reviewer=PERSON, covers_from=at("2026-04-01"),
             covers_until=at("2026-06-30"), accesses=None)  # fmt: skip
    made.add("roster.change", "r-1", happened="2026-03-02", person=PERSON, change="joined", roster="sample HR")
    counts = {each.population: each.items for each in derive_nil(derive_grid(made.build()))}
    expected = {"POP-05": 0, "POP-08": 0, "POP-09": 1, "POP-11": 0, "POP-12": 0, "POP-27": 4}
    assert {name: counts[name] for name in expected} == expected


def test_population_whose_controls_are_out_of_scope_is_not_asked_for() -> None:
    """Decisions are reviewed for processing integrity and for nothing else asked about."""
    from dataclasses import replace

    facts = builder().build()
    narrow = replace(facts, scope=replace(facts.scope, controls=("LC-23",)))
    assert {each.population for each in derive_nil(derive_grid(narrow))} == {"POP-19"}
