"""Work that waits, for programs: what its pages are made of."""

from __future__ import annotations

from proofbook.portal.api import queue_shapes as shapes
from proofbook.portal.api.reading_engagement import find_assessed, standpoint
from proofbook.portal.api.record_shapes import VersionShape
from proofbook.portal.api.resource import Asked, OfEngagement
from proofbook.portal.staff.coverage.availability_page import Calendar, read_calendars
from proofbook.portal.staff.queues import access_reviews, incidents, tabletop
from proofbook.portal.staff.queues.keeping import now_of
from proofbook.portal.staff.queues.waiting_page import read_waiting
from proofbook.portal.surroundings import Desk
from proofbook.readmodel.documents import Documents


def list_waiting_work(desk: Desk, asked: Asked) -> shapes.WaitingShape:
    """Everything that waits."""
    del asked
    return shapes.WaitingShape.model_validate(read_waiting(desk))


def list_campaigns(desk: Desk, asked: Asked) -> shapes.CampaignsShape:
    """Systems and their newest reviews."""
    del asked
    return shapes.CampaignsShape(
        items=tuple(
            shapes.CampaignLine(
                system=each.system.id,
                title=str(each.system.body["title"]),
                rows=each.rows,
                newest=None if each.newest is None else each.newest.id,
                completed_at=None if each.newest is None else each.newest.body["completed_at"],
            )
            for each in access_reviews.campaigns(desk)
        )
    )


def read_access_list(desk: Desk, asked: Asked, system: str) -> shapes.AccessListShape | None:
    """Everybody who has access to one."""
    del asked
    found = Documents(desk.reader).current("ai_system", system)
    if found is None:
        return None
    rows = access_reviews.rows_of(desk, system)
    return shapes.AccessListShape(
        system=found.id,
        title=str(found.body["title"]),
        list_as_of=now_of(desk),
        size=len(rows),
        rows=tuple(map(shapes.AccessRowShape.model_validate, rows)),
    )


def read_incident(desk: Desk, asked: Asked, kind: str, id: str) -> shapes.IncidentShape | None:  # noqa: A002 - the part
    """One, as it went."""
    del asked
    found = incidents.incident_of(desk, kind, id)
    if found is None:
        return None
    actions = [each for each in found.body["actions"] if each["done_at"] is None]
    return shapes.IncidentShape(
        record=VersionShape.model_validate(found),
        timeline=tuple(shapes.MomentLine(at=at, words=words) for at, words in incidents.timeline_of(found.body)),
        open_actions=tuple(shapes.OpenAction(what=each["what"], owner=each["owner"], due=each["due"]) for each in actions),
    )


def list_exercises(desk: Desk, asked: Asked) -> shapes.ExercisesShape:
    """Scripts, and what was held."""
    del asked
    running = tabletop.under_way(desk)
    return shapes.ExercisesShape(
        scenarios=tuple(
            shapes.ScenarioLine(id=each.id, title=each.title, version=each.version, own=each.own, injects=len(each.injects))
            for each in tabletop.scenarios(desk)
        ),
        held=tuple(
            shapes.HeldExercise(
                id=each.id, title=each.body["title"], held_at=str(each.body["held_at"]), minutes=each.body["minutes"]
            )
            for each in tabletop.held(desk)
        ),
        under_way=None if running is None else running["scenario"],
    )


def read_exercise(desk: Desk, asked: Asked, scenario: str) -> shapes.ExerciseShape | None:
    """One script, and how far it is."""
    del asked
    found, running = tabletop.find_scenario(desk, scenario), tabletop.under_way(desk)
    if found is None:
        return None
    state = running if running is not None and running["scenario"] == found.id else None
    told = [] if state is None else state["given"]
    times = [*told, *([None] * len(found.injects))]
    return shapes.ExerciseShape(
        id=found.id,
        title=found.title,
        version=found.version,
        own=found.own,
        sections=tuple(shapes.ScriptSection(heading=heading, text=text) for heading, text in found.sections),
        injects=tuple(
            shapes.InjectShape(minute=minute, text=text, told_at=at)
            for (minute, text), at in zip(found.injects, times, strict=False)
        ),
        began=None if state is None else state["began"],
        observer=None if state is None else state["observer"] or None,
        participants=() if state is None else tuple(state["participants"]),
        decisions=() if state is None else tuple(shapes.NotedDecision(**each) for each in state["decisions"]),
    )


def read_availability(desk: Desk, asked: OfEngagement) -> shapes.AvailabilityShape:
    """Every system in scope, day by day."""
    assessed = find_assessed(desk, asked)
    return shapes.AvailabilityShape(as_of=standpoint(assessed), items=tuple(map(_calendar, read_calendars(desk, assessed))))


def _calendar(calendar: Calendar) -> shapes.CalendarShape:
    return shapes.CalendarShape(
        system=calendar.system,
        title=calendar.title,
        days=tuple(shapes.CalendarDay.model_validate(day) for _, days in calendar.months for day in days if day is not None),
        counts=tuple(shapes.DaysOfState(state=state, days=days) for state, days in calendar.counts.items()),
        outages=tuple(id for id, _ in calendar.outages),  # noqa: A001 - what it is called
    )
