"""`06_Evidence_by_criterion`: for each criterion in scope, which files of the room bear on it; references, no copies, no orphans.

Promises: every file outside folders 00 and 06 is referenced at least once: what bears on no single criterion (the book) stands
under all of them. A criterion without evidence says so. No criterion's text is here, only its id. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from proofbook.assessment.control_set import criteria_in_scope
from proofbook.bundle.csv_table import format_row
from proofbook.bundle.layout import BOOK_FOLDER, DEFINITION_FOLDER
from proofbook.bundle.parts import CRITERIA_FOLDER, part_path
from proofbook.controls.criteria import Criterion, load_criteria
from proofbook.export.pages import render_criteria
from proofbook.export.parts.planned import PartsFrom, PlannedFile, PlannedPart
from proofbook.primitives.canonical import JsonValue

COLUMNS: Final = ("criterion", "category", "controls", "evidence", "path", "title")
ALL: Final = "all"
_POPULATIONS: Final = "04_Populations/"


@dataclass(frozen=True, slots=True)
class Reference:
    """A file of the room and what it bears on; without criteria it bears on all."""

    path: str
    title: str
    criteria: tuple[str, ...] = ()


def plan_criteria(origin: PartsFrom, references: Sequence[Reference], ids: Mapping[str, str]) -> PlannedPart:
    """The references, as one CSV and a page for each group of criteria. `ids` is filled in before the files are written."""
    scope = criteria_in_scope(origin.assessed.facts.scope)
    known = [each for each in load_criteria().criteria if each.id in scope]
    groups: dict[str, list[Criterion]] = {}
    for each in known:
        groups.setdefault(each.id.partition(".")[0], []).append(each)
    standings = {each.control.id: each.control.criteria for each in origin.assessed.grid.controls}
    controls = {each.id: sorted(name for name, own in standings.items() if each.id in own) for each in known}
    files = [
        PlannedFile(
            part_path(CRITERIA_FOLDER, "references", form="csv"),
            "Evidence by criterion: references",
            partial(_csv, known, controls, references, ids),
        )
    ]
    for group, members in groups.items():
        title = f"Evidence bearing on {group}"
        make = partial(_page, origin, title, members, controls, references, ids)
        files.append(PlannedFile(part_path(CRITERIA_FOLDER, group, form="html"), title, make))
    return PlannedPart(tuple(files))


def _csv(
    known: Sequence[Criterion], controls: Mapping[str, list[str]], references: Sequence[Reference], ids: Mapping[str, str]
) -> bytes:
    rows = [format_row(COLUMNS)]
    for each in known:
        own: list[JsonValue] = list(controls[each.id])
        rows += [
            format_row((each.id, each.category.value, own, ids[one.path], one.path, one.title))
            for one in references
            if each.id in one.criteria
        ]
    scope = {each.id for each in known}
    rows += [
        format_row((ALL, None, None, ids[one.path], one.path, one.title)) for one in references if scope.isdisjoint(one.criteria)
    ]
    return b"".join(rows)


def _page(
    origin: PartsFrom,
    title: str,
    members: Sequence[Criterion],
    controls: Mapping[str, list[str]],
    references: Sequence[Reference],
    ids: Mapping[str, str],
) -> bytes:
    shown = [
        {
            "id": each.id,
            "summary": each.summary,
            "controls": controls[each.id],
            "files": [_link(one, ids) for one in _pages_of(references) if each.id in one.criteria],
        }
        for each in members
    ]
    rest = [_link(each, ids) for each in _pages_of(references) if not each.criteria and not each.path.startswith(BOOK_FOLDER)]
    checkpoint = origin.checkpoint
    return render_criteria(
        {
            "title": title,
            "entity": origin.engagement.entity,
            "engagement": origin.engagement.id,
            "period": origin.engagement.period,
            "criteria": shown,
            "rest": rest,
            "checkpoint": {"size": checkpoint.size, "root": checkpoint.root.hex(), "signed_at": checkpoint.signed_at},
            "book": BOOK_FOLDER,
        }
    )


def _pages_of(references: Sequence[Reference]) -> Iterator[Reference]:
    """One reference for each thing: of a page the HTML, of a population its header and workbook; the CSV has all."""
    paths = {each.path for each in references}
    for each in references:
        stem, _, ending = each.path.rpartition(".")
        if each.path.startswith(_POPULATIONS) and not (stem.endswith("/header") and ending == "html") and ending != "xlsx":
            continue
        if each.path.startswith(DEFINITION_FOLDER) and ending != "md":
            continue
        if each.path.endswith((".json", ".pdf")) and {f"{stem}.html", f"{stem}.csv"} & paths:
            continue
        yield each


def _link(reference: Reference, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"id": ids[reference.path], "path": f"../{reference.path}", "title": reference.title}
