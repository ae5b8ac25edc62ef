"""A sample log and a witness over a folder, for tests of the witness and of those who ask it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from proofbook.primitives.instants import Clock, FixedClock
from proofbook.serving.server import listen
from proofbook.tlog.checkpoint import Checkpoint, format_checkpoint
from proofbook.tlog.cosignature import Cosigner
from proofbook.tlog.memory_tree import MemoryTree
from proofbook.tlog.merkle import leaf_hash
from proofbook.tlog.note import Ed25519Signer, Ed25519Verifier, sign_note
from proofbook.tlog.proof import derive_consistency, derive_root
from proofbook.tlog.vkey import parse_vkey
from proofbook.tlog.witness import format_add_checkpoint
from proofbook.witness.deciding import Witness
from proofbook.witness.memory import WitnessMemory
from proofbook.witness.serving import create_application
from support.draft_builder import START

ORIGIN = "log.example/book"
LOG = Ed25519Signer.from_seed(ORIGIN, b"\x01" * 32)
COSIGNER = Cosigner.from_seed("auditor.example/w1", b"\x02" * 32)
TREE = MemoryTree(leaf_hash(b"%d" % n) for n in range(2_000))


def signed(size: int, *, root: bytes | None = None, signer: Ed25519Signer = LOG) -> bytes:
    """A checkpoint of the sample tree, or of another root."""
    head = Checkpoint(signer.key.name, size, derive_root(TREE, size) if root is None else root)
    return sign_note(format_checkpoint(head), [signer])


def step(old: int, new: int) -> bytes:
    """The request that leads from one size to a larger one."""
    return format_add_checkpoint(old, derive_consistency(TREE, old, new) if old else (), signed(new))


def make_witness(
    folder: Path,
    *,
    logs: tuple[Ed25519Signer, ...] = (LOG,),
    vkeys: tuple[str, ...] = (),
    cosigner: Cosigner = COSIGNER,
    clock: Clock | None = None,
) -> Witness:
    """A witness that watches the sample log, or others."""
    keys = [parse_vkey(each) for each in vkeys] or [each.key for each in logs]
    verifiers = {key.name: (Ed25519Verifier(key),) for key in keys}
    folder.mkdir(parents=True, exist_ok=True)
    return Witness(cosigner, verifiers, WitnessMemory(folder, cosigner.key), clock or FixedClock(START))


@contextmanager
def serving(witness: Witness) -> Iterator[str]:
    """The witness over HTTP in a thread; its address."""
    with listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(create_application(witness), log_config=None, lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
