"""Everything that waits, on one page: how many of each, and for the smaller queues the things themselves.

Promises: a number counts what is on record and open, nothing else; each line leads to where it is dealt with.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from urllib.parse import urlencode

from proofbook.portal.staff.queues.decisions import waiting
from proofbook.portal.surroundings import Answer, Desk, Page, Query
from proofbook.readmodel.documents import Documents, DocumentVersion

_OPEN_INCIDENTS = ("incident.real", "incident.near_miss")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that waits: what, since when, and the page that deals with it."""

    what: str
    since: str
    path: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Everything that waits. `decisions`: how many outputs do."""

    decisions: int
    upstream: tuple[Line, ...]
    tools: tuple[Line, ...]
    alerts: tuple[Line, ...]
    incidents: tuple[Line, ...]


def show_queues(desk: Desk, query: Query) -> Answer:
    """`/queues`."""
    del query
    found = read_waiting(desk)
    return Page("queues/queues.html", {each.name: getattr(found, each.name) for each in fields(found)})


def read_waiting(desk: Desk) -> Waiting:
    """What is on record and open."""
    documents = Documents(desk.reader)
    tools = [each for each in documents.listed("tool.request") if each.body["decision"] == "undecided"]
    alerts = [each for each in documents.listed("alert.triage") if each.body["disposition"] == "undecided"]
    incidents = [each for kind in _OPEN_INCIDENTS for each in documents.listed(kind) if each.body["closed_at"] is None]
    return Waiting(
        decisions=len(waiting(desk)),
        upstream=tuple(_undecided(documents)),
        tools=tuple(_line(each, "requested_at") for each in tools),
        alerts=tuple(_line(each, "raised_at") for each in alerts),
        incidents=tuple(
            Line(
                str(each.body["title"]),
                str(each.body["detected_at"]),
                f"/queues/incidents/{each.kind}/{each.id}",
                each.body["classified_by"],
            )
            for each in incidents
        ),
    )


def _undecided(documents: Documents) -> list[Line]:
    """Upstream news that nobody decided on; a decision that says `undecided` is none."""
    decided = {each.body["event"] for each in documents.listed("upstream.decision") if each.body["decision"] != "undecided"}
    return [
        Line(
            str(each.body["title"]),
            str(each.body["published_at"]),
            "/records/new/upstream.decision?" + urlencode({"event": each.id, "title": f"Decision on {each.body['title']}"[:120]}),
            None,
        )
        for each in documents.listed("upstream.event")
        if each.id not in decided
    ]


def _line(version: DocumentVersion, since: str) -> Line:
    owner = version.body.get("requested_by") or version.body.get("triaged_by")
    return Line(str(version.body["title"]), str(version.body[since]), f"/records/{version.kind}/{version.id}/edit", owner)
