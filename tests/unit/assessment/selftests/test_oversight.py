"""Self-tests of human review: after the effect, by the wrong person, in bulk, checked by oneself."""

from __future__ import annotations

from typing import Any

import pytest

from support.facts_builder import FactsBuilder, at
from support.planted import EXCEPTION, NOT_SHOWN, Planted, check_planted, check_unknown, outcome_of
from support.sound_documents import P3, P4, P5

REVIEW, REJECTED, CHECK, GRANT = (
    ("decision.review", "dr-1"), ("decision.review", "dr-3"), ("spot_check", "sc-1"), ("access.grant", "g-review"),
)  # fmt: skip
WRONG = {"review": "dr-1", "first_reviewer": P3, "verdict": "wrong"}


def reviews(count: int, seconds: int | None, **more: Any) -> Any:
    """So many acceptances on one afternoon, a minute apart, each opened so many seconds before."""

    def review(builder: FactsBuilder) -> None:
        for number in range(count):
            decided = f"2026-05-05 14:{number:02d}"
            opened = (
                None
                if seconds is None
                else at(decided)[:17] + "00.000000Z"
                if seconds == 0
                else at(f"2026-05-05 13:{number:02d}")
            )
            fields = {
                "happened": decided, "system": "sample-desk", "decision": f"d-{number}", "exchanges": ["x_2"], "reviewer": P3,
                "requested_by": P5, "shown_sha256": "7" * 64, "outcome": "accepted", "effective_at": at("2026-05-06"),
                "opened_at": opened,
            }  # fmt: skip
            builder.add("decision.review", f"many-{number:02d}", **(fields | more))

    return review


FAULTS = [
    Planted("decision_reviewed_before_effect", REVIEW, EXCEPTION, "had taken effect on 2026-03-02 09:00",
            {"effective_at": at("2026-03-02 09:00")}),
    Planted("decision_reviewed_before_effect", REVIEW, NOT_SHOWN, "when it took effect is not recorded", {"effective_at": None}),
    Planted("decision_reviewed_before_effect", REJECTED, EXCEPTION, "rejected, took effect", {"effective_at": at("2026-03-05")}),
    Planted("decision_reviewed_before_effect", REVIEW, NOT_SHOWN, "not kept as a hash", {"shown_sha256": None}),
    Planted("decision_reviewed_before_effect", REVIEW, NOT_SHOWN, "exchanges it rests on", {"exchanges": []}),
    Planted("review_authorised", REVIEW, EXCEPTION, "what they had asked for", {"requested_by": P3}),
    Planted("review_authorised", REVIEW, NOT_SHOWN, "who asked for the output", {"requested_by": None}),
    Planted("review_authorised", REVIEW, EXCEPTION, "had no grant to review outputs of sample-desk", {"reviewer": P4}),
    Planted("review_authorised", REVIEW, EXCEPTION, "first and as second reviewer", {"second_reviewer": P3}),
    Planted("review_authorised", REVIEW, NOT_SHOWN, "by which authority", {"authority": None}, drop=[GRANT]),
    Planted("review_bulk_acceptance", ("decision.review", "many-00"), NOT_SHOWN, "accepted 5 outputs at 2026-05-05 15:00 UTC",
            plant=reviews(5, 60, happened="2026-05-05 15:00")),
    Planted("review_bulk_acceptance", ("decision.review", "many-00"), NOT_SHOWN, "accepted 2 outputs in one action, all-of-them",
            plant=reviews(2, 60, batch="all-of-them")),
    Planted("review_bulk_acceptance", ("decision.review", "dr-1"), NOT_SHOWN, "accepted 42 outputs with a median of 0.0 seconds",
            plant=reviews(40, 0)),
    Planted("spot_check_independent", CHECK, EXCEPTION, "checked 1 item they had reviewed themselves", {"checker": P3}),
    Planted("spot_check_independent", CHECK, NOT_SHOWN, "the seed", {"seed": None}),
    Planted("spot_check_independent", CHECK, EXCEPTION, "1 item was wrong and nothing followed", {"items": [WRONG]}),
    Planted("spot_check_independent", CHECK, NOT_SHOWN, "who first reviewed 1 item",
            {"items": [WRONG | {"review": "dr-99", "first_reviewer": None, "verdict": "right"}]}),
    Planted("spot_check_independent", CHECK, NOT_SHOWN, "none of 2 outputs was checked", {"items": []}),
    Planted("spot_check_independent", CHECK, NOT_SHOWN, "speaks of 7 accepted outputs, 2 are on record", {"population": 7}),
    Planted("spot_check_independent", CHECK, NOT_SHOWN, "ends before the first day", {"covers_until": "2026-02-01"}),
]  # fmt: skip


@pytest.mark.parametrize("planted", FAULTS, ids=str)
def test_fault_is_found(planted: Planted) -> None:
    """Each way in which a review can be none is told apart."""
    check_planted(planted)


@pytest.mark.parametrize(
    ("check", "drop", "reason"),
    [
        ("decision_reviewed_before_effect", ["decision.review"], "no review in the period"),
        ("review_authorised", ["decision.review"], "no review in the period"),
        ("review_bulk_acceptance", ["decision.review"], "no review in the period"),
        ("spot_check_independent", ["spot_check"], "no spot check"),
    ],
)
def test_nothing_to_look_at_is_unknown(check: str, drop: list[str], reason: str) -> None:
    """Absence is never none."""
    check_unknown(check, reason, drop=drop)


def test_the_first_reviewer_is_who_the_review_says() -> None:
    """Whoever writes the spot check cannot name another first reviewer."""
    item = {"items": [WRONG | {"verdict": "right", "first_reviewer": "sample-person-8"}], "checker": P3}
    check_planted(Planted("spot_check_independent", CHECK, EXCEPTION, "they had reviewed themselves", item))


def test_many_reviews_without_opening_times_cannot_be_told_apart_from_clicking_through() -> None:
    """What is not recorded is unknown, not slow."""
    check_unknown("review_bulk_acceptance", "is not recorded", drop=["decision.review"], plant=reviews(25, None))


def test_thorough_reviews_are_no_question() -> None:
    """An hour each is not quick, however many there are."""
    assert outcome_of(Planted("review_bulk_acceptance", REVIEW, NOT_SHOWN, "", plant=reviews(40, 60))).findings == ()
