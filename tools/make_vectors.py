"""Regenerates the published log vectors: docs/formats/vectors/log.json, byte for byte.

    python tools/make_vectors.py            writes the file
    python tools/make_vectors.py --check    exit 5 when the file differs from what this program makes

Everything is derived from fixed seeds, fixed entries and a fixed time. The keys are sample keys: their seeds are public here.
Independent numbers to compare with are in docs/formats/vectors/reference.json; this program never writes that file.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from proofbook.tlog.checkpoint import Checkpoint, format_checkpoint
from proofbook.tlog.cosignature import CosignatureVerifier, Cosigner, derive_cosigned_note
from proofbook.tlog.entry import format_entry_bundle
from proofbook.tlog.key_history import KeyRotation, sign_rotation
from proofbook.tlog.memory_tree import MemoryTree
from proofbook.tlog.merkle import CompactRange, leaf_hash, leaf_hashes
from proofbook.tlog.note import Ed25519Signer, Ed25519Verifier, format_signature_line, sign_note
from proofbook.tlog.policy import Policy, PolicyGroup, PolicyLog, PolicyWitness, format_policy
from proofbook.tlog.proof import derive_consistency, derive_inclusion, derive_root
from proofbook.tlog.proof_file import ProofFile, format_proof_file
from proofbook.tlog.tile import Bundle, Tile, derive_bundles, derive_tile, derive_tiles, format_path
from proofbook.tlog.vkey import format_vkey
from proofbook.tlog.witness import Cosigned, WitnessState, derive_answer, format_add_checkpoint

TARGET: Final = Path(__file__).parents[1] / "docs/formats/vectors/log.json"

ORIGIN: Final = "ledger.example/vectors"
WITNESS: Final = "auditor.example/w1"
TIME_SECONDS: Final = 1_760_000_000
LOG_SEED, WITNESS_SEED, NEXT_SEED, SECOND_WITNESS_SEED = (bytes((n,)) * 32 for n in (1, 2, 3, 4))
BIG: Final = 70_000
SIZES: Final = (*range(10), 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 200, 255, 256, 257, 300, 511, 512, 513, 1000)
BIG_SIZES: Final = (65_535, 65_536, 65_537, 66_000, BIG)
INCLUSIONS: Final = (
    (0, 1),
    (0, 2),
    (1, 2),
    (2, 3),
    (4, 5),
    (5, 7),
    (0, 256),
    (255, 256),
    (256, 257),
    (257, 300),
    (299, 300),
    (69_999, BIG),
)
CONSISTENCIES: Final = (
    (1, 2),
    (2, 3),
    (3, 5),
    (4, 7),
    (6, 8),
    (7, 7),
    (128, 300),
    (200, 300),
    (255, 256),
    (256, 300),
    (66_000, BIG),
)
PATHS: Final = (
    Tile(0, 0),
    Tile(0, 1, 44),
    Tile(1, 0, 1),
    Tile(0, 999),
    Tile(0, 1000),
    Tile(3, 1_234_067),
    Bundle(1_234_067, 8),
    Bundle(0),
)


def derive_vectors() -> dict[str, Any]:
    """All vectors as one JSON value."""
    tree = MemoryTree(leaf_hashes(b"entry %d" % number for number in range(BIG)))
    log, witness = Ed25519Signer.from_seed(ORIGIN, LOG_SEED), Cosigner.from_seed(WITNESS, WITNESS_SEED)
    checkpoints = {size: _checkpoint(tree, size, log) for size in (200, 300)}
    text = checkpoints[300].partition(b"\n\n")[0] + b"\n"
    cosigned = derive_cosigned_note(
        checkpoints[300],
        format_signature_line(witness.cosign(text, time_seconds=TIME_SECONDS)),
        [CosignatureVerifier(witness.key)],
    )
    proof_file = ProofFile(257, derive_inclusion(tree, 257, 300), cosigned)
    return {
        "about": "Sample keys with public seeds. Entries are the ASCII text `entry <number>`. Hashes in hex; texts verbatim.",
        "keys": _keys(log, witness),
        "tree": _tree(tree),
        "proofs": _proofs(tree),
        "tiles": _tiles(tree, 300, since=200),
        "paths": {format_path(each): _coordinates(each) for each in PATHS},
        "checkpoint": {"log_only": checkpoints[300].decode(), "cosigned": cosigned.decode()},
        "proof_file": {
            "plain": format_proof_file(proof_file).decode(),
            "with_extra": format_proof_file(ProofFile(257, proof_file.hashes, cosigned, b"sample")).decode(),
        },
        "witness": _witness(tree, checkpoints, log, witness),
        "policy": _policy(log, witness),
        "key_history": _key_history(log),
    }


def _checkpoint(tree: MemoryTree, size: int, log: Ed25519Signer) -> bytes:
    return sign_note(format_checkpoint(Checkpoint(ORIGIN, size, derive_root(tree, size))), [log])


def _keys(log: Ed25519Signer, witness: Cosigner) -> dict[str, Any]:
    return {
        "log": {"name": ORIGIN, "seed": LOG_SEED.hex(), "vkey": format_vkey(log.key)},
        "witness": {"name": WITNESS, "seed": WITNESS_SEED.hex(), "vkey": format_vkey(witness.key), "time_seconds": TIME_SECONDS},
    }


def _tree(tree: MemoryTree) -> dict[str, Any]:
    state = CompactRange()
    state.extend(tree.read_hash(0, number) for number in range(300))
    return {
        "leaf_hash_of_empty_entry": leaf_hash(b"").hex(),
        "leaf_hash_of_entry_0": leaf_hash(b"entry 0").hex(),
        "roots": {str(size): derive_root(tree, size).hex() for size in (*SIZES, *BIG_SIZES)},
        "compact_range_300": state.to_bytes().hex(),
    }


def _proofs(tree: MemoryTree) -> dict[str, Any]:
    return {
        "inclusion": [
            {"index": index, "size": size, "hashes": [each.hex() for each in derive_inclusion(tree, index, size)]}
            for index, size in INCLUSIONS
        ],
        "consistency": [
            {"old_size": old, "new_size": new, "hashes": [each.hex() for each in derive_consistency(tree, old, new)]}
            for old, new in CONSISTENCIES
        ],
    }


def _tiles(tree: MemoryTree, size: int, *, since: int) -> dict[str, list[int | str]]:
    """Everything to serve for checkpoints of `since` and `size` entries: path -> [bytes, SHA-256]."""
    files: dict[str, bytes] = {}
    for low, high in ((0, since), (since, size)):
        files |= {format_path(tile): derive_tile(tree, tile) for tile in derive_tiles(high, since=low)}
        for bundle in derive_bundles(high, since=low):
            first = bundle.index * 256
            files[format_path(bundle)] = format_entry_bundle([b"entry %d" % n for n in range(first, first + bundle.width)])
    return {path: [len(content), sha256(content).hexdigest()] for path, content in sorted(files.items())}


def _coordinates(resource: Tile | Bundle) -> dict[str, int | str]:
    level: int | str = resource.level if isinstance(resource, Tile) else "entries"
    return {"level": level, "index": resource.index, "width": resource.width}


def _witness(tree: MemoryTree, notes: dict[int, bytes], log: Ed25519Signer, witness: Cosigner) -> list[dict[str, Any]]:
    """One conversation in order; the witness keeps its state from one request to the next."""
    other = sign_note(format_checkpoint(Checkpoint(ORIGIN, 300, leaf_hash(b"another history"))), [log])
    stranger = sign_note(format_checkpoint(Checkpoint("other.example/log", 1, leaf_hash(b""))), [log])
    unsigned = sign_note(notes[300].partition(b"\n\n")[0] + b"\n", [Ed25519Signer.from_seed(ORIGIN, NEXT_SEED)])
    proof = derive_consistency(tree, 200, 300)
    requests = {
        "the first checkpoint needs no proof": format_add_checkpoint(0, (), notes[200]),
        "an unknown log": format_add_checkpoint(0, (), stranger),
        "no trusted log key signed": format_add_checkpoint(200, proof, unsigned),
        "the old size is larger than the checkpoint's": format_add_checkpoint(300, (), notes[200]),
        "the old size is not the last cosigned one": format_add_checkpoint(100, derive_consistency(tree, 100, 300), notes[300]),
        "the proof does not check out": format_add_checkpoint(200, proof[:-1], notes[300]),
        "a good step": format_add_checkpoint(200, proof, notes[300]),
        "the same checkpoint again": format_add_checkpoint(300, (), notes[300]),
        "another root of the same size": format_add_checkpoint(300, (), other),
        "no old size line": b"\n" + notes[300],
    }
    state = WitnessState.before_first(ORIGIN, (Ed25519Verifier(log.key),))
    exchanges = []
    for name, body in requests.items():
        answer = derive_answer({ORIGIN: state}.get, body, cosigner=witness, time_seconds=TIME_SECONDS)
        status, reply = 200, answer.body
        if isinstance(answer, Cosigned):
            state = answer.state
        else:
            status = answer.status
        shown = reply.decode() if status in {200, 409} else None
        exchanges.append({"name": name, "request": body.decode(), "status": status, "body": shown})
    return exchanges


def _policy(log: Ed25519Signer, witness: Cosigner) -> dict[str, str]:
    second = Cosigner.from_seed("auditor.example/w2", SECOND_WITNESS_SEED)
    witnesses = (PolicyWitness("first", witness.key), PolicyWitness("second", second.key))
    logs = (PolicyLog(log.key),)
    policies = {
        "reached by the cosigned checkpoint": Policy(logs, witnesses, (PolicyGroup("either", 1, ("first", "second")),), "either"),
        "not reached": Policy(logs, witnesses, (PolicyGroup("both", 2, ("first", "second")),), "both"),
        "no witness asked for": Policy(logs, (), (), "none"),
    }
    return {name: format_policy(policy).decode() for name, policy in policies.items()}


def _key_history(log: Ed25519Signer) -> dict[str, Any]:
    following, last = (Ed25519Signer.from_seed(ORIGIN, seed) for seed in (NEXT_SEED, SECOND_WITNESS_SEED))
    statements = (
        sign_rotation(KeyRotation(ORIGIN, 200, following.key), outgoing=log, incoming=following),
        sign_rotation(KeyRotation(ORIGIN, 300, last.key), outgoing=following, incoming=last),
    )
    return {
        "first_vkey": format_vkey(log.key),
        "statements": [each.decode() for each in statements],
        "vkeys_at": {
            "199": [format_vkey(log.key)],
            "200": [format_vkey(log.key), format_vkey(following.key)],
            "201": [format_vkey(following.key)],
            "300": [format_vkey(following.key), format_vkey(last.key)],
            "301": [format_vkey(last.key)],
        },
    }


def format_vectors() -> str:
    """The file's text: ASCII JSON, indented, one newline at the end."""
    return json.dumps(derive_vectors(), indent=1) + "\n"


def main() -> int:
    """Writes or checks the file."""
    made = format_vectors()
    if "--check" in sys.argv[1:]:
        same = TARGET.read_text(encoding="ascii") == made
        print("docs/formats/vectors/log.json", "is what this program makes" if same else "DIFFERS from what this program makes")
        return 0 if same else 5
    TARGET.write_text(made, encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
