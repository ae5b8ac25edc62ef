"""Custom populations: a list made by a question that a person of the organisation wrote and another one reviewed.

Promises: the question lies beside its result, word for word, with its author, reviewer and purpose; the result is marked custom
wherever it is shown, and its completeness is never shown to be demonstrated, because nobody but its reader has tested its logic.
Rows stand in the order of their key, so the same question over the same book gives the same bytes.
Hostile input: a question is only ever run by `readmodel.inquiry`; InputError names what its heading lacks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from proofbook import __version__
from proofbook.bundle.csv_table import format_row
from proofbook.bundle.json_table import JsonTable
from proofbook.bundle.manifest import period_document
from proofbook.errors import InputError, LimitExceeded
from proofbook.export.book_part import choose_checkpoint, write_book
from proofbook.export.coverage import derive_coverage
from proofbook.export.engagement import Engagement
from proofbook.export.folder import HashingFile, RoomFolder, hand_over, staged
from proofbook.export.observation import Observation
from proofbook.export.room import ExportedPopulation, ExportFrom
from proofbook.journal.receipt import Submission
from proofbook.primitives.canonical import JsonValue, canonical_bytes
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.inquiry import VIEWS, inquire
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.operations import PopulationExported

MAX_ROWS: Final = 1_000_000
"""More are refused; nothing is ever cut short."""
MAX_QUESTION: Final = 64 * 1024

_HEADING: Final = re.compile(r"--\s*(?P<name>[a-z]+):\s*(?P<text>.+?)\s*\Z")
_ID: Final = re.compile(r"CUSTOM-[A-Z0-9][A-Z0-9-]{0,38}\Z")
_ONCE: Final = ("population", "title", "purpose", "unit", "key", "author", "reviewer", "reviewed")
_OFTEN: Final = ("limitation",)
NOT_SHOWN: Final = (
    "custom question: nothing but the question itself says what belongs to this list; read it, ask it again, and tie it out"
)


@dataclass(frozen=True, slots=True)
class Custom:
    """A question with its heading; `text` is the file as it was read."""

    population: str
    title: str
    purpose: str
    unit: str
    key: str
    author: str
    reviewer: str
    reviewed: str
    limitations: tuple[str, ...]
    text: bytes

    @property
    def logic_sha256(self) -> str:
        """Hex SHA-256 of the file."""
        return sha256(self.text).hexdigest()

    @property
    def statement(self) -> str:
        """The SELECT; comments are SQL's own."""
        return self.text.decode().rstrip().rstrip(";")


def parse_custom(text: bytes) -> Custom:
    """A file of SQL with its heading in comments -> Custom.

    Raises InputError: the heading lacks something, names it twice, or its author reviewed it.
    """
    if len(text) > MAX_QUESTION:
        raise InputError(f"a question of {len(text)} bytes is too long", hint=f"at most {MAX_QUESTION}")
    try:
        lines = text.decode().splitlines()
    except UnicodeDecodeError as error:
        raise InputError("the question is not UTF-8 text") from error
    found: dict[str, str] = {}
    limitations: list[str] = []
    for line in lines:
        match = _HEADING.fullmatch(line.strip())
        if match is None or match["name"] not in {*_ONCE, *_OFTEN}:
            continue
        if match["name"] in _OFTEN:
            limitations.append(match["text"])
        elif match["name"] in found:
            raise InputError(f"the heading names {match['name']} twice")
        else:
            found[match["name"]] = match["text"]
    missing = [name for name in _ONCE if name not in found]
    if missing:
        lines_of = "; ".join(f"-- {name}: …" for name in missing)
        raise InputError(f"the heading lacks {', '.join(missing)}", hint=f"write comment lines at the top: {lines_of}")
    if _ID.fullmatch(found["population"]) is None:
        raise InputError(f"population {found['population'][:40]!r} is no id of a custom population", hint="e.g. CUSTOM-LATE-KEYS")
    if found["author"].casefold() == found["reviewer"].casefold():
        raise InputError("author and reviewer are the same person", hint="let somebody else read the question and put their name")
    return Custom(**found, limitations=tuple(limitations), text=text)


def export_custom(
    out: Path, origin: ExportFrom, projection: Path, engagement: Engagement, custom: Custom, *, as_of_size: int | None = None
) -> ExportedPopulation:
    """Write a custom population to `out`: rows in two forms, the question, a header that is marked custom.

    `projection`: file of the projection, which is asked read-only.

    Raises what `export_population` raises; InputError or LimitExceeded for the question.
    """
    checkpoint = choose_checkpoint(origin.book, engagement.period, origin.signer, as_of_size)
    seen = Observation(format_instant(engagement.period.start), format_instant(engagement.period.end))
    with staged(out) as folder:
        origin.projection.catch_up(lambda _done: None)
        write_book(folder, origin.book, checkpoint, lambda entry: seen.see(entry.index, entry.value), lambda *_: None)
        place = folder.workspace / "custom"
        place.mkdir()
        columns, rows, distinct, files = _write_rows(place, projection, custom, seen, checkpoint.size)
        (place / "question.sql").write_bytes(custom.text)
        files["question.sql"] = custom.logic_sha256
        header: dict[str, JsonValue] = {
            **_about(custom, engagement),
            "as_of": {"size": checkpoint.size, "root": checkpoint.root.hex(), "signed_at": checkpoint.signed_at},
            "row_counts": {"rows": rows},
            "columns": {"rows": [*columns]},
            "control_totals": {"rows": {"key": custom.key, "distinct_keys": distinct}},
            "checks": _checks(custom, rows, distinct, seen, checkpoint.signed_at),
            "files": {name: files[name] for name in sorted(files)},
            "run": _run(origin),
        }
        (place / "header.json").write_bytes(canonical_bytes(header) + b"\n")
        files["header.json"] = sha256(canonical_bytes(header) + b"\n").hexdigest()
        _record(origin, engagement, custom, rows, files)
        hand_over(RoomFolder(place, folder.workspace), out)
    return ExportedPopulation(custom.population, rows, "not_demonstrated", (NOT_SHOWN,))


