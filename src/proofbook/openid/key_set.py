"""A provider's public signing keys (JWK Set, RFC 7517) as values to look up by key id and algorithm.

Promises: only public keys for signatures are taken, each under the algorithms its own type allows, so an HMAC under a public key
cannot be asked for; weak RSA keys and everything else that is not understood are left out. Hostile input: `MalformedRecord` when
the document is not a key set at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from proofbook.errors import MalformedRecord
from proofbook.primitives.digest import sha256_digest

_MAX_KEYS = 64
_RSA_BITS = range(2048, 8193)
_ALGORITHMS: Mapping[tuple[str, str | None], tuple[str, ...]] = {
    ("RSA", None): ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA",),
}
"""What a key of a type and curve may sign with."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key bound to one algorithm. `id` is the provider's, or derived from the key where it gave none."""

    id: str
    key: jwt.PyJWK


@dataclass(frozen=True, slots=True, eq=False)
class KeySet:
    """The keys of one provider at one moment. Compared by being the same object: another set is another state of the provider."""

    by_id: Mapping[tuple[str, str], SigningKey]
    """By key id and algorithm."""

    def find(self, kid: str | None, algorithm: str) -> SigningKey | None:
        """The key that a token names; the only one for the algorithm when it names none."""
        if kid is not None:
            return self.by_id.get((kid, algorithm))
        found = [key for (_, bound), key in self.by_id.items() if bound == algorithm]
        return found[0] if len(found) == 1 else None


def parse_key_set(data: bytes) -> KeySet:
    """The usable keys of a JWK Set. Raises MalformedRecord."""
    try:
        document = json.loads(data)
        listed = document["keys"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise MalformedRecord("the provider's key set is not a JSON object with 'keys'") from error
    if not isinstance(listed, list) or len(listed) > _MAX_KEYS:
        raise MalformedRecord(f"the provider's key set does not list at most {_MAX_KEYS} keys")
    found: dict[tuple[str, str], SigningKey] = {}
    for each in listed:
        for algorithm, key in _read_keys(each):
            found.setdefault((key.id, algorithm), key)
    return KeySet(found)


def _read_keys(each: Any) -> Iterator[tuple[str, SigningKey]]:
    if not isinstance(each, dict) or each.get("use", "sig") != "sig" or each.get("key_ops", ["verify"]) != ["verify"]:
        return
    curve = each.get("crv")
    kind = (str(each.get("kty")), None if curve is None else str(curve))
    for algorithm in _ALGORITHMS.get(kind, ()):
        if each.get("alg", algorithm) != algorithm:
            continue
        public = {name: value for name, value in each.items() if name in {"kty", "crv", "n", "e", "x", "y"}}
        try:
            key = jwt.PyJWK(public, algorithm)
        except jwt.PyJWTError:
            return
        if isinstance(key.key, RSAPublicKey) and key.key.key_size not in _RSA_BITS:
            return
        yield algorithm, SigningKey(_read_id(each.get("kid")) or _derive_id(public), key)


def _read_id(kid: Any) -> str | None:
    return kid if isinstance(kid, str) and 0 < len(kid) <= 256 and kid.isprintable() else None


def _derive_id(public: Mapping[str, Any]) -> str:
    """The thumbprint of RFC 7638, as a digest."""
    return sha256_digest(json.dumps(public, sort_keys=True, separators=(",", ":")).encode())
