"""Step 10: every row of every table derived again from the entries and compared byte for byte, in CSV and in JSON.

Rows are derived in pieces, on all cores when there are many, and compared as the files are read: memory does not grow with them.
A hostile table, header or definition becomes a problem naming file, row and column.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections import OrderedDict
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any, BinaryIO, Dict, Iterator, List, Optional, Sequence, Tuple
from typing import OrderedDict as OrderedDictOf

from proofbook.verify.definitions import parse_definition
from proofbook.verify.encoding import Damage, parse_checked, show
from proofbook.verify.entries import MAX_BUNDLE_BYTES, BookFacts, entry_place, read_entry, split_bundle
from proofbook.verify.headers import check_header, check_rolled
from proofbook.verify.known import is_known, missing_reports
from proofbook.verify.merkle import TILE_WIDTH, leaf_hash, tile_path
from proofbook.verify.parallel import in_order, worker_count
from proofbook.verify.relations import MAX_SECONDS, Relations, Rolled
from proofbook.verify.report import Findings, NotRun, counted
from proofbook.verify.room import BOOK, Population, Room, Table, open_file, read_whole
from proofbook.verify.schedules import check_scheduled, say_scheduled
from proofbook.verify.tables import Placed, TableSpec, derive_row, format_csv_row, format_json_row

ROWS_AT_ONCE = 2000
"""Rows of one piece of work."""

BUNDLES_KEPT = 12
"""Bundles kept open while rows are derived: a joined entry is rarely far from its base."""

MAX_KEPT_BYTES = 16 * 1024 * 1024
"""What they may hold together; one is kept whatever it holds."""

NAMED_BYTES = 256 * 1024
"""How much of a differing file is read to name the differing cell."""


@dataclass(frozen=True)
class Definition:
    """A population's definition: its whole value and its tables, or why it cannot be used."""

    population: Population
    data: bytes
    value: Dict[str, Any]
    specs: Dict[str, TableSpec]
    damage: Optional[Damage]


def load_definitions(room: Room) -> List[Definition]:
    """The definition of each population in the manifest. Never raises: damage is kept for step 10 to report."""
    loaded: List[Definition] = []
    manifest = room.manifest
    for population in manifest.populations if manifest is not None else ():
        data = b""
        try:
            data = room.read(population.definition)
            period = (manifest.start, manifest.end) if manifest is not None else ("", "")
            value, specs = parse_definition(data, population.definition, *period)
        except Damage as damage:
            loaded.append(Definition(population, data, {}, {}, damage))
        else:
            loaded.append(Definition(population, data, value, specs, None))
    return loaded


class EntryReader:
    """Entries by index, with the bundles last used kept. `checked` says that step 6 found every entry in its form."""

    def __init__(self, root: str, size: int, *, checked: bool) -> None:
        self._root = root
        self._size = size
        self._checked = checked
        self._kept: OrderedDictOf[int, List[bytes]] = OrderedDict()
        self._held = 0

    def read(self, index: int) -> Placed:
        """One entry. Raises Damage."""
        if not 0 <= index < self._size:
            raise Damage(f"entry {index}", f"is not in a book of {self._size} entries")
        bundle, offset = divmod(index, TILE_WIDTH)
        path = BOOK + tile_path("entries", bundle, min(TILE_WIDTH, self._size - bundle * TILE_WIDTH))
        if bundle not in self._kept:
            width = min(TILE_WIDTH, self._size - bundle * TILE_WIDTH)
            data = read_whole(self._root, path, MAX_BUNDLE_BYTES)
            self._kept[bundle] = split_bundle(data, width, path)
            self._held += len(data)
            while len(self._kept) > 1 and (len(self._kept) > BUNDLES_KEPT or self._held > MAX_KEPT_BYTES):
                dropped = self._kept.popitem(last=False)[1]
                self._held -= sum(map(len, dropped)) + 2 * len(dropped)
        self._kept.move_to_end(bundle)
        data = self._kept[bundle][offset]
        value = parse_checked(data) if self._checked else read_entry(data, entry_place(path, index))
        return Placed(value, index, leaf_hash(data))


@dataclass(frozen=True)
class Rows:
    """Derived rows: index of the base entry, CSV bytes and JSON bytes of each; `damage` says why it stopped early."""

    rows: Tuple[Tuple[int, bytes, bytes], ...]
    damage: Optional[Tuple[str, str]]


