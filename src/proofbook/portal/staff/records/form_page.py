"""The page of a form, and the page that says what it would record. Values for templates; nothing is decided here.

Promises: each mistake stands beside its field, or beside the nearest field around it; every field says what it means and, where
that is known to matter, what an auditor looks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from proofbook.controls.control import load_controls
from proofbook.filing.plan import Action, Planned
from proofbook.portal.posting import Given
from proofbook.portal.staff.records.field_help import help_for
from proofbook.portal.staff.records.form import MAX_FIELDS, Leaf, Node, Rows, Section, flatten, make_form
from proofbook.portal.staff.records.history import path_in_words, shown_differences
from proofbook.portal.staff.records.labels import label_of
from proofbook.portal.staff.records.linking import Linking
from proofbook.portal.staff.records.view import Viewing
from proofbook.portal.surroundings import Desk, Page
from proofbook.portal.typed_times import write_typed
from proofbook.portal.wording import exact
from proofbook.readmodel import artifacts, heads
from proofbook.readmodel.documents import DocumentVersion
from proofbook.records.pointing import pointers_of

if TYPE_CHECKING:
    from proofbook.portal.staff.records.editing import Typed

_SUGGESTED: Final = 200


def too_large(kind: str, stated: Mapping[str, Any], zone: ZoneInfo) -> bool:
    """Whether a record has more fields than a form may send."""
    return sum(1 for section in make_form(kind, stated, zone) for _ in flatten(section.nodes)) > MAX_FIELDS


def form_page(
    desk: Desk,
    typed: Typed,
    newest: DocumentVersion | None,
    *,
    mistakes: Mapping[str, str] | None = None,
    draft: str | None = None,
    focus: str | None = None,
) -> Page:
    """The form with what stands in it. `focus`: name of the list that has just got a row."""
    kind, told = typed.kind.kind, mistakes or {}
    sections = make_form(kind, typed.stated, typed.zone)
    names = {name: label for section in sections for name, label in _names(section.nodes)}
    beside = _beside(told, names)
    values = {
        "kind": typed.kind,
        "typed": typed,
        "newest": newest,
        "form_parts": _plainly(sections),
        "mistakes": beside,
        "told": [(name, names.get(name, path_in_words(name) if name else ""), words) for name, words in beside.items()],
        "helps": help_for(kind),
        "suggestions": _suggestions(desk, kind),
        "focus": None if focus is None else _last_of(sections, focus),
        "draft": draft,
        "keeps": desk.sources.people is not None,
        "zone": typed.zone.key,
        "raw": exact,
        "occurred": write_typed(typed.occurred, typed.zone),
    }
    return Page("records/form.html", values, 422 if told else 200)


def plan_page(desk: Desk, typed: Typed, planned: Planned, given: Given) -> Page:
    """What recording would do, before it is done. The fields are carried along, hidden."""
    fields = [(name, value) for name, values in given.fields.items() if name not in {"csrf", "do"} for value in values]
    version = 1 if planned.previous is None else planned.previous.version + 1
    remarks = [
        (path_in_words(".".join(map(str, each.path))) if each.path else "", each.what, _sentence(each.fix))
        for each in planned.remarks
    ]
    values = {
        "kind": typed.kind,
        "typed": typed,
        "planned": planned,
        "number_of_version": version,
        "differences": shown_differences(planned.differences),
        "remarks": remarks,
        "fields": fields,
        "raw": exact,
        "unchanged": planned.action is Action.UNCHANGED,
        "body": planned.filed.body,
        "parts": Viewing(typed.kind.kind, Linking(desk.reader)).parts(planned.filed.body),
        "zone": typed.zone.key,
    }
    return Page("records/plan.html", values)


def _sentence(fix: str) -> str:
    """What to do, with fields called as the form calls them."""
    said = fix.replace("`because`", f"the field {label_of('because')!r}").replace("`", "")
    return f"{said[:1].upper()}{said[1:]}."


def _plainly(sections: Sequence[Section]) -> list[tuple[str, tuple[Node, ...]]]:
    return [(section.title, section.nodes) for section in sections]


def _names(nodes: Sequence[Node]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        yield node.name, node.label
        if isinstance(node, Rows):
            for row in node.rows:
                yield from _names(row)


def _beside(told: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Mistakes by the name of the field they stand beside."""
    found: dict[str, str] = {}
    for path, words in told.items():
        name = path.replace("]", "").replace("[", ".")
        name = {"record.because": "because", "record": ""}.get(name, name)
        if name.startswith("record."):
            name = "r." + name.removeprefix("record.")
            while name not in names and "." in name:
                name = name.rpartition(".")[0]
        name = name if name in names or name in {"id", "occurred", "because"} else ""
        found[name] = f"{found[name]} {words}" if name in found else words
    return found


def _last_of(sections: Sequence[Section], name: str) -> str | None:
    """The first field of the last row of a list."""
    for section in sections:
        for node in _lists(section.nodes):
            if node.name == name and node.rows:
                first = node.rows[-1][0]
                return first.name if isinstance(first, Leaf) else None
    return None


def _lists(nodes: Sequence[Node]) -> Iterator[Rows]:
    for node in nodes:
        if isinstance(node, Rows):
            yield node
            for row in node.rows:
                yield from _lists(row)


def _suggestions(desk: Desk, kind: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Ids that fields of a kind may point to."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for target in set(pointers_of(kind).values()):
        match target:
            case "model.artifact":
                found[target] = tuple((each.artifact, each.name) for each in artifacts.latest(desk.reader))[:_SUGGESTED]
            case "control":
                shipped = tuple((each.id, each.title) for each in load_controls().controls)
                found[target] = (*heads.suggestions(desk.reader, target, _SUGGESTED), *shipped)
            case "entry" | "exchange":
                continue
            case _:
                found[target] = heads.suggestions(desk.reader, target, _SUGGESTED)
    return found
