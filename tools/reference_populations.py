"""The pages of the population reports: one list of all, and one page for each, made of their definitions."""

from __future__ import annotations

from proofbook.export.defining import load_definition
from proofbook.export.definition import POPULATIONS
from proofbook.export.explaining import explain

_HEAD = """# The thirty populations

A population is the complete list of what happened, or of what there is, that one or more controls are about: what an auditor
draws samples from. Each is a report definition over the book (`rpt.…`, with a version and a logic hash), and each has a page that
says in plain words how it works, made from the definition itself. How all are made and checked: [populations](../populations.md).

| Population | What it is a list of | One item | Tables | Report |
| --- | --- | --- | --- | --- |
"""

_FOOT = """
Tables named `due` list what the schedule of duties expected, whatever became of it. They are computed and not taken from
entries, so the verifier cannot derive them again; it says so. Every other table it derives from the entries in the room, with its
own code.
"""


def format_population(population: str) -> str:
    """The page of one population, as it also lies in every evidence room."""
    return explain(load_definition(population)).decode()


def format_population_list() -> str:
    """The list of all."""
    rows = []
    for name in POPULATIONS:
        each = load_definition(name)
        tables = ", ".join(f"`{table.name}`" for table in each.tables)
        rows.append(f"| [{name}]({name}.md) | {each.title} | {each.unit} | {tables} | `{each.id}` {each.version} |")
    return _HEAD + "\n".join(rows) + "\n" + _FOOT
