"""The crosswalk: six questions auditors ask, four weak areas, the artifacts, and what each supports in other frameworks.

Promises: every row names ids only, and every id it names exists in the other files (the tests hold all of them together).
Sample sizes are a planning aid: the auditor decides. Does not say that anything is met. Hostile input: see `loading`.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, Self

from pydantic import Field, model_validator

from proofbook.controls.control import Cadence
from proofbook.controls.frameworks import CosoTheme, EuAiAct, IsoControl, OwaspTheme, Support
from proofbook.controls.hosting import ConcentrationRow, HostingShape, ThirdParty
from proofbook.controls.loading import (
    ArtifactId,
    Catalogue,
    ControlId,
    CriterionId,
    Part,
    PopulationId,
    Text,
    check_unique,
    find_one,
    read_catalogue,
)

FILE = "crosswalk.json"

QuestionId = Literal["Q1", "Q2", "Q3", "Q4", "Q5", "Q6"]


class ArtifactEntry(Part):
    """One of the ten artifacts, or a record without which they cannot be defended."""

    id: ArtifactId = Field(description="id in this catalogue")
    title: Text = Field(description="its name")
    answers: Text = Field(description="the question it answers")
    shown_by: Text = Field(description="what turns it from a claim into evidence")
    failure: tuple[Text, ...] = Field(min_length=1, description="how it typically fails")


class ProcedureSet(Part):
    """What an auditor may do, by sort of procedure. Asking alone is never enough."""

    inquiry: tuple[Text, ...] = Field(description="whom to ask what")
    inspection: tuple[Text, ...] = Field(description="what to read")
    observation: tuple[Text, ...] = Field(description="what to watch")
    reperformance: tuple[Text, ...] = Field(description="what to do again")
    completeness: tuple[Text, ...] = Field(description="how to look for what is not in the list")


class Question(Part):
    """One of the six questions."""

    id: QuestionId = Field(description="id")
    title: Text = Field(description="short name")
    asked: Text = Field(description="how it is asked")
    objective: Text = Field(description="what the asker wants to be sure of")
    translation: Text | None = Field(description="what the question becomes where models run on own machines; null: the same")
    criteria: tuple[CriterionId, ...] = Field(min_length=1, description="criteria it bears on")
    artifacts: tuple[ArtifactId, ...] = Field(min_length=1, description="artifacts that answer it")
    controls: tuple[ControlId, ...] = Field(min_length=1, description="controls behind the answer")
    populations: tuple[PopulationId, ...] = Field(min_length=1, description="populations it is tested over")
    tests: ProcedureSet = Field(description="what an auditor may do")
    sample: Text = Field(description="what to plan for over twelve months; the auditor decides")
    exceptions: tuple[Text, ...] = Field(min_length=1, description="what would be noted as an exception")
    strong_form: Text = Field(description="the answer at its strongest")
    nil_case: Text | None = Field(description="what to show when nothing occurred; null when that cannot be")


class WeakArea(Part):
    """One of the four areas where evidence about local models is usually thin."""

    id: Literal["W1", "W2", "W3", "W4"] = Field(description="id")
    title: Text = Field(description="short name")
    objective: Text = Field(description="what is wanted")
    criteria: tuple[CriterionId, ...] = Field(min_length=1, description="criteria it bears on")
    artifacts: tuple[ArtifactId, ...] = Field(min_length=1, description="artifacts that close it")
    controls: tuple[ControlId, ...] = Field(min_length=1, description="controls that close it")
    populations: tuple[PopulationId, ...] = Field(min_length=1, description="populations it is tested over")
    evidence: tuple[Text, ...] = Field(min_length=1, description="what closes it")
    sample: Text = Field(description="what to plan for; the auditor decides")
    test: Text = Field(description="the test that convinces")
    exceptions: tuple[Text, ...] = Field(min_length=1, description="what would be noted as an exception")


class SamplingBand(Part):
    """How many items to plan for. A planning aid, never a rule."""

    cadence: Cadence | Literal["many_per_day", "automated"] = Field(description="how often the control operates")
    occurrences: Text = Field(description="how many occurrences twelve months have")
    band: Text = Field(description="how many are usually picked")
    basis: Text = Field(description="how firm the band is")


class Crosswalk(Catalogue):
    """The file of the crosswalk."""

    format: Literal["proofbook-crosswalk/1"] = Field(description="form of this file")
    artifacts: tuple[ArtifactEntry, ...] = Field(min_length=1, description="the ten artifacts, then the supporting records")
    questions: tuple[Question, ...] = Field(min_length=1, description="the six questions")
    weak_areas: tuple[WeakArea, ...] = Field(min_length=1, description="the four weak areas")
    hosting_shapes: tuple[HostingShape, ...] = Field(min_length=1, description="who runs the machines")
    third_parties: tuple[ThirdParty, ...] = Field(min_length=1, description="how other parties are usually treated")
    concentration: tuple[ConcentrationRow, ...] = Field(min_length=1, description="dependence on a vendor, translated")
    sampling: tuple[SamplingBand, ...] = Field(min_length=1, description="planning bands")
    supports: tuple[Support, ...] = Field(min_length=1, description="what each artifact supports elsewhere")
    iso_42001: tuple[IsoControl, ...] = Field(min_length=1, description="all Annex A controls")
    eu_ai_act: EuAiAct = Field(description="articles and dates")
    coso: tuple[CosoTheme, ...] = Field(min_length=1, description="COSO on generative AI")
    owasp: tuple[OwaspTheme, ...] = Field(min_length=1, description="OWASP list for LLM applications, by year")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """No id twice in any list."""
        check_unique("artifact", (entry.id for entry in self.artifacts))
        check_unique("question", (entry.id for entry in self.questions))
        check_unique("weak area", (entry.id for entry in self.weak_areas))
        check_unique("hosting shape", (entry.id for entry in self.hosting_shapes))
        check_unique("third party", (entry.kind for entry in self.third_parties))
        check_unique("cadence", (entry.cadence for entry in self.sampling))
        check_unique("supported artifact", (entry.artifact for entry in self.supports))
        check_unique("ISO/IEC 42001 control", (entry.id for entry in self.iso_42001))
        check_unique("article", (entry.article for entry in self.eu_ai_act.articles))
        check_unique("theme of 2025", (entry.y2025 for entry in self.owasp))
        check_unique("theme of 2026", (entry.y2026 for entry in self.owasp))
        return self


@cache
def load_crosswalk() -> Crosswalk:
    """The shipped crosswalk.

    Raises:
        MalformedRecord: the file no longer has its form.
    """
    return read_catalogue(FILE, Crosswalk)


def check_artifact(artifact: str) -> ArtifactEntry:
    """The artifact with this id.

    Raises:
        MalformedRecord: there is no such artifact; names the id.
    """
    return find_one("artifact", artifact, load_crosswalk().artifacts, lambda entry: entry.id)