@dataclass(frozen=True)
class RowWork:
    """Everything a process needs to derive rows of one table."""

    root: str
    size: int
    spec: TableSpec

    def __call__(self, pairs: Sequence[Tuple[int, int]]) -> Rows:
        """The rows of (base index, joined index or -1) pairs."""
        reader = EntryReader(self.root, self.size, checked=True)
        rows: List[Tuple[int, bytes, bytes]] = []
        try:
            for base, joined in pairs:
                cells = derive_row(self.spec, reader.read(base), reader.read(joined) if joined >= 0 else None)
                rows.append((base, format_csv_row(cells), format_json_row(self.spec, cells)))
        except Damage as damage:
            return Rows(tuple(rows), (damage.place, damage.what))
        return Rows(tuple(rows), None)


class Comparison:
    """One file read along with what it should hold. After the first difference, which is reported, nothing more is compared."""

    def __init__(self, room: Room, path: str, found: Findings) -> None:
        if room.manifest is None or path not in room.manifest.files or path not in room.files:
            raise Damage(path, "is named as a table and is not a listed file of the room")
        self.path = path
        self._found = found
        self._stream: BinaryIO = os.fdopen(open_file(room.root, path), "rb")
        self._rows = 0
        self.stopped = False

    def close(self) -> None:
        """Lets go of the file."""
        self._stream.close()

    def expect(self, pieces: Sequence[bytes], entries: Sequence[int], names: Sequence[str]) -> None:
        """The next rows; `entries` are their base entries, empty for the frame around the rows."""
        if self.stopped:
            return
        wanted = b"".join(pieces)
        actual = self._stream.read(len(wanted))
        if actual == wanted:
            self._rows += len(entries)
            return
        self.stopped = True
        position = 0
        for number, piece in enumerate(pieces):
            if actual[position : position + len(piece)] != piece:
                rest = actual[position:] + self._stream.read(NAMED_BYTES)
                row = self._rows + number + 1
                where = f"row {row} (entry {entries[number]})" if entries else "the frame of the table"
                place, what = _difference(self.path, rest, piece, names)
                self._found.problem(f"{self.path}, {where}{place}", what)
                return
            position += len(piece)

    def finish(self) -> None:
        """Nothing may follow."""
        if not self.stopped and self._stream.read(1):
            self._found.problem(self.path, f"goes on after the {counted(self._rows, 'row')} that the book gives")


def _difference(path: str, actual: bytes, wanted: bytes, names: Sequence[str]) -> Tuple[str, str]:
    """Names the first differing cell where the text can be read, else the text."""
    if not actual:
        return "", "is missing: the file ends here"
    here, there = _cells(path, actual, names), _cells(path, wanted, names)
    for name, said, derived in zip(names, here, there):
        if said != derived:
            return f", column {name}", f"the file says {show(said)}, the book gives {show(derived)}"
    said, derived = (data[:200].decode("utf-8", "replace") for data in (actual, wanted))
    return "", f"the file says {show(said)}, the book gives {show(derived)}"


def _cells(path: str, data: bytes, names: Sequence[str]) -> List[Any]:
    """The cells of the first row in `data`, as far as they can be read."""
    try:
        if not path.endswith(".json"):
            return next(csv.reader(io.StringIO(data.decode("utf-8", "replace"), newline="")))
        value = json.loads(data[2:].split(b"\n")[0].rstrip(b","))
        return [value.get(name) for name in names] if isinstance(value, dict) else []
    except (csv.Error, StopIteration, ValueError, RecursionError):
        return []


def check_populations(
    room: Room, size: int, definitions: Sequence[Definition], book: Optional[BookFacts], found: Findings
) -> str:
    """Step 10."""
    if room.manifest is None:
        raise NotRun("the manifest cannot be read (step 1)")
    for definition in definitions:
        if definition.damage is not None:
            found.problem(definition.damage.place, definition.damage.what)
    for name in missing_reports(each.value for each in definitions if each.damage is None):
        found.not_covered.append(f"what the report {show(name)} would list: no table of it is in this room")
    if book is None or not book.readable:
        raise NotRun("not all entries can be read (step 6)")
    book.relations.finish()
    tables, total = 0, 0
    schedules: Dict[str, int] = {}
    for definition in definitions:
        if definition.damage is None:
            derived = _check_population(room, size, definition, book.relations, schedules, found)
            tables, total = tables + len(derived), total + sum(derived.values())
    say_scheduled(schedules, found)
    return f"{counted(total, 'row')} of {counted(tables, 'table')} derived from the entries again and compared in CSV and JSON"


