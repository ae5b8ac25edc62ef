"""Step 13: each time stamp in the room is the entry it belongs to, and is about a beginning of this very tree.

Read here: which digest a token states and which time (RFC 3161, DER). Whose token it is, only its signature shows, and that is
not checked by this program; the report gives the command that does. Hostile tokens raise `Damage`; nothing in them is believed.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, List, Optional, Tuple

from proofbook.verify.encoding import Damage, field, parse_base64, show
from proofbook.verify.entries import BookFacts
from proofbook.verify.keys import key_for, parse_keys
from proofbook.verify.notes import MAX_NOTE_BYTES, check_note, parse_checkpoint
from proofbook.verify.populations import EntryReader
from proofbook.verify.report import Findings, counted
from proofbook.verify.room import KEYS, STAMPS, Room

MAX_STAMPS = 4000
"""Time stamps in a room: one a day for ten years; the checkpoint of each costs a signature check."""

MAX_TOKEN_BYTES = 64 * 1024
"""An entry holds less."""

SHA256_OID = bytes.fromhex("608648016503040201")
SIGNED_DATA_OID = bytes.fromhex("2a864886f70d010702")
TST_INFO_OID = bytes.fromhex("2a864886f70d0109100104")

SEQUENCE, INTEGER, OCTETS, OID, TIME, EXPLICIT = 0x30, 0x02, 0x04, 0x06, 0x18, 0xA0


def check_stamps(room: Room, book: Optional[BookFacts], size: int, found: Findings) -> str:
    """Step 13. Files against entries, digests against checkpoints, checkpoints against the tree."""
    names = sorted(
        {path.rpartition(".")[0] for path in room.files if path.startswith(STAMPS)}, key=lambda each: (len(each), each)
    )
    recorded = None if book is None else book.kinds["log.timestamped"]
    if recorded is not None and recorded != len(names):
        found.problem(STAMPS, f"holds {counted(len(names), 'time stamp')}, the book records {recorded}")
    if len(names) > MAX_STAMPS:
        raise Damage(STAMPS, f"holds {len(names)} time stamps; at most {MAX_STAMPS} are read")
    reader, times = EntryReader(room.root, size, checked=False), []
    for name in names:
        try:
            times.append(_check_stamp(room, name, reader, size))
        except Damage as damage:
            found.problem(damage.place, damage.what)
    if not names:
        return "no time stamp is on record"
    if times:
        found.proven.append(
            f"{counted(len(times), 'time stamp')} on record, from {min(times)} to {max(times)}, state the digest of a checkpoint "
            "that this book goes on from (step 13)"
        )
    first = names[-1]
    found.not_covered.append(
        f"by whom the {counted(len(names), 'time stamp')} were made: their signatures are not checked here. With the authority's "
        f"certificate: openssl ts -verify -data {first}.note -in {first}.tsr -CAfile AUTHORITY.pem"
    )
    return f"{counted(len(names), 'time stamp')} compared with their entries and with the tree"


def _check_stamp(room: Room, name: str, reader: EntryReader, size: int) -> str:
    """One time stamp; the time its token states. Raises Damage."""
    number = name[len(STAMPS) :]
    if not (number.isascii() and number.isdigit() and len(number) <= 16):
        raise Damage(show(name), "is not named by the index of an entry")
    note, token = room.read(f"{name}.note", MAX_NOTE_BYTES), room.read(f"{name}.tsr", MAX_TOKEN_BYTES)
    entry = reader.read(int(number))
    place = f"entry {entry.index}"
    body = field(entry.value, "body", dict, place)
    if entry.value["kind"] != "log.timestamped" or field(body, "note", str, place).encode("utf-8") != note:
        raise Damage(f"{name}.note", f"is not what {place} holds")
    if parse_base64(field(body, "token", str, place), f"{place}, field token") != token:
        raise Damage(f"{name}.tsr", f"is not what {place} holds")
    digest, time = read_token(token, f"{name}.tsr")
    if digest != sha256(note).digest():
        raise Damage(f"{name}.tsr", "states another digest than that of the checkpoint beside it")
    if time != field(body, "time", str, place):
        raise Damage(f"{name}.tsr", f"states the time {time}, {place} says {show(body['time'])}")
    _check_stamped(room, note, f"{name}.note", size)
    return time


def _check_stamped(room: Room, note: bytes, place: str, size: int) -> None:
    """The stamped checkpoint is signed by this log and a beginning of the room's tree."""
    checkpoint = parse_checkpoint(note, place)
    if room.checkpoint is not None and checkpoint.origin != room.checkpoint.origin:
        raise Damage(place, f"is of the log {show(checkpoint.origin)}")
    check_note(checkpoint.note, [key_for(parse_keys(room.read(KEYS))[1], min(checkpoint.size, size))], place)
    root = room.roots.get(checkpoint.size)
    if root is None:
        raise Damage(place, "cannot be compared: the tree of that size could not be computed (step 5)")
    if root != checkpoint.root:
        here = f"this room's first {checkpoint.size} entries have {root.hex()}"
        raise Damage(place, f"HISTORY WAS CHANGED: the root {checkpoint.root.hex()} was stamped, {here}")


