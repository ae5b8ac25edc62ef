"""Ed25519 in plain integers: the RFC's own vectors, an independent implementation, and the strict edges."""

from __future__ import annotations

import random

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from proofbook.verify.ed25519 import verify_ed25519

ORDER = 2**252 + 27742317777372353535851937790883648493
P = 2**255 - 19

RFC_8032 = [  # section 7.1, TEST 1, 2, 3 and SHA(abc): public key, message, signature
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_vectors_of_the_rfc_verify(key: str, message: str, signature: str) -> None:
    """An implementation that fails these is not Ed25519."""
    assert verify_ed25519(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature))


def independent(key: bytes, message: bytes, signature: bytes) -> bool:
    """What OpenSSL says."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_an_independent_implementation_on_true_and_mutated_signatures(seed: int) -> None:
    """Signatures, messages and keys with one bit flipped anywhere: the same answer every time."""
    chance = random.Random(seed)
    for _ in range(12):
        private = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        message = chance.randbytes(chance.randrange(200))
        parts = [private.public_key().public_bytes_raw(), message, private.sign(message)]
        assert verify_ed25519(*parts)
        for which in (0, 1, 2):
            mutated = list(parts)
            data = bytearray(mutated[which] or b"\0")
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            mutated[which] = bytes(data)
            assert verify_ed25519(*mutated) == independent(*mutated)


def test_second_spelling_of_s_is_refused() -> None:
    """S + order fits the equation too; taking it would let anyone make a second signature from a first."""
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    key, signature = private.public_key().public_bytes_raw(), private.sign(b"text")
    scalar = int.from_bytes(signature[32:], "little") + ORDER
    assert not verify_ed25519(key, b"text", signature[:32] + scalar.to_bytes(32, "little"))


@pytest.mark.parametrize("y", [0, 1, P - 1, P, P + 1, 2**255 - 1])
@pytest.mark.parametrize("sign", [0, 1])
def test_keys_of_small_order_or_second_spelling_are_refused(y: int, sign: int) -> None:
    """With the neutral point as key, R = S*B verifies over every message."""
    key = (y | sign << 255).to_bytes(32, "little")
    assert not verify_ed25519(key, b"any text", (1).to_bytes(32, "little") + bytes(32))


@pytest.mark.parametrize(
    ("key", "signature"), [(b"", b""), (bytes(31), bytes(64)), (bytes(32), bytes(63)), (b"\xff" * 32, b"\xff" * 64)]
)
def test_wrong_lengths_and_garbage_are_false_not_errors(key: bytes, signature: bytes) -> None:
    """Hostile bytes come to an answer."""
    assert not verify_ed25519(key, b"", signature)
