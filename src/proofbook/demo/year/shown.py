"""What the population reports of the kit's year must show: which check of which population differs, and what it names.

Without faults each of these checks agrees, or says that nothing was owed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Shown:
    """A planted exception that a population's evidence header must name. `about` is a part of the item that names it."""

    population: str
    check: str
    about: str
    says: str


SHOWN: Final[tuple[Shown, ...]] = (
    Shown("POP-01", "systems_on_inventory", "sample-shadow-helper", "served exchanges and is on no inventory page"),
    Shown("POP-05", "leavers_against_access", "sample-key-04", "a gateway key that outlived the leaver's last day"),
    Shown("POP-05", "leavers_against_ends", "sample-revocation-stranger", "access ended for a leaver whom no roster names"),
    Shown("POP-06", "expected_occurrence", "sample-ticket-triage", "a review with a row that nobody decided does not count"),
    Shown("POP-06", "recorded_late", "2025-01-17", "a review written down 24 days after it is said to have happened"),
    Shown("POP-08", "served_models_have_change", "sha256:03a4b9", "weights that served once, and no change put them there"),
    Shown("POP-08", "loaded_weights_have_change", "sample-engine@2025-01-18", "weights nobody knows were loaded for two hours"),
    Shown("POP-08", "gaps_of_recorders", "2024-08-29T23:00", "three hours in which nobody could see what served"),
    Shown("POP-12", "expected_occurrence", "missed", "an emergency that nobody looked at afterwards"),
    Shown("POP-13", "expected_occurrence", "late", "an advisory decided 40 days after publication, and one never decided"),
    Shown("POP-14", "expected_occurrence", "sample-help-desk/2025-Q1", "a quarter without a run on what served"),
    Shown("POP-16", "effect_before_review", "sample-review-2024-09-12", "a decision took effect an hour before its review"),
    Shown("POP-19", "other_records_name_incidents", "sample-incident-9", "an outage names an incident nobody registered"),
    Shown("POP-20", "publishers_in_register", "sha256:964e4c", "weights converted by somebody in no vendor record"),
    Shown("POP-22", "training_against_roster", "sample-person-2", "a training that ran out and was not repeated"),
    Shown("POP-22", "acknowledgements_against_roster", "sample-person-8", "a joiner who never accepted the policy"),
    Shown("POP-22", "trained_are_on_roster", "sample-training-stranger", "a training of somebody whom no roster names"),
    Shown("POP-23", "probes_add_up", "sample-ticket-triage-availability-2024-12", "forty probes are missing and not counted"),
    Shown("POP-26", "rules_against_reviews", "sample-egress-2025-q1", "a rule that the reviews of the firewall did not count"),
    Shown("POP-27", "accesses_against_reviews", "sample-log-access-2024-q4", "a look at content that no review counted"),
)
"""By population."""
