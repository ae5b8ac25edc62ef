"""Step 7 and the choice of keys: which keys sign for this log, by what is in the room, in the book, or given from outside.

A key given with --key was obtained outside the room and is what the result rests on. Without it the room's own key is used,
which proves that the room is whole, not whose it is. Hostile input raises `Damage`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional, Sequence, Tuple

from proofbook.verify.encoding import Damage, field, parse_document, show
from proofbook.verify.entries import BookFacts
from proofbook.verify.notes import KEY_ED25519, MAX_NOTE_BYTES, VerifierKey, parse_checkpoint, parse_vkey
from proofbook.verify.report import Findings, NotRun, counted
from proofbook.verify.room import CHECKPOINT, KEYS, Room

MAX_KEYS = 1000
"""Keys a log ever had: one a day for almost three years."""


@dataclass(frozen=True)
class KeyRange:
    """A log key and the tree sizes it signs: start < size <= end, `end` None while it is in force."""

    key: VerifierKey
    start: int
    end: Optional[int]


def parse_keys(data: bytes) -> Tuple[str, List[KeyRange]]:
    """keys.json -> origin and ranges, which must follow one another without a gap. Raises Damage."""
    value = parse_document(data, KEYS)
    origin: str = field(value, "origin", str, KEYS)
    rows = field(value, "keys", list, KEYS)
    if not 0 < len(rows) <= MAX_KEYS:
        raise Damage(f"{KEYS}, field keys", f"holds {len(rows)} keys; 1 to {MAX_KEYS} are read")
    ranges: List[KeyRange] = []
    reached: Optional[int] = 0
    for number, row in enumerate(rows):
        place = f"{KEYS}, keys[{number}]"
        start, end = field(row, "from_size", int, place), field(row, "to_size", (int, type(None)), place)
        key = parse_vkey(field(row, "vkey", str, place), f"{place}, field vkey")
        if start != reached or (end is not None and end < start):
            raise Damage(place, "does not start where the key before it ends")
        if key.kind != KEY_ED25519 or key.name != origin:
            raise Damage(f"{place}, field vkey", f"is not an Ed25519 key named {show(origin)}")
        ranges.append(KeyRange(key, start, end))
        reached = end
    if reached is not None:
        raise Damage(KEYS, "the last key has an end, so no key is in force")
    return origin, ranges


def key_for(ranges: Sequence[KeyRange], size: int) -> VerifierKey:
    """The key the room names for checkpoints of `size`. Raises Damage."""
    for each in ranges:
        if each.start < size and (each.end is None or size <= each.end):
            return each.key
    raise Damage(KEYS, f"names no key for a tree of {size} entries")


def trusted_keys(room: Room, size: int) -> List[VerifierKey]:
    """The keys of --key; without any, the room's own for `size`. Raises NotRun when the room names none that can be read."""
    if room.given_keys:
        return list(room.given_keys)
    try:
        return [key_for(parse_keys(room.read(KEYS))[1], size)]
    except Damage as damage:
        raise NotRun(f"no key: {damage.place}: {damage.what}; give one with --key") from None


def head_size(room: Room) -> int:
    """Size of the tree, as the manifest or else the checkpoint says. Raises NotRun when neither can be read."""
    if room.manifest is not None:
        return room.manifest.size
    try:
        return parse_checkpoint(room.read(CHECKPOINT, MAX_NOTE_BYTES), CHECKPOINT).size
    except Damage:
        raise NotRun("neither the manifest nor the checkpoint can be read") from None


def check_keys(room: Room, facts: Optional[BookFacts], found: Findings) -> str:
    """Step 7. The book itself names the keys: its first entry the first one, each rotation the next."""
    origin, ranges = parse_keys(room.read(KEYS))
    _check_outside(room, origin, ranges, found)
    if facts is None:
        raise NotRun("the entries cannot be read (step 6)")
    opened = facts.opened
    place = "entry 0 (book.opened)"
    if opened is None:
        raise Damage("entry 0", "is not book.opened, or cannot be read")
    if opened.get("origin") != origin:
        found.problem(f"{place}, field body.origin", f"is {show(opened.get('origin'))}, keys.json says {show(origin)}")
    if opened.get("vkey") != ranges[0].key.text:
        found.problem(f"{place}, field body.vkey", f"is {show(opened.get('vkey'))}, keys.json says {show(ranges[0].key.text)}")
    if len(facts.rotations) != len(ranges) - 1:
        found.problem(KEYS, f"has {len(ranges) - 1} changes of key; the book records {len(facts.rotations)}")
    for (index, body), old, new in zip(facts.rotations, ranges, ranges[1:]):
        for name, value in (("old_vkey", old.key.text), ("new_vkey", new.key.text), ("size", old.end)):
            if body.get(name) != value:
                said = f"is {show(body.get(name))}, keys.json says {show(value)}"
                found.problem(f"entry {index} (log.key_rotated), field body.{name}", said)
    found.proven.append(f"the book itself records the {counted(len(ranges), 'log key')} that the room names (step 7)")
    return (
        f"{counted(len(ranges), 'key')} compared with book.opened and {counted(len(facts.rotations), 'log.key_rotated record')}"
    )


def _check_outside(room: Room, origin: str, ranges: Sequence[KeyRange], found: Findings) -> None:
    if room.manifest is not None and origin != room.manifest.origin:
        found.problem(f"{KEYS}, field origin", f"is {show(origin)}, the manifest says {show(room.manifest.origin)}")
    if room.given_keys and room.checkpoint is not None:
        current = key_for(ranges, room.checkpoint.size)
        if current.public not in [key.public for key in room.given_keys]:
            found.problem(KEYS, "the key it names for the newest checkpoint is none of those given with --key")


def describe_keys(room: Room, found: Findings) -> None:
    """Says first in NOT COVERED where the key came from."""
    try:
        keys = trusted_keys(room, head_size(room))
    except NotRun:
        return
    for key in keys:
        if room.given_keys:
            found.not_covered.append(
                f"whose key it is: the one given with --key ({show(key.name)}, fingerprint {key.fingerprint}) is believed"
            )
        else:
            found.warning = (
                "KEY TAKEN FROM THE ROOM ITSELF; compare this fingerprint with one you obtained another way: "
                f"{key.fingerprint} ({key.text})"
            )
            found.not_covered.append("whose room this is: the key was taken from the room itself, see the top of this report")
