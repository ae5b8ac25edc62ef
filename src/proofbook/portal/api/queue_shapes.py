"""What the API says of work that waits: access reviews, incidents as they went, exercises; and of availability."""

from __future__ import annotations

from pydantic import Field

from proofbook.portal.api.engagement_shapes import Standpoint
from proofbook.portal.api.record_shapes import VersionShape
from proofbook.portal.api.resource import Shape


class WaitingLine(Shape):
    """One thing that waits."""

    what: str = Field(description="what it is")
    since: str = Field(description="since when")
    path: str = Field(description="the page that deals with it")
    owner: str | None = Field(description="whose it is; null: nobody's yet")


class WaitingShape(Shape):
    """Everything that waits."""

    decisions: int = Field(description="outputs that wait for a person; `/decisions` lists them")
    upstream: tuple[WaitingLine, ...] = Field(description="news of suppliers that nobody decided on")
    tools: tuple[WaitingLine, ...] = Field(description="tools that somebody asked for")
    alerts: tuple[WaitingLine, ...] = Field(description="alerts that nobody judged")
    incidents: tuple[WaitingLine, ...] = Field(description="incidents that are not closed")


class CampaignLine(Shape):
    """A system, and when its access was reviewed."""

    system: str = Field(description="its id")
    title: str = Field(description="what it is called")
    rows: int = Field(description="how many accesses are in force")
    newest: str | None = Field(description="id of its newest review; null: there is none")
    completed_at: str | None = Field(description="when that was finished")


class CampaignsShape(Shape):
    """Access reviews by system."""

    items: tuple[CampaignLine, ...] = Field(description="systems on the inventory")


class AccessRowShape(Shape):
    """One access in force."""

    id: str = Field(description="id of the grant, by which its row is decided")
    subject: str = Field(description="who has it")
    subject_kind: str = Field(description="what that is")
    role: str = Field(description="as what")
    privileged: str = Field(description="whether it is privileged: yes, no or unknown")
    approved_by: str | None = Field(description="who approved it; null: not stated")
    since: str = Field(description="since when")
    expires: str | None = Field(description="its last day; null: no end is stated")
    used: str | None = Field(description="when its key was used last; null: nothing is known of its use")
    own: bool = Field(description="whether it is that of the token's holder, who does not decide on it")


class AccessListShape(Shape):
    """Everybody who has access to a system, as of now. A review names `list_as_of` and `size`."""

    system: str = Field(description="its id")
    title: str = Field(description="what it is called")
    list_as_of: str = Field(description="moment of this list")
    size: int = Field(description="how many rows it has")
    rows: tuple[AccessRowShape, ...] = Field(description="accesses, privileged ones first")


class MomentLine(Shape):
    """Something with a time."""

    at: str = Field(description="when")
    words: str = Field(description="what")


class OpenAction(Shape):
    """Something that is still to be done."""

    what: str = Field(description="what")
    owner: str | None = Field(description="by whom")
    due: str | None = Field(description="by when")


class IncidentShape(Shape):
    """One incident as it went."""

    record: VersionShape = Field(description="its newest version")
    timeline: tuple[MomentLine, ...] = Field(description="everything with a time, in its order")
    open_actions: tuple[OpenAction, ...] = Field(description="what is still to be done")


class InjectShape(Shape):
    """Something that those who take part are told."""

    minute: int = Field(description="minute of the script")
    text: str = Field(description="what they are told")
    told_at: str | None = Field(description="when it was really told in the exercise under way; null: not yet")


class ScenarioLine(Shape):
    """A script."""

    id: str = Field(description="its id")
    title: str = Field(description="what it is about")
    version: str = Field(description="its version")
    own: bool = Field(description="whether it is a record of this book; otherwise the shipped draft")
    injects: int = Field(description="how many injects it has")


class HeldExercise(Shape):
    """An exercise on record."""

    id: str = Field(description="id of its record, of the kind incident.exercise")
    title: str = Field(description="its title")
    held_at: str = Field(description="when it was held")
    minutes: int | None = Field(description="how long it took")


class ExercisesShape(Shape):
    """Scripts, exercises on record, and the one that the token's holder leads."""

    scenarios: tuple[ScenarioLine, ...] = Field(description="those on record, then shipped drafts")
    held: tuple[HeldExercise, ...] = Field(description="the last ones on record")
    under_way: str | None = Field(description="script of the exercise that the token's holder leads; null: none")


class NotedDecision(Shape):
    """A decision of those who take part."""

    at: str = Field(description="when it was noted")
    who: str = Field(description="who decided")
    what: str = Field(description="what")


class ScriptSection(Shape):
    """A part of a script."""

    heading: str = Field(description="its heading")
    text: str = Field(description="its text")


class ExerciseShape(Shape):
    """One script, and how far the exercise is that the token's holder leads by it."""

    id: str = Field(description="id of the script")
    title: str = Field(description="what it is about")
    version: str = Field(description="its version")
    own: bool = Field(description="whether it is a record of this book; otherwise the shipped draft")
    sections: tuple[ScriptSection, ...] = Field(description="the script, for whoever leads it")
    injects: tuple[InjectShape, ...] = Field(description="injects in their order")
    began: str | None = Field(description="when the exercise under way began; null: none is")
    observer: str | None = Field(description="who observes it")
    participants: tuple[str, ...] = Field(description="who takes part")
    decisions: tuple[NotedDecision, ...] = Field(description="what was decided so far")


class ExerciseValues(Shape):
    """How far an exercise is."""

    given: int = Field(description="injects that were told")
    decisions: int = Field(description="decisions that were noted")


class CalendarDay(Shape):
    """One day (UTC) of one system."""

    day: str = Field(description="which")
    state: str = Field(description="outage, planned, unknown, errors, answered, silent or coming")
    words: str = Field(description="what is known of it")


class DaysOfState(Shape):
    """How many days are of a state."""

    state: str = Field(description="which state")
    days: int = Field(description="how many")


class CalendarShape(Shape):
    """One system, day by day."""

    system: str = Field(description="its id")
    title: str = Field(description="what it is called")
    days: tuple[CalendarDay, ...] = Field(description="the days of the period")
    counts: tuple[DaysOfState, ...] = Field(description="days by state")
    outages: tuple[str, ...] = Field(description="ids of its outages on record")


class AvailabilityShape(Shape):
    """Whether systems answered, day by day. A day of which nothing is known is unknown or silent, and never counts as up."""

    as_of: Standpoint = Field(description="as of when")
    items: tuple[CalendarShape, ...] = Field(description="systems in scope that are on the inventory")
