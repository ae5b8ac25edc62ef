"""What was recorded between two checkpoints about controls, systems, policies, models, engines and settings: `01`, changes since.

Promises: every version of every record of these kinds that is in scope and came after the earlier checkpoint has its row; each
field that says something else stands with what it said before. Nothing is weighed: whether a change matters is not said. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from proofbook.artifacts.page import Cell, Standing, Table
from proofbook.artifacts.speaking import cell, happened, label, local
from proofbook.assessment.facts import Facts
from proofbook.export.parts.registers import text_table
from proofbook.primitives.canonical import JsonValue
from proofbook.readmodel.documents import DocumentVersion

COLUMNS: Final = ("kind", "id", "version", "field", "before", "after", "occurred", "recorded", "recorded_by", "entry")
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "Controls: design, owner, cadence": ("control", "not_applicable"),
    "Scope, systems and what they read": ("engagement", "ai_system", "index.manifest", "data_flow"),
    "Policies and standards": ("policy", "evaluation.standard", "approved_tool", "waiver", "egress.rule"),
    "Models, engines, prompts and settings": ("change", "model.approval"),
    "Vendors and upstreams": ("vendor",),
}
"""What is told apart, and of which kinds of records."""
_UNTOLD: Final = frozenset({"because", "notes", "attachments"})
_NEW: Final = ("what", "system", "before", "after", "status", "effective_on", "decision")
"""What is told of a record that is new."""
_SHOWN: Final = 6
"""Fields of one version on the page; the CSV has all."""


@dataclass(frozen=True, slots=True)
class Step:
    """One version and the one before it; None: the record is new."""

    version: DocumentVersion
    before: DocumentVersion | None

    def fields(self) -> tuple[tuple[str, Any, Any], ...]:
        """Fields that say something else than before: name, before, after. All that are stated, of a new record."""
        old: Mapping[str, Any] = {} if self.before is None else self.before.body
        new = self.version.body
        names = [name for name in new if name not in _UNTOLD and new[name] != old.get(name)]
        return tuple((name, old.get(name), new[name]) for name in names)


def find_steps(facts: Facts, kinds: Iterable[str], size: int) -> tuple[Step, ...]:
    """Every version in scope that stands at position `size` or later, in the order of the book."""
    found = []
    for kind in kinds:
        for newest in facts.scoped(kind):
            versions = facts.history(kind, newest.id)
            found += [
                Step(each, versions[number - 1] if number else None)
                for number, each in enumerate(versions)
                if each.index >= size and (kind != "engagement" or each.id == facts.scope.engagement)
            ]
    return tuple(sorted(found, key=lambda each: each.version.index))


def changes_tables(facts: Facts, size: int) -> Iterator[Table]:
    """A table for each group, and what programs saw by themselves."""
    zone = facts.scope.period.zone
    for title, kinds in GROUPS.items():
        rows = ((*_step(each, zone), Cell(each.version.entry, mono=True)) for each in find_steps(facts, kinds, size))
        columns = ("Record", "What changed", "Owner", "Happened", "By", "Entry")
        yield text_table(title, columns, rows, f"No {_kinds_in_words(kinds)} was recorded between the two checkpoints.")
    yield _seen(facts, size)


def change_rows(facts: Facts, size: int) -> list[tuple[JsonValue, ...]]:
    """The same field by field, for the CSV."""
    rows: list[tuple[JsonValue, ...]] = []
    for kinds in GROUPS.values():
        for each in find_steps(facts, kinds, size):
            about = each.version
            rows += [
                (
                    about.kind,
                    about.id,
                    about.version,
                    name,
                    before,
                    after,
                    about.occurred,
                    about.recorded,
                    about.actor,
                    about.entry,
                )
                for name, before, after in each.fields()
            ]
    return rows


def _step(step: Step, zone: str) -> tuple[Any, ...]:
    version = step.version
    title = f"{version.body.get('title') or label(version.kind)} ({version.id}, version {version.version})"
    return title, _words(step, zone), _owner(step), happened(version, zone), version.actor


def _words(step: Step, zone: str) -> Cell:
    if step.before is None:
        told = [f"{label(name)} {cell(step.version.body[name], zone).text}" for name in _NEW if step.version.body.get(name)]
        return Cell("; ".join(("new on record", *told)))
    fields = step.fields()
    told = [f"{label(name)}: {cell(before, zone).text} → {cell(after, zone).text}" for name, before, after in fields[:_SHOWN]]
    more = [f"and {len(fields) - _SHOWN} more fields"] if len(fields) > _SHOWN else []
    return Cell("; ".join((*told, *more)) or "nothing but its remarks")


def _owner(step: Step) -> Cell:
    after = step.version.body.get("owner")
    before = None if step.before is None else step.before.body.get("owner")
    if "owner" not in step.version.body:
        return Cell("–", Standing.NOT_STATED)
    if step.before is not None and before != after:
        return Cell(f"{before or 'not stated'} → {after or 'not stated'}", Standing.DIFFERS)
    return cell(after)


def _kinds_in_words(kinds: tuple[str, ...]) -> str:
    return ", ".join(label(each).replace(".", " ") for each in kinds)


def _seen(facts: Facts, size: int) -> Table:
    """Engines, weights and settings as programs saw them; nobody wrote these down."""
    zone = facts.scope.period.zone
    rows = [
        (each.index, "engine", f"{each.upstream}: {each.product} {each.build}".strip(), each.seen_at, each.entry)
        for each in facts.sightings
    ]
    rows += [
        (each.index, "weights on disk", f"{each.name} ({each.artifact[:19]}…)", each.observed_at, each.entry)
        for each in facts.artifacts
    ]
    rows += [(each.index, "settings loaded", each.program, each.recorded, each.entry) for each in facts.configs]
    shown = (
        (what, said, local(at, zone), Cell(entry, mono=True)) for index, what, said, at, entry in sorted(rows) if index >= size
    )
    return text_table(
        "What programs saw of engines, weights and settings",
        ("What", "Which", "Seen", "Entry"),
        shown,
        "No program recorded an engine, weights or settings between the two checkpoints.",
        "Seen again unchanged is recorded too; POP-07, POP-09 and POP-11 have the values.",
    )
