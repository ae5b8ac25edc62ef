"""What the gateway flagged and let pass: found however short it was, and told apart from what was only recorded late."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.facts_builder import FactsBuilder
from support.planted import EXCEPTION, LATE, NOT_SHOWN, Planted, check_planted, outcome_of
from support.sound_documents import P5
from support.sound_records import B

GRANT, SECOND = ("access.grant", "g-5"), ("model.approval", "ma-b")
Plant = Callable[[FactsBuilder], object]


def flagged(flag: str, who: str, first: str, last: str, artifact: str | None = None) -> Plant:
    """Three exchanges of the desk that passed."""
    return lambda builder: builder.flagged(flag, who, "sample-desk", first, last, 3, artifact=artifact)


FAULTS = [
    Planted("grant_approved_first", ("access.use", "sample-person-9"), NOT_SHOWN, "no access on record for 3 exchanges of sample-desk",
            plant=flagged("grant_missing", "sample-person-9", "2026-05-01", "2026-05-02")),
    Planted("grant_approved_first", ("access.use", P5), EXCEPTION, "g-5 did not hold then",
            plant=flagged("grant_missing", P5, "2026-01-20", "2026-01-21")),
    Planted("grant_approved_first", ("access.use", P5), EXCEPTION, "or not for that model",
            plant=flagged("grant_missing", P5, "2026-05-01", "2026-05-02")),
    Planted("grant_approved_first", ("access.use", P5), LATE, "recorded only afterwards",
            plant=flagged("grant_missing", P5, "2026-05-01", "2026-05-02"), change={GRANT: {"recorded": "2026-06-01"}}),
    Planted("served_hash_approved", ("model.artifact", B), EXCEPTION, "not approved for 3 exchanges of sample-desk from 2026-08-01",
            plant=flagged("model_unapproved", P5, "2026-08-01", "2026-08-02", B)),
    Planted("served_hash_approved", ("model.artifact", B), LATE, "the approval was recorded only afterwards",
            plant=flagged("model_unapproved", P5, "2026-08-01", "2026-08-02", B), change={SECOND: {"recorded": "2026-09-01"}}),
    Planted("served_hash_approved", ("model.artifact", B), EXCEPTION, "not approved for 3 exchanges",
            plant=flagged("model_unapproved", P5, "2026-10-01", "2026-10-02", B),
            change={SECOND: {"recorded": "2026-11-01", "expires_on": "2026-09-30"}}),
]  # fmt: skip


@pytest.mark.parametrize("planted", FAULTS, ids=str)
def test_fault_is_found(planted: Planted) -> None:
    """An artifact swapped in and out between two days of the other shows, and so does whoever nobody let in on record."""
    check_planted(planted)


@pytest.mark.parametrize("flag", ["outside_hours", "records_stale", "weights_unknown"])
def test_other_flags_are_no_finding_about_grants_or_weights(flag: str) -> None:
    """Each lack is told where it belongs."""
    for check in ("grant_approved_first", "served_hash_approved"):
        planted = Planted(check, GRANT, EXCEPTION, "", plant=flagged(flag, P5, "2026-05-01", "2026-05-02", B))
        assert outcome_of(planted).findings == ()
