"""`12_Machine_forms`: the room's facts once more in forms that other programs take: OSCAL, bills of materials, lists to import.

Promises: nothing is here that is not elsewhere in the room for people to read; every form is a view and says which folder it is
drawn from. Does not upload anything anywhere. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from proofbook.bundle.csv_table import format_row
from proofbook.bundle.layout import slug
from proofbook.bundle.parts import MACHINE_FOLDER, part_path
from proofbook.export.parts.criteria import Reference
from proofbook.export.parts.framing import csv_file, json_bytes
from proofbook.export.parts.materials import machine_learning_bom, spdx_document
from proofbook.export.parts.oscal import assessment_plan, assessment_results, component_definition, plan_of_action
from proofbook.export.parts.planned import PartsFrom, PlannedFile, PlannedPart

UPLOADS: Final = ("upload_name", "path", "title", "criteria", "period_first", "period_last")
_UPLOADED: Final = (".pdf", ".csv", ".xlsx")
_LONGEST: Final = 120
_README: Final = """# Forms for other programs

Everything here is drawn from the other folders of this room; for people, read those.

- `oscal/`: component definition, plan and results of the organisation's self-assessment, plan of action. No document speaks
  for an auditor; results are observations, without findings and without a status of objectives.
- `models.cdx.json` (CycloneDX 1.6), `models.spdx.json` (SPDX 2.3): bills of materials of models, from provenance records.
- `uploads.csv`: which files to upload one by one to Vanta, Drata or the like, and under which name. Such platforms take
  files of up to 50 MB: `proofbook uploads ROOM` copies them under these names and makes parts of larger tables.
- `ciso-assistant/`: applied controls and policies as CSV for its data import.
- `probo/measures.json`: measures with the criteria they bear on, for its import.
"""


def plan_machine(origin: PartsFrom) -> PlannedPart:
    """OSCAL, bills of materials, lists to import."""
    documents: list[tuple[str, str, Any]] = [
        ("component-definition", "OSCAL component definition", component_definition(origin)),
        ("assessment-plan", "OSCAL plan of the self-assessment", assessment_plan(origin)),
        ("assessment-results", "OSCAL results of the self-assessment", assessment_results(origin)),
    ]
    actions = plan_of_action(origin)
    documents += [] if actions is None else [("plan-of-action", "OSCAL plan of action", actions)]
    files = [_json(title, value, "oscal", name) for name, title, value in documents]
    files += [
        _json("Models: CycloneDX bill of materials", machine_learning_bom(origin), "models.cdx"),
        _json("Models: SPDX bill of materials", spdx_document(origin), "models.spdx"),
        *_for_ciso_assistant(origin),
        _json("Measures for Probo", {"measures": _measures(origin)}, "probo", "measures"),
        PlannedFile(part_path(MACHINE_FOLDER, "README", form="md"), "Forms for other programs", _README.encode),
    ]
    return PlannedPart(tuple(files))


def plan_uploads(origin: PartsFrom, references: Sequence[Reference]) -> PlannedFile:
    """Files that are taken one by one, and names under which they say what they are (soc2.md 15.4)."""
    path = part_path(MACHINE_FOLDER, "uploads", form="csv")
    return PlannedFile(path, "Files to upload one by one", partial(_uploads, origin, tuple(references)))


def _uploads(origin: PartsFrom, references: Sequence[Reference]) -> bytes:
    period = origin.engagement.period
    first, last = period.first.isoformat(), period.last.isoformat()
    rows, taken = [format_row(UPLOADS)], set[str]()
    for each in references:
        if each.path.endswith(_UPLOADED):
            name = _upload_name(each, first, last, taken)
            rows.append(format_row((name, each.path, each.title, list(each.criteria), first, last)))
    return b"".join(rows)


def _upload_name(reference: Reference, first: str, last: str, taken: set[str]) -> str:
    """`<criterion>_<folder and name>_<from>_<to>_v1.<ending>`, at most 120 characters, none twice."""
    stem, _, ending = reference.path.rpartition(".")
    criterion = reference.criteria[0] if reference.criteria else "all"
    tail, number = f"_{first}_{last}_v1.{ending}", 1
    short = slug("-".join(stem.split("/")[-2:]))
    name = f"{criterion}_{short}"[: _LONGEST - len(tail)] + tail
    while name in taken:
        number += 1
        name = f"{criterion}_{number}-{short}"[: _LONGEST - len(tail)] + tail
    taken.add(name)
    return name


def _for_ciso_assistant(origin: PartsFrom) -> list[PlannedFile]:
    columns = ("ref_id", "name", "description")
    controls = [
        (each.control.id, f"{each.control.id} {each.control.newest.title}", each.control.newest.slots.get("what"))
        for each in origin.assessed.grid.controls
    ]
    policies = [
        (each.id, each.body["title"], f"version {each.body['version']}") for each in origin.assessed.facts.scoped("policy")
    ]
    return [
        csv_file(MACHINE_FOLDER, "ciso-assistant", name, title=title, columns=columns, rows=rows)
        for name, title, rows in (
            ("applied-controls", "Applied controls for CISO Assistant", controls),
            ("policies", "Policies for CISO Assistant", policies),
        )
    ]


def _measures(origin: PartsFrom) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{each.control.id} {each.control.newest.title}",
            "category": "AI",
            "reference-id": each.control.id,
            "standards": [{"framework": "SOC 2", "control": criterion} for criterion in each.control.criteria],
            "tasks": [],
        }
        for each in origin.assessed.grid.controls
    ]


def _json(title: str, value: Any, *names: str) -> PlannedFile:
    return PlannedFile(part_path(MACHINE_FOLDER, *names, form="json"), title, partial(json_bytes, value))
