"""Each completeness check can differ: a year edited in one place for each, and the header names that place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from proofbook.demo.year.calendar import Year
from proofbook.demo.year.cast import ENGAGEMENT, HELP_DESK, OPERATOR, SampleKey
from proofbook.demo.year.fault import Planted
from proofbook.demo.year.kit import KIT_YEAR, write_kit
from proofbook.demo.year.looks import look
from proofbook.demo.year.plan import Plan, Step, keep, observe
from proofbook.demo.year.traffic import GATEWAY, exchange
from proofbook.export.checks import Result
from proofbook.primitives.instants import FixedClock, format_instant
from support.population_reading import Read, read_populations

AFTER = FixedClock(datetime(2025, 7, 1, 12, tzinfo=UTC))
GHOST = "sample-ghost"
NOWHERE = "x_" + "0" * 26


def written_late(plan: Plan, year: Year, kind: str, name: str, **fields: Any) -> None:
    """A record of a kind that speaks of a day before the period and was written down in it."""
    sample = next(plan.of(kind))
    moment = year.at(year.day(50), 9)
    plan.add(replace(sample, id=name, body={**sample.body, **fields}, recorded=moment, occurred=format_instant(moment)))


def edit_records(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """Records that were written down late, name what is not there, or count something else."""
    before = format_instant(year.at(year.day(-10), 9))
    for kind, name, fields in (
        ("access.grant", "sample-late-grant", {"granted_at": before, "subject_id": "sample-late-person"}),
        ("ai_system", "sample-late-system", {"go_live": (year.first - timedelta(days=9)).isoformat()}),
        ("vendor", "sample-late-vendor", {"first_used": (year.first - timedelta(days=9)).isoformat()}),
        ("egress.rule", "sample-late-rule", {"effective_at": before}),
        ("waiver", "sample-late-waiver", {"approved_at": before, "expires_on": "2099-12-31", "closed_at": None}),
        ("incident.real", "sample-incident-7", {"detected_at": before, "started_at": None, "closed_at": None}),
        ("control.exception", "sample-late-exception", {"found_at": before, "corrected_at": None, "status": "open"}),
    ):
        written_late(plan, year, kind, name, **fields)
    newest = max(plan.of("discovery.run"), key=lambda step: step.recorded)
    difference = {"code": "engine_not_in_inventory", "path": "sample", "detail": "sample"}
    plan.steps[plan.steps.index(newest)] = replace(
        newest, body={**newest.body, "not_looked_at": ["sample place"], "differences": [difference]}
    )
    review = next(plan.of("access.review"))
    plan.change("access.review", review.id, rows_in_source=99)
    plan.drop("index.build", "sample-build-005")
    plan.change("index.build", "sample-build-007", index="sample-index-without-manifest")
    plan.change("upstream.decision", next(plan.of("upstream.decision")).id, event="sample-no-event")
    plan.change("spot_check", next(plan.of("spot_check")).id, seed=None, population=999)
    reviews = [*plan.of("decision.review")]
    plan.change("decision.review", reviews[0].id, exchanges=[NOWHERE])
    plan.change("decision.review", reviews[1].id, decision=reviews[0].body["decision"])
    alerts = [*plan.of("alert.triage")]
    plan.change("alert.triage", alerts[0].id, disposition="incident", incident=None, alert=alerts[1].body["alert"])
    plan.change("change", next(plan.of("change")).id, waiver="sample-no-waiver")
    plan.change("availability.report", next(plan.of("availability.report")).id, outages=["sample-no-outage"])
    plan.change("ai_system", HELP_DESK, environment="non_production")
    exercise = next(plan.of("incident.exercise"))
    miss = next(plan.of("incident.near_miss"))
    plan.add(replace(miss, id=exercise.id))
    moved = plan.find("change", f"{HELP_DESK}-change-model")
    plan.add(replace(moved, recorded=moved.recorded + timedelta(days=1), body={**moved.body, "what": "other"}))
    plan.change("capacity.review", next(plan.of("capacity.review")).id, breaches=None)
    outcomes = {"LC-09/egress_default_deny": "unmet"}
    plan.add(
        keep(
            "self_test", "sample-self-test", OPERATOR, title="Sample self-test", engagement=ENGAGEMENT, first=year.first,
            last=year.last, run_at=year.at(year.day(300), 9), book_size=1, met=0, unmet=1, unknown=0, outcomes=outcomes,
            findings_sha256="0" * 64, findings=1,
        )
    )  # fmt: skip
    return ()


def edit_observations(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """Traffic, keys, settings and content that no record explains."""
    moment = year.at(year.day(100), 15)
    ghost = SampleKey("sample-key-ghost", GHOST, "person", HELP_DESK, 90)
    request, response = exchange(ghost, HELP_DESK, "sha256:" + "9" * 64, "ghost", moment)
    plan.add(replace(request, body={**request.body, "system_prompt": "hmac:sample"}), response)
    plan.add(issue_key(moment))
    for number, bind in enumerate(("127.0.0.1", "0.0.0.0")):  # noqa: S104 - a setting that changed
        loaded = year.at(year.day(130 + number), 7, 13)
        plan.add(observe("config.loaded", "settings", GATEWAY, loaded, digest="sha256:" + "1" * 64, program="proofbook gateway",
                         settings={"gateway.host": bind}))  # fmt: skip
    sighting = [step for step in plan.of("engine.sighting") if step.recorded > moment][-1]
    later = sighting.recorded + timedelta(days=40)
    body = {**sighting.body, "build": "b2-sample", "seen_at": format_instant(later), "cause": "changed"}
    plan.add(replace(sighting, recorded=later, occurred=format_instant(later), body=body))
    plan.add(look(NOWHERE, moment, "sample"))
    held = {"conversation": "c_sample", "reason": "sample hold"}
    plan.add(observe("content.held", "c_sample", GATEWAY, moment, **held))
    erased = {"policy": "sample", "trigger": "retention", "blobs": 1, "commits": [], "commits_total": 0}
    plan.add(observe("content.erased", "c_sample", GATEWAY, moment + timedelta(days=1), **held, **erased))
    return ()


def issue_key(moment: datetime) -> Step:
    """A key for somebody without a grant."""
    return observe(
        "access.key_issued", "sample-key-loose", GATEWAY, moment, key="sample-key-loose", principal="sample-nobody",
        principal_kind="person", system=HELP_DESK, secret_sha256="0" * 64, expires=None, note="sample",
    )  # fmt: skip


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """All populations of the year with both edits."""
    folder = tmp_path_factory.mktemp("edited")
    home = write_kit(folder / "home", KIT_YEAR, (edit_records, edit_observations))
    return read_populations(home, ENGAGEMENT, AFTER, folder / "out")


@pytest.mark.parametrize(
    ("population", "check", "about"),
    [
        ("POP-01", "roll_forward_systems", "sample-late-system"),
        ("POP-01", "discovery_looked", "sample place"),
        ("POP-01", "environment", HELP_DESK),
        ("POP-03", "roll_forward_grants", "sample-late-grant"),
        ("POP-03", "callers_have_access", GHOST),
        ("POP-03", "counts_at_source", "99 at the source"),
        ("POP-03", "subjects_on_roster", GHOST),
        ("POP-04", "keys_have_grants", "sample-key-loose"),
        ("POP-06", "review_rows_at_source", "99 at the source"),
        ("POP-08", "earlier_versions", "change/"),
        ("POP-09", "fingerprints_have_change", "hmac:sample"),
        ("POP-09", "settings_have_change", "other settings"),
        ("POP-10", "build_numbers", "build 5 is not on record"),
        ("POP-10", "builds_have_manifest", "sample-index-without-manifest"),
        ("POP-11", "builds_have_change", "b2-sample"),
        ("POP-13", "decisions_have_event", "sample-no-event"),
        ("POP-16", "exchanges_on_record", NOWHERE),
        ("POP-16", "decisions_once", "2 reviews"),
        ("POP-17", "reviews_against_spot_checks", "999 accepted outputs"),
        ("POP-17", "seeds_stated", "states no seed"),
        ("POP-18", "alert_ids", "2 records"),
        ("POP-18", "alerts_lead_to_incidents", "incident not named"),
        ("POP-19", "incident_numbers", "sample-incident-2"),
        ("POP-19", "kinds_not_mixed", "is an exercise and an incident"),
        ("POP-19", "roll_forward_incidents", "sample-incident-7"),
        ("POP-20", "roll_forward_vendors", "sample-late-vendor"),
        ("POP-21", "waivers_on_record", "sample-no-waiver"),
        ("POP-21", "roll_forward_waivers", "sample-late-waiver"),
        ("POP-23", "outages_on_record", "sample-no-outage"),
        ("POP-26", "roll_forward_rules", "sample-late-rule"),
        ("POP-27", "accesses_lead_to_exchanges", NOWHERE),
        ("POP-28", "erasures_against_runs", "0 erased by the runs"),
        ("POP-28", "holds_respected", "c_sample"),
        ("POP-30", "unmet_tests_have_exception", "LC-09"),
        ("POP-30", "roll_forward_exceptions", "sample-late-exception"),
    ],
)
def test_a_check_names_what_differs(edited: Read, population: str, check: str, about: str) -> None:
    """A check that agrees with anything shows nothing."""
    found = edited.checks(population, check)
    assert [each.result for each in found] == [Result.DIFFERS]
    assert any(about in item for item in found[0].items), found[0].items
    bears = {each.id for each in edited.written[population].definition.checks if each.bears}
    assert bool(found[0].reason) is (check in bears)


def test_what_nobody_stated_is_unknown(edited: Read) -> None:
    """Never taken for none."""
    (found,) = edited.checks("POP-24", "breaches_stated")
    assert found.result is Result.UNKNOWN


def test_a_book_that_began_after_the_period_did_stamps_what_people_wrote_down(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A record of a day before the book began was written down afterwards; nobody saw it being made."""
    folder = tmp_path_factory.mktemp("late")
    year = Year(date(2025, 6, 30), 7, "Europe/Berlin")

    def longer(plan: Plan, _year: Year) -> tuple[Planted, ...]:
        plan.change("engagement", ENGAGEMENT, first=date(2024, 1, 1))
        return ()

    read = read_populations(write_kit(folder / "home", year, (longer,)), ENGAGEMENT, AFTER, folder / "out")
    (found,) = read.checks("POP-20", "book_covers_period")
    assert found.result is Result.UNKNOWN
    assert found.reason
