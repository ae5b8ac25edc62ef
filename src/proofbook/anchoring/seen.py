"""What the configured witnesses say of one checkpoint: read from the note, each cosignature checked under the witness's key.

Promises: a cosignature counts only when it verifies; one that does not is told apart from one that is not there. Lines by keys
that nobody configured are counted and mean nothing. Hostile input: an unreadable note raises MalformedBundle or LimitExceeded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from proofbook.anchoring.settings import WitnessSettings, quorum_of
from proofbook.anchoring.witnessing import format_seconds
from proofbook.errors import MalformedBundle, SignatureInvalid
from proofbook.tlog.cosignature import CosignatureVerifier, cosignature_time
from proofbook.tlog.note import Note, parse_note


class Cosigning(StrEnum):
    """How one witness stands to one checkpoint."""

    COSIGNED = "cosigned"
    ABSENT = "absent"
    INVALID = "invalid"
    """A line under its name and key id that its key did not make."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One witness and one checkpoint. `at`: the newest time it states, as an instant; only where it cosigned."""

    name: str
    key_name: str
    cosigning: Cosigning
    at: str | None = None


@dataclass(frozen=True, slots=True)
class SeenBy:
    """What all configured witnesses say. `reached`: whether as many cosigned as the setting asks; `strangers`: other lines."""

    witnesses: tuple[Seen, ...]
    reached: bool
    strangers: int

    @property
    def cosigned(self) -> tuple[Seen, ...]:
        """Those whose cosignature verified."""
        return tuple(each for each in self.witnesses if each.cosigning is Cosigning.COSIGNED)


def read_cosignatures(note: bytes, origin: str, witnesses: Iterable[WitnessSettings], quorum: str = "all") -> SeenBy:
    """Look for every witness on a checkpoint of the log `origin`."""
    parsed, known = parse_note(note), tuple(witnesses)
    found = tuple(_look(parsed, each) for each in known)
    ours = {(each.key.name, each.key.key_id) for each in known}
    strangers = sum(line.name != origin and (line.name, line.key_id) not in ours for line in parsed.signatures)
    cosigned = sum(each.cosigning is Cosigning.COSIGNED for each in found)
    return SeenBy(found, bool(known) and cosigned >= quorum_of(quorum, len(known)), strangers)


def _look(note: Note, witness: WitnessSettings) -> Seen:
    key = witness.key
    verifier, times = CosignatureVerifier(key), []
    for line in note.signatures:
        if (line.name, line.key_id) == (key.name, key.key_id):
            try:
                verifier.check_signature(note.text, line.signature)
                times.append(cosignature_time(line.signature))
            except (SignatureInvalid, MalformedBundle):
                return Seen(witness.name, key.name, Cosigning.INVALID)
    if not times:
        return Seen(witness.name, key.name, Cosigning.ABSENT)
    return Seen(witness.name, key.name, Cosigning.COSIGNED, format_seconds(max(times)))