def read_token(data: bytes, place: str) -> Tuple[bytes, str]:
    """The digest and the time that an answer of a time-stamping authority states. Raises Damage; believes no signature."""
    answer = _children(data, _element(data, 0, place, SEQUENCE), place)
    status, token = _of_kind(answer, 0, SEQUENCE, place), _of_kind(answer, 1, SEQUENCE, place)
    granted = _of_kind(_children(data, status, place), 0, INTEGER, place)
    if data[granted[1] : granted[2]] not in (b"\x00", b"\x01"):
        raise Damage(place, "says that no time stamp was granted")
    signed = _children(data, _inside(data, token, SIGNED_DATA_OID, place), place)
    info = _inside(data, _of_kind(signed, 2, SEQUENCE, place), TST_INFO_OID, place)
    parts = _children(data, _element(data, info[1], place, SEQUENCE), place)
    imprint = _children(data, _of_kind(parts, 2, SEQUENCE, place), place)
    method = _of_kind(_children(data, _of_kind(imprint, 0, SEQUENCE, place), place), 0, OID, place)
    digest, time = _of_kind(imprint, 1, OCTETS, place), _of_kind(parts, 4, TIME, place)
    if data[method[1] : method[2]] != SHA256_OID:
        raise Damage(place, "states a digest that is not SHA-256")
    return data[digest[1] : digest[2]], _instant_of(data[time[1] : time[2]], place)


def _instant_of(text: bytes, place: str) -> str:
    """GeneralizedTime in DER -> instant: `20261121031228.5Z`."""
    whole, _, fraction = text.decode("ascii", "replace").rstrip("Z").partition(".")
    if len(whole) != 14 or not (whole + fraction).isdigit() or len(fraction) > 6 or not text.endswith(b"Z"):
        raise Damage(place, "states no time that can be read")
    date, clock = f"{whole[:4]}-{whole[4:6]}-{whole[6:8]}", f"{whole[8:10]}:{whole[10:12]}:{whole[12:]}"
    return f"{date}T{clock}.{fraction.ljust(6, '0')}Z"


def _inside(data: bytes, element: Tuple[int, int, int], kind: bytes, place: str) -> Tuple[int, int, int]:
    """What a pair of a type and an explicitly tagged value holds. Raises Damage for another type."""
    parts = _children(data, element, place)
    named, wrapped = _of_kind(parts, 0, OID, place), _of_kind(parts, 1, EXPLICIT, place)
    if data[named[1] : named[2]] != kind:
        raise Damage(place, "is not a time stamp")
    return _element(data, wrapped[1], place)


def _of_kind(parts: List[Tuple[int, int, int]], number: int, tag: int, place: str) -> Tuple[int, int, int]:
    if number >= len(parts) or parts[number][0] != tag:
        raise Damage(place, "does not have the form of a time stamp")
    return parts[number]


def _children(data: bytes, element: Tuple[int, int, int], place: str) -> List[Tuple[int, int, int]]:
    """The elements inside one: (tag, start of the content, end) of each; at least one, or Damage."""
    found: List[Tuple[int, int, int]] = []
    at = element[1]
    while at < element[2]:
        each = _element(data, at, place)
        if each[2] > element[2]:
            raise Damage(place, "an element is longer than what holds it")
        found.append(each)
        at = each[2]
    if not found:
        raise Damage(place, "does not have the form of a time stamp")
    return found


def _element(data: bytes, at: int, place: str, tag: Any = None) -> Tuple[int, int, int]:
    """One DER element: (tag, start of the content, end). Raises Damage when it is cut off, or has another tag."""
    header = data[at : at + 2]
    if len(header) < 2 or (tag is not None and header[0] != tag):
        raise Damage(place, "is cut off, or not DER")
    length, start = header[1], at + 2
    if length > 0x80:
        more = length - 0x80
        length, start = int.from_bytes(data[start : start + more], "big"), start + more
    if header[1] == 0x80 or header[1] > 0x84 or start + length > len(data):
        raise Damage(place, "is cut off, or not DER")
    return header[0], start, start + length
