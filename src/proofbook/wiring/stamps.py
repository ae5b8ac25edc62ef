"""The time stamps of an evidence room, held against certificates of authorities: signatures that the room's verifier leaves.

Reads the room's files only. Hostile files end as a line that says what does not hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from proofbook.anchoring.stamping import MAX_TOKEN_BYTES, Trusted, check_stamp, read_trusted
from proofbook.bundle.layout import BOOK_FOLDER
from proofbook.errors import InputError
from proofbook.tlog.note import MAX_NOTE_BYTES

_FOLDER: Final = f"{BOOK_FOLDER}/timestamps"


@dataclass(frozen=True, slots=True)
class CheckedStamp:
    """One token: its file, whether it holds, and the time it states or why it does not hold."""

    name: str
    holds: bool
    said: str


def check_room_stamps(room: Path, authorities: tuple[Path, ...]) -> tuple[CheckedStamp, ...]:
    """Every token of a room, by the first authority that it checks out with. Raises ConfigurationError for a certificate file."""
    trusted = [(path.name, read_trusted(path)) for path in authorities]
    found = sorted(room.joinpath(_FOLDER).glob("*.tsr"), key=lambda path: (len(path.name), path.name))
    return tuple(_check(path, trusted) for path in found)


def _check(path: Path, trusted: list[tuple[str, Trusted]]) -> CheckedStamp:
    try:
        with path.open("rb") as token, path.with_suffix(".note").open("rb") as note:
            reply, data = token.read(MAX_TOKEN_BYTES + 1), note.read(MAX_NOTE_BYTES)
    except OSError as error:
        return CheckedStamp(path.name, holds=False, said=f"cannot be read: {error.strerror}")
    reasons = []
    for name, certificates in trusted:
        try:
            stamp = check_stamp(reply, data, certificates)
        except InputError as error:
            reasons.append(f"{name}: {error.message}")
        else:
            return CheckedStamp(path.name, holds=True, said=f"signed by the authority of {name} at {stamp.time}")
    return CheckedStamp(path.name, holds=False, said="; ".join(reasons))
