"""Steps 3, 4, 8 and 9: who signed the manifest, the run header and the checkpoints, what came before, and who witnessed.

A key given with --key was obtained outside the room and is what the result rests on. Without it the room's own key is used,
which proves that the room is whole, not whose it is; the report says so first. Hostile input raises `Damage`.
"""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from hashlib import sha256
from typing import List, Optional, Sequence, Tuple

from proofbook.verify.encoding import Damage, field, parse_base64, parse_document, show
from proofbook.verify.keys import KeyRange, head_size, key_for, parse_keys, trusted_keys
from proofbook.verify.merkle import extends
from proofbook.verify.notes import MAX_NOTE_BYTES, Checkpoint, VerifierKey, check_note, parse_checkpoint, parse_note
from proofbook.verify.report import Findings, NotAsked, NotRun, counted
from proofbook.verify.room import CHECKPOINT, EARLIER, KEYS, MANIFEST, MANIFEST_SIG, RUN, RUN_SIG, SUMS, Room

MAX_WITNESSED = 16
"""Later checkpoints in the run header that carry cosignatures: a few are enough to show every witness."""

MAX_EARLIER = 2000
"""Earlier checkpoints in a room; the format keeps about 500, and each costs a signature check."""


def check_signatures(room: Room, found: Findings) -> str:
    """Step 3. manifest.sig and run.sig are by a trusted key and state the hashes of the files beside them."""
    keys = trusted_keys(room, head_size(room))
    manifest = sha256(room.read(MANIFEST, room.list_bytes)).hexdigest()
    said = room.manifest
    lines = [
        (f"{said.origin}/room" if said else None, "the origin"),
        (manifest, f"the SHA-256 of {MANIFEST}"),
        (_hash_of(room, SUMS, room.list_bytes), f"the SHA-256 of {SUMS}"),
        (str(said.size) if said else None, "the size of the tree"),
        (base64.b64encode(bytes.fromhex(said.root)).decode("ascii") if said else None, "the root of the tree"),
    ]
    _check_signed(room, MANIFEST_SIG, keys, lines, found)
    lines = [(f"{said.origin}/run" if said else None, "the origin")]
    lines += [(_hash_of(room, RUN, room.list_bytes), f"the SHA-256 of {RUN}"), (manifest, f"the SHA-256 of {MANIFEST}")]
    _check_signed(room, RUN_SIG, keys, lines, found)
    whose = "a key given with --key" if room.given_keys else "the key taken from the room itself"
    found.proven.append(f"the manifest, SHA256SUMS and the run header were signed with {whose} (step 3)")
    return f"manifest.sig and run.sig, signed with {whose}"


def _hash_of(room: Room, path: str, cap: int) -> Optional[str]:
    return sha256(room.read(path, cap)).hexdigest() if path in room.files else None


def _check_signed(
    room: Room, path: str, keys: Sequence[VerifierKey], wanted: Sequence[Tuple[Optional[str], str]], found: Findings
) -> None:
    """Notes every line that differs and a signature that does not hold. A wanted None cannot be compared and is left out."""
    try:
        note = parse_note(room.read(path, MAX_NOTE_BYTES), path)
        lines = note.lines
        if len(lines) != len(wanted):
            found.problem(path, f"has {len(lines)} lines of text instead of {len(wanted)}")
        for number, (line, (value, meaning)) in enumerate(zip(lines, wanted), 1):
            if value is not None and line != value:
                found.problem(f"{path} line {number}", f"{meaning} was signed as {show(line)}, in this room it is {show(value)}")
        check_note(note, keys, path)
    except Damage as damage:
        found.problem(damage.place, damage.what)


