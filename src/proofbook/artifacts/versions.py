"""ART-08: what was new upstream and what was decided, and what was changed here: two populations on one page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from proofbook.artifacts.heading import head
from proofbook.artifacts.page import Cell, Page, Standing, Table
from proofbook.artifacts.speaking import cell, counted, happened, label, local, plain, short
from proofbook.assessment.facts import Facts, happened_at
from proofbook.primitives.instants import format_instant, parse_instant
from proofbook.readmodel.documents import DocumentVersion

ARTIFACT: Final = "ART-08"


def derive_versions(facts: Facts) -> Iterator[Page]:
    """One page."""
    events = sorted(facts.in_period("upstream.event"), key=happened_at)
    decisions = facts.scoped("upstream.decision")
    changes = sorted(facts.in_period("change"), key=happened_at)
    query = "every upstream.event published in the period with its upstream.decision; every change released in the period"
    limits = (
        "Upstream events that nobody noticed are not here; the watch's own heartbeat and the publisher's list show that.",
        "A model that served without a change record is listed among the findings (proofbook due), not here.",
    )
    yield Page(
        name="versions-and-changes",
        title="New versions upstream, and changes here",
        lead="What appeared, what was decided about it and when; what was changed, tested, approved and released.",
        marks=(Cell(counted(len(events), "upstream event")), Cell(counted(len(changes), "change"))),
        head=head(facts, ARTIFACT, (*events, *decisions, *changes), query, limits),
        blocks=(_upstream(facts, events, decisions), _changes(facts, changes), _emergencies(facts, changes)),
        plain={
            "events": [plain(each) for each in events],
            "decisions": [plain(each) for each in decisions],
            "changes": [plain(each) for each in changes],
        },
    )


def _upstream(facts: Facts, events: list[DocumentVersion], decisions: tuple[DocumentVersion, ...]) -> Table:
    zone, now = facts.scope.period.zone, format_instant(facts.as_of)
    rows = []
    for each in events:
        body = each.body
        decided = sorted(
            (one for one in decisions if one.body["event"] == each.id and one.body["decision"] != "undecided"), key=happened_at
        )
        within = body["decide_within_days"]
        due = None if within is None else format_instant(parse_instant(body["published_at"]) + timedelta(days=within))
        if decided:
            first = decided[0]
            late = due is not None and happened_at(first) > due
            said = Cell(f"{label(first.body['decision'])}: {first.body['reason']}")
            when = Cell(local(happened_at(first), zone), Standing.LATE if late else Standing.STATED)
        else:
            overdue = due is not None and due < now
            said, when = (
                Cell("not decided", Standing.LATE if overdue else Standing.NOT_STATED),
                Cell("not yet", Standing.NOT_STATED),
            )
        rows.append(
            (
                happened(each, zone),
                Cell(f"{body['product']} {body['version'] or ''}".strip()),
                Cell(label(body["what"])),
                cell(label(body["classification"])),
                Cell("no time set") if due is None else Cell(local(due, zone)),
                said,
                when,
            )
        )
    columns = ("Published", "What", "Sort", "Class", "Decide by", "Decision and reason", "Decided")
    return Table(
        "Upstream events and decisions",
        columns,
        tuple(rows),
        "No upstream event is recorded in the period.",
        "",
        (4, 4, 2, 2, 3, 6, 3),
    )


def _changes(facts: Facts, changes: list[DocumentVersion]) -> Table:
    zone = facts.scope.period.zone
    rows = []
    for each in changes:
        body = each.body
        self_approved = body["approved_by"] is not None and body["approved_by"] == body["requested_by"]
        after = body["approved_at"] is not None and body["approved_at"] > body["released_at"]
        approver = Cell(body["approved_by"], Standing.DIFFERS) if self_approved else cell(body["approved_by"])
        approved = cell(body["approved_at"], zone)
        tested = cell(label(body["test_outcome"]))
        rows.append(
            (
                happened(each, zone),
                Cell(body["system"]),
                Cell(label(body["what"])),
                Cell(f"{_version(body['before'])} → {_version(body['after'])}"),
                cell(body["requested_by"]),
                tested,
                approver,
                Cell(approved.text, Standing.LATE) if after else approved,
            )
        )
    columns = ("Released", "System", "What", "Before → after", "Requested by", "Test", "Approved by", "Approved")
    note = "Marked: approved by the requester, or after the release."
    return Table("Changes", columns, tuple(rows), "No change is recorded in the period.", note, (4, 4, 2, 5, 4, 2, 4, 4))


def _version(text: str | None) -> str:
    return "not stated" if text is None else short(text)


def _emergencies(facts: Facts, changes: list[DocumentVersion]) -> Table:
    zone = facts.scope.period.zone
    rows = []
    for each in changes:
        if each.body["emergency"]:
            limit = format_instant(parse_instant(each.body["released_at"]) + timedelta(days=each.body["review_within_days"]))
            reviewed = each.body["reviewed_at"]
            late = (reviewed or format_instant(facts.as_of)) > limit
            when = cell(reviewed, zone)
            rows.append(
                (
                    happened(each, zone),
                    Cell(each.body["title"]),
                    cell(each.body["reviewed_by"]),
                    Cell(when.text, Standing.LATE) if late else when,
                    Cell(local(limit, zone)),
                )
            )
    columns = ("Released", "What", "Reviewed by", "Reviewed", "Due by")
    return Table(
        "Emergency changes and their review afterwards",
        columns,
        tuple(rows),
        "No change of the period is marked as an emergency.",
    )
