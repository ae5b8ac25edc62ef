"""The labelled sample organisation: its systems, its callers, and what they ask.

Nobody here exists. Names say so, because a screenshot of a demonstration travels further than its caption.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, Literal

ENTITY: Final = "Sample Organisation (demonstration data)"
ENGAGEMENT: Final = "sample-engagement"
FIRST_MODEL: Final = "sample-assistant-1.0.gguf"
SECOND_MODEL: Final = "sample-assistant-1.1.gguf"
UPSTREAM: Final = "sample-engine"
LEAVER: Final = "sample-person-3"
"""Whose key is revoked before they come."""


@dataclass(frozen=True, slots=True)
class SampleSystem:
    """An AI system of the sample organisation."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class SampleCaller:
    """Somebody who calls a system."""

    principal: str
    kind: Literal["person", "service"]
    system: str
    family: str
    """Which held-out questions they ask."""
    claims: str | None = None
    """An end user they name without proof."""


@dataclass(frozen=True, slots=True)
class Question:
    """A held-out question with its one right answer."""

    text: str
    expected: str
    family: str


SYSTEMS: Final = (
    SampleSystem("sample-help-desk", "Sample help desk assistant"),
    SampleSystem("sample-ticket-triage", "Sample ticket triage"),
    SampleSystem("sample-handbook-search", "Sample handbook answers"),
)
CALLERS: Final = (
    SampleCaller("sample-person-1", "person", "sample-help-desk", "facts"),
    SampleCaller("sample-person-2", "person", "sample-handbook-search", "scope"),
    SampleCaller("sample-triage-service", "service", "sample-ticket-triage", "triage", claims="sample-end-user-7"),
    SampleCaller("sample-chat-service", "service", "sample-help-desk", "refusal", claims="sample-end-user-12"),
)


def read_questions() -> tuple[Question, ...]:
    """The held-out questions that ship with the sample models."""
    text = files("proofbook.demo").joinpath("models", "heldout.json").read_text("utf-8")
    return tuple(Question(each["question"], each["expected"], each["family"]) for each in json.loads(text)["questions"])
