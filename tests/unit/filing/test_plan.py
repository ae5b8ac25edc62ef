"""Plans: what a run would do to the book, and that doing it twice does nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proofbook.filing.plan import SOURCE, Action, make_submissions
from support.filing_room import NOW, Desk
from support.kept_bodies import document, least

RISK = document("risk", "r-1")


def test_a_new_record_is_created(desk: Desk) -> None:
    """The first version supersedes nothing, is dated now, and names who applied it."""
    desk.apply(RISK)
    (version,) = desk.history("risk", "r-1")
    assert (version.version, version.supersedes, version.occurred, version.recorded) == (1, None, NOW, NOW)
    assert (version.actor, version.actor_kind, version.method) == ("os:sample-writer", "person", "local_account")
    assert (version.source, version.assurance) == (SOURCE, "manual")


def test_the_same_run_again_plans_nothing(desk: Desk) -> None:
    """Whoever is unsure simply runs it again."""
    desk.apply(RISK, document("vendor", "v-1"))
    plan = desk.plan(RISK, document("vendor", "v-1"))
    assert plan.changes == ()
    assert plan.count(Action.UNCHANGED) == 2


def test_a_change_names_its_fields_and_supersedes(desk: Desk) -> None:
    """The version before stays, and the new one points to it."""
    (first,) = desk.apply(RISK)
    changed = document("risk", "r-1", description="another", treatment="accept")
    (planned,) = desk.plan(changed).planned
    assert planned.action is Action.CHANGE
    assert [(each.path, each.before, each.after) for each in planned.differences] == [
        ("description", "sample description", "another"),
        ("treatment", "undecided", "accept"),
    ]
    desk.apply(changed)
    assert [each.supersedes for each in desk.history("risk", "r-1")] == [None, first]


def test_another_reason_alone_is_no_change(desk: Desk) -> None:
    """`because` belongs to a version; it does not make one."""
    desk.apply(RISK)
    assert desk.plan(document("risk", "r-1", because="sample reason")).changes == ()


def test_back_to_what_it_said_before_is_a_change(desk: Desk) -> None:
    """History is not collapsed: the book says what was held true when."""
    desk.apply(RISK)
    desk.apply(document("risk", "r-1", description="another"))
    assert desk.plan(RISK).count(Action.CHANGE) == 1


def test_ids_are_of_a_kind(desk: Desk) -> None:
    """The same id under another kind is another record."""
    desk.apply(document("risk", "same"))
    assert desk.plan(document("vendor", "same")).count(Action.CREATE) == 1


def test_occurred_of_a_document_is_kept_and_compared(desk: Desk) -> None:
    """A document that says since when it holds; said again it is nothing, said otherwise it is a change."""
    stated = RISK | {"occurred": "2026-03-29T10:00:00+02:00"}
    desk.apply(stated)
    assert desk.history("risk", "r-1")[0].occurred == "2026-03-29T08:00:00.000000Z"
    assert desk.plan(stated).changes == ()
    assert desk.plan(RISK).changes == ()
    (planned,) = desk.plan(RISK | {"occurred": "2026-03-29T11:00:00Z"}).changes
    assert [each.path for each in planned.differences] == ["occurred"]


def test_what_happened_is_dated_by_its_field(desk: Desk) -> None:
    """The envelope's time is the one the record itself states."""
    desk.apply(document("inventory.review", "v", performed_at="2026-03-28T08:00:00.000000Z"))
    assert desk.history("inventory.review", "v")[0].occurred == "2026-03-28T08:00:00.000000Z"


def test_two_plans_are_the_same_while_the_book_is(desk: Desk) -> None:
    """What was agreed to is what is written."""
    changed = document("risk", "r-1", description="mine")
    desk.apply(RISK)
    before = desk.plan(changed)
    assert before.writes_the_same(desk.plan(changed))
    desk.apply(document("vendor", "v-1"))
    assert before.writes_the_same(desk.plan(changed))
    desk.apply(document("risk", "r-1", description="somebody else's"))
    assert not before.writes_the_same(desk.plan(changed))


def test_a_body_of_an_older_program_is_completed_before_it_is_compared(desk: Desk) -> None:
    """A field that a kind gained since must not make every record look changed."""
    (submission,) = make_submissions(desk.plan(RISK), now=NOW, actor=desk.actor)
    older = {name: value for name, value in submission.draft.body.items() if name != "closed_on"}
    desk.enter(replace(submission.draft, body=older))
    assert desk.plan(RISK).changes == ()
    (planned,) = desk.plan(document("risk", "r-1", treatment="accept")).changes
    assert [each.path for each in planned.differences] == ["treatment"]


def test_what_does_not_fit_an_entry_is_refused(desk: Desk) -> None:
    """Found out before anything is written, with the place."""
    sections = [{"heading": "sample", "text": "x" * 15_000} for _ in range(4)]
    (refusal,) = desk.refusals(document("policy", "p", sections=sections))
    assert "entry has " in refusal
    assert "attach files by their hash" in refusal


@pytest.mark.parametrize("strict", [False, True])
def test_a_reference_that_leads_nowhere(desk: Desk, strict: bool) -> None:  # noqa: FBT001 - both ways
    """Listed, or refused where that was asked for; what the same run brings along is there."""
    review = document("inventory.review", "v", system="help-desk", performed_at=NOW)
    refusals = desk.refusals(review, strict=strict)
    assert bool(refusals) == strict
    if strict:
        assert "field record.system: 'help-desk' is no ai_system of this book or this run" in refusals[0]
    assert desk.refusals(review, {"kind": "ai_system", "id": "help-desk", "record": least("ai_system")}, strict=strict) == []
