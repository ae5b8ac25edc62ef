"""What sensitive data was counted in a system's traffic, beside what a record says may flow: figures for ART-03 and ART-06.

Promises: classes that were looked for and not found are said to be that, only of what was examined; what was not examined has
rows of its own. Counts are of rules with checks, so they are neither all there was nor certain; the note says so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Final

from proofbook.artifacts.page import Cell, Standing, Table
from proofbook.artifacts.speaking import label
from proofbook.assessment.facts import Facts
from proofbook.readmodel.classes import UNCLASSIFIED
from proofbook.sensitive.classes import EXPLAINED, SensitiveKind

_NOTE: Final = (
    "Counted by rules with checks, in content that stays sealed. A class that is missing was not looked for. What each class "
    "matches and misses: proofbook content classes --explain."
)
_EXAMINED: Final = frozenset({"examined", "empty"})


def sensitive_table(facts: Facts, system: str | None) -> Table:
    """Classes found in the period's exchanges of a system; None: of all systems in scope."""
    exchanges: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in facts.sensitive:
        if system is None or each.system == system:
            exchanges[each.kind][each.side] += each.exchanges
    looked_for = {kind for each in facts.examined if system is None or each.system == system for kind in each.looked_for}
    rows = [
        (Cell(_name(kind)), Cell(f"{exchanges[kind]['request']:,}"), Cell(f"{exchanges[kind]['response']:,}"))
        for kind in sorted(looked_for | exchanges.keys(), key=_order)
    ]
    columns = ("Class", "Exchanges with it in the request", "Exchanges with it in the answer")
    empty = "No content of the period was examined. That says nothing about what was in it."
    return Table("Sensitive data counted in traffic", columns, tuple(rows), empty, _NOTE if rows else "")


def examined_table(facts: Facts, system: str | None) -> Table:
    """How much of the period's exchanges was examined."""
    fully: Counter[str] = Counter()
    for each in facts.examined:
        if system is None or each.system == system:
            whole = {each.request, each.response} <= _EXAMINED
            none = UNCLASSIFIED in {each.request, each.response}
            fully["whole" if whole else "none" if none else "partly"] += each.exchanges
    words = {
        "whole": ("Examined whole", Standing.STATED),
        "partly": ("Not examined, or not all of it", Standing.UNKNOWN),
        "none": ("Never classified", Standing.UNKNOWN),
    }
    rows = [(Cell(*words[state]), Cell(f"{fully[state]:,}")) for state in words if fully[state]]
    empty = "No exchange is recorded in the period."
    return Table("How much of it was examined for sensitive data", ("State", "Exchanges"), tuple(rows), empty)


def _name(kind: str) -> str:
    known = next((each for each in SensitiveKind if each.value == kind), None)
    return label(kind) if known is None else EXPLAINED[known].name


def _order(kind: str) -> tuple[int, str]:
    values = [each.value for each in SensitiveKind]
    return (values.index(kind) if kind in values else len(values), kind)
