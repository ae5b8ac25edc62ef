"""The verifiers of sigstore, for Python and for npm, check our checkpoint and inclusion proof and refuse tampered ones.

Both are used through internals, so both are pinned (`conftest.require`); they only verify, so this is one way.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from proofbook.tlog.proof_file import ProofFile, parse_proof_file
from proofbook.tlog.vkey import VerifierKey, parse_vkey

pytestmark = pytest.mark.real

Ask = Callable[[list[dict[str, Any]]], list[Any]]
Require = Callable[[str], Path]

TAMPERINGS: dict[str, Callable[[ProofFile], tuple[ProofFile, bytes]]] = {
    "another entry": lambda proof: (proof, b"entry 258"),
    "another hash": lambda proof: (ProofFile(proof.index, (bytes(32), *proof.hashes[1:]), proof.checkpoint), b"entry 257"),
    "another index": lambda proof: (ProofFile(258, proof.hashes, proof.checkpoint), b"entry 257"),
    "another size": lambda proof: (ProofFile(257, proof.hashes, proof.checkpoint.replace(b"\n300\n", b"\n299\n")), b"entry 257"),
    "another root": lambda proof: (ProofFile(257, proof.hashes, proof.checkpoint.replace(b"\nyjk9", b"\nyjk8")), b"entry 257"),
}


@pytest.fixture
def proof(vectors: Any) -> ProofFile:
    """The published proof of entry 257."""
    return parse_proof_file(vectors["proof_file"]["plain"].encode())


@pytest.fixture
def key(vectors: Any) -> VerifierKey:
    """The published log key."""
    return parse_vkey(vectors["keys"]["log"]["vkey"])


def spki(key: VerifierKey) -> bytes:
    """The key as X.509 SubjectPublicKeyInfo, which is how sigstore takes keys."""
    public = Ed25519PublicKey.from_public_bytes(key.public_key)
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def npm_case(proof: ProofFile, entry: bytes, key: VerifierKey) -> dict[str, Any]:
    """One question to sigstore_verify.js."""
    return {
        "entry": base64.b64encode(entry).decode(),
        "index": proof.index,
        "hashes": [base64.b64encode(each).decode() for each in proof.hashes],
        "checkpoint": proof.checkpoint.decode(),
        "key_id": key.key_id.hex(),
        "name": key.name,
        "spki": base64.b64encode(spki(key)).decode(),
    }


def test_npm_accepts_our_proof_and_refuses_tampered_ones(npm: Ask, proof: ProofFile, key: VerifierKey) -> None:
    """Signature first, then the path to the root."""
    cases = [npm_case(proof, b"entry 257", key), *(npm_case(*tamper(proof), key) for tamper in TAMPERINGS.values())]
    good, *bad = npm(cases)
    assert good == "ok"
    assert dict.fromkeys(TAMPERINGS, "TLOG_INCLUSION_PROOF_ERROR") == {
        name: answer.partition(":")[0] for name, answer in zip(TAMPERINGS, bad, strict=True)
    }


def check_with_python(proof: ProofFile, entry: bytes, key: VerifierKey) -> None:
    """Sigstore's own two steps, on the few fields they look at."""
    from sigstore._internal.merkle import verify_merkle_inclusion
    from sigstore._internal.rekor.checkpoint import verify_checkpoint
    from sigstore._internal.trust import Keyring
    from sigstore_models.common.v1 import PublicKey, PublicKeyDetails

    size, root = proof.checkpoint.split(b"\n")[1:3]
    seen: Any = SimpleNamespace(
        _inner=SimpleNamespace(
            canonicalized_body=entry,
            log_id=SimpleNamespace(key_id=key.key_id + bytes(28)),
            inclusion_proof=SimpleNamespace(
                log_index=proof.index,
                tree_size=int(size),
                root_hash=base64.b64decode(root),
                hashes=list(proof.hashes),
                checkpoint=SimpleNamespace(envelope=proof.checkpoint.decode()),
            ),
        )
    )
    public = PublicKey(raw_bytes=base64.b64encode(spki(key)), key_details=PublicKeyDetails.PKIX_ED25519)
    verify_checkpoint(Keyring([public]), seen)
    verify_merkle_inclusion(seen)


def test_python_accepts_our_proof(require: Require, proof: ProofFile, key: VerifierKey) -> None:
    """Signature first, then the path to the root."""
    require("sigstore-python")
    check_with_python(proof, b"entry 257", key)


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_python_refuses_tampered_proofs(require: Require, proof: ProofFile, key: VerifierKey, tampering: str) -> None:
    """The same tamperings as for npm."""
    require("sigstore-python")
    from sigstore.errors import VerificationError

    changed, entry = TAMPERINGS[tampering](proof)
    with pytest.raises(VerificationError):
        check_with_python(changed, entry, key)
