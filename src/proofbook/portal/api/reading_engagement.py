"""An engagement for programs: its scope, the grid, findings, controls with what they owed, artifacts, answers.

Promises: the same assessment as the pages show, as of the same moment, which every answer names. Staff name an engagement;
auditors have theirs (`reading_room`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import Field

from proofbook.artifacts.catalogue import ARTIFACTS
from proofbook.artifacts.page import Page as ArtifactPage
from proofbook.assessment.control_set import ControlVersion
from proofbook.assessment.grid import ControlStanding, Grid, Row
from proofbook.assessment.scope import Scope
from proofbook.assessment.today import Item
from proofbook.controls.crosswalk import check_artifact
from proofbook.obligations.duty import Cell, State
from proofbook.portal.acts import NotThere
from proofbook.portal.api import engagement_shapes as shapes
from proofbook.portal.api.resource import Asked, OfEngagement
from proofbook.portal.assessing import Assessed
from proofbook.portal.staff.answering.own_words import Stated, state_card, state_cards
from proofbook.portal.staff.coverage.control_page import shown_of
from proofbook.portal.staff.coverage.evidence import Evidence, make_reading
from proofbook.portal.staff.coverage.grid_page import read_width
from proofbook.portal.staff.coverage.narrowing import read_narrowing
from proofbook.portal.staff.today.consequences import CONSEQUENCES
from proofbook.portal.staff.today.due_page import A_PAGE, narrow_items
from proofbook.portal.states import counted_states
from proofbook.portal.surroundings import Desk
from proofbook.primitives.instants import format_instant

EvidenceOf = Callable[[Iterable[str]], tuple[Evidence, ...]]


class CoverageAsked(OfEngagement):
    """What of the grid is wanted."""

    by: str = Field(default="month", max_length=10, description="month or quarter")
    artifact: str = Field(default="", max_length=20, description="only controls of this artifact")
    owner: str = Field(default="", max_length=200, description="only duties of this owner; mine: of the token's holder")
    state: str = Field(default="", max_length=20, description="only duties with an occurrence of this state")


class FindingsAsked(OfEngagement):
    """Which findings are wanted."""

    consequence: str = Field(default="", max_length=40, description="only of this consequence")
    control: str = Field(default="", max_length=80, description="only of this control")
    owner: str = Field(default="", max_length=200, description="only of this owner; mine: of the token's holder")
    page: int = Field(default=1, ge=1, lt=10**6, description="number of the page")


def find_assessed(desk: Desk, asked: OfEngagement) -> Assessed:
    """The engagement as assessed. Raises NotThere when there is none of that id, or none at all."""
    known = desk.sources.engagements.known(desk.reader, desk.now)
    chosen = asked.engagement or (known[0] if known else "")
    if chosen not in known:
        raise NotThere("there is no such engagement", hint="see /api/v1/engagements")
    return desk.assessments().assess(desk, chosen)


def list_engagements(desk: Desk, asked: Asked) -> shapes.EngagementsShape:
    """Those that are known."""
    del asked
    engagements = desk.sources.engagements
    known = engagements.known(desk.reader, desk.now)
    return shapes.EngagementsShape(items=tuple(scope_of(engagements.scope(desk.reader, each, desk.now)) for each in known))


def read_engagement(desk: Desk, asked: Asked, engagement: str) -> shapes.ScopeShape | None:
    """One of them."""
    del asked
    if engagement not in desk.sources.engagements.known(desk.reader, desk.now):
        return None
    return scope_of(desk.sources.engagements.scope(desk.reader, engagement, desk.now))


def read_coverage(desk: Desk, asked: CoverageAsked) -> shapes.CoverageShape:
    """The grid, narrowed as its page narrows it."""
    wish = read_narrowing({"artifact": asked.artifact, "owner": asked.owner, "state": asked.state})
    width, assessed = read_width({"by": asked.by}), find_assessed(desk, asked)
    grid = assessed.grid(width)
    standings = {row.control: grid.standing(row.control) for row in grid.rows}
    rows = [
        row
        for row in grid.rows
        if (standing := standings[row.control]) is not None and wish.takes(row, standing.control, desk.visitor)
    ]
    return shapes.CoverageShape(
        as_of=standpoint(assessed),
        columns=tuple(
            shapes.ColumnShape(id=each.id, first=each.first.isoformat(), last=each.last.isoformat()) for each in grid.columns
        ),
        rows=tuple(map(_row, rows)),
        hidden=len(grid.rows) - len(rows),
        counts=_counts(grid.counts),
    )


def list_findings(desk: Desk, asked: FindingsAsked) -> shapes.FindingsPage:
    """The list of today, narrowed as its page narrows it."""
    chosen = {name: value for name in ("consequence", "control", "owner") if (value := getattr(asked, name))}
    assessed = find_assessed(desk, asked)
    items = assessed.today.items
    found = narrow_items(items, chosen, desk.visitor)
    start = (asked.page - 1) * A_PAGE
    return shapes.FindingsPage(
        as_of=standpoint(assessed),
        items=tuple(map(_finding, found[start : start + A_PAGE])),
        found=len(found),
        of=len(items),
        next_page=asked.page + 1 if start + A_PAGE < len(found) else None,
    )


def list_controls(desk: Desk, asked: OfEngagement) -> shapes.ControlsShape:
    """Every control."""
    return controls_of(find_assessed(desk, asked))


def read_control(desk: Desk, asked: OfEngagement, control: str) -> shapes.ControlShape | None:
    """One, with what it owed."""
    return control_of(find_assessed(desk, asked), control, make_reading(desk.reader))


def list_artifacts(desk: Desk, asked: Asked) -> shapes.ArtifactKinds:
    """The ten."""
    del desk, asked
    found = [check_artifact(each) for each in ARTIFACTS]
    return shapes.ArtifactKinds(
        items=tuple(shapes.ArtifactKind(id=each.id, title=each.title, answers=each.answers) for each in found)
    )


def list_shelf(desk: Desk, asked: OfEngagement, artifact: str) -> shapes.ArtifactsShape | None:
    """Pages of one artifact."""
    return shelf_of(desk, find_assessed(desk, asked), artifact) if artifact in ARTIFACTS else None


def read_artifact(desk: Desk, asked: OfEngagement, artifact: str, name: str) -> shapes.ArtifactShape | None:
    """One page of an artifact."""
    return page_of(desk, find_assessed(desk, asked), artifact, name) if artifact in ARTIFACTS else None


def list_answers(desk: Desk, asked: OfEngagement) -> shapes.AnswersShape:
    """Every card."""
    assessed = find_assessed(desk, asked)
    return shapes.AnswersShape(as_of=standpoint(assessed), items=tuple(map(_answer, state_cards(desk, assessed))))


def read_answer(desk: Desk, asked: OfEngagement, number: str) -> shapes.AnswerShape | None:
    """One card."""
    found = state_card(desk, find_assessed(desk, asked), number)
    return None if found is None else _answer(found)


def scope_of(scope: Scope) -> shapes.ScopeShape:
    """A scope as it is told."""
    period = scope.period
    plain = ("engagement", "entity", "type", "categories", "systems", "environment", "firm", "source")
    days = {"first": period.first.isoformat(), "last": period.last.isoformat(), "zone": period.zone}
    return shapes.ScopeShape.model_validate({**{name: getattr(scope, name) for name in plain}, **days})


def standpoint(assessed: Assessed) -> shapes.Standpoint:
    """As of when it was assessed."""
    facts = assessed.facts
    return shapes.Standpoint(engagement=facts.scope.engagement, assessed_at=format_instant(facts.as_of), entries=facts.book_size)


def controls_of(assessed: Assessed) -> shapes.ControlsShape:
    """Every control of an assessment."""
    grid = assessed.months
    return shapes.ControlsShape(as_of=standpoint(assessed), items=tuple(_control(grid, each) for each in grid.controls))


def control_of(assessed: Assessed, control: str, evidence: EvidenceOf) -> shapes.ControlShape | None:
    """One control of an assessment."""
    grid = assessed.months
    standing = next((each for each in grid.controls if each.control.id == control), None)
    if standing is None:
        return None
    rows = [row for row in grid.rows if row.control == control]
    squares = [square for row in rows for square in row.squares if square is not None]
    shown = [cell for square in squares for cell in shown_of(square.cells)]
    return shapes.ControlShape(
        as_of=standpoint(assessed),
        control=_control(grid, standing),
        versions=tuple(map(_version, standing.versions)),
        occurrences=tuple(_occurrence(cell, evidence) for cell in shown),
        left_out=sum(len(square.cells) for square in squares) - len(shown),
    )


def shelf_of(desk: Desk, assessed: Assessed, artifact: str) -> shapes.ArtifactsShape:
    """Pages of an artifact of an assessment."""
    return told_shelf(assessed, artifact, assessed.shelf(artifact, desk))


def told_shelf(assessed: Assessed, artifact: str, pages: Iterable[ArtifactPage]) -> shapes.ArtifactsShape:
    """Pages as they are told."""
    return shapes.ArtifactsShape(as_of=standpoint(assessed), items=tuple(_artifact(artifact, each) for each in pages))


def page_of(desk: Desk, assessed: Assessed, artifact: str, name: str) -> shapes.ArtifactShape | None:
    """A page of an artifact of an assessment."""
    found = next((each for each in assessed.shelf(artifact, desk) if each.name == name), None)
    return None if found is None else told_page(artifact, found)


def told_page(artifact: str, found: ArtifactPage) -> shapes.ArtifactShape:
    """A page as it is told."""
    head = found.head
    return shapes.ArtifactShape(
        page=_artifact(artifact, found),
        evidence_id=head.evidence_id,
        as_of=head.as_of,
        entries=head.book_size,
        criteria=head.criteria,
        controls=head.controls,
        sources=head.sources,
        limitations=head.limitations,
        plain=dict(found.plain),
    )


def _artifact(artifact: str, page: ArtifactPage) -> shapes.ArtifactLine:
    return shapes.ArtifactLine(artifact=artifact, name=page.name, title=page.title, lead=page.lead)


def _row(row: Row) -> shapes.RowShape:
    plain = {name: getattr(row, name) for name in ("control", "title", "cadence", "scope", "owner", "criteria")}
    squares = [
        None
        if each is None
        else {
            "state": each.state.value,
            "reason": each.reason,
            "late_recorded": each.late_recorded,
            "occurrences": len(each.cells),
            "entries": each.entries,
        }
        for each in row.squares
    ]
    return shapes.RowShape.model_validate({**plain, "squares": squares})


def _control(grid: Grid, standing: ControlStanding) -> shapes.ControlLine:
    newest = standing.control.newest
    return shapes.ControlLine(
        id=standing.control.id,
        title=newest.title,
        state=standing.state.value,
        owner=grid.owner_of(standing.control, ""),
        criteria=newest.criteria,
        own=standing.control.own,
        owed=standing.owed,
        counts=_counts(standing.counts),
    )


def _version(version: ControlVersion) -> shapes.ControlVersionShape:
    days: dict[str, Any] = {
        "first": None if version.first is None else version.first.isoformat(),
        "last": None if version.last is None else version.last.isoformat(),
    }
    plain = {name: getattr(version, name) for name in ("version", "title", "owner", "entry")}
    return shapes.ControlVersionShape.model_validate({**dict(version.slots), **plain, **days})


def _occurrence(cell: Cell, evidence: EvidenceOf) -> shapes.OccurrenceShape:
    of = cell.occurrence
    return shapes.OccurrenceShape(
        scope=of.scope,
        cadence=of.cadence.value,
        interval=of.interval,
        event=of.event,
        due=of.due.isoformat(),
        state=cell.state.value,
        reason=cell.reason,
        late_recorded=cell.late_recorded,
        evidence=tuple(map(shapes.EvidenceShape.model_validate, evidence(cell.entries))),
    )


def _finding(item: Item) -> shapes.FindingShape:
    finding = item.finding
    names = ("check", "control", "kind", "id", "what", "fix", "scope", "owner", "entries", "criteria")
    consequence = CONSEQUENCES[finding.consequence].id
    plain = {name: getattr(finding, name) for name in names}
    return shapes.FindingShape.model_validate({**plain, "consequence": consequence, "day": item.day})


def _answer(stated: Stated) -> shapes.AnswerShape:
    found, standing = stated.card, stated.standing
    own: dict[str, Any] | None = None
    if found.own is not None:
        names = ("entry", "version", "text", "limits", "owner", "reviewed_at")
        own = {name: getattr(found.own, name) for name in names}
        own["standing"] = "not known" if standing is None else standing.words
    card = {name: getattr(found.card, name) for name in ("number", "category", "question", "objective", "reality", "limit")}
    return shapes.AnswerShape.model_validate(
        {**card, "own": own, "evidence": found.evidence, "missing": found.missing}, from_attributes=True
    )


def _counts(counts: Mapping[State, int]) -> tuple[shapes.Counted, ...]:
    return tuple(shapes.Counted(state=state.value, count=count) for state, _, count in counted_states(counts))
