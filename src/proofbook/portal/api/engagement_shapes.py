"""What the API says of an engagement as assessed: the grid, findings, controls, artifacts, answers."""

from __future__ import annotations

from pydantic import Field, JsonValue

from proofbook.portal.api.resource import Shape


class ScopeShape(Shape):
    """What an engagement is about."""

    engagement: str = Field(description="its id")
    entity: str = Field(description="whose systems")
    type: str = Field(description="type of the report")
    categories: tuple[str, ...] = Field(description="categories in scope")
    first: str = Field(description="first day of the period")
    last: str = Field(description="last day of the period")
    zone: str = Field(description="time zone of these days")
    systems: tuple[str, ...] = Field(description="systems; empty: all of the entity")
    environment: str = Field(description="environment")
    firm: str | None = Field(description="who audits; null: not stated")
    source: str = Field(description="settings, or the entry of the record it was read from")


class EngagementsShape(Shape):
    """Engagements that are known."""

    items: tuple[ScopeShape, ...] = Field(description="those on record, then those of the settings")


class Counted(Shape):
    """How many there are of a state."""

    state: str = Field(description="done, late, missed, unknown, not_due or not_applicable")
    count: int = Field(description="how many")


class Standpoint(Shape):
    """As of when an answer is assessed."""

    engagement: str = Field(description="the engagement")
    assessed_at: str = Field(description="when")
    entries: int = Field(description="how many entries of the book it takes in")


class ColumnShape(Shape):
    """An interval of the grid."""

    id: str = Field(description="such as 2026-03 or 2026-Q1")
    first: str = Field(description="first day")
    last: str = Field(description="last day")


class SquareShape(Shape):
    """What became of what was owed in an interval."""

    state: str = Field(description="the state most in need of a look")
    reason: str = Field(description="why it is that")
    late_recorded: bool = Field(description="whether something was written down long after it happened")
    occurrences: int = Field(description="how many occurrences are behind it")
    entries: tuple[str, ...] = Field(description="entries it rests on")


class RowShape(Shape):
    """One duty of one control for one scope."""

    control: str = Field(description="id of the control")
    title: str = Field(description="its title")
    cadence: str = Field(description="how often it is owed")
    scope: str = Field(description="system; empty: the organisation")
    owner: str = Field(description="who answers for it")
    criteria: tuple[str, ...] = Field(description="criteria it bears on")
    squares: tuple[SquareShape | None, ...] = Field(description="one below each column; null: nothing was owed there")


class CoverageShape(Shape):
    """The grid: what was owed in the period, and what became of it."""

    as_of: Standpoint = Field(description="as of when")
    columns: tuple[ColumnShape, ...] = Field(description="intervals, oldest first")
    rows: tuple[RowShape, ...] = Field(description="duties that fit")
    hidden: int = Field(description="duties that do not fit what was asked for")
    counts: tuple[Counted, ...] = Field(description="occurrences of the whole grid, by state")


class ControlLine(Shape):
    """A control as a whole."""

    id: str = Field(description="its id")
    title: str = Field(description="its title")
    state: str = Field(description="the state most in need of a look")
    owner: str = Field(description="who answers for it")
    criteria: tuple[str, ...] = Field(description="criteria it bears on")
    own: bool = Field(description="whether it is the organisation's own; else the illustrative one")
    owed: bool = Field(description="whether anything was due at all")
    counts: tuple[Counted, ...] = Field(description="its occurrences, by state")


class ControlsShape(Shape):
    """Every control of the engagement."""

    as_of: Standpoint = Field(description="as of when")
    items: tuple[ControlLine, ...] = Field(description="controls")


class ControlVersionShape(Shape):
    """A version of a control that held in the period."""

    version: int = Field(description="its number")
    title: str = Field(description="its title")
    who: str | None = Field(description="who performs it")
    what: str | None = Field(description="what is done")
    when: str | None = Field(description="when, or how often")
    standard: str | None = Field(description="what it is held against")
    record: str | None = Field(description="the trace it leaves")
    owner: str = Field(description="who answers for it")
    first: str | None = Field(description="first day it held; null: before the period")
    last: str | None = Field(description="last day it held; null: it still holds")
    entry: str | None = Field(description="its entry; null: the illustrative one")


class EvidenceShape(Shape):
    """An entry that an occurrence rests on. Of an entry that is no kept record only `entry` is known."""

    entry: str = Field(description="its id")
    name: str | None = Field(description="kind and id of the record")
    title: str | None = Field(description="its title")
    happened: str | None = Field(description="when it happened")
    recorded: str | None = Field(description="when that was recorded")
    late: bool = Field(description="whether that was long after")
    actor: str | None = Field(description="who wrote it")
    assurance: str | None = Field(description="how it was recorded")


