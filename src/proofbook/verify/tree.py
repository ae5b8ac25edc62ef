"""Step 5: the level-0 tiles lead to the root of the checkpoint, and the roots the tree had at earlier sizes.

Every root is computed from all leaf hashes, so the consistency of two checkpoints needs no proof: one is a beginning of the other
or it is not. Hostile tiles can only lead to another root or raise `Damage`.
"""

from __future__ import annotations

from typing import Sequence, Set, Tuple

from proofbook.verify.encoding import Damage
from proofbook.verify.keys import head_size
from proofbook.verify.merkle import HASH_BYTES, TILE_WIDTH, Frontier, tile_path, tiles_of
from proofbook.verify.notes import MAX_NOTE_BYTES, parse_checkpoint
from proofbook.verify.report import Findings, NotRun, counted
from proofbook.verify.room import BOOK, EARLIER, MAX_FILES, STAMPS, Room

MAX_ENTRIES = MAX_FILES // 2 * TILE_WIDTH
"""Entries a room can hold: each tile and each bundle of 256 is a file."""


def check_tree(room: Room, held: Sequence[Tuple[str, bytes]], found: Findings) -> str:
    """Step 5. Fills `room.roots` for every size an earlier checkpoint speaks of."""
    size = head_size(room)
    if not 0 < size <= MAX_ENTRIES:
        raise Damage(BOOK + "tile", f"a tree of {size} entries cannot be in a room (1 to {MAX_ENTRIES})")
    _check_names(room, size, found)
    wanted = _earlier_sizes(room, held)
    frontier = Frontier()
    for index, width in tiles_of(size):
        path = BOOK + tile_path("0", index, width)
        tile = room.read(path, TILE_WIDTH * HASH_BYTES)
        if len(tile) != width * HASH_BYTES:
            raise Damage(path, f"has {len(tile)} bytes instead of {width * HASH_BYTES}")
        for start in range(0, len(tile), HASH_BYTES):
            frontier.append(tile[start : start + HASH_BYTES])
            if frontier.size in wanted:
                room.roots[frontier.size] = frontier.root()
    room.roots[size] = frontier.root()
    _check_root(room, size, found)
    return f"the leaf hashes of {size} entries in {counted(len(tiles_of(size)), 'tile')} hashed up to the root"


def _check_root(room: Room, size: int, found: Findings) -> None:
    root = room.roots[size]
    signed = room.checkpoint.root if room.checkpoint is not None else None
    listed = bytes.fromhex(room.manifest.root) if room.manifest is not None else None
    if signed is None and listed is None:
        raise NotRun("neither the manifest nor the checkpoint can be read")
    for whose, other in (("the checkpoint", signed), ("the manifest", listed)):
        if other is not None and other != root:
            found.problem(BOOK + "tile/0", f"the tiles lead to the root {root.hex()}; {whose} says {other.hex()}")


def _check_names(room: Room, size: int, found: Findings) -> None:
    known = {BOOK + tile_path(kind, index, width) for kind in ("0", "entries") for index, width in tiles_of(size)}
    for path in sorted(room.files):
        if path.startswith(BOOK + "tile/") and path not in known:
            found.problem(path, f"does not belong to a tree of {size} entries")


def _earlier_sizes(room: Room, held: Sequence[Tuple[str, bytes]]) -> Set[int]:
    sizes: Set[int] = set()
    for path in room.files:
        if path.startswith(EARLIER):
            name = path[len(EARLIER) :]
            if name.isascii() and name.isdigit() and len(name) <= 16:
                sizes.add(int(name))
        elif path.startswith(STAMPS) and path.endswith(".note"):
            try:
                sizes.add(parse_checkpoint(room.read(path, MAX_NOTE_BYTES), path).size)
            except Damage:
                continue  # step 13 names it
    for name, data in held:
        try:
            sizes.add(parse_checkpoint(data[: MAX_NOTE_BYTES + 1], name).size)
        except Damage:
            continue  # step 8 names it
    return sizes
