"""OSCAL documents as values: component definition, self-assessment plan, assessment results, plan of action.

Promises: ids are made of what they name, so the same facts give the same bytes; no document speaks as the auditor: the plan is
the organisation's own, results are observations, and there are no findings and no objective status. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID, uuid5

from proofbook.assessment.grid import ControlStanding
from proofbook.bundle.parts import CONTROLS_FOLDER, INCIDENTS_FOLDER, SCOPE_FOLDER
from proofbook.export.parts.planned import PartsFrom

VERSION: Final = "1.1.3"
"""The one place that names the version written."""
NAMESPACE: Final = "urn:proofbook:oscal"
_OURS: Final = UUID("5b0f6ad4-8c5e-5f0c-9d0b-6d9c1a6f3b52")
_SELF: Final = "A self-assessment by the organisation; no opinion of an auditor, and no conclusion about any control."
_PLAN_FILE: Final = "assessment-plan.json"


def component_definition(origin: PartsFrom) -> dict[str, Any]:
    """The AI systems and the recorder, and which control each has to do with."""
    facts, grid = origin.assessed.facts, origin.assessed.grid
    required = [_requirement(origin, each) for each in grid.controls]
    implementation = {
        "uuid": _id(origin, "implementation"),
        "source": f"#{_id(origin, 'matrix')}",
        "description": "Controls in scope, as the organisation states them; illustrative ones are marked.",
        "implemented-requirements": required,
    }
    components = [
        {
            "uuid": _id(origin, "component", each.id),
            "type": "service",
            "title": each.body["title"],
            "description": each.body["purpose"],
            "props": _props((("status", each.body["status"]), ("entry", each.entry))),
        }
        for each in facts.systems()
    ]
    recorder: dict[str, Any] = {
        "uuid": _id(origin, "component", "recorder"),
        "type": "software",
        "title": "Proofbook",
        "description": "Records the exchanges with language models and the records kept about them; exports evidence.",
    }
    if required:
        recorder |= {"control-implementations": [implementation]}
    body = {"components": [*components, recorder], "back-matter": _matter(origin)}
    return {"component-definition": _document(origin, "component-definition", "Components: AI systems and their recorder", body)}


def assessment_plan(origin: PartsFrom) -> dict[str, Any]:
    """The self-assessment that the results belong to."""
    body = {
        "import-ssp": {
            "href": f"#{_id(origin, 'description')}",
            "remarks": "A draft of inserts; the description is management's.",
        },
        "reviewed-controls": _reviewed(origin),
        "back-matter": _matter(origin),
    }
    return {"assessment-plan": _document(origin, "assessment-plan", "Self-assessment of evidence: plan", body)}


def assessment_results(origin: PartsFrom) -> dict[str, Any]:
    """What is on file for each control: observations, counts of occurrences by state."""
    facts, signed = origin.assessed.facts, _time(origin.checkpoint.signed_at)
    observations = [_observation(origin, each, signed) for each in origin.assessed.grid.controls]
    result: dict[str, Any] = {
        "uuid": _id(origin, "result"),
        "title": f"Evidence on file, {facts.scope.period.first} to {facts.scope.period.last}",
        "description": _SELF,
        "start": _time(facts.scope.since),
        "end": signed,
        "reviewed-controls": _reviewed(origin),
    }
    if observations:
        result["observations"] = observations
    body = {"import-ap": {"href": _PLAN_FILE}, "results": [result], "back-matter": _matter(origin)}
    return {"assessment-results": _document(origin, "assessment-results", "Self-assessment of evidence: results", body)}


def plan_of_action(origin: PartsFrom) -> dict[str, Any] | None:
    """Exceptions and what corrects them; None when none is on record."""
    items = [
        {
            "uuid": _id(origin, "exception", each.id),
            "title": each.body["title"],
            "description": each.body["facts"],
            "props": _props((("control", each.body["control"]), ("status", each.body["status"]), ("entry", each.entry))),
        }
        for each in origin.assessed.facts.scoped("control.exception")
    ]
    if not items:
        return None
    body = {
        "import-ssp": {"href": f"#{_id(origin, 'description')}"},
        "poam-items": items,
        "back-matter": _matter(origin),
    }
    title = "Exceptions and what corrects them"
    return {"plan-of-action-and-milestones": _document(origin, "plan-of-action-and-milestones", title, body)}


def _document(origin: PartsFrom, name: str, title: str, body: dict[str, Any]) -> dict[str, Any]:
    metadata = {
        "title": f"{title}: {origin.engagement.entity}",
        "last-modified": _time(origin.checkpoint.signed_at),
        "version": f"{origin.engagement.id}/{origin.checkpoint.size}",
        "oscal-version": VERSION,
        "remarks": _SELF,
    }
    return {"uuid": _id(origin, name), "metadata": metadata, **body}


def _requirement(origin: PartsFrom, standing: ControlStanding) -> dict[str, Any]:
    control, newest = standing.control, standing.control.newest
    props = [("criterion", each) for each in control.criteria]
    props += [("cadence", promise.cadence.value) for promise in newest.promises]
    props += [("standing", "own" if control.own else "illustrative")]
    return {
        "uuid": _id(origin, "requirement", control.id),
        "control-id": _token(control.id),
        "description": newest.slots.get("what") or newest.title,
        "props": _props(props),
    }


def _observation(origin: PartsFrom, standing: ControlStanding, signed: str) -> dict[str, Any]:
    counted = ", ".join(f"{number} {state.value.replace('_', ' ')}" for state, number in standing.counts.items() if number)
    href = f"../../{CONTROLS_FOLDER}/occurrences.csv"
    return {
        "uuid": _id(origin, "observation", standing.control.id),
        "title": f"{standing.control.id} {standing.control.newest.title}",
        "description": f"Occurrences owed in the period: {counted or 'none'}. Evidence present or absent; not a status.",
        "props": _props((("control", standing.control.id),)),
        "methods": ["EXAMINE"],
        "collected": signed,
        "relevant-evidence": [{"href": href, "description": "Every occurrence with its state, reason and entries."}],
    }


def _reviewed(origin: PartsFrom) -> dict[str, Any]:
    known = [{"control-id": _token(each.control.id)} for each in origin.assessed.grid.controls]
    return {"control-selections": [{"include-controls": known} if known else {"include-all": {}}]}


def _matter(origin: PartsFrom) -> dict[str, Any]:
    files = (
        ("matrix", "Control matrix", f"{CONTROLS_FOLDER}/matrix.json"),
        ("description", "Draft of inserts for the system description", f"{SCOPE_FOLDER}/description-draft.json"),
        ("exceptions", "Exceptions", f"{INCIDENTS_FOLDER}/exceptions.json"),
    )
    return {
        "resources": [
            {"uuid": _id(origin, name), "title": title, "rlinks": [{"href": f"../../{path}", "media-type": "application/json"}]}
            for name, title, path in files
        ]
    }


def _props(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return list(_each(pairs))


def _each(pairs: Iterable[tuple[str, str]]) -> Iterator[dict[str, str]]:
    for name, value in pairs:
        yield {"name": name, "ns": NAMESPACE, "value": " ".join(str(value).split()) or "not stated"}


def _id(origin: PartsFrom, *names: str) -> str:
    """The same thing of the same engagement at the same checkpoint has the same id."""
    return str(uuid5(_OURS, "\n".join((origin.book.origin, origin.engagement.id, str(origin.checkpoint.size), *names))))


def _time(instant: str) -> str:
    return instant.replace("Z", "+00:00")


def _token(control: str) -> str:
    """An id as OSCAL writes tokens: letters, digits, dot, dash, underscore; a letter or underscore first."""
    kept = re.sub(r"[^A-Za-z0-9._-]", "-", control)
    return kept if kept[:1].isalpha() or kept[:1] == "_" else f"_{kept}"
