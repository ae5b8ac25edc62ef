"""How a report works, in plain words, for whoever has to rely on it: made from the definition alone.

Promises: says what one row is, where rows come from, what is left out, how completeness is shown and what cannot be shown; the
same definition gives the same page. It explains; it selects nothing.
Hostile input: definitions are the program's own; systems of an engagement in their filters are shown as code.
"""

from __future__ import annotations

from collections.abc import Iterator

from proofbook.export.completeness.table import describe_check
from proofbook.export.definition import Definition, Table, words


def explain(definition: Definition) -> bytes:
    """The page as Markdown."""
    return ("\n".join(_lines(definition)) + "\n").encode()


def _lines(definition: Definition) -> Iterator[str]:
    yield f"# {definition.population}: {definition.title}"
    yield ""
    yield definition.purpose
    yield ""
    yield f"- **One item:** {definition.unit}"
    yield f"- **Where the whole list is kept:** {definition.system_of_record}"
    report = f"`{definition.id}` version {definition.version}"
    yield f"- **Report:** {report}; its logic hash is that of `{definition.population}.json`"
    yield f"- **Controls** (illustrative set)**:** {', '.join(definition.controls)}"
    yield f"- **Criteria** (illustrative mapping)**:** {', '.join(definition.criteria)}"
    yield f"- **Artifacts:** {', '.join(definition.artifacts)}"
    yield ""
    yield "## Parameters"
    yield ""
    yield from (f"- {each}" for each in definition.parameters)
    yield ""
    yield "## Tables"
    for table in definition.tables:
        yield ""
        yield from _table(table)
    yield ""
    yield "## How completeness is shown"
    yield ""
    yield "A check that differs, or that cannot be made, is shown. Where it bears on completeness it stamps the export"
    yield "*completeness not demonstrated* with its reason; the export is made all the same."
    yield ""
    yield "| Check | What it compares | Bears on completeness |"
    yield "| --- | --- | --- |"
    for each in definition.checks:
        yield f"| {each.id.replace('_', ' ')} | {describe_check(each.id)} | {'yes' if each.bears else 'no'} |"
    yield ""
    yield "## What it cannot show"
    yield ""
    yield from (f"- {each}" for each in definition.limitations)
    yield ""
    yield "Where else a person can look for items that are not in the list:"
    yield ""
    yield from (f"- {each}" for each in definition.elsewhere)


def _table(table: Table) -> Iterator[str]:
    yield f"### `{table.name}`: {table.title}"
    yield ""
    yield f"- {words(table)}."
    if table.join is not None:
        which = "first" if table.join.pick == "first" else "newest"
        kinds = " or ".join(table.join.kinds)
        yield f"- Beside each row the {which} entry of kind {kinds} whose `{table.join.joined}` is the row's `{table.join.base}`."
    counted = f"; counted by {', '.join(f'`{each}`' for each in table.by)}" if table.by else ""
    yield f"- Rows are told apart by `{table.key}`{counted}."
    yield ""
    yield "| Column | What it says |"
    yield "| --- | --- |"
    for each in table.columns:
        unit = f" ({each.unit})" if each.unit else ""
        yield f"| `{each.name}` | {each.meaning}{unit} |"