def _check_population(
    room: Room, size: int, definition: Definition, relations: Relations, schedules: Dict[str, int], found: Findings
) -> Dict[str, int]:
    population = definition.population
    place = population.definition
    if definition.value["population"] != population.name:
        found.problem(
            f"{place}, field population", f"is {show(definition.value['population'])}, the manifest says {show(population.name)}"
        )
    named = [table.name for table in population.tables]
    if sorted(named) != sorted(definition.specs):
        found.problem(place, f"defines the tables {sorted(definition.specs)}, the manifest lists {sorted(named)}")
    _say_whose(definition, found)
    derived: Dict[str, int] = {}
    rolled: Dict[str, Rolled] = {}
    scheduled: Dict[str, int] = {}
    second: List[int] = []
    numbers = {spec.place: number for number, spec in enumerate(relations.specs)}
    for table in population.tables:
        if table.name in definition.specs and definition.specs[table.name].scheduled:
            scheduled[table.name] = check_scheduled(room, table, definition.specs[table.name], found)
            schedules[table.csv] = table.rows
        elif table.name in definition.specs and table.name not in derived:
            number = numbers[definition.specs[table.name].place]
            derived[table.name], rolled[table.name] = relations.count(number), relations.rolled[number]
            second.extend(relations.second(number))
            _compare_table(room, size, table, relations, number, found)
    reader = EntryReader(room.root, size, checked=True)
    twice = [reader.read(index).value["id"] for index in second[:MAX_SECONDS]]
    check_header(room, population, definition.value, sha256(definition.data).hexdigest(), {**derived, **scheduled}, twice, found)
    if relations.since:
        check_rolled(room, population, rolled, found)
    return derived


def _say_whose(definition: Definition, found: Findings) -> None:
    """Whether the columns mean what was published, or what the writer of the room says they mean."""
    value, path = definition.value, definition.population.definition
    name = f"{show(value['id'])} version {value['version']}"
    if is_known(value):
        found.proven.append(f"the columns of {show(value['population'])} are those published as {name} (step 10)")
    else:
        found.not_covered.append(
            f"WHAT THE COLUMNS OF {show(value['population'])} MEAN: {name} is not a report this program was published with; "
            f"read in {path} from where each column takes its value, whatever its name"
        )


def _compare_table(room: Room, size: int, table: Table, relations: Relations, number: int, found: Findings) -> None:
    spec, rows = relations.specs[number], relations.count(number)
    if table.rows != rows:
        found.problem(f"manifest, table {show(table.name)}", f"says {table.rows} rows, the book gives {rows}")
    names = [column.name for column in spec.columns]
    with closing(Comparison(room, table.csv, found)) as sheet, closing(Comparison(room, table.json, found)) as lines:
        sheet.expect([format_csv_row(names)], [], names)
        written = 0
        for part in in_order(RowWork(room.root, size, spec), _in_pieces(relations.pairs(number)), worker_count(rows)):
            entries = [entry for entry, _, _ in part.rows]
            sheet.expect([row for _, row, _ in part.rows], entries, names)
            lines.expect([(b",\n" if written + n else b"[\n") + row for n, (_, _, row) in enumerate(part.rows)], entries, names)
            written += len(entries)
            if part.damage is not None:
                found.problem(*part.damage)
                return
        lines.expect([b"\n]\n" if rows else b"[]\n"], [], names)
        sheet.finish()
        lines.finish()
    left = ", ".join(f"{count} left out by {reason}" for reason, count in sorted(relations.left_out[number].items()))
    files = f"{table.csv} and {table.json} hold exactly the {counted(rows, 'row')} the book gives"
    if relations.since:
        files += f" of what is new or changed since its first {relations.since} entries ({_say_rolled(relations.rolled[number])})"
    found.proven.append(f"{files} for: {spec.words} ({left or 'nothing left out'}; step 10)")


def _say_rolled(rolled: Rolled) -> str:
    sums = f"{rolled.opening} stood then + {rolled.added} added - {rolled.removed} removed = {rolled.closing} stand now"
    return f"{sums}; {rolled.changed} of them changed"


def _in_pieces(pairs: Iterator[Tuple[int, int]]) -> Iterator[List[Tuple[int, int]]]:
    """ROWS_AT_ONCE pairs at a time."""
    while True:
        piece = list(islice(pairs, ROWS_AT_ONCE))
        if not piece:
            return
        yield piece
