"""The illustrative controls: five slots, duties, and evidence that refers to records that exist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import pytest

from proofbook.controls.control import Cadence, Control, Duty, EvidenceRule, Per, check_control, load_controls
from proofbook.errors import MalformedRecord
from proofbook.records.kept import KEPT

CHECKS = [
    "registered_before_use",
    "owner_reviews_inventory",
    "discovery_reconciled",
    "grant_approved_first",
    "grant_self_approval",
    "leaver_revoked_in_time",
    "review_independent",
    "review_complete",
    "endpoint_authenticated",
    "privileged_named",
    "egress_default_deny",
    "index_within_manifest",
    "index_permissions",
    "served_model_recorded",
    "provenance_verified_honestly",
    "served_hash_approved",
    "change_approved_first",
    "change_self_approval",
    "change_tested_first",
    "served_model_has_change",
    "loaded_weights_have_change",
    "emergency_reviewed",
    "upstream_decided_in_time",
    "evaluation_on_served_model",
    "evaluation_threshold_predates",
    "evaluation_failures_dispositioned",
    "decision_reviewed_before_effect",
    "review_authorised",
    "review_bulk_acceptance",
    "spot_check_independent",
    "log_complete",
    "engine_counters_agree",
    "log_integrity_verified",
    "alerts_triaged",
    "incident_steps_complete",
    "incident_actions_closed",
    "exercise_held",
    "vendor_registered",
    "vendor_reviewed_in_time",
    "capacity_reviewed",
    "availability_measured",
    "restore_tested",
    "policy_approved",
    "policy_acknowledged",
    "training_current",
    "risk_assessed",
    "waiver_not_expired",
    "disposal_on_schedule",
    "log_access_explained",
    "exceptions_followed_up",
]


def _rules() -> Iterator[tuple[Control, Duty, EvidenceRule]]:
    for control in load_controls().controls:
        for duty in control.duties:
            for rule in duty.evidence:
                yield control, duty, rule


def _words(annotation: Any) -> set[object]:
    """Every literal value in an annotation."""
    found: set[object] = set()
    for part in get_args(annotation):
        found |= _words(part) if get_args(part) else {part}
    return found


def test_there_are_35_and_each_fills_its_five_slots() -> None:
    """A control without who, what, when, standard or record cannot be tested by anybody."""
    controls = load_controls().controls
    assert [control.id for control in controls] == [f"LC-{number:02d}" for number in range(1, 36)]
    for control in controls:
        slots = (control.who, control.what, control.when, control.standard, control.record)
        assert all(len(slot) >= 8 for slot in slots), control.id
        assert len(set(slots)) == 5, control.id


def test_every_control_is_labelled_illustrative() -> None:
    """They are starting points; the label travels with each of them."""
    assert {control.label for control in load_controls().controls} == {"illustrative"}


def test_every_self_test_belongs_to_exactly_one_control() -> None:
    """A self-test without a control would never be run, one with two would be counted twice."""
    placed = Counter(check for control in load_controls().controls for check in control.checks)
    assert placed == Counter(CHECKS)


def test_evidence_refers_to_kinds_and_fields_that_exist() -> None:
    """A rule that names a field nobody can fill would make every occurrence look missed."""
    for control, _, rule in _rules():
        fields = KEPT[rule.kind].model_fields
        conditions: Mapping[str, tuple[str | bool, ...]] = {**(rule.where or {}), **(rule.complete_when or {})}
        named = {rule.at, *conditions} | ({rule.scope} if rule.scope else set())
        assert named <= set(fields), f"{control.id}: {rule.kind} has no {named - set(fields)}"


def test_evidence_is_dated_by_an_instant_of_the_record() -> None:
    """A day or a text would not say when a duty was performed."""
    for control, _, rule in _rules():
        schema = KEPT[rule.kind].model_json_schema()["properties"][rule.at]
        assert "date-time" in str(schema), f"{control.id}: {rule.kind}.{rule.at}"


def test_conditions_name_values_that_their_fields_can_have() -> None:
    """A misspelt word would never match and nobody would notice."""
    for control, _, rule in _rules():
        fields = KEPT[rule.kind].model_fields
        for name, values in [*(rule.where or {}).items(), *(rule.complete_when or {}).items()]:
            annotation = fields[name].annotation
            if annotation is bool:
                assert set(values) <= {True, False}, f"{control.id}: {rule.kind}.{name}"
            elif name == "of_kind":
                assert set(values) <= set(KEPT), control.id
            else:
                assert set(values) <= _words(annotation) | set(get_args(annotation)), f"{control.id}: {rule.kind}.{name} {values}"


def test_scopes_are_fields_that_refer_to_systems() -> None:
    """A duty owed for each system needs evidence that says for which it was done."""
    for control, duty, rule in _rules():
        if rule.scope is None:
            assert duty.per is Per.ORGANISATION or rule.kind == "ai_system", f"{control.id}: {rule.kind}"
        else:
            schema = KEPT[rule.kind].model_json_schema()["properties"][rule.scope]
            assert "'refers_to': 'ai_system'" in str(schema), f"{control.id}: {rule.kind}.{rule.scope}"


def test_calendar_duties_leave_less_grace_than_their_interval() -> None:
    """Grace that reaches over a whole interval would make two occurrences fall together."""
    longest = {Cadence.ANNUAL: 60, Cadence.QUARTERLY: 30, Cadence.MONTHLY: 15, Cadence.DAILY: 1}
    for control in load_controls().controls:
        for duty in control.duties:
            assert duty.grace_days <= longest.get(duty.cadence, 30), control.id


def test_two_promises_are_two_duties() -> None:
    """Quarterly and before each change are owed separately; doing one does not do the other."""
    duties = check_control("LC-17").duties
    assert [duty.cadence for duty in duties] == [Cadence.QUARTERLY, Cadence.PER_EVENT]
    assert [duty.cadence for duty in check_control("LC-28").duties] == [Cadence.DAILY, Cadence.ANNUAL]


def test_the_main_duty_speaks_for_the_control() -> None:
    """Whoever shows one cadence shows the first; evidence is that of all duties, each rule once."""
    control = check_control("LC-27")
    assert (control.cadence, control.per, control.grace_days) == (Cadence.CONTINUOUS, Per.SYSTEM, 0)
    assert [rule.kind for rule in control.evidence] == ["availability.report", "control.performance"]


@pytest.mark.parametrize("invented", ["LC-36", "lc-01", "", "CC1.1"])
def test_a_control_that_does_not_exist_is_refused_by_name(invented: str) -> None:
    """The message must say which id was wrong."""
    with pytest.raises(MalformedRecord, match=r"control .* is not known") as caught:
        check_control(invented)
    assert repr(invented) in caught.value.message
