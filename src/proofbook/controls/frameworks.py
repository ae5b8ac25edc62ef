"""What one artifact supports in other frameworks: parts of the crosswalk, by id only.

Promises: a relation here says "evidence useful for", never that two texts ask the same or that either is met. Dates of law are
data, because they have moved before. Gives no legal advice and holds no text of any framework. Hostile input: see `loading`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from proofbook.controls.loading import ArtifactId, ControlId, CriterionId, Day, Part, Text

IsoControlId = Annotated[str, Field(pattern=r"^A\.(10|[2-9])(\.[1-9])?\.[2-9]$")]
IsoClause = Annotated[str, Field(pattern=r"^([4-9]|10)\.[1-9](\.[1-9])?$")]
RmfId = Annotated[str, Field(pattern=r"^(GOVERN|MAP|MEASURE|MANAGE) [1-6]\.[0-9]{1,2}$")]
GenAiActionId = Annotated[str, Field(pattern=r"^(GV|MP|MS|MG)-[1-6]\.[0-9]{1,2}-[0-9]{3}$")]
ArticleRef = Annotated[str, Field(pattern=r"^[0-9]{1,3}(\([0-9]{1,2}\))?(\([a-z]\))?$")]


class Support(Part):
    """What the evidence of one artifact is useful for elsewhere."""

    artifact: ArtifactId = Field(description="the artifact")
    criteria: tuple[CriterionId, ...] = Field(min_length=1, description="main criteria")
    iso_42001: tuple[IsoControlId, ...] = Field(description="ISO/IEC 42001 Annex A controls")
    iso_42001_clauses: tuple[IsoClause, ...] = Field(description="ISO/IEC 42001 clauses")
    nist_ai_rmf: tuple[RmfId, ...] = Field(description="NIST AI RMF 1.0 subcategories")
    nist_ai_600_1: tuple[GenAiActionId, ...] = Field(
        description="NIST AI 600-1 actions, numbers of the final edition of July 2024"
    )
    eu_ai_act: tuple[ArticleRef, ...] = Field(description="articles of Regulation (EU) 2024/1689 as amended")


class IsoControl(Part):
    """One Annex A control of ISO/IEC 42001, with a label of our own."""

    id: IsoControlId = Field(description="the id, verbatim")
    label: Text = Field(description="label in our own words; it is not the control's title")
    artifacts: tuple[ArtifactId, ...] = Field(min_length=1, description="artifacts that lead for it")
    note: Text | None = Field(description="what to know about it; null when nothing")


class ActDate(Part):
    """From when a part of the EU AI Act applies."""

    first: Day = Field(description="first day")
    what: Text = Field(description="what applies from that day, in our own words")
    moved: bool = Field(description="whether the 2026 amendment moved it")


class ActArticle(Part):
    """One article of the EU AI Act that evidence here can be useful for."""

    article: Annotated[str, Field(pattern=r"^[0-9]{1,3}$")] = Field(description="number")
    binds: Literal["high_risk_provider", "high_risk_deployer", "general_purpose_model_provider", "provider_or_deployer"] = Field(
        description="whom it binds; for the first two only where the use is high-risk"
    )
    about: Text = Field(description="what it is about, in our own words")


class EuAiAct(Part):
    """The act as far as the crosswalk refers to it."""

    regulation: Text = Field(description="the regulation")
    amended_by: Text = Field(description="the amendment these dates are taken from")
    amendment_in_force: Day = Field(description="day the amendment entered into force")
    caution: Text = Field(description="what must not be read into it")
    dates: tuple[ActDate, ...] = Field(min_length=1, description="dates, earliest first")
    articles: tuple[ActArticle, ...] = Field(min_length=1, description="articles, by number")


class CosoTheme(Part):
    """A theme of COSO's publication on generative AI (February 2026), in our own words."""

    theme: Text = Field(description="the theme")
    controls: tuple[ControlId, ...] = Field(description="controls where it lands")
    artifacts: tuple[ArtifactId, ...] = Field(description="artifacts where it lands")
    also: Text | None = Field(description="what else belongs to it; null when nothing")


class OwaspTheme(Part):
    """A theme of the OWASP list for LLM applications. The two years number the same themes differently."""

    theme: Text = Field(description="the theme")
    y2025: Annotated[str, Field(pattern=r"^LLM(0[1-9]|10)$")] = Field(description="number in the list of 2025")
    y2026: Annotated[str, Field(pattern=r"^LLM(0[1-9]|10)$")] = Field(description="number in the list of 2026")
    criteria: tuple[CriterionId, ...] = Field(min_length=1, description="criteria it bears on")
    artifacts: tuple[ArtifactId, ...] = Field(min_length=1, description="artifacts that hold evidence about it")
