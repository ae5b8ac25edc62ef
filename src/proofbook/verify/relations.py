"""Which entries make the rows of each table, and which joined entry belongs to each: rules 4 and 5 of the definitions.

While the book is read every entry that concerns a table leaves a short record of hashes and positions. Put in order, records
that belong together stand together: first the versions of one record, of which the last counts; then what shares a key, of which
the first or the newest joined entry counts; then the rows of each table as they stand in the book. Memory does not grow with
the book, whatever a definition asks for. Keys are compared by their SHA-256.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from hashlib import sha256
from itertools import groupby
from typing import Counter as CounterOf
from typing import Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

from proofbook.verify.sorting import SortedRecords, TemporaryRecords
from proofbook.verify.tables import TableSpec

MAX_SECONDS = 1000
"""Second joined entries kept for a table, those first in the book: as many as are looked for in a header."""

WRONG = ("", "where", "period")
"""Why the newest version of a record can be no row."""

_KEY = 34
"""Length of a table's number and a hash: what records have to share to belong together."""

_ROW = b"\x00"
_SECOND = b"\x01"
_JOINED_END = b"\x00"
_BASE_END = b"\x01"
_NO_KEY = bytes(33)
_NOTHING = bytes(32)


def _numbers(*numbers: int) -> bytes:
    return b"".join([number.to_bytes(8, "big") for number in numbers])


