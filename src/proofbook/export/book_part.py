"""The book's share of a room: hash tiles, entry bundles, checkpoints, keys; written while entries are read for the first time.

Promises: every entry up to the checkpoint is in the room, and the root computed from the bytes that were written is the root
the checkpoint states; a book that leads elsewhere stops the export with the place named. Later keys and checkpoints are left
out, so a room shows the book as it was.
Hostile input: EntryDamaged or HistoryDiverged.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, TypeAlias

from proofbook.book.interface import BookReading, StoredCheckpoint
from proofbook.bundle.layout import CHECKPOINT, KEYS, earlier_checkpoint_path, tile_path
from proofbook.bundle.limits import MAX_CHECKPOINTS
from proofbook.errors import ConfigurationError, EntryDamaged, HistoryDiverged, UnavailableError
from proofbook.export.folder import RoomFolder
from proofbook.export.rows import Placed
from proofbook.export.stamp_part import STAMPED, write_stamp
from proofbook.primitives.canonical import JsonValue, canonical_bytes
from proofbook.primitives.instants import Period, format_instant
from proofbook.tlog.encoding import format_base64
from proofbook.tlog.entry import format_entry_bundle
from proofbook.tlog.merkle import CompactRange, leaf_hashes
from proofbook.tlog.note import Note, Signer, format_note, parse_note
from proofbook.tlog.tile import TILE_WIDTH, Bundle, Tile, format_tile
from proofbook.tlog.vkey import format_vkey

Progress: TypeAlias = Callable[[str, int, int], None]
"""progress(what, done, of)"""

_STEP: Final = 10_000
MAX_SIZE: Final = 2**63 - 1
"""Of a key that is still in force."""


def choose_checkpoint(book: BookReading, period: Period, signer: Signer, as_of_size: int | None) -> StoredCheckpoint:
    """The checkpoint a room is as of: of the size asked for; else the first signed at or after the period's end; else the newest.

    Its note has the log's signature only. Cosignatures do not bear on the choice: they can still come when a room was delivered.
    The key that signs the room must be the one in force at that size, or a reader of the room alone could not check it; after a
    change of key the first checkpoint that the new key signed is taken instead.
    Raises UnavailableError when there is none, ConfigurationError when the key does not fit.
    """
    if as_of_size is not None:
        found = next((each for each in book.checkpoints() if each.size == as_of_size), None)
        if found is None:
            raise UnavailableError(f"the book has no signed checkpoint of size {as_of_size}")
    else:
        found = book.checkpoint_since(format_instant(period.end)) or book.latest_checkpoint()
    if found is None or found.size == 0:
        raise UnavailableError("the book has no signed checkpoint yet", hint="record something and wait for the next checkpoint")
    start = _start_of_key(book, signer)
    if found.size > start:
        return bare(found, book.origin)
    if as_of_size is not None:
        raise ConfigurationError(f"the log key in use signs only trees of more than {start} entries, not one of {as_of_size}")
    later = next((each for each in book.checkpoints() if each.size > start), None)
    if later is None:
        raise UnavailableError("the new log key has not signed a checkpoint yet")
    return bare(later, book.origin)


def bare(checkpoint: StoredCheckpoint, origin: str) -> StoredCheckpoint:
    """The same with the log's own signature only: cosignatures come later, at any time, and a settled room must not change."""
    note = parse_note(checkpoint.note)
    own = tuple(each for each in note.signatures if each.name == origin)
    return replace(checkpoint, note=format_note(Note(note.text, own)))


def find_witnessed(book: BookReading, checkpoint: StoredCheckpoint) -> list[JsonValue]:
    """Cosigned checkpoints that extend this one, each with its proof: the first and the newest that its key signed."""
    keys = (each for each in book.keys() if each.from_size < checkpoint.size)  # noqa: SIM118 - a question, not a mapping's keys
    until = next(each.to_size for each in keys if each.to_size is None or checkpoint.size <= each.to_size) or MAX_SIZE
    cosigned = (book.cosigned_since(checkpoint.signed_at), book.latest_cosigned())
    found = {each.size: each for each in cosigned if each is not None and checkpoint.size <= each.size <= until}
    return [
        {
            "checkpoint": each.note.decode(),
            "proof": [format_base64(one) for one in book.consistency(checkpoint.size, size)] if size > checkpoint.size else [],
        }
        for size, each in sorted(found.items())
    ]


def _start_of_key(book: BookReading, signer: Signer) -> int:
    vkey = format_vkey(signer.key)
    history = book.keys()
    for period in history:
        if period.vkey == vkey and period.to_size is None:
            return period.from_size
    raise ConfigurationError("the signing key given is not the log key in force", hint="use the key the book is signed with")


