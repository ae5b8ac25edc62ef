"""Proof files: one entry, shown to be in the log, without the log."""

from __future__ import annotations

import pytest

from proofbook.errors import LimitExceeded, MalformedBundle, ProofInvalid, SignatureInvalid
from proofbook.tlog.checkpoint import Checkpoint, format_checkpoint
from proofbook.tlog.memory_tree import MemoryTree
from proofbook.tlog.merkle import leaf_hash
from proofbook.tlog.note import Ed25519Signer, Ed25519Verifier, sign_note
from proofbook.tlog.proof import derive_inclusion, derive_root
from proofbook.tlog.proof_file import (
    MAX_EXTRA_BYTES,
    MAX_PROOF_FILE_BYTES,
    ProofFile,
    check_proof_file,
    format_proof_file,
    parse_proof_file,
)

ORIGIN = "log.example/book"
LOG = Ed25519Signer.from_seed(ORIGIN, b"\x01" * 32)
KEYS = [Ed25519Verifier(LOG.key)]
LEAVES = [leaf_hash(b"%d" % n) for n in range(7)]
TREE = MemoryTree(LEAVES)
CHECKPOINT = sign_note(format_checkpoint(Checkpoint(ORIGIN, 7, derive_root(TREE, 7))), [LOG])
PROOF = ProofFile(4, derive_inclusion(TREE, 4, 7), CHECKPOINT)
FILE = format_proof_file(PROOF)
HASH_LINE = FILE.split(b"\n")[2] + b"\n"


@pytest.mark.parametrize("extra", [None, b"", b"context", bytes(MAX_EXTRA_BYTES)])
def test_proof_files_read_back(extra: bytes | None) -> None:
    """No extra line and an empty one are two different files."""
    proof = ProofFile(PROOF.index, PROOF.hashes, PROOF.checkpoint, extra)
    assert proof == parse_proof_file(format_proof_file(proof))


def test_the_layout_is_header_index_hashes_checkpoint() -> None:
    """The checkpoint stands in it verbatim."""
    head, checkpoint = FILE.split(b"\n\n", 1)
    assert head[:30] == b"c2sp.org/tlog-proof@v1\nindex 4"
    assert (len(head.split(b"\n")), checkpoint) == (5, CHECKPOINT)


def test_a_good_file_shows_its_entry() -> None:
    """With nothing but the log's key and name."""
    assert check_proof_file(parse_proof_file(FILE), leaf=LEAVES[4], origin=ORIGIN, verifiers=KEYS).size == 7


def test_another_entry_index_or_log_is_refused() -> None:
    """Each of the three things a proof file ties together."""
    with pytest.raises(ProofInvalid):
        check_proof_file(PROOF, leaf=LEAVES[3], origin=ORIGIN, verifiers=KEYS)
    with pytest.raises(ProofInvalid):
        check_proof_file(ProofFile(5, PROOF.hashes, CHECKPOINT), leaf=LEAVES[4], origin=ORIGIN, verifiers=KEYS)
    with pytest.raises(MalformedBundle, match="not of"):
        check_proof_file(PROOF, leaf=LEAVES[4], origin="log.example/other", verifiers=KEYS)


def test_a_changed_checkpoint_is_refused() -> None:
    """The root is worth what the signature is worth."""
    forged = ProofFile(4, PROOF.hashes, CHECKPOINT.replace(b"\n7\n", b"\n8\n"))
    with pytest.raises(SignatureInvalid):
        check_proof_file(forged, leaf=LEAVES[4], origin=ORIGIN, verifiers=KEYS)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        CHECKPOINT,
        FILE.replace(b"@v1", b"@v2"),
        FILE.replace(b"\n\n", b"\n"),
        FILE.replace(b"index 4\n", b""),
        FILE.replace(b"index 4\n", b"index 04\n"),
        FILE.replace(b"index 4\n", b"index 4\nindex 4\n"),
        FILE.replace(b"index 4\n", b"index 4\nextra \n"),
        FILE.replace(b"index 4\n", b"extra !\nindex 4\n"),
        FILE.replace(b"index 4\n", b"extra \nextra \nindex 4\n"),
        FILE.replace(b"index 4\n", b"index 4\nAAAA\n"),
        FILE.replace(b"index", b"index\t"),
        FILE.partition(b"\n\n")[0] + b"\n\n",
        FILE[:-1],
        b"c2sp.org/tlog-proof@v1\n\n" + CHECKPOINT,
    ],
)
def test_text_that_is_no_proof_file_is_refused(content: bytes) -> None:
    """Nothing in it may be skipped."""
    with pytest.raises(MalformedBundle):
        parse_proof_file(content)


@pytest.mark.parametrize(
    "content",
    [
        FILE + b"x" * MAX_PROOF_FILE_BYTES,
        FILE.replace(HASH_LINE, HASH_LINE * 64),
        FILE.replace(b"index 4", b"extra " + b"AAAA" * (MAX_EXTRA_BYTES // 3 + 1) + b"\nindex 4"),
    ],
)
def test_oversized_files_are_refused(content: bytes) -> None:
    """A tree is at most 63 levels high; extra means nothing to us."""
    with pytest.raises(LimitExceeded):
        parse_proof_file(content)


@pytest.mark.parametrize(
    "proof",
    [ProofFile(-1, (), CHECKPOINT), ProofFile(0, (b"short",), CHECKPOINT), ProofFile(0, (), b"no note")],
)
def test_parts_without_a_form_are_not_written(proof: ProofFile) -> None:
    """What is handed to an auditor must read back."""
    with pytest.raises(MalformedBundle):
        format_proof_file(proof)
