"""Step 6: every entry hashes to its leaf, has its one form, is numbered by its source without gaps, and follows in time.

Bundles are read one at a time and independently of each other, so a book of any length needs as little memory and can use all
cores. Work on hostile bundles never raises: what is wrong comes back as (place, what) pairs in the facts of the bundle.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import timedelta
from typing import Any, Dict, List, Optional, Sequence, Tuple
from typing import Counter as CounterOf

from proofbook.verify.encoding import Damage, canonical_text, is_instant, parse_canonical, parse_moment, show
from proofbook.verify.merkle import HASH_BYTES, TILE_WIDTH, leaf_hash, tile_path, tiles_of
from proofbook.verify.parallel import in_order, worker_count
from proofbook.verify.relations import Relations, Traces
from proofbook.verify.report import Findings
from proofbook.verify.room import BOOK, Room, read_whole
from proofbook.verify.tables import Placed, TableSpec, identity, join_key, look_up, select

MAX_ENTRY_BYTES = 48 * 1024
"""The book takes no longer entries; their 16-bit length could not go beyond 64 KiB either."""

MAX_BUNDLE_BYTES = TILE_WIDTH * (2 + MAX_ENTRY_BYTES)

MAX_REPORTED = 200
"""Problems kept for one bundle; the report lists fewer still."""

LATE = timedelta(hours=1)
"""An entry recorded later than this after it occurred counts as late: traffic is recorded within seconds."""

MAX_ROTATIONS = 1001
"""Records of a changed key that are kept: one more than `keys` reads keys, so that too many are seen to be too many."""

BUNDLES_AT_ONCE = 8
"""Bundles of one piece of work."""

_ENVELOPE = {
    "v": (int,),
    "id": (str,),
    "kind": (str,),
    "schema": (int,),
    "subject": (str,),
    "occurred": (str,),
    "recorded": (str,),
    "actor": (dict,),
    "source": (dict,),
    "supersedes": (str, type(None)),
    "body": (dict,),
}
_SOURCE_KEYS = {"id", "seq", "assurance"}
_ACTOR_KEYS = {"id", "kind", "method"}


@dataclass
class BundleFacts:
    """What one bundle says.

    `sources`: id -> (first number, last number, index of the first); `traces`: what its entries are to the tables;
    `left_out`: (table, reason) -> count.
    """

    first: int
    readable: bool = True
    problems: List[Tuple[str, str]] = dataclass_field(default_factory=list)
    sources: Dict[str, Tuple[int, int, int]] = dataclass_field(default_factory=dict)
    first_recorded: str = ""
    first_kind: str = ""
    last_recorded: str = ""
    kinds: CounterOf[str] = dataclass_field(default_factory=Counter)
    late: int = 0
    ahead: int = 0
    commitments: int = 0
    opened: Optional[Dict[str, Any]] = None
    rotations: List[Tuple[int, Dict[str, Any]]] = dataclass_field(default_factory=list)
    traces: Traces = dataclass_field(default_factory=Traces)
    left_out: CounterOf[Tuple[int, str]] = dataclass_field(default_factory=Counter)


@dataclass
class BookFacts:
    """What the whole book says, gathered over its bundles in order."""

    relations: Relations
    readable: bool = True
    entries: int = 0
    sources: Dict[str, int] = dataclass_field(default_factory=dict)
    kinds: CounterOf[str] = dataclass_field(default_factory=Counter)
    late: int = 0
    ahead: int = 0
    commitments: int = 0
    opened: Optional[Dict[str, Any]] = None
    rotations: List[Tuple[int, Dict[str, Any]]] = dataclass_field(default_factory=list)
    last_recorded: str = ""


def split_bundle(data: bytes, width: int, path: str) -> List[bytes]:
    """The entries of a bundle: each behind its length in two bytes. Raises Damage."""
    entries: List[bytes] = []
    position = 0
    while position < len(data):
        start = position + 2
        position = start + int.from_bytes(data[position:start], "big")
        if start > len(data) or position > len(data) or len(entries) == width:
            raise Damage(path, f"is not {width} entries, each behind its length: broken after entry {len(entries)} of the bundle")
        entries.append(data[start:position])
    if len(entries) != width:
        raise Damage(path, f"holds {len(entries)} entries instead of {width}")
    return entries


def entry_place(path: str, index: int) -> str:
    """Where an entry is, for people."""
    return f"{path}, entry {index}"


def read_entry(data: bytes, place: str) -> Dict[str, Any]:
    """Entry bytes -> value with exactly the envelope's fields and types. Raises Damage."""
    if len(data) > MAX_ENTRY_BYTES:
        raise Damage(place, f"is longer than {MAX_ENTRY_BYTES} bytes")
    value = parse_canonical(data, place)
    if not isinstance(value, dict) or value.keys() != _ENVELOPE.keys():
        raise Damage(place, "does not have exactly the fields of an entry")
    for name, kinds in _ENVELOPE.items():
        if type(value[name]) not in kinds:
            raise Damage(f"{place}, field {name}", "has the wrong type")
    source = value["source"]
    if source.keys() != _SOURCE_KEYS or type(source["id"]) is not str or type(source["seq"]) is not int:
        raise Damage(f"{place}, field source", "is not an id, a number and an assurance")
    if value["actor"].keys() != _ACTOR_KEYS:
        raise Damage(f"{place}, field actor", "is not an id, a kind and a method")
    if value["v"] != 1:
        raise Damage(f"{place}, field v", f"is {show(value['v'])}; this program reads 1")
    if not (is_instant(value["occurred"]) and is_instant(value["recorded"])):
        raise Damage(f"{place}, fields occurred and recorded", "are not both instants")
    return value


