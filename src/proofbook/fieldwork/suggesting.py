"""Which evidence might answer a request, and why it is thought of: a help for whoever answers, nothing more.

By what the request names itself (POP-08, ART-02), by its control, by its criteria; each suggestion says by which, surest first.
Where a population was exported already, the newest export is named so that it can be given as it is. Does not say that something
answers a request, and submits nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from proofbook.controls.control import load_controls
from proofbook.controls.crosswalk import check_artifact
from proofbook.controls.population import check_population
from proofbook.errors import MalformedRecord
from proofbook.fieldwork.exported import HEADER, exports_of
from proofbook.fieldwork.requests import Evidence, Request
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.documents import Documents
from proofbook.readmodel.fieldwork import Event

MAX_SUGGESTIONS: Final = 12
_NAMED: Final = re.compile(r"\b(POP|ART|SUP)[- ]?(\d{1,2})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that might answer. `sort`: population or artifact. `evidence` can be submitted; None before an export."""

    sort: str
    id: str
    title: str
    why: tuple[str, ...]
    exported: str | None
    evidence: Evidence | None


def suggest_evidence(reader: Reader, request: Request) -> tuple[Suggestion, ...]:
    """Suggestions, the surest first, at most MAX_SUGGESTIONS."""
    reasons: dict[str, list[str]] = {}
    for name, why in (*_by_name(request), *_by_control(reader, request), *_by_criteria(request)):
        reasons.setdefault(name, [])
        if why not in reasons[name]:
            reasons[name].append(why)
    made = (_suggestion(reader, name, tuple(why)) for name, why in reasons.items())
    return tuple(each for each in made if each is not None)[:MAX_SUGGESTIONS]


def _by_name(request: Request) -> Iterator[tuple[str, str]]:
    for found in _NAMED.finditer(f"{request.title}\n{request.description}"):
        yield f"{found[1].upper()}-{int(found[2]):02}", f"the request names {found[0]}"


def _by_control(reader: Reader, request: Request) -> Iterator[tuple[str, str]]:
    if request.control is None:
        return
    own = Documents(reader).current("control", request.control)
    based_on = None if own is None else own.body["based_on"]
    for control in load_controls().controls:
        if control.id in {request.control, based_on}:
            said = request.control if control.id == request.control else f"{request.control} (made from {control.id})"
            for population in control.populations:
                yield population, f"control {said} is tested over it"
            for artifact in control.artifacts:
                yield artifact, f"control {said} leaves its record there"


def _by_criteria(request: Request) -> Iterator[tuple[str, str]]:
    for criterion in request.criteria:
        for control in load_controls().controls:
            if criterion in control.criteria:
                for name in (*control.populations, *control.artifacts):
                    yield name, f"{control.id} supports {criterion}"


def _suggestion(reader: Reader, name: str, why: tuple[str, ...]) -> Suggestion | None:
    try:
        if name.startswith("POP-"):
            newest = next(reversed(exports_of(reader, name)), None)
            evidence = None if newest is None else _evidence(newest)
            recorded = None if newest is None else newest.recorded
            return Suggestion("population", name, check_population(name).title, why, recorded, evidence)
        return Suggestion("artifact", name, check_artifact(name).title, why, None, Evidence("artifact", name))
    except MalformedRecord:
        return None


def _evidence(export: Event) -> Evidence:
    digest = str(export.body["files"].get(HEADER, "")).removeprefix("sha256:")
    return Evidence("population", export.about, export.body["definition"], digest or None, f"export on record as {export.entry}")