def check_checkpoint(room: Room, found: Findings) -> str:
    """Step 4. The newest checkpoint is signed, of this log, and the one the manifest speaks of."""
    checkpoint = parse_checkpoint(room.read(CHECKPOINT, MAX_NOTE_BYTES), CHECKPOINT)
    room.checkpoint = checkpoint
    said = room.manifest
    if said is not None:
        if checkpoint.origin != said.origin:
            found.problem(f"{CHECKPOINT} line 1", f"is of the log {show(checkpoint.origin)}, the manifest of {show(said.origin)}")
        if checkpoint.size != said.size:
            found.problem(f"{CHECKPOINT} line 2", f"has size {checkpoint.size}, the manifest says {said.size}")
        if checkpoint.root.hex() != said.root:
            found.problem(f"{CHECKPOINT} line 3", f"has the root {checkpoint.root.hex()}, the manifest says {said.root}")
    check_note(checkpoint.note, trusted_keys(room, checkpoint.size), CHECKPOINT)
    said_by_log = f"the log {show(checkpoint.origin)} committed to exactly {checkpoint.size} entries"
    found.proven.append(f"{said_by_log}, root {checkpoint.root.hex()} (step 4)")
    return f"origin {show(checkpoint.origin)}, {checkpoint.size} entries, root {checkpoint.root.hex()}"


def earlier_paths(room: Room) -> List[str]:
    """Paths of the earlier checkpoints in the room, by size where the name is one."""
    return sorted((path for path in room.files if path.startswith(EARLIER)), key=lambda path: (len(path), path))


def check_earlier(room: Room, held: Sequence[Tuple[str, bytes]], found: Findings) -> str:
    """Step 8. Every earlier checkpoint, in the room or given with --checkpoint, is a beginning of this very tree."""
    size = head_size(room)
    paths = earlier_paths(room)
    if len(paths) > MAX_EARLIER:
        raise Damage(EARLIER, f"holds {len(paths)} checkpoints; at most {MAX_EARLIER} are read")
    try:
        ranges = parse_keys(room.read(KEYS))[1]
    except Damage as damage:
        raise NotRun(f"no key to check them with: {damage.place}: {damage.what}") from None
    for path in paths:
        try:
            checkpoint = parse_checkpoint(room.read(path, MAX_NOTE_BYTES), path)
            if path != f"{EARLIER}{checkpoint.size}":
                found.problem(path, f"holds a checkpoint of size {checkpoint.size}")
            _check_beginning(room, checkpoint, ranges, size, path, found)
        except Damage as damage:
            found.problem(damage.place, damage.what)
    _check_since(room, paths, found)
    for name, data in held:
        place = f"--checkpoint {name}"
        try:
            _check_beginning(room, parse_checkpoint(data, place), ranges, size, place, found)
        except Damage as damage:
            found.problem(damage.place, damage.what)
    if held:
        found.proven.append(f"the book still begins with {counted(len(held), 'checkpoint')} held outside this room (step 8)")
    return f"{len(paths)} in the room and {len(held)} given, each compared with the root of the tree at its size"


def _check_since(room: Room, paths: Sequence[str], found: Findings) -> None:
    """Of a roll-forward: the checkpoint it begins at is in the room, and has the root the manifest states."""
    said = room.manifest
    if said is None or not said.since:
        return
    path = f"{EARLIER}{said.since}"
    if path not in paths:
        found.problem(f"{MANIFEST}, field since", f"speaks of the checkpoint of {said.since} entries; {path} is not in the room")
    elif room.roots.get(said.since, b"").hex() != said.since_root:
        found.problem(f"{MANIFEST}, field since", "states another root than the tree of this room had at that size")
    else:
        begins = f"this room begins at the signed checkpoint of {said.since} entries, root {said.since_root}"
        found.proven.append(f"{begins}; nothing before it was changed up to {said.size} entries (step 8)")


