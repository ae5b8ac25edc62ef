"""Steps 11 and 12: the index lists every file once with its hash, and every artifact record is the entry it cites.

A hostile index or record becomes a problem naming file and row.
"""

from __future__ import annotations

import csv
import io
import os
from typing import Dict, Iterator, List, TextIO

from proofbook.verify.encoding import Damage, field, parse_document, show
from proofbook.verify.populations import EntryReader
from proofbook.verify.report import Findings, NotRun
from proofbook.verify.room import FRONT, Listed, Manifest, Room, open_file
from proofbook.verify.tables import guard

INDEX = FRONT + "index.csv"
ARTIFACTS = "07_AI_artifacts/ART-04_model-provenance/"

MAX_LINE = 1024 * 1024
"""Characters in a line of the index: a path and some short texts."""

INDEX_COLUMNS = ["id", "path", "title", "about", "request", "controls", "criteria", "period_first", "period_last", "rows"]
INDEX_COLUMNS += ["sha256", "preparer", "reviewer", "status"]


def check_index(room: Room, found: Findings) -> str:
    """Step 11. index.csv against the manifest; the index files themselves are not in it."""
    manifest = room.manifest
    if manifest is None:
        raise NotRun("the manifest cannot be read (step 1)")
    if INDEX not in room.files:
        raise Damage(INDEX, "is not in the room")
    wanted = {path: each for path, each in manifest.files.items() if not path.startswith(FRONT + "index.")}
    counts = {path: table.rows for each in manifest.populations for table in each.tables for path in (table.csv, table.json)}
    seen: Dict[str, int] = {}
    read = 0
    for number, row in enumerate(_rows_of_index(room), 1):
        read = number
        if number > 1:
            _check_row(number, row, wanted, counts, seen, found)
        elif row != INDEX_COLUMNS:
            raise Damage(f"{INDEX} row 1", f"is not the header {','.join(INDEX_COLUMNS)}")
    if not read:
        raise Damage(INDEX, "is empty")
    for path in wanted:
        if path not in seen:
            found.problem(INDEX, f"does not list {path}")
    found.proven.append(f"the index lists each of {len(wanted)} files once, with its hash (step 11)")
    return f"{read - 1} rows of index.csv compared with the manifest"


def _rows_of_index(room: Room) -> Iterator[List[str]]:
    """Its rows, read one at a time. Raises Damage."""
    with io.TextIOWrapper(os.fdopen(open_file(room.root, INDEX), "rb"), encoding="utf-8", newline="") as stream:
        try:
            yield from csv.reader(_lines_of_index(stream), strict=True)
        except (csv.Error, UnicodeDecodeError) as error:
            raise Damage(INDEX, f"is not CSV: {error}") from None
        except OSError as error:
            raise Damage(INDEX, f"cannot be read: {error.strerror}") from None


def _lines_of_index(stream: TextIO) -> Iterator[str]:
    while True:
        line = stream.readline(MAX_LINE)
        if len(line) == MAX_LINE:
            raise Damage(INDEX, f"has a line of more than {MAX_LINE} characters")
        if not line:
            return
        yield line


def _check_row(
    number: int, row: List[str], wanted: Dict[str, Listed], counts: Dict[str, int], seen: Dict[str, int], found: Findings
) -> None:
    place = f"{INDEX} row {number}"
    if len(row) != len(INDEX_COLUMNS):
        found.problem(place, f"has {len(row)} cells instead of {len(INDEX_COLUMNS)}")
        return
    cells = dict(zip(INDEX_COLUMNS, row))
    listed = wanted.get(cells["path"])
    if listed is None:
        found.problem(f"{place}, column path", f"{show(cells['path'])} is not a file of the manifest that belongs in the index")
        return
    if listed.path in seen:
        found.problem(f"{place}, column path", f"{listed.path} was already listed in row {seen[listed.path]}")
    seen[listed.path] = number
    expected = {"id": listed.id, "title": listed.title, "about": listed.about, "sha256": listed.sha256}
    if listed.path in counts:
        expected["rows"] = str(counts[listed.path])
    for name, value in expected.items():
        if cells[name] != guard(value):
            found.problem(f"{place}, column {name}", f"is {show(cells[name])} for {listed.path}, the manifest says {show(value)}")


def check_artifacts(room: Room, size: int, found: Findings) -> str:
    """Step 12. Each record under 07_AI_artifacts is, field for field, the body of the entry it names."""
    manifest = room.manifest
    if manifest is None:
        raise NotRun("the manifest cannot be read (step 1)")
    reader = EntryReader(room.root, size, checked=False)
    for path in manifest.artifacts:
        try:
            _check_artifact(room, manifest, path, reader, found)
        except Damage as damage:
            found.problem(damage.place, damage.what)
    named = set(manifest.artifacts)
    for path in manifest.files:
        if path.startswith(ARTIFACTS) and path not in named:
            found.problem(path, "lies among the artifact records and the manifest does not name it as one")
    found.proven.append(f"{len(manifest.artifacts)} artifact records are the entries they cite (step 12)")
    return f"{len(manifest.artifacts)} artifact records compared with their entries"


def _check_artifact(room: Room, manifest: Manifest, path: str, reader: EntryReader, found: Findings) -> None:
    if path not in manifest.files:
        raise Damage(path if path in room.files else show(path), "is named as an artifact and is not a listed file of the room")
    value = parse_document(room.read(path), path)
    cited = field(value, "entry", dict, path)
    entry = reader.read(field(cited, "index", int, f"{path}, field entry"))
    pairs = (
        ("entry.id", cited.get("id"), entry.value["id"]),
        ("entry.leaf", cited.get("leaf"), entry.leaf.hex()),
        ("kind of the entry", entry.value["kind"], "model.artifact"),
    )
    for name, said, actual in pairs:
        if said != actual:
            found.problem(f"{path}, field {name}", f"is {show(said)} where {show(actual)} belongs")
    record, body = field(value, "record", dict, path), entry.value["body"]
    for name in sorted(set(record) | set(body)):
        if name not in record or name not in body or record[name] != body[name]:
            said = f"is {show(record.get(name))}, entry {entry.index} says {show(body.get(name))}"
            found.problem(f"{path}, field record.{name}", said)
    digest = body.get("artifact")
    short = digest.rpartition(":")[2][:16] if isinstance(digest, str) else ""
    if not path.rpartition("/")[2].startswith(short + "_"):
        found.problem(path, f"its name does not begin with the artifact's digest {show(short)}")