@dataclass(frozen=True)
class BundleWork:
    """Everything a process needs to examine bundles."""

    root: str
    specs: Tuple[TableSpec, ...]

    def __call__(self, bundles: Sequence[Tuple[int, int]]) -> List[BundleFacts]:
        """Facts of each bundle (index, width)."""
        by_kind: Dict[str, List[int]] = {}
        for number, spec in enumerate(self.specs):
            for kind in dict.fromkeys(spec.kinds + spec.join_kinds):
                by_kind.setdefault(kind, []).append(number)
        return [self._examine(index, width, by_kind) for index, width in bundles]

    def _examine(self, index: int, width: int, by_kind: Dict[str, List[int]]) -> BundleFacts:
        facts = BundleFacts(index * TILE_WIDTH)
        path = BOOK + tile_path("entries", index, width)
        try:
            entries = split_bundle(read_whole(self.root, path, MAX_BUNDLE_BYTES), width, path)
        except Damage as damage:
            facts.readable = False
            facts.problems.append((damage.place, damage.what))
            return facts
        leaves = self._leaves(index, width, facts)
        for offset, data in enumerate(entries):
            leaf = leaf_hash(data)
            place = entry_place(path, facts.first + offset)
            if leaves and leaf != leaves[offset * HASH_BYTES : (offset + 1) * HASH_BYTES]:
                _note(facts, place, "does not hash to its leaf in the tree: it was changed")
            try:
                self._gather(facts, Placed(read_entry(data, place), facts.first + offset, leaf), place, by_kind)
            except Damage as damage:
                facts.readable = False
                _note(facts, damage.place, damage.what)
        return facts

    def _leaves(self, index: int, width: int, facts: BundleFacts) -> bytes:
        path = BOOK + tile_path("0", index, width)
        try:
            tile = read_whole(self.root, path, TILE_WIDTH * HASH_BYTES)
        except Damage as damage:
            facts.problems.append((damage.place, damage.what))
            return b""
        if len(tile) != width * HASH_BYTES:
            facts.problems.append((path, f"has {len(tile)} bytes instead of {width * HASH_BYTES}"))
            return b""
        return tile

    def _gather(self, facts: BundleFacts, entry: Placed, place: str, by_kind: Dict[str, List[int]]) -> None:
        value, kind = entry.value, entry.value["kind"]
        facts.kinds[kind] += 1
        _follow_source(facts, value["source"]["id"], value["source"]["seq"], entry.index, place)
        _follow_time(facts, value, place)
        if kind == "book.opened" and entry.index == 0:
            facts.opened = value["body"]
        elif kind == "log.key_rotated" and len(facts.rotations) < MAX_ROTATIONS:
            facts.rotations.append((entry.index, value["body"]))
        content = value["body"].get("content")
        if type(content) is dict:
            facts.commitments += len(content)
        for number in by_kind.get(kind, ()):
            gather_table(facts, number, self.specs[number], entry)


def gather_table(facts: BundleFacts, number: int, spec: TableSpec, entry: Placed) -> None:
    """Notes what an entry is to one table: a row, something joined, or nothing."""
    if entry.value["kind"] in spec.kinds:
        _gather_row(facts, number, spec, entry)
    if entry.value["kind"] in spec.join_kinds:
        key = join_key(spec.join_other, entry)
        if key is not None:
            facts.traces.add_joined(number, entry.index, key, identity(entry) if spec.join_newest else None)


