"""What the gateway enforced, let pass and turned away: the side of the access matrix that nobody typed."""

from __future__ import annotations

from typing import Final

from proofbook.artifacts.page import Cell, Standing, Table
from proofbook.artifacts.speaking import label, local, short
from proofbook.assessment.enforcement import UNKNOWN, PolicyStretch
from proofbook.assessment.facts import Facts

_QUESTIONS: Final = {
    "grant": "no grant",
    "registered": "not registered",
    "approved_weights": "weights not approved",
    "unknown_weights": "weights unknown",
    "remote_model": "answered by another host",
    "outside_hours": "outside hours",
    "stale_records": "records stale",
}
_WORDS: Final = {"refuse": "refused", "flag": "let pass, flagged", "off": "not asked"}
"""What becomes of a request that falls short, by policy."""


def stance_cell(stance: str) -> Cell:
    """A policy in words; not asking is marked."""
    if stance == UNKNOWN:
        return Cell("unknown", Standing.UNKNOWN)
    return Cell(_WORDS.get(stance, stance), Standing.DIFFERS if stance == "off" else Standing.STATED)


def tabulate_policies(facts: Facts, stretches: tuple[PolicyStretch, ...]) -> Table:
    """Every policy of the period, by system, and since when."""
    zone = facts.scope.period.zone
    rows = []
    for each in stretches:
        until = Cell("in force") if each.until is None else Cell(local(each.until, zone))
        limits = [f"{label(name)} {value}" for name, value in each.settings.items() if name not in _QUESTIONS]
        rows.append(
            (
                Cell(each.system),
                Cell(local(each.since, zone)),
                until,
                _lacks(each, "refuse"),
                _lacks(each, "flag"),
                _lacks(each, "off"),
                Cell("; ".join(limits) or "none set"),
                Cell(short(each.entry), mono=True),
            )
        )
    columns = ("System", "Since", "Until", "Refused", "Let pass, flagged", "Not asked", "Limits", "Entry")
    empty = "No gateway stated its admission policy in this book: what was enforced is unknown."
    note = "What becomes of a request that falls short, as the gateway stated it when it loaded its settings. Marked: not asked."
    return Table("What the gateway enforces", columns, tuple(rows), empty, note, (4, 3, 3, 4, 4, 3, 4, 4))


def _lacks(stretch: PolicyStretch, stance: str) -> Cell:
    """The lacks of which a policy makes the same."""
    named = [words for question, words in _QUESTIONS.items() if stretch.stance(question) == stance]
    return Cell(", ".join(named) or "nothing", Standing.DIFFERS if named and stance == "off" else Standing.STATED)


def tabulate_flagged(facts: Facts) -> Table:
    """Exchanges that passed although something was lacking."""
    zone = facts.scope.period.zone
    rows = [
        (
            Cell(each.principal, Standing.DIFFERS),
            Cell(each.system or "no system"),
            Cell(label(each.flag)),
            Cell("not known", Standing.UNKNOWN) if each.artifact is None else Cell(short(each.artifact), mono=True),
            Cell(f"{each.exchanges:,}"),
            Cell(f"{local(each.first, zone)} to {local(each.last, zone)}"),
        )
        for each in facts.flagged
    ]
    columns = ("Who", "System", "What was lacking", "Model artifact", "Exchanges", "When")
    empty = "No exchange of the period carries a flag. Where a question was not asked, nothing could be flagged."
    note = "Used, and not granted or approved on record at that moment. An exchange that lacked several things has several rows."
    return Table("Let pass although something was lacking", columns, tuple(rows), empty, note, (4, 4, 4, 4, 2, 5))


def tabulate_denied(facts: Facts) -> Table:
    """Attempts that a rule turned away."""
    zone = facts.scope.period.zone
    rows = [
        (
            Cell("unknown", Standing.UNKNOWN) if each.principal == "unknown" else Cell(each.principal),
            Cell(each.system or "no system"),
            Cell(label(each.reason)),
            Cell(f"{each.attempts:,}"),
            Cell(f"{local(each.first, zone)} to {local(each.last, zone)}"),
        )
        for each in facts.denied
    ]
    columns = ("Who", "System", "Why", "Attempts", "When")
    empty = "No attempt of the period was denied. That is a count of this book, not a statement about attempts elsewhere."
    note = "Turned away by a rule about access or use; nothing of them reached a model."
    return Table("Denied attempts", columns, tuple(rows), empty, note, (4, 4, 4, 2, 5))
