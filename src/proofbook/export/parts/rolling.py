"""The pages of a roll-forward: two cut-offs, which report versions they were made with, how counts lead from one to the other.

Promises: a report version that differs from the one the earlier list was made with is said first, and one that nobody recorded is
unknown; what happened before the earlier cut-off and was recorded after it is listed. Nothing is weighed or concluded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from proofbook.artifacts.page import Block, Cell, Standing, Table
from proofbook.artifacts.speaking import counted, label
from proofbook.book.interface import BookReading, StoredCheckpoint
from proofbook.bundle.csv_table import format_table
from proofbook.bundle.layout import earlier_checkpoint_path
from proofbook.bundle.parts import SCOPE_FOLDER, part_path
from proofbook.export.book_part import parse_value
from proofbook.export.parts.changed import COLUMNS, change_rows, changes_tables
from proofbook.export.parts.framing import Sheet, csv_file, later_page_files, page_files
from proofbook.export.parts.planned import PartsFrom, PlannedFile, PlannedPart
from proofbook.export.parts.registers import text_table
from proofbook.export.population import Written

ROLLED: Final = ("population", "table", "opening", "added", "removed", "closing", "changed", "rows_here", "recorded_late")
VERSIONS: Final = (
    "population", "report_now", "logic_sha256_now", "report_then", "logic_sha256_then", "standing", "entry",
)  # fmt: skip
_EXPORT: Final = re.compile(b'"kind":"(?:population|room).exported"')
_STANDINGS: Final[Mapping[str, Cell]] = {
    "same": Cell("the same report, same logic hash"),
    "same_later": Cell("the same, by the first export recorded since"),
    "other_scope": Cell("same version, other filters: the scope differs", Standing.DIFFERS),
    "changed": Cell("REPORT VERSION CHANGED", Standing.DIFFERS),
    "unknown": Cell("unknown: no export is on record since the earlier checkpoint", Standing.UNKNOWN),
}


_RESULTS: Final = {"differs": Standing.DIFFERS, "unknown": Standing.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Earlier:
    """How a population was exported at or after the earlier checkpoint. `exact`: in a room as of that very checkpoint."""

    report: str
    logic: str
    entry: str
    exact: bool


def plan_roll_forward(origin: PartsFrom) -> PlannedPart:
    """The summary, what changed, and both as CSV."""
    since, facts = origin.since, origin.assessed.facts
    if since is None:
        raise RuntimeError("a roll-forward begins at a checkpoint")
    earlier = find_earlier(origin.book, since, origin.checkpoint.size, origin.engagement.id)
    rows = change_rows(facts, since.size)
    shell = Sheet(
        SCOPE_FOLDER, "roll-forward", "Roll-forward between two checkpoints",
        "What is new or changed in each population since the earlier cut-off, and how the counts lead from there to here.", (),
        query=f"every entry from position {since.size} to {origin.checkpoint.size - 1}; lists by the report definitions in 10",
        limits=(
            "The cut-off is a checkpoint, not a moment of the clock: what happened before it and was recorded after is here.",
            "Whether a change matters to a control is not said here.",
        ),
    )  # fmt: skip
    more = Sheet(
        SCOPE_FOLDER, "changes-since", "Changes in controls, owners, systems, models and engines",
        "Every version recorded between the two checkpoints, with what it says otherwise than the one before.",
        tuple(changes_tables(facts, since.size)), query=f"records of the kinds named, in scope, from position {since.size} on",
        limits=("A change that nobody recorded is not here; POP-08 and POP-11 hold what served against what was recorded.",),
        plain=[dict(zip(COLUMNS, row, strict=True)) for row in rows],
    )  # fmt: skip
    return PlannedPart(
        (
            *later_page_files(origin, shell, lambda: replace(shell, **_filled(origin, since, earlier))),
            _table_file("roll-forward", "Roll-forward: counts by table", ROLLED, lambda: _rolled(origin.written)),
            _table_file("report-versions", "Report versions, then and now", VERSIONS, lambda: _versions(origin.written, earlier)),
            *page_files(origin, more),
            csv_file(SCOPE_FOLDER, "changes-since", title="Changes since, field by field", columns=COLUMNS, rows=rows),
        )
    )


def find_earlier(book: BookReading, since: StoredCheckpoint, size: int, engagement: str) -> Mapping[str, Earlier]:
    """By population: its export in a room of the engagement as of the earlier checkpoint, else the first one recorded since."""
    found: dict[str, Earlier] = {}
    batch: dict[str, Earlier] = {}
    for index, data in book.entries(since.size, size):
        if not _EXPORT.search(data):
            continue
        entry: Any = parse_value(data, index)
        body = entry["body"]
        if entry["kind"] == "population.exported":
            one = Earlier(body["definition"], body["logic"].removeprefix("sha256:"), entry["id"], exact=False)
            batch[body["population"]] = one
            found.setdefault(body["population"], one)
        elif body["checkpoint_size"] == since.size and body["engagement"] == engagement:
            exact = {name: replace(each, exact=True) for name, each in batch.items()}
            found |= {name: each for name, each in exact.items() if not found[name].exact}
            batch = {}
        else:
            batch = {}
    return found


def standing_of(written: Written, earlier: Earlier | None) -> str:
    """`same`, `other_scope`, `changed` or `unknown`."""
    now = written.definition
    if earlier is None:
        return "unknown"
    if earlier.report != f"{now.id}/{now.version}":
        return "changed"
    return "same" if earlier.logic == now.logic_sha256 else "other_scope"


def _filled(origin: PartsFrom, since: StoredCheckpoint, earlier: Mapping[str, Earlier]) -> dict[str, Any]:
    """What the summary says once the populations are written."""
    written, rolled = origin.written, _rolled(origin.written)
    blocks: tuple[Block, ...] = (
        _cut_offs(origin, since),
        _stood(origin, since),
        text_table(
            "Counts", ("Population", "Table", "Opening", "+ added", "- removed", "= closing", "Changed", "Rows", "Late"),
            [row for row in rolled if any(row[2:])], "In no table did anything stand or come.",
            "Items of the whole list. Rows: added and changed. Late: happened before the earlier checkpoint, recorded after.",
        ),
        _late(written),
        _versions_table(written, earlier),
    )  # fmt: skip
    standings = [standing_of(each, earlier.get(each.room.population)) for each in written]
    marks = [Cell(f"{standings.count('changed')} report versions changed", Standing.DIFFERS)] if "changed" in standings else []
    marks += [Cell(f"report version unknown for {counted(standings.count('unknown'), 'population')}", Standing.UNKNOWN)] * (
        "unknown" in standings
    )
    plain = {
        "since": {"size": since.size, "root": since.root.hex(), "signed_at": since.signed_at},
        "tables": [dict(zip(ROLLED, row, strict=True)) for row in rolled],
        "reports": [dict(zip(VERSIONS, row, strict=True)) for row in _versions(written, earlier)],
    }
    return {"blocks": blocks, "marks": tuple(marks), "plain": plain}


def _cut_offs(origin: PartsFrom, since: StoredCheckpoint) -> Table:
    now = origin.checkpoint
    rows = (
        ("Earlier", since.size, since.signed_at, Cell(since.root.hex(), mono=True)),
        ("Later", now.size, now.signed_at, Cell(now.root.hex(), mono=True)),
        ("Between them", now.size - since.size, "–", "–"),
    )
    path = earlier_checkpoint_path(since.size)
    return text_table(
        "The two cut-offs", ("Checkpoint", "Entries", "Signed", "Root"), rows, "",
        f"That the later book begins with the earlier one is computed by verify.py (steps 5 and 8) from the entries and {path}; "
        "give it the receipt you hold with --checkpoint, so that it is yours it is held against.",
    )  # fmt: skip


def _stood(origin: PartsFrom, since: StoredCheckpoint) -> Table:
    """Access, inventory, artifacts and the like at both cut-offs, by the dates their records state."""
    rows = (
        (
            name,
            check.detail,
            Cell(check.result.value, _RESULTS.get(check.result.value, Standing.STATED)),
            "; ".join(check.items) or "–",
        )
        for name, check in origin.rolled_between(since, origin.checkpoint)
    )
    return text_table(
        "What stood at the two cut-offs", ("Of", "Opening + additions - removals = closing", "Both ways", "Where not"), rows, "",
        "Opening and closing as recorded by then; additions and removals by the dates the records state. A record written down "
        "after the fact shows as a difference.",
    )  # fmt: skip


def _versions_table(written: Iterable[Written], earlier: Mapping[str, Earlier]) -> Table:
    """What differs, one by one; what does not, together."""
    rows: list[tuple[Any, ...]] = []
    together: dict[str, list[str]] = {}
    for each in written:
        name, now = each.room.population, f"{each.definition.id}/{each.definition.version}"
        then = earlier.get(name)
        standing = standing_of(each, then)
        if then is None or standing == "same":
            together.setdefault(standing if then is None or then.exact else "same_later", []).append(name)
        else:
            where = then.report if then.exact else f"{then.report}, first export since"
            rows.append((name, now, where, _STANDINGS[standing], Cell(then.entry, mono=True)))
    rows += [(", ".join(names), "–", "–", _STANDINGS[standing], "–") for standing, names in sorted(together.items())]
    return text_table(
        "Report versions",
        ("Population", "Now", "Then", "Standing", "Entry"),
        rows,
        "No population is in this pack.",
        "Then: as recorded when a room as of the earlier checkpoint was made; without one, the first export recorded after it. "
        "report-versions.csv has the logic hashes: compare them with the header of the list you tested.",
    )


def _late(written: Iterable[Written]) -> Table:
    rows = [
        (each.room.population, label(table), item)
        for each in written
        for table, late in each.late.items()
        for item in (*late.items, *([f"and {late.total - len(late.items)} more"] if late.total > len(late.items) else []))
    ]
    return text_table(
        "Of the time before, recorded since",
        ("Population", "Table", "Entry and moments"),
        rows,
        "No row of this pack tells of a time before the earlier checkpoint was signed.",
        "These were not in the lists as of the earlier checkpoint and could not be drawn from them.",
    )


def _rolled(written: Iterable[Written]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for each in written:
        rows = {table.name: table.rows for table in each.room.tables}
        for table, rolled in each.rolled.items():
            counts = rolled.document()
            names = ("opening", "added", "removed", "closing", "changed")
            found.append((each.room.population, table, *(counts[name] for name in names), rows[table], each.late[table].total))
    return found


def _versions(written: Iterable[Written], earlier: Mapping[str, Earlier]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for each in written:
        then, now = earlier.get(each.room.population), each.definition
        past = (None, None) if then is None else (then.report, then.logic)
        report, standing = f"{now.id}/{now.version}", standing_of(each, then)
        found.append((each.room.population, report, now.logic_sha256, *past, standing, None if then is None else then.entry))
    return found


def _table_file(name: str, title: str, columns: tuple[str, ...], rows: Any) -> PlannedFile:
    """A table that speaks of populations: made once they are written."""
    return PlannedFile(part_path(SCOPE_FOLDER, name, form="csv"), title, lambda: format_table(columns, rows()))
