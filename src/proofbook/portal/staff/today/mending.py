"""What mends a finding, as steps a person can take from the page: a form, a page, or the command where only a command helps.

Promises: the steps are those the finding names, in its order; a form comes filled in with what is known (control, system,
interval, the record it answers). Whatever cannot be undone is said. Hostile input: ids are parts of paths and values of queries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from proofbook.assessment.finding import Finding
from proofbook.assessment.owing import OCCURRENCE
from proofbook.filing.shape import Sort, shape_of
from proofbook.portal.staff.links import edit_link, list_link, new_link
from proofbook.records.kept import KEPT

EXCEPTION: Final = "control.exception"
_COMMANDS: Final = re.compile(
    r"proofbook (?:record (template|get|list) (\S+)(?: (\S+))?|collect [a-z_]+|key [a-z]+ KEY|reconcile --by [a-z]+|[a-z]+)"
)
_TRAILING: Final = ";,:)."
_PAGES: Final = {"proofbook reconcile": ("Compare the two sources", "/reconciliation")}

_CAMPAIGNS: Final = {
    "access.review": ("Review access", "/queues/access-reviews"),
    "spot_check": ("Draw a spot check", "/queues/spot-checks"),
    "incident.exercise": ("Run an exercise", "/queues/exercises"),
}
"""Kinds that are made by doing what they tell of; the record comes out of it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `link` None: only `command` helps."""

    words: str
    link: str | None
    command: str = ""

    @property
    def writes(self) -> bool:
        """Whether it leads to a form, which not everybody who reads may open."""
        return self.link is not None and (self.link.startswith("/records/new/") or self.link.endswith("/edit"))


@dataclass(frozen=True, slots=True)
class Mending:
    """All steps, the nearest first. `undone` False: what happened stays, and can only be disclosed."""

    steps: tuple[Step, ...]
    undone: bool
    fix: str
    """The finding's own words."""

    @property
    def first(self) -> Step | None:
        """What to do first."""
        return self.steps[0] if self.steps else None


def derive_mending(finding: Finding) -> Mending:
    """The steps of one finding."""
    steps = tuple(dict.fromkeys(_steps(finding)))
    nearest = sorted(steps, key=lambda each: each.link is not None and each.link.startswith(new_link(EXCEPTION, {})))
    return Mending(tuple(nearest), "cannot be undone" not in finding.fix, finding.fix)


def _steps(finding: Finding) -> Iterator[Step]:
    for found in _COMMANDS.finditer(finding.fix):
        command, what = found[0].rstrip(_TRAILING), found[1]
        kind, name = ((part or "").rstrip(_TRAILING) for part in found.groups()[1:])
        if what == "template" and kind in KEPT:
            if kind in _CAMPAIGNS:
                doing, campaign = _CAMPAIGNS[kind]
                asked = f"?{urlencode({'system': finding.scope})}" if kind == "access.review" and finding.scope else ""
                yield Step(doing, f"{campaign}{asked}")
            words = "Disclose it" if kind == EXCEPTION else f"Record {_an(kind)}"
            yield Step(words, new_link(kind, known_fields(kind, finding)))
        elif what == "get" and kind in KEPT and name:
            yield Step("Correct the record", edit_link(kind, name))
        elif what == "list":
            yield Step("Look through the records", list_link(kind))
        else:
            page = next((page for begins, page in _PAGES.items() if command.startswith(begins)), None)
            yield Step(page[0], page[1]) if page else Step("Run a command", None, command)


def known_fields(kind: str, finding: Finding) -> dict[str, str]:
    """Fields of a new record that the finding settles, by name."""
    known: dict[str, str] = {}
    for field in shape_of(kind).fields:
        item = field.shape.item or field.shape
        if item.refers_to == finding.kind:
            known[field.name] = finding.id
        elif item.refers_to == "control" and finding.control:
            known[field.name] = finding.control
        elif item.refers_to == "ai_system" and finding.scope and field.shape.sort is not Sort.LIST:
            known[field.name] = finding.scope
    if kind == EXCEPTION:
        instance = finding.id if finding.kind == OCCURRENCE else f"{finding.kind}/{finding.id}"
        known |= {"instances": instance, "facts": finding.what}
    if finding.kind == OCCURRENCE:
        known["interval"] = finding.id.rpartition("/")[2]
    return known


def _an(kind: str) -> str:
    words = kind.replace(".", " ").replace("_", " ")
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"