def _write_rows(
    place: Path, projection: Path, custom: Custom, seen: Observation, size: int
) -> tuple[Sequence[str], int, int, dict[str, str]]:
    values: Mapping[str, str | int] = {"start": seen.start, "end": seen.end, "size": size}
    rows, distinct = 0, 0
    before: JsonValue = None
    with inquire(projection, custom.statement, values, size, order_by=custom.key) as asked:
        if custom.key not in asked.columns or len(set(asked.columns)) != len(asked.columns):
            raise InputError(
                f"the question gives {', '.join(asked.columns)}", hint=f"its key {custom.key} must be one, each once"
            )
        lines = JsonTable(asked.columns)
        with (place / "rows.csv").open("xb") as csv, (place / "rows.json").open("xb") as json:
            sheet, twin = HashingFile(csv), HashingFile(json)
            sheet.write(format_row(asked.columns))
            for row in asked.rows:
                cells = tuple(map(_cell, row))
                key = cells[asked.columns.index(custom.key)]
                distinct += rows == 0 or key != before
                before, rows = key, rows + 1
                if rows > MAX_ROWS:
                    raise LimitExceeded(f"the question gives more than {MAX_ROWS} rows", hint="narrow it; nothing is cut short")
                sheet.write(format_row(cells))
                twin.write(lines.format_row(cells))
            twin.write(lines.format_end())
            return asked.columns, rows, distinct, {"rows.csv": sheet.sha256, "rows.json": twin.sha256}


def _cell(value: object) -> JsonValue:
    if value is None or isinstance(value, int | str):
        return value
    raise InputError(f"the question gives a {type(value).__name__}", hint="give texts and whole numbers; cast others to text")


def _about(custom: Custom, engagement: Engagement) -> dict[str, JsonValue]:
    return {
        "custom": True,
        "title": f"CUSTOM: {custom.title}",
        "population": custom.population,
        "purpose": custom.purpose,
        "unit": custom.unit,
        "entity": engagement.entity,
        "engagement": engagement.id,
        "environment": engagement.environment,
        "systems": ["whatever the question says: nothing else narrows this list to systems or entities"],
        "period": {**period_document(engagement.period), "wording": "given to the question as :start (included) and :end (not)"},
        "report": {
            "id": custom.population,
            "version": f"sha256:{custom.logic_sha256[:16]}",
            "logic_sha256": custom.logic_sha256,
            "definition": "question.sql",
            "views": sorted(VIEWS),
        },
        "filters": ["those of the question, in question.sql, word for word"],
        "preparer": custom.author,
        "reviewer": f"{custom.reviewer}, {custom.reviewed}",
        "redactions": [],
        "completeness": "not_demonstrated",
        "reasons": [NOT_SHOWN],
        "limitations": [*custom.limitations, "The verifier of an evidence room cannot derive these rows again."],
        "tool": {"name": "proofbook", "version": __version__},
    }


def _checks(custom: Custom, rows: int, distinct: int, seen: Observation, signed_at: str) -> list[JsonValue]:
    coverage = derive_coverage(seen, signed_at)
    silent = len(coverage.uncovered)
    unique = "agree" if rows == distinct else "differs"
    recorded = not silent and bool(coverage.recorders)
    return [
        {
            "id": "uniqueness",
            "result": unique,
            "detail": f"{distinct} {custom.key} in {rows} rows",
        },
        {
            "id": "integrity",
            "result": "agree",
            "detail": "the book leads to its signed checkpoint; the views rest on its projection",
        },
        {
            "id": "temporal_coverage",
            "result": "agree" if recorded else "unknown",
            "detail": "recorded the whole time" if recorded else f"{silent} stretches without a recorder, or no recorder at all",
        },
        {"id": "count_tie_out", "result": "unknown", "detail": "nothing else counts what a custom question should give"},
    ]


def _run(origin: ExportFrom) -> Mapping[str, JsonValue]:
    return {
        "run_by": origin.run.run_by, "auth": origin.run.auth, "host": origin.run.host, "at": format_instant(origin.clock.now()),
    }  # fmt: skip


def _record(origin: ExportFrom, engagement: Engagement, custom: Custom, rows: int, files: Mapping[str, str]) -> None:
    period = engagement.period
    body = PopulationExported(
        population=custom.population,
        definition=f"custom/{custom.logic_sha256[:16]}",
        logic=f"sha256:{custom.logic_sha256}",
        period={"first": period.first.isoformat(), "last": period.last.isoformat(), "zone": period.zone},
        rows=rows,
        files={name: f"sha256:{digest}" for name, digest in sorted(files.items())},
        completeness="not_demonstrated",
        reasons=[NOT_SHOWN],
    ).to_body()
    occurred = format_instant(origin.clock.now())
    draft = Draft("population.exported", custom.population, occurred, origin.actor, origin.source, Assurance.INLINE, body)
    origin.recorder.submit([Submission(draft)]).result()
