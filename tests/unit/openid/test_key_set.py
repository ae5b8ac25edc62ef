"""Which of a provider's keys may check a token."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from proofbook.errors import MalformedRecord
from proofbook.openid.key_set import parse_key_set
from support.token_provider import ec_key, ed_key, jwk, key_set, rsa_key


def test_keys_are_found_by_id_and_under_their_own_algorithms_only() -> None:
    """A key's type decides what it may check; the token does not."""
    found = parse_key_set(key_set(jwk(rsa_key(), "r"), jwk(ec_key(), "e"), jwk(ed_key(), "o"), jwk(rsa_key(1), "b", alg="RS512")))
    assert {kid: sorted(alg for each, alg in found.by_id if each == kid) for kid in "reob"} == {
        "r": ["PS256", "PS384", "PS512", "RS256", "RS384", "RS512"],
        "e": ["ES256"],
        "o": ["EdDSA"],
        "b": ["RS512"],
    }
    assert found.find("r", "ES256") is None
    assert found.find("x", "RS256") is None


def _weak() -> dict[str, Any]:
    return jwk(rsa.generate_private_key(public_exponent=65537, key_size=1024), "weak")  # noqa: S505 - weak on purpose


UNUSABLE: dict[str, Any] = {
    "a secret": {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I", "kid": "s"},
    "a key for encryption": jwk(rsa_key(), "e", use="enc"),
    "a key for other operations": jwk(rsa_key(), "w", key_ops=["wrapKey"]),
    "operations that are no list": jwk(rsa_key(), "w", key_ops=7),
    "a weak key": _weak(),
    "an unknown type": {"kty": "AKP", "pub": "AA"},
    "an unknown curve": {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"},
    "a broken key": {"kty": "RSA", "n": "!", "e": "AQAB"},
    "half a key": {"kty": "RSA", "n": "AQAB"},
    "no object": 7,
}


@pytest.mark.parametrize("each", UNUSABLE.values(), ids=UNUSABLE)
def test_what_cannot_check_a_signature_is_left_out(each: Any) -> None:
    """And does not take the sound keys beside it along."""
    found = parse_key_set(key_set(each, jwk(ec_key(), "good")))
    assert set(found.by_id) == {("good", "ES256")}


def test_a_key_without_an_id_gets_one_from_itself() -> None:
    """So that the record can still name which key it was; the same key gets the same id, wherever it stands."""
    first, second = parse_key_set(key_set(jwk(ec_key(), None))), parse_key_set(key_set(jwk(rsa_key(), "r"), jwk(ec_key(), None)))
    (kid,) = {kid for kid, _ in first.by_id}
    assert kid.startswith("sha256:")
    assert (kid, "ES256") in second.by_id


def test_of_two_keys_with_one_id_the_first_counts() -> None:
    """Whatever a provider publishes, one token has one key."""
    found = parse_key_set(key_set(jwk(rsa_key(), "k"), jwk(rsa_key(1), "k")))
    alone = parse_key_set(key_set(jwk(rsa_key(), "k")))
    numbers = [each.by_id["k", "RS256"].key.key.public_numbers() for each in (found, alone)]
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize(
    "data", [b"", b"no json", b"[]", b'{"keys":7}', b'{"keys":{}}', json.dumps({"keys": [{}] * 65}).encode(), b"[" * 9000]
)
def test_what_is_no_key_set_is_refused_whole(data: bytes) -> None:
    """An error page must not become an empty set of keys that everybody fails against."""
    with pytest.raises(MalformedRecord):
        parse_key_set(data)
