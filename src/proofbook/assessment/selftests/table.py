"""The closed table of self-tests, by the names that controls use; and the page that describes them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Check, Finding
from proofbook.assessment.selftests.access import (
    grant_approved_first,
    grant_self_approval,
    log_access_explained,
    privileged_named,
)
from proofbook.assessment.selftests.access_reviews import review_complete, review_independent
from proofbook.assessment.selftests.boundary import egress_default_deny, endpoint_authenticated
from proofbook.assessment.selftests.changes import (
    change_approved_first,
    change_self_approval,
    change_tested_first,
    emergency_reviewed,
)
from proofbook.assessment.selftests.counters import engine_counters_agree
from proofbook.assessment.selftests.evaluation import (
    evaluation_failures_dispositioned,
    evaluation_on_served_model,
    evaluation_threshold_predates,
)
from proofbook.assessment.selftests.everywhere import blank_open, exercise_as_incident, recorded_late
from proofbook.assessment.selftests.governance import exceptions_followed_up, policy_approved, risk_assessed
from proofbook.assessment.selftests.incidents import (
    alerts_triaged,
    exercise_held,
    incident_actions_closed,
    incident_steps_complete,
)
from proofbook.assessment.selftests.indexes import index_permissions, index_within_manifest
from proofbook.assessment.selftests.inventory import discovery_reconciled, owner_reviews_inventory, registered_before_use
from proofbook.assessment.selftests.leavers import leaver_revoked_in_time
from proofbook.assessment.selftests.loading import loaded_weights_have_change
from proofbook.assessment.selftests.logs import disposal_on_schedule, log_complete, log_integrity_verified
from proofbook.assessment.selftests.models import (
    provenance_verified_honestly,
    served_hash_approved,
    served_model_has_change,
    served_model_recorded,
)
from proofbook.assessment.selftests.oversight import (
    decision_reviewed_before_effect,
    review_authorised,
    review_bulk_acceptance,
    spot_check_independent,
)
from proofbook.assessment.selftests.people import policy_acknowledged, training_current
from proofbook.assessment.selftests.reliability import availability_measured, capacity_reviewed, restore_tested
from proofbook.assessment.selftests.upstream import upstream_decided_in_time
from proofbook.assessment.selftests.vendors import vendor_registered, vendor_reviewed_in_time
from proofbook.assessment.selftests.waivers import waiver_not_expired

Everywhere: TypeAlias = Callable[[Facts], tuple[Finding, ...]]
"""A self-test that belongs to no single control: facts -> findings. Pure."""

_IN_ORDER: Final[tuple[Check, ...]] = (
    registered_before_use,
    owner_reviews_inventory,
    discovery_reconciled,
    grant_approved_first,
    grant_self_approval,
    leaver_revoked_in_time,
    review_independent,
    review_complete,
    endpoint_authenticated,
    privileged_named,
    egress_default_deny,
    index_within_manifest,
    index_permissions,
    served_model_recorded,
    provenance_verified_honestly,
    served_hash_approved,
    change_approved_first,
    change_self_approval,
    change_tested_first,
    served_model_has_change,
    loaded_weights_have_change,
    emergency_reviewed,
    upstream_decided_in_time,
    evaluation_on_served_model,
    evaluation_threshold_predates,
    evaluation_failures_dispositioned,
    decision_reviewed_before_effect,
    review_authorised,
    review_bulk_acceptance,
    spot_check_independent,
    log_complete,
    engine_counters_agree,
    log_integrity_verified,
    alerts_triaged,
    incident_steps_complete,
    incident_actions_closed,
    exercise_held,
    vendor_registered,
    vendor_reviewed_in_time,
    capacity_reviewed,
    availability_measured,
    restore_tested,
    policy_approved,
    policy_acknowledged,
    training_current,
    risk_assessed,
    waiver_not_expired,
    disposal_on_schedule,
    log_access_explained,
    exceptions_followed_up,
)


def _name(check: Callable[..., object]) -> str:
    return str(getattr(check, "__name__", check))


CHECKS: Final[Mapping[str, Check]] = MappingProxyType({_name(check): check for check in _IN_ORDER})
"""Self-tests by name, in the order of the controls."""

EVERYWHERE: Final[Mapping[str, Everywhere]] = MappingProxyType(
    {_name(check): check for check in (recorded_late, blank_open, exercise_as_incident)}
)
"""Self-tests that belong to no single control."""

_HEAD: Final = """# Self-tests of evidence

Before an auditor reads the records, Proofbook reads them. A self-test looks at the evidence behind one control and says one of
three things: **Met** (what was looked for is there), **Unmet** (something happened that the control says should not) or
**Unknown** (there was nothing to look at, or what is there cannot tell). It is management's own check.
It concludes nothing about a control.

Three rules hold for all of them:

- Absence is never "none". Where nothing is on record the result is Unknown, unless somebody attested that the population was
  empty (`nil_population`, for the whole period, with no stretch unseen).
- Only events that happened in the period of the engagement count, of systems in its scope; documents count as they stand now.
- One finding speaks of one record. It names the record, people and moments, and the command that fixes it, or says that it cannot
  be undone.

A finding that something happened wrongly, or late, makes the result Unmet. One that only says that evidence is missing makes it
Unknown. One about what is still to come leaves it as it is.
"""


def describe_checks() -> str:
    """The page docs/audit/self-tests.md: what each self-test looks at, and when it says what."""
    parts = [_HEAD, "## By control\n"]
    parts += [_described(name, check) for name, check in CHECKS.items()]
    parts.append("## Everywhere\n")
    parts += [_described(name, check) for name, check in EVERYWHERE.items()]
    return "\n".join(parts)


def _described(name: str, check: Callable[..., object]) -> str:
    return f"### `{name}`\n\n{inspect.getdoc(check)}\n"