def _hashed(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


@dataclass
class Traces:
    """What entries leave behind for the tables they concern, in three kinds of records."""

    versions: List[bytes] = dataclass_field(default_factory=list)
    ends: List[bytes] = dataclass_field(default_factory=list)
    rows: List[bytes] = dataclass_field(default_factory=list)

    def add_version(self, table: int, index: int, latest: str, key: Optional[str], wrong: str) -> None:
        """An entry of which only the last of its sort counts; `wrong` says why that one would be no row."""
        joins = _NO_KEY if key is None else b"\x01" + _hashed(key)
        head = table.to_bytes(2, "big") + _hashed(latest)
        self.versions.append(head + _numbers(index) + bytes([WRONG.index(wrong)]) + joins)

    def add_row(self, table: int, index: int, key: Optional[str]) -> None:
        """An entry that is a row."""
        if key is None:
            self.rows.append(table.to_bytes(2, "big") + _ROW + _numbers(index, 0))
        else:
            self.ends.append(table.to_bytes(2, "big") + _hashed(key) + _BASE_END + _NOTHING + _numbers(index))

    def add_joined(self, table: int, index: int, key: str, record: Optional[str]) -> None:
        """An entry that is joined to rows of its key; with `record` the newest of each record stands for it."""
        head = table.to_bytes(2, "big") + _hashed(key)
        self.ends.append(head + _JOINED_END + (_NOTHING if record is None else _hashed(record)) + _numbers(index))


@dataclass
class Rolled:
    """What became of the items of a table since an earlier checkpoint: opening + added - removed = closing.

    `changed`: items that stood then and stand now, with a later version or with something joined since.
    """

    opening: int = 0
    added: int = 0
    removed: int = 0
    closing: int = 0
    changed: int = 0


class Relations:
    """The rows of all tables: `add` the traces of the whole book, then `finish`, then ask.

    With `since`, rows are those of which the base entry or the joined one stands at that position or later.
    """

    def __init__(self, specs: Sequence[TableSpec], since: int = 0) -> None:
        self.specs = tuple(specs)
        self.since = since
        self.rolled: List[Rolled] = [Rolled() for _ in specs]
        self.left_out: List[CounterOf[str]] = [Counter() for _ in specs]
        self._versions = SortedRecords(_KEY + 8 + 1 + 33)
        self._ends = SortedRecords(_KEY + 1 + 32 + 8)
        self._rows = SortedRecords(3 + 16)
        self._made = TemporaryRecords(16)
        self._places: Dict[bytes, Tuple[int, int]] = {}

    def add(self, traces: Traces) -> None:
        """What some entries left behind. Raises NotRun when there is no space for it."""
        self._versions.extend(traces.versions)
        self._ends.extend(traces.ends)
        self._rows.extend(traces.rows)

    def finish(self) -> None:
        """Works the rows out. Raises NotRun when there is no space for them."""
        for _, versions in groupby(self._versions.in_order(), lambda record: record[:_KEY]):
            self._choose(versions)
        for head, ends in groupby(self._ends.in_order(), lambda record: record[:_KEY]):
            self._match(head[:2], ends)
        for part, rows in groupby(self._rows.in_order(), lambda record: record[:3]):
            start = self._made.count
            held: List[bytes] = []
            for row in rows:
                if part[2:] == _ROW and self.since and not self._is_new(int.from_bytes(part[:2], "big"), row):
                    continue
                held.append(row[3:])
                if len(held) == MAX_SECONDS:
                    self._made.append(held)
                    held = []
            self._made.append(held)
            self._places[part] = (start, self._made.count)
        for each in self.rolled:
            each.removed = each.opening + each.added - each.closing

    def _is_new(self, table: int, row: bytes) -> bool:
        """Whether a row is new or changed since the earlier checkpoint; counted either way."""
        base, joined, rolled = int.from_bytes(row[3:11], "big"), int.from_bytes(row[11:], "big") - 1, self.rolled[table]
        rolled.closing += 1
        if base >= self.since:
            rolled.added += 1
            return True
        rolled.opening += self.specs[table].is_of_entries
        rolled.changed += joined >= self.since
        return joined >= self.since

    def _choose(self, versions: Iterable[bytes]) -> None:
        """The last version counts."""
        earlier, last, opening = -1, b"", b""
        for each in versions:
            earlier, last = earlier + 1, each
            if int.from_bytes(each[_KEY : _KEY + 8], "big") < self.since:
                opening = each
        if opening and not WRONG[opening[_KEY + 8]]:
            rolled = self.rolled[int.from_bytes(last[:2], "big")]
            rolled.opening += 1
            if not WRONG[last[_KEY + 8]] and last != opening:
                rolled.changed, rolled.added = rolled.changed + 1, rolled.added - 1
        table = last[:2]
        left_out = self.left_out[int.from_bytes(table, "big")]
        index, wrong, joins, key = last[_KEY : _KEY + 8], WRONG[last[_KEY + 8]], last[_KEY + 9], last[_KEY + 10 :]
        if earlier:
            left_out["a later version"] += earlier
        if wrong:
            left_out[wrong] += 1
        elif joins:
            self._ends.extend([table + key + _BASE_END + _NOTHING + index])
        else:
            self._rows.extend([table + _ROW + index + _numbers(0)])

    def _match(self, table: bytes, ends: Iterable[bytes]) -> None:
        """Everything of one key: what is joined comes first, by record and position, then the rows it is joined to."""
        newest = self.specs[int.from_bytes(table, "big")].join_newest
        joined = _Joined(newest)
        used = False
        for each in ends:
            index = int.from_bytes(each[-8:], "big")
            if each[_KEY : _KEY + 1] == _JOINED_END:
                joined.see(each[_KEY + 1 : -8], index)
            else:
                used = True
                self._rows.extend([table + _ROW + _numbers(index, joined.chosen() + 1)])
        if used:
            self._rows.extend([table + _SECOND + _numbers(index, 0) for index in joined.others()])

    def count(self, table: int) -> int:
        """Rows of a table."""
        start, stop = self._places.get(table.to_bytes(2, "big") + _ROW, (0, 0))
        return stop - start

    def pairs(self, table: int) -> Iterator[Tuple[int, int]]:
        """(index of the base entry, index of the joined one or -1), in index order."""
        for row in self._made.read(*self._places.get(table.to_bytes(2, "big") + _ROW, (0, 0))):
            yield int.from_bytes(row[:8], "big"), int.from_bytes(row[8:], "big") - 1

    def second(self, table: int) -> List[int]:
        """Further entries that could have been joined to a row, at most MAX_SECONDS, those first in the book."""
        start, stop = self._places.get(table.to_bytes(2, "big") + _SECOND, (0, 0))
        return [int.from_bytes(row[:8], "big") for row in self._made.read(start, min(stop, start + MAX_SECONDS))]


class _Joined:
    """The entries joined by one key: the one that counts and, of the others, as many as are asked about."""

    def __init__(self, newest: bool) -> None:  # noqa: FBT001  # which rule
        self._newest = newest
        self._record = b""
        self._last = -1
        self._chosen = -1
        self._others: List[int] = []

    def see(self, record: bytes, index: int) -> None:
        """One entry. By the rule of the first they come in index order; by that of the newest, record by record."""
        if self._newest and self._record == record:
            self._last = index
            return
        self._settle()
        self._record, self._last = record, index

    def _settle(self) -> None:
        """The last of a record is known now."""
        if self._last < 0:
            return
        index, self._last = self._last, -1
        if self._chosen < 0 or (self._newest and index > self._chosen):
            index, self._chosen = self._chosen, index
        if index >= 0:
            self._others.append(index)
        if len(self._others) > 2 * MAX_SECONDS:
            self._others = self.others()

    def chosen(self) -> int:
        """The one that counts, or -1."""
        self._settle()
        return self._chosen

    def others(self) -> List[int]:
        """The others, at most MAX_SECONDS, those first in the book."""
        return sorted(self._others)[:MAX_SECONDS]