def write_book(
    folder: RoomFolder,
    book: BookReading,
    checkpoint: StoredCheckpoint,
    see: Callable[[Placed], None],
    progress: Progress,
    *,
    keep: int = 0,
) -> tuple[str, ...]:
    """Tiles, bundles, checkpoints and keys; the paths of the time stamps, which only the entries tell.

    `see` is called with every entry. `keep`: size of a checkpoint that must be among the earlier ones. Raises EntryDamaged,
    HistoryDiverged.
    """
    tree = CompactRange()
    stamps: list[str] = []
    for entries in _runs(book, checkpoint.size):
        start = tree.size
        leaves = leaf_hashes(entries)
        tree.extend(leaves)
        number, width = start // TILE_WIDTH, len(entries)
        folder.write(tile_path(Tile(0, number, width)), f"Leaf hashes from {start}", format_tile(leaves))
        folder.write(tile_path(Bundle(number, width)), f"Entries from {start}", format_entry_bundle(entries))
        for offset, (data, leaf) in enumerate(zip(entries, leaves, strict=True)):
            placed = Placed(parse_value(data, start + offset), start + offset, leaf.hex())
            _see(see, placed)
            if placed.value.get("kind") == STAMPED:
                stamps += write_stamp(folder, placed)
        if start // _STEP != tree.size // _STEP:
            progress("reading the book", tree.size, checkpoint.size)
    if tree.size != checkpoint.size or tree.root() != checkpoint.root:
        _name_damage(book, checkpoint)
    folder.write(CHECKPOINT, "Signed checkpoint this room is as of", checkpoint.note)
    for each in earlier_checkpoints(book, checkpoint.size, keep):
        folder.write(
            earlier_checkpoint_path(each.size), f"Earlier signed checkpoint, {each.size} entries", bare(each, book.origin).note
        )
    folder.write(KEYS, "Log keys and the tree sizes they sign", format_keys(book, checkpoint.size))
    progress("reading the book", checkpoint.size, checkpoint.size)
    return tuple(stamps)


def _see(see: Callable[[Placed], None], entry: Placed) -> None:
    try:
        see(entry)
    except (KeyError, TypeError, AttributeError) as error:
        place = f"entry {entry.index}"
        raise EntryDamaged(f"{place} does not have the form of its kind: {type(error).__name__} {error}", place=place) from error


def parse_value(data: bytes, index: int) -> dict[str, object]:
    """An entry's JSON; the verifier that runs over the finished room checks its form strictly. Raises EntryDamaged."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise EntryDamaged(f"entry {index} is not JSON", place=f"entry {index}") from error
    if not isinstance(value, dict):
        raise EntryDamaged(f"entry {index} is not an object", place=f"entry {index}")
    return value


def earlier_checkpoints(book: BookReading, size: int, keep: int = 0) -> Iterator[StoredCheckpoint]:
    """Checkpoints below `size`, at most MAX_CHECKPOINTS and the one of the size `keep`, evenly thinned, first and last kept."""
    total = sum(1 for each in book.checkpoints() if 0 < each.size < size)
    kept = min(total, MAX_CHECKPOINTS)
    wanted = {(total - 1) * step // max(kept - 1, 1) for step in range(kept)}
    below = (each for each in book.checkpoints() if 0 < each.size < size)
    return (each for place, each in enumerate(below) if place in wanted or each.size == keep)


def format_keys(book: BookReading, size: int) -> bytes:
    """`keys.json` as of a size: a change of key that comes later is not in it, as its entry is not in the room."""
    history = book.keys()
    keys: list[JsonValue] = [
        {"vkey": each.vkey, "from_size": each.from_size, "to_size": _until(each.to_size, size)}
        for each in history
        if each.from_size < size
    ]
    return canonical_bytes({"origin": book.origin, "keys": keys}) + b"\n"


def _until(to_size: int | None, size: int) -> int | None:
    return None if to_size is None or to_size >= size else to_size


def _runs(book: BookReading, size: int) -> Iterator[list[bytes]]:
    """The entries in runs of one tile's width."""
    run: list[bytes] = []
    for _, data in book.entries(0, size):
        run.append(data)
        if len(run) == TILE_WIDTH:
            yield run
            run = []
    if run:
        yield run


def _name_damage(book: BookReading, checkpoint: StoredCheckpoint) -> None:
    """Finds the first entry whose bytes are not what the book's own tree was built from. Always raises."""
    stored = book.leaf_hashes(0, checkpoint.size)
    entries = (data for _, data in book.entries(0, checkpoint.size))
    index = -1
    for index, (data, leaf) in enumerate(zip(entries, stored, strict=False)):
        if leaf_hashes((data,))[0] != leaf:
            raise EntryDamaged(
                f"entry {index} is not what was recorded: no room can be made of this book",
                hint="run the book check and restore the book from a backup",
                place=f"entry {index}",
            )
    if index + 1 < checkpoint.size:
        raise EntryDamaged(f"entry {index + 1} is missing", place=f"entry {index + 1}")
    raise HistoryDiverged(
        f"the {checkpoint.size} entries of this book do not lead to the root its checkpoint states", place="checkpoint"
    )
