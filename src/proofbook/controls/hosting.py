"""Who runs the machines: the shapes behind "we run it ourselves", and how other parties are usually treated.

Promises: four shapes, each with its treatment of subservice organisations, so that the claim has to be made per system.
Which of them a system has is stated in its inventory page and may be unknown. How a party is treated in a report is for
management and its auditor. Hostile input: see `loading`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from proofbook.controls.loading import ArtifactId, CriterionId, Part, Text


class Shape(StrEnum):
    """Where the inference runs, and who else has a hand in it."""

    OWN_BUILDING = "own_building"
    COLOCATION = "colocation"
    IAAS = "iaas"
    MANAGED = "managed"


class HostingShape(Part):
    """One shape and what follows from it."""

    id: Shape = Field(description="the shape's word")
    title: Text = Field(description="its name for a reader")
    subservice: bool = Field(description="whether another party's controls are relied on")
    relied_on_for: tuple[Text, ...] = Field(description="what the other party controls; empty when nobody does")
    criteria: tuple[CriterionId, ...] = Field(description="criteria for which its controls are needed")
    treatment: Text = Field(description="how it is usually treated in a system description")
    evidence: tuple[Text, ...] = Field(min_length=1, description="what to have at hand")


class ThirdParty(Part):
    """One sort of third party and how it is usually treated."""

    kind: Literal[
        "publisher", "hub", "engine", "driver_hardware", "colocation", "iaas", "managed_operator", "telemetry", "hosted_model"
    ] = Field(description="sort of party")
    title: Text = Field(description="its name for a reader")
    usually: Literal["vendor", "subservice", "depends"] = Field(description="how it is usually treated")
    why: Text = Field(description="the reason")


class ConcentrationRow(Part):
    """A question about dependence on a vendor, and what it becomes where models run on own machines."""

    asked: Text = Field(description="the question as it is asked of users of hosted models")
    here: Text = Field(description="what it becomes")
    artifacts: tuple[ArtifactId, ...] = Field(min_length=1, description="artifacts that answer it")
    evidence: Text = Field(description="what to show")
    criteria: tuple[CriterionId, ...] = Field(min_length=1, description="criteria it bears on")