def _gather_row(facts: BundleFacts, number: int, spec: TableSpec, entry: Placed) -> None:
    reason = select(spec, entry)
    latest = None
    if spec.versions != "every":
        if spec.before and entry.value["recorded"] >= spec.before:
            facts.left_out[number, "recorded later"] += 1
            return
        latest = identity(entry)
    elif reason:
        facts.left_out[number, reason] += 1
        return
    elif spec.latest_by is not None:
        value = look_up(entry, spec.latest_by)
        latest = canonical_text(value) if type(value) in (str, int, bool, type(None), list, dict) else "absent"
    key = join_key(spec.join_base, entry) if spec.join_kinds else None
    if latest is None:
        facts.traces.add_row(number, entry.index, key)
    else:
        facts.traces.add_version(number, entry.index, latest, key, reason)


def _note(facts: BundleFacts, place: str, what: str) -> None:
    if len(facts.problems) < MAX_REPORTED:
        facts.problems.append((place, what))


def _follow_source(facts: BundleFacts, source: str, seq: int, index: int, place: str) -> None:
    known = facts.sources.get(source)
    if known is None:
        facts.sources[source] = (seq, seq, index)
        return
    if seq != known[1] + 1 and facts.readable:
        _note(facts, f"{place}, field source.seq", f"source {show(source)} goes from number {known[1]} to {seq}")
    facts.sources[source] = (known[0], seq, known[2])


def _follow_time(facts: BundleFacts, value: Dict[str, Any], place: str) -> None:
    recorded, occurred, kind = value["recorded"], value["occurred"], value["kind"]
    if not facts.last_recorded:
        facts.first_recorded, facts.first_kind = recorded, kind
    elif recorded < facts.last_recorded and kind != "clock.stepped":
        _note(facts, f"{place}, field recorded", f"goes back from {facts.last_recorded} to {recorded} without clock.stepped")
    facts.last_recorded = recorded
    if occurred > recorded:
        facts.ahead += 1
    elif occurred[:13] != recorded[:13] and parse_moment(recorded, place) - parse_moment(occurred, place) > LATE:
        facts.late += 1


def gather_book(room: Room, size: int, specs: Sequence[TableSpec], found: Findings) -> BookFacts:
    """Examines all bundles of a tree of `size` entries and joins their facts in order."""
    book = BookFacts(Relations(specs, room.manifest.since if room.manifest is not None else 0))
    wanted: List[Tuple[int, int]] = []
    for index, width in tiles_of(size):
        path = BOOK + tile_path("entries", index, width)
        if path in room.files:
            wanted.append((index, width))
        else:
            book.readable = False
            found.problem(path, "is missing, and with it its entries")
    work = BundleWork(room.root, tuple(specs))
    pieces = [wanted[start : start + BUNDLES_AT_ONCE] for start in range(0, len(wanted), BUNDLES_AT_ONCE)]
    for piece in in_order(work, pieces, worker_count(size)):
        for facts in piece:
            _join(book, facts, found)
    return book


def _join(book: BookFacts, facts: BundleFacts, found: Findings) -> None:
    for place, what in facts.problems:
        found.problem(place, what)
    book.readable = book.readable and facts.readable
    for source, (first, last, index) in facts.sources.items():
        expected = book.sources.get(source, 0) + 1
        if first != expected and book.readable:
            found.problem(f"entry {index}, field source.seq", f"source {show(source)} goes from number {expected - 1} to {first}")
        book.sources[source] = last
    if facts.first_recorded < book.last_recorded and facts.first_recorded and facts.first_kind != "clock.stepped":
        back = f"goes back from {book.last_recorded} to {facts.first_recorded} without clock.stepped"
        found.problem(f"entry {facts.first}, field recorded", back)
    book.last_recorded = facts.last_recorded or book.last_recorded
    book.entries += sum(facts.kinds.values())
    book.kinds.update(facts.kinds)
    book.late += facts.late
    book.ahead += facts.ahead
    book.commitments += facts.commitments
    book.opened = facts.opened or book.opened
    book.rotations.extend(facts.rotations[: MAX_ROTATIONS - len(book.rotations)])
    book.relations.add(facts.traces)
    for (number, reason), count in facts.left_out.items():
        book.relations.left_out[number][reason] += count


def check_entries(book: BookFacts, size: int, found: Findings) -> str:
    """Step 6, told in words once `gather_book` has run."""
    found.proven.append(f"{book.entries} entries hash to their leaves, in canonical form, in this order (step 6)")
    found.proven.append(f"each of {len(book.sources)} sources numbered its entries from 1 without gap or repeat (step 6)")
    return f"{book.entries} of {size} entries hashed, read, and followed in time and by number for {len(book.sources)} sources"
