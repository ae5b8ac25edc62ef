"""The illustrative controls: who does what, when, to which standard, leaving which record.

Promises: each control has its five slots, at least one duty with a cadence, and for each duty the record kinds that count as
having performed it. They are starting points that a company replaces by records of its own (kind `control`); none is in
force because it stands here. Does not judge anything: what was due is for `obligations`, what the evidence shows for
`assessment`. Hostile input: see `loading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PlainSerializer, model_validator

from proofbook.controls.loading import (
    ArtifactId,
    Catalogue,
    ControlId,
    CriterionId,
    Part,
    PopulationId,
    RecordKind,
    Text,
    check_unique,
    find_one,
    read_catalogue,
)

FILE = "controls.json"

FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""A field of a record's body."""

CheckName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""An automatic self-test of evidence, by the name `assessment` knows it under."""


FieldValues = Annotated[
    Mapping[FieldName, Annotated[tuple[str | bool, ...], Field(min_length=1)]],
    AfterValidator(MappingProxyType),
    PlainSerializer(dict, return_type=dict[str, tuple[str | bool, ...]]),
]
"""Fields of a record's body, each with the values that are meant."""


class Nature(StrEnum):
    """What performs the control."""

    MANUAL = "manual"
    IT_DEPENDENT = "it_dependent"
    """A person, relying on a list that a system made."""
    AUTOMATED = "automated"


class Effect(StrEnum):
    """What the control does about a fault."""

    PREVENTIVE = "preventive"
    DETECTIVE = "detective"
    CORRECTIVE = "corrective"


class Cadence(StrEnum):
    """How often a duty comes due."""

    ANNUAL = "annual"
    SEMI_ANNUAL = "semi_annual"
    QUARTERLY = "quarterly"
    MONTHLY = "monthly"
    WEEKLY = "weekly"
    DAILY = "daily"
    PER_EVENT = "per_event"
    CONTINUOUS = "continuous"


class Per(StrEnum):
    """What a duty is owed for."""

    SYSTEM = "system"
    """Once for each AI system in each interval."""
    ORGANISATION = "organisation"
    """Once in each interval."""


class EvidenceRule(Part):
    """Which records count as a performance of a duty. A `control.performance` counts only for the control it names."""

    kind: RecordKind = Field(description="kind of record")
    at: FieldName = Field(description="field of its body that says when the duty was performed; null there: not yet")
    scope: FieldName | None = Field(
        description="field of its body that names the AI system, or lists several; null in the record: all systems. "
        "null here: the record is about the organisation, or (kind ai_system) is itself the system"
    )
    where: FieldValues | None = Field(description="only records with one of these values count; null: all of the kind")
    complete_when: FieldValues | None = Field(
        description="values a record must have for the performance to be complete, not only begun; null: always complete"
    )


class Duty(Part):
    """One thing a control promises at one cadence. Each promised occurrence can be missed."""

    cadence: Cadence = Field(description="how often")
    per: Per = Field(description="for each system, or once for the organisation")
    grace_days: int = Field(
        ge=0, le=366, description="days after the interval (or the event) in which it still counts as done in time"
    )
    evidence: tuple[EvidenceRule, ...] = Field(min_length=1, description="what counts as a performance; any one of them")


class Control(Part):
    """One control."""

    id: ControlId = Field(description="id in this catalogue")
    version: int = Field(ge=1, description="version of this control's text")
    label: Literal["illustrative"] = Field(description="it is an example until a company adopts its own")
    title: Text = Field(description="short name")
    who: Text = Field(description="slot 1: who performs it, as a role")
    what: Text = Field(description="slot 2: what is done")
    when: Text = Field(description="slot 3: when, or how often")
    standard: Text = Field(description="slot 4: what it is held against")
    record: Text = Field(description="slot 5: the trace it leaves")
    nature: Nature = Field(description="what performs it")
    kind: Effect = Field(description="whether it prevents, detects or corrects")
    owner: Text = Field(description="role that answers for it unless a company names another")
    duties: tuple[Duty, ...] = Field(min_length=1, description="the main duty first")
    criteria: tuple[CriterionId, ...] = Field(min_length=1, description="criteria it bears on")
    artifacts: tuple[ArtifactId, ...] = Field(min_length=1, description="artifacts that hold its evidence")
    populations: tuple[PopulationId, ...] = Field(
        description="populations it is tested over; empty when it is tested once for each configuration, or by reading one record"
    )
    procedure: Text = Field(description="what an auditor is likely to do")
    exception_looks_like: tuple[Text, ...] = Field(min_length=1, description="what would be noted as an exception")
    checks: tuple[CheckName, ...] = Field(min_length=1, description="automatic self-tests of its evidence")

    @property
    def cadence(self) -> Cadence:
        """Cadence of the main duty."""
        return self.duties[0].cadence

    @property
    def per(self) -> Per:
        """What the main duty is owed for."""
        return self.duties[0].per

    @property
    def grace_days(self) -> int:
        """Days of grace of the main duty."""
        return self.duties[0].grace_days

    @property
    def evidence(self) -> tuple[EvidenceRule, ...]:
        """Rules of all duties, each once."""
        rules: list[EvidenceRule] = []
        for duty in self.duties:
            rules.extend(rule for rule in duty.evidence if rule not in rules)
        return tuple(rules)


class Controls(Catalogue):
    """The file of illustrative controls."""

    format: Literal["proofbook-controls/1"] = Field(description="form of this file")
    controls: tuple[Control, ...] = Field(min_length=1, description="the controls, in the order of their ids")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """No control twice; a control has at most one duty of a cadence."""
        check_unique("control", (entry.id for entry in self.controls))
        for control in self.controls:
            check_unique(f"{control.id}: duty", (duty.cadence.value for duty in control.duties))
        return self


@cache
def load_controls() -> Controls:
    """The shipped controls.

    Raises:
        MalformedRecord: the file no longer has its form.
    """
    return read_catalogue(FILE, Controls)


def check_control(control: str) -> Control:
    """The illustrative control with this id.

    Raises:
        MalformedRecord: there is no such control; names the id.
    """
    return find_one("control", control, load_controls().controls, lambda entry: entry.id)
