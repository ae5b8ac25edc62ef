"""Requests: who may move which where, what is kept, what was said."""

from __future__ import annotations

import pytest

from proofbook.errors import ConflictError, InputError, RefusedError
from proofbook.fieldwork.acting import Side
from proofbook.fieldwork.requests import (
    STEPS,
    Evidence,
    Request,
    State,
    add_request,
    checked_request,
    comments_of,
    edit_request,
    find_request,
    list_requests,
    move_request,
    natural,
    read_request,
    request_history,
    request_id,
    steps_open,
    submitted_versions,
    write_comment,
)
from support.fieldwork_desk import ENGAGEMENT, FieldworkDesk

GIVEN = (Evidence("population", "POP-08", "rpt.model_changes/1", "a" * 64),)


def bring(desk: FieldworkDesk, request: str, *states: State) -> Request:
    """A request moved along by whoever may."""
    for to in states:
        found = read_request(desk.reader, request)
        act = desk.act(STEPS[found.state, to])
        evidence = GIVEN if to is State.SUBMITTED else None
        because = "sample reason" if to is State.RETURNED else None
        desk.record(move_request(desk.reader, act, request, to, seen=found.entry, because=because, evidence=evidence))
    return read_request(desk.reader, request)


WAYS = {
    State.NOT_STARTED: (),
    State.SUBMITTED: (State.SUBMITTED,),
    State.IN_REVIEW: (State.SUBMITTED, State.IN_REVIEW),
    State.ACCEPTED: (State.SUBMITTED, State.ACCEPTED),
    State.RETURNED: (State.SUBMITTED, State.RETURNED),
}


@pytest.mark.parametrize("state", list(State))
def test_every_step_is_one_sides_and_the_other_is_refused(desk: FieldworkDesk, state: State) -> None:
    """The company never accepts its own evidence; the auditor never submits any."""
    found = bring(desk, desk.request(), *WAYS[state])
    assert found.state is state
    for to in State:
        for side in Side:
            allowed = STEPS.get((state, to)) is side
            assert (to in steps_open(found, side)) is allowed
            evidence = (Evidence("file", "other.pdf"),) if to is State.SUBMITTED else None
            if allowed:
                made = move_request(desk.reader, desk.act(side), found.id, to, seen=found.entry, because="why", evidence=evidence)
                assert [each.draft.supersedes for each in made] == [found.entry]
            else:
                with pytest.raises(RefusedError):
                    move_request(desk.reader, desk.act(side), found.id, to, seen=found.entry, because="why", evidence=evidence)


def test_a_return_without_a_reason_and_an_empty_answer_are_refused(desk: FieldworkDesk) -> None:
    """Returned without words, or submitted without anything, helps nobody."""
    found = read_request(desk.reader, desk.request())
    with pytest.raises(RefusedError, match="nothing is submitted"):
        move_request(desk.reader, desk.act(), found.id, State.SUBMITTED, seen=found.entry)
    found = bring(desk, found.id, State.SUBMITTED)
    with pytest.raises(RefusedError, match="without a reason"):
        move_request(desk.reader, desk.act(Side.AUDITOR), found.id, State.RETURNED, seen=found.entry, because="  ")
    with pytest.raises(RefusedError, match="given by the company"):
        move_request(desk.reader, desk.act(Side.AUDITOR), found.id, State.IN_REVIEW, seen=found.entry, evidence=GIVEN)


def test_nobody_moves_a_version_they_have_not_seen(desk: FieldworkDesk) -> None:
    """Two people at once: the second one looks again."""
    request = desk.request()
    first = read_request(desk.reader, request)
    bring(desk, request, State.SUBMITTED)
    with pytest.raises(ConflictError, match=r"changed by a\.person"):
        move_request(desk.reader, desk.act(), request, State.SUBMITTED, seen=first.entry, evidence=GIVEN)


def test_what_was_submitted_and_returned_stays(desk: FieldworkDesk) -> None:
    """Every submitted version can be found again, with the reason it was returned for."""
    request = desk.request()
    bring(desk, request, State.SUBMITTED, State.RETURNED)
    found = read_request(desk.reader, request)
    assert found.returned_because == "sample reason"
    other = (Evidence("file", "second.pdf", None, "b" * 64),)
    desk.record(move_request(desk.reader, desk.act(), request, State.SUBMITTED, seen=found.entry, evidence=other))
    bring(desk, request, State.ACCEPTED)

    states = [each.state.value for each in request_history(desk.reader, request)]
    assert states == ["not_started", "submitted", "returned", "submitted", "accepted"]
    assert [each.evidence for each in submitted_versions(desk.reader, request)] == [GIVEN, other]
    assert read_request(desk.reader, request).returned_because is None
    assert [each.version for each in request_history(desk.reader, request)] == [1, 2, 3, 4, 5]


def test_requests_are_listed_as_people_count_and_per_engagement(desk: FieldworkDesk) -> None:
    """R-2 comes before R-10, and another engagement's are not among them."""
    for number in ("R-10", "R-2", "A-1"):
        desk.request(number)
    values = {"number": "R-1", "engagement": "other-2026", "title": "Other", "description": "Other"}
    desk.record(add_request(desk.reader, desk.act(), checked_request(values)))
    known = list_requests(desk.reader, ENGAGEMENT)
    assert [each.number for each in known] == ["A-1", "R-2", "R-10"]
    assert sorted(["2", "10", "1a", "1", "b"], key=natural) == ["1", "1a", "2", "10", "b"]


def test_comments_say_which_side_spoke(desk: FieldworkDesk) -> None:
    """In the order in which they were said, each with its author."""
    request = desk.request()
    desk.record(write_comment(desk.reader, desk.act(Side.AUDITOR), request, " When will it come? ", desk.ids))
    desk.record(write_comment(desk.reader, desk.act(), request, "On Monday.", desk.ids))
    said = [(each.side, each.author, each.text) for each in comments_of(desk.reader, request)]
    assert said == [(Side.AUDITOR, "an.auditor", "When will it come?"), (Side.STAFF, "a.person", "On Monday.")]
    with pytest.raises(InputError, match="says nothing"):
        write_comment(desk.reader, desk.act(), request, "  ", desk.ids)
    with pytest.raises(InputError, match="there is none"):
        write_comment(desk.reader, desk.act(), "sample-2026.none", "x", desk.ids)


def test_numbers_are_taken_once(desk: FieldworkDesk) -> None:
    """The auditor's number is how both sides speak of a request."""
    desk.request("R-1")
    with pytest.raises(ConflictError, match="with this number"):
        desk.request("R-1")
    assert find_request(desk.reader, ENGAGEMENT, "R-1") is not None
    assert find_request(desk.reader, ENGAGEMENT, "R-9") is None
    with pytest.raises(InputError, match="cannot be kept"):
        request_id(ENGAGEMENT, "…")


def test_editing_changes_wording_but_no_state(desk: FieldworkDesk) -> None:
    """Owner and due date change often; the number and the answer do not by the way."""
    found = read_request(desk.reader, desk.request())
    desk.record(edit_request(desk.reader, desk.act(), found.id, seen=found.entry, owner="A Person", due="2026-02-01"))
    after = read_request(desk.reader, found.id)
    assert (after.owner, after.due, after.version, after.state) == ("A Person", "2026-02-01", 2, State.NOT_STARTED)
    with pytest.raises(RefusedError, match="state is not changed"):
        edit_request(desk.reader, desk.act(), found.id, seen=after.entry, state="accepted")
    with pytest.raises(InputError, match="due"):
        edit_request(desk.reader, desk.act(), found.id, seen=after.entry, due="soon")
