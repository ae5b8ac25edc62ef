"""The decisions of a C2SP witness (tlog-witness), without I/O: request bytes and remembered state in, new state or refusal out.

Promises: a cosignature is given only for a checkpoint that a trusted log key signed and that extends what was cosigned before.
Does not: remember anything. The caller MUST compare the remembered state with the one it passed in and store the new one in a
single atomic step BEFORE it sends the cosignature; otherwise two requests at once can roll the log back.
Hostile input: every malformed request becomes a `Refusal` with the protocol's status code; nothing is raised for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final, Self, TypeAlias

from proofbook.errors import InputError, LimitExceeded, MalformedBundle, ProofInvalid, SignatureInvalid
from proofbook.tlog.checkpoint import Checkpoint, parse_checkpoint
from proofbook.tlog.cosignature import Cosigner
from proofbook.tlog.encoding import format_base64, parse_decimal, parse_lines
from proofbook.tlog.merkle import EMPTY_ROOT
from proofbook.tlog.note import (
    MAX_NOTE_BYTES,
    Note,
    NoteSignature,
    Verifier,
    check_note,
    format_note,
    format_signature_line,
    parse_note,
)
from proofbook.tlog.proof import check_consistency
from proofbook.tlog.proof_file import parse_hash_lines

ADD_CHECKPOINT_PATH: Final = "add-checkpoint"
"""Below the submission prefix."""

MAX_REQUEST_BYTES: Final = MAX_NOTE_BYTES + 4096
"""The largest note, the old size line and 63 proof lines of 45 bytes."""

SIZE_CONTENT_TYPE: Final = "text/x.tlog.size"
TEXT_CONTENT_TYPE: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class WitnessState:
    """What a witness remembers of one log: the last tree head it cosigned (size 0 when none) and the log keys it trusts."""

    origin: str
    size: int
    root: bytes
    verifiers: tuple[Verifier, ...]

    @classmethod
    def before_first(cls, origin: str, verifiers: tuple[Verifier, ...]) -> Self:
        """The state of a log that was never cosigned."""
        return cls(origin, 0, EMPTY_ROOT, verifiers)


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A parsed request: nothing in it is authenticated."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Cosigned:
    """Status 200. Store `state` and `checkpoint` durably, then send `body`."""

    state: WitnessState
    line: NoteSignature
    checkpoint: bytes
    """The note to serve at `monitoring_path`: the verified log signatures and this cosignature."""

    @property
    def body(self) -> bytes:
        """The response: one cosignature line."""
        return format_signature_line(self.line)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Any other status, with the body and content type to answer with."""

    status: int
    body: bytes
    content_type: str = TEXT_CONTENT_TYPE


Answer: TypeAlias = Cosigned | Refusal

FindState: TypeAlias = Callable[[str], WitnessState | None]
"""The remembered state of the log with this origin; None when the witness does not serve it."""


def parse_add_checkpoint(body: bytes) -> AddCheckpoint:
    """Request body -> AddCheckpoint. Raises MalformedBundle, LimitExceeded, or ProofInvalid for an impossible empty tree."""
    if len(body) > MAX_REQUEST_BYTES:
        raise LimitExceeded(f"a request of {len(body)} bytes is longer than {MAX_REQUEST_BYTES}")
    head, separator, note_bytes = body.partition(b"\n\n")
    old_line, *proof_lines = parse_lines(head + b"\n", "the request")
    if not separator or not old_line.startswith("old "):
        raise MalformedBundle("the request is not `old <size>`, proof lines, an empty line and a checkpoint")
    old_size = parse_decimal(old_line.removeprefix("old "), "the old size")
    proof = parse_hash_lines(proof_lines)
    note = parse_note(note_bytes)
    return AddCheckpoint(old_size, proof, note, parse_checkpoint(note.text))


def format_add_checkpoint(old_size: int, proof: tuple[bytes, ...], note: bytes) -> bytes:
    """The request body a log sends. Raises the errors of `parse_add_checkpoint` for values that have no form."""
    lines = (f"old {old_size}", *(format_base64(each) for each in proof))
    body = "".join(f"{line}\n" for line in lines).encode() + b"\n" + note
    parse_add_checkpoint(body)
    return body


def parse_size_conflict(body: bytes) -> int:
    """The size in a 409 answer of type `text/x.tlog.size`: what the witness last cosigned. Raises MalformedBundle."""
    lines = parse_lines(body, "the witness's answer")
    if len(lines) != 1:
        raise MalformedBundle("the witness's answer is not one line with a tree size")
    return parse_decimal(lines[0], "the size in the witness's answer")


def monitoring_path(origin: str) -> str:
    """Where the last cosigned checkpoint of a log is read back, below the monitoring prefix."""
    return f"{sha256(origin.encode()).hexdigest()}/checkpoint"


def derive_answer(find_state: FindState, body: bytes, *, cosigner: Cosigner, time_seconds: int) -> Answer:
    """The whole answer to one `add-checkpoint` request."""
    try:
        request = parse_add_checkpoint(body)
    except ProofInvalid as error:
        return _refuse(422, error.message)
    except InputError as error:
        return _refuse(400, error.message)
    return derive_cosigning(find_state(request.checkpoint.origin), request, cosigner=cosigner, time_seconds=time_seconds)


def derive_cosigning(state: WitnessState | None, request: AddCheckpoint, *, cosigner: Cosigner, time_seconds: int) -> Answer:
    """The checks of tlog-witness in the order the specification states them.

    A checkpoint equal to the last cosigned one is cosigned again, so a log gets a fresh time stamp while it is idle.
    """
    checkpoint = request.checkpoint
    if state is None or state.origin != checkpoint.origin:
        return _refuse(404, "this witness does not know that origin")
    try:
        by_log = check_note(request.note, state.verifiers)
    except SignatureInvalid as error:
        return _refuse(403, error.message)
    if request.old_size > checkpoint.size:
        return _refuse(400, f"the old size {request.old_size} is larger than the checkpoint's {checkpoint.size}")
    if request.old_size != state.size:
        return Refusal(409, f"{state.size}\n".encode(), SIZE_CONTENT_TYPE)
    try:
        _check_extends(state, request)
    except ProofInvalid as error:
        return _refuse(422, error.message)
    line = cosigner.cosign(request.note.text, time_seconds=time_seconds)
    served = format_note(Note(request.note.text, (*by_log, line)))
    return Cosigned(replace(state, size=checkpoint.size, root=checkpoint.root), line, served)


def _check_extends(state: WitnessState, request: AddCheckpoint) -> None:
    """Raises ProofInvalid. Everything extends the empty tree, so from size 0 only an empty proof is accepted."""
    new = request.checkpoint
    if state.size == 0:
        if request.proof:
            raise ProofInvalid("the proof from size 0 must be empty")
        return
    check_consistency(request.proof, old_size=state.size, old_root=state.root, new_size=new.size, new_root=new.root)


def _refuse(status: int, reason: str) -> Refusal:
    return Refusal(status, f"{reason}\n".encode(errors="replace"))
