"""C2SP tlog-proof files: one entry's index, inclusion proof and signed checkpoint in one small text, for checking offline.

Promises: `format_proof_file(parse_proof_file(f)) == f`. Does not: hold the entry itself; who checks must have its bytes.
The `extra` bytes are authenticated by nothing and mean nothing to us.
Hostile input: MalformedBundle, LimitExceeded, SignatureInvalid or ProofInvalid.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from proofbook.errors import LimitExceeded, MalformedBundle
from proofbook.tlog.checkpoint import Checkpoint, check_checkpoint
from proofbook.tlog.encoding import format_base64, parse_base64, parse_decimal, parse_hash, parse_lines
from proofbook.tlog.note import MAX_NOTE_BYTES, Verifier, parse_note
from proofbook.tlog.proof import MAX_PROOF_HASHES, check_inclusion

PROOF_FILE_HEADER: Final = "c2sp.org/tlog-proof@v1"
PROOF_FILE_SUFFIX: Final = ".tlog-proof"

MAX_EXTRA_BYTES: Final = 64 * 1024
"""Room for a short context; an entry of ours is at most 48 KiB."""

MAX_PROOF_FILE_BYTES: Final = MAX_NOTE_BYTES + 2 * MAX_EXTRA_BYTES
"""Checkpoint, extra in base64, and 63 hash lines of 45 bytes."""


@dataclass(frozen=True, slots=True)
class ProofFile:
    """`checkpoint` is the signed note, verbatim; `extra` is None when the line is absent."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


def parse_proof_file(content: bytes) -> ProofFile:
    """Text -> ProofFile. Raises MalformedBundle or LimitExceeded; checks neither signature nor proof."""
    if len(content) > MAX_PROOF_FILE_BYTES:
        raise LimitExceeded(f"a proof file of {len(content)} bytes is longer than {MAX_PROOF_FILE_BYTES}")
    head, separator, checkpoint = content.partition(b"\n\n")
    lines = parse_lines(head + b"\n", "the proof file")
    if not separator or lines.pop(0) != PROOF_FILE_HEADER:
        raise MalformedBundle("this is no proof file", hint=f"expected {PROOF_FILE_HEADER}, an index, hashes, an empty line")
    extra = _parse_extra(lines.pop(0)) if lines and lines[0].startswith("extra ") else None
    if not lines or not lines[0].startswith("index "):
        raise MalformedBundle("the proof file has no index line where one must be")
    index = parse_decimal(lines.pop(0).removeprefix("index "), "the index")
    hashes = parse_hash_lines(lines)
    parse_note(checkpoint)
    return ProofFile(index, hashes, checkpoint, extra)


def parse_hash_lines(lines: list[str]) -> tuple[bytes, ...]:
    """Base64 hashes, one a line. Raises MalformedBundle, or LimitExceeded past 63 of them."""
    if len(lines) > MAX_PROOF_HASHES:
        raise LimitExceeded(f"a proof of {len(lines)} hashes is longer than any tree is high", hint=f"at most {MAX_PROOF_HASHES}")
    return tuple(parse_hash(line, "a proof hash") for line in lines)


def _parse_extra(line: str) -> bytes:
    extra = parse_base64(line.removeprefix("extra "), "the extra line")
    if len(extra) > MAX_EXTRA_BYTES:
        raise LimitExceeded(f"{len(extra)} extra bytes are more than {MAX_EXTRA_BYTES}")
    return extra


def format_proof_file(proof: ProofFile) -> bytes:
    """The inverse of `parse_proof_file`. Raises its errors for values that have no form."""
    lines = [PROOF_FILE_HEADER]
    if proof.extra is not None:
        lines.append(f"extra {format_base64(proof.extra)}")
    lines.append(f"index {proof.index}")
    lines.extend(format_base64(each) for each in proof.hashes)
    content = "".join(f"{line}\n" for line in lines).encode() + b"\n" + proof.checkpoint
    parse_proof_file(content)
    return content


def check_proof_file(proof: ProofFile, *, leaf: bytes, origin: str, verifiers: Iterable[Verifier]) -> Checkpoint:
    """The tree head under which the entry with leaf hash `leaf` is shown to be in the log `origin`.

    Raises SignatureInvalid, ProofInvalid or MalformedBundle. Witness quorums are `policy.assess_policy`'s question.
    """
    checkpoint = check_checkpoint(proof.checkpoint, origin=origin, verifiers=verifiers)
    check_inclusion(leaf, proof.hashes, index=proof.index, size=checkpoint.size, root=checkpoint.root)
    return checkpoint
