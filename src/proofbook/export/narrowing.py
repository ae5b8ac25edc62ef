"""What narrows a report to an engagement, written into its definition: systems, and the entity where a book holds several.

Promises: every filter stands in the definition and so changes its logic hash; nothing is left out that nobody can place (a
refusal without a key, a record that names no system). A table that cannot tell systems apart is left whole, as the header says.
"""

from __future__ import annotations

from typing import Any, Final

from proofbook.export.defining import parse_definition
from proofbook.export.definition import Definition, Table
from proofbook.export.engagement import Engagement
from proofbook.primitives.canonical import JsonValue, canonical_bytes, parse_json
from proofbook.records.kept import KEPT
from proofbook.records.kinds import KINDS

ONE: Final = "body.system"
SEVERAL: Final = "body.systems"
_INVENTORY: Final = "ai_system"
_ENTITY: Final = "body.entity"


def narrow(definition: Definition, engagement: Engagement) -> Definition:
    """The same definition for what the engagement speaks of; unchanged where there is nothing to narrow."""
    value: Any = parse_json(definition.data)
    changed = False
    for table, row in zip(definition.tables, value["tables"], strict=True):
        added = [*_systems(table, engagement.systems), *_entity(table, engagement)] if table.kinds else []
        if added:
            row["base"]["where"] += added
            changed = True
    return parse_definition(canonical_bytes(value)) if changed else definition


def tells_systems(table: Table) -> bool:
    """Whether rows of a table can be told apart by system."""
    return bool(table.scheduled) or _INVENTORY in table.kinds or _names(table, "system") or _names(table, "systems")


def tells_entities(table: Table) -> bool:
    """Whether its rows name the legal entity they belong to, or a system that does."""
    return tells_systems(table) or _is_kept(table)


def _is_kept(table: Table) -> bool:
    return bool(table.kinds) and set(table.kinds) <= KEPT.keys()


def _names(table: Table, field: str) -> bool:
    """Whether its entries name systems in this field of their body."""
    return any(field in KINDS[kind].model_fields for kind in table.kinds)


def _systems(table: Table, systems: tuple[str, ...]) -> list[JsonValue]:
    if not systems:
        return []
    named: list[JsonValue] = [*sorted(systems)]
    if table.kinds == (_INVENTORY,):
        return [{"path": "subject", "in": named}]
    found: list[JsonValue] = []
    if _names(table, "system") and not _is_kept(table):
        refused: list[JsonValue] = [None] if "exchange.refused" in table.kinds else []
        found.append({"path": ONE, "in": [*named, *refused]})
    elif _names(table, "system"):
        found.append({"or": [{"path": ONE, "absent": True}, {"path": ONE, "in": [*named, None]}]})
    if _names(table, "systems"):
        parts: list[JsonValue] = [{"path": SEVERAL, "absent": True}, {"path": SEVERAL, "any": named}]
        found.append({"or": [*parts, {"path": SEVERAL, "in": [[], None]}]})
    return found


def _entity(table: Table, engagement: Engagement) -> list[JsonValue]:
    """Records state their entity; one that states none belongs to that of the systems it names, else to that of the book."""
    if not engagement.apart or not _is_kept(table):
        return []
    found: list[JsonValue] = [{"path": _ENTITY, "in": [engagement.entity, None]}]
    if not engagement.of_book:
        named: list[JsonValue] = [*sorted(engagement.systems)]
        of_system: list[JsonValue] = [{"path": ONE, "in": named}, {"path": SEVERAL, "any": named}]
        of_system += [{"path": "subject", "in": named}] if table.kinds == (_INVENTORY,) else []
        found.append({"or": [{"path": _ENTITY, "in": [engagement.entity]}, *of_system]})
    return found