def _check_beginning(
    room: Room, checkpoint: Checkpoint, ranges: Sequence[KeyRange], size: int, place: str, found: Findings
) -> None:
    """Signature first: only a root that the log itself signed shows that the log has two histories."""
    check_note(checkpoint.note, [key_for(ranges, min(checkpoint.size, size))], place)
    head = room.checkpoint
    if head is not None and checkpoint.origin != head.origin:
        found.problem(place, f"is of the log {show(checkpoint.origin)}, this room of {show(head.origin)}")
    if checkpoint.size > size:
        missing = "entries are missing, or a newer room is needed"
        found.problem(place, f"has {checkpoint.size} entries, this room only {size}: {missing}")
        return
    root = room.roots.get(checkpoint.size)
    if root is None:
        found.problem(place, "cannot be compared: the tree of that size could not be computed (step 5)")
    elif root != checkpoint.root:
        here = f"this room's first {checkpoint.size} entries have {root.hex()}"
        found.problem(place, f"HISTORY WAS CHANGED: the log signed the root {checkpoint.root.hex()}, {here}")


def check_witnesses(room: Room, witnesses: Sequence[VerifierKey], quorum: Optional[int], found: Findings) -> str:
    """Step 9. Every witness given, or as many as the quorum asks for, has cosigned the newest checkpoint or one that extends it.

    Cosignatures come after the room is settled, so they lie in its run header: beside later checkpoints, each with a proof.
    """
    if not witnesses:
        raise NotAsked("no --witness was given")
    if room.checkpoint is None:
        raise NotRun("the checkpoint cannot be read (step 4)")
    times: List[str] = []
    lacking: List[Tuple[str, str]] = []
    notes = [(CHECKPOINT, room.checkpoint), *_seen_later(room, room.checkpoint, found)]
    for witness in witnesses:
        missing: List[Damage] = []
        for place, checkpoint in notes:
            try:
                (_, seconds), *_ = check_note(checkpoint.note, [witness], place)
            except Damage as damage:
                missing.append(damage)
                continue
            grown = checkpoint.size - room.checkpoint.size
            later = f", with {grown} more in the book" if grown else ""
            times.append(f"{show(witness.name)} at {_moment(seconds)}{later}")
            break
        else:
            lacking.append((f"{missing[0].place}, witness {show(witness.name)}", f"no valid cosignature: {missing[0].what}"))
    needed = len(witnesses) if quorum is None else quorum
    if len(times) < needed:
        for place, what in lacking:
            found.problem(place, what)
        found.problem(CHECKPOINT, f"{len(times)} of the witnesses given cosigned it; {needed} must have")
    for each in times:
        found.proven.append(f"the witness {each} saw this checkpoint: nothing in it was rewritten since (step 9)")
    missed = "".join(f"; {place}: {what}" for place, what in lacking)
    asked = "all" if quorum is None else f"at least {quorum}"
    return f"{counted(len(witnesses), 'witness key')} given, {asked} required on the newest checkpoint{missed}"


def _seen_later(room: Room, head: Checkpoint, found: Findings) -> List[Tuple[str, Checkpoint]]:
    """Checkpoints of the run header that the log signed and that begin with this one, as their proofs show."""
    seen: List[Tuple[str, Checkpoint]] = []
    try:
        listed = parse_document(room.read(RUN), RUN).get("witnessed", [])
        ranges = parse_keys(room.read(KEYS))[1]
        if not isinstance(listed, list) or len(listed) > MAX_WITNESSED:
            raise Damage(f"{RUN}, field witnessed", f"is not a list of at most {MAX_WITNESSED}")
        for number, each in enumerate(listed):
            place = f"{RUN}, witnessed[{number}]"
            later = parse_checkpoint(field(each, "checkpoint", str, place).encode("utf-8", "surrogatepass"), place)
            check_note(later.note, [key_for(ranges, min(later.size, head.size))], place)
            proof = [parse_base64(one, place) for one in field(each, "proof", list, place)]
            if later.origin != head.origin or not extends(head.size, head.root, later.size, later.root, proof):
                raise Damage(place, "does not begin with the checkpoint of this room")
            seen.append((place, later))
    except Damage as damage:
        found.problem(damage.place, damage.what)
    return seen


def _moment(seconds: int) -> str:
    if seconds > 253402300799:  # year 9999: as far as a calendar date can be written
        return f"{seconds} seconds after 1970"
    return (datetime(1970, 1, 1) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ001  # POSIX time is UTC