class OccurrenceShape(Shape):
    """One occurrence that was owed."""

    scope: str = Field(description="system; empty: the organisation")
    cadence: str = Field(description="how often it is owed")
    interval: str = Field(description="interval it belongs to")
    event: str = Field(description="entry of the event that called for it; empty: it is an interval's")
    due: str = Field(description="by which day")
    state: str = Field(description="what became of it")
    reason: str = Field(description="why it is that")
    late_recorded: bool = Field(description="whether it was written down long after it happened")
    evidence: tuple[EvidenceShape, ...] = Field(description="what it rests on")


class ControlShape(Shape):
    """One control with every occurrence it owed."""

    as_of: Standpoint = Field(description="as of when")
    control: ControlLine = Field(description="the control as a whole")
    versions: tuple[ControlVersionShape, ...] = Field(description="versions that held in the period")
    occurrences: tuple[OccurrenceShape, ...] = Field(description="what was owed; of very many, those done are left out first")
    left_out: int = Field(description="occurrences that are not listed")


class FindingShape(Shape):
    """Something an auditor would not accept today."""

    consequence: str = Field(description="what an auditor would do with it")
    check: str = Field(description="the check that found it")
    control: str = Field(description="control it belongs to; empty: none")
    kind: str = Field(description="kind of what it is about")
    id: str = Field(description="id of what it is about")
    what: str = Field(description="what was found")
    fix: str = Field(description="what mends it, or that it can only be disclosed")
    scope: str = Field(description="system; empty: the organisation")
    owner: str = Field(description="who answers for it")
    day: str = Field(description="day of what it is about; empty: not known")
    entries: tuple[str, ...] = Field(description="entries it rests on")
    criteria: tuple[str, ...] = Field(description="criteria it bears on")


class FindingsPage(Shape):
    """The list of today, the gravest first."""

    as_of: Standpoint = Field(description="as of when")
    items: tuple[FindingShape, ...] = Field(description="findings of this page")
    found: int = Field(description="how many fit")
    of: int = Field(description="how many there are")
    next_page: int | None = Field(description="number of the next page; null: there is none")


class ArtifactLine(Shape):
    """A page of an artifact."""

    artifact: str = Field(description="artifact it belongs to")
    name: str = Field(description="its name")
    title: str = Field(description="its title")
    lead: str = Field(description="what it shows, in a sentence")


class ArtifactsShape(Shape):
    """Pages of artifacts."""

    as_of: Standpoint = Field(description="as of when")
    items: tuple[ArtifactLine, ...] = Field(description="pages")


class ArtifactKind(Shape):
    """One of the artifacts."""

    id: str = Field(description="its id")
    title: str = Field(description="its name")
    answers: str = Field(description="the question it answers")


class ArtifactKinds(Shape):
    """The ten artifacts."""

    items: tuple[ArtifactKind, ...] = Field(description="in their order")


class ArtifactShape(Shape):
    """A page of an artifact, as `proofbook artifact` writes it."""

    page: ArtifactLine = Field(description="what it is")
    evidence_id: str = Field(description="id of its evidence header")
    as_of: str = Field(description="as of when it was derived")
    entries: int = Field(description="how many entries of the book it takes in")
    criteria: tuple[str, ...] = Field(description="criteria it bears on")
    controls: tuple[str, ...] = Field(description="controls behind it")
    sources: tuple[str, ...] = Field(description="what it rests on")
    limitations: tuple[str, ...] = Field(description="what it does not show")
    plain: dict[str, JsonValue] = Field(description="the page's content as data, as its JSON file holds it")


class AnswerEvidence(Shape):
    """One thing an answer rests on."""

    to: str = Field(description="artifact, control, population or record")
    id: str = Field(description="its id")
    title: str = Field(description="its title")
    shows: str = Field(description="what it shows about the question")
    availability: str = Field(description="available, missing or not owed")
    said: str = Field(description="what is on file")
    count: int = Field(description="how many records")


class OwnWordsShape(Shape):
    """The organisation's own answer."""

    entry: str = Field(description="entry of its newest version")
    version: int = Field(description="number of that version")
    text: str = Field(description="the answer")
    limits: str | None = Field(description="what the evidence does not show")
    owner: str | None = Field(description="who keeps it")
    reviewed_at: str | None = Field(description="when it was last looked through")
    standing: str = Field(description="what was decided about this version")


class AnswerShape(Shape):
    """A card: how it is asked of users of hosted models, and how it is answered here."""

    number: int = Field(description="number of the card")
    category: str = Field(description="which of the six questions it belongs to")
    question: str = Field(description="as it is asked")
    objective: str = Field(description="what the asker wants to be sure of")
    reality: str = Field(description="how it is where models run on own machines")
    limit: str = Field(description="what the answer does not show")
    own: OwnWordsShape | None = Field(description="own words; null: nobody wrote any")
    evidence: tuple[AnswerEvidence, ...] = Field(description="what it rests on")
    missing: tuple[str, ...] = Field(description="what is missing")


class AnswersShape(Shape):
    """Every card."""

    as_of: Standpoint = Field(description="as of when")
    items: tuple[AnswerShape, ...] = Field(description="cards, by number")
