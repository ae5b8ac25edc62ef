"""A provider of access tokens with keys of its own, that signs anything it is told to: sound tokens and every kind of broken one."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from proofbook.gateway.identity.settings import OidcSettings
from proofbook.openid.key_set import KeySet, parse_key_set

ISSUER = "https://id.sample.example/staff"
AUDIENCE = "proofbook"
NOW = "2026-06-01T12:00:00.000000Z"
MOMENT = 1_780_315_200
"""NOW in seconds since 1970."""
SETTINGS = OidcSettings(issuer=ISSUER, audience=AUDIENCE, system="support-desk")


@cache
def rsa_key(number: int = 0) -> rsa.RSAPrivateKey:
    """Keys are dear: one each for a whole run."""
    del number
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    """A key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


@cache
def ed_key() -> ed25519.Ed25519PrivateKey:
    """A key on Curve25519."""
    return ed25519.Ed25519PrivateKey.generate()


def jwk(key: Any, kid: str | None, **more: Any) -> dict[str, Any]:
    """The public half as a JWK."""
    kinds = {rsa.RSAPrivateKey: "RS256", ec.EllipticCurvePrivateKey: "ES256", ed25519.Ed25519PrivateKey: "EdDSA"}
    algorithm = next(name for kind, name in kinds.items() if isinstance(key, kind))
    found: dict[str, Any] = json.loads(jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key()))
    found.pop("key_ops", None)
    return found | ({} if kid is None else {"kid": kid}) | more


def key_set(*keys: dict[str, Any]) -> bytes:
    """The document that lists these keys."""
    return json.dumps({"keys": list(keys)}).encode()


def claims(**changed: Any) -> dict[str, Any]:
    """Claims of a sound token; a claim that is set to None is left out."""
    sound = {"iss": ISSUER, "aud": AUDIENCE, "sub": "jane", "client_id": "chat", "iat": MOMENT - 60, "exp": MOMENT + 240}
    return {name: value for name, value in (sound | changed).items() if value is not None}


def sign(payload: dict[str, Any] | bytes, key: Any = None, *, alg: str = "RS256", **header: Any) -> bytes:
    """A token with a good signature over whatever it says."""
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    named = {"kid": "k1", "typ": "at+jwt"} | header
    kept = {name: value for name, value in named.items() if value is not None}
    return sign_raw(json.dumps({"alg": alg} | kept).encode(), data, key, alg)


def sign_raw(header: bytes, payload: bytes, key: Any, alg: str) -> bytes:
    """The signature of an algorithm over exactly these bytes."""
    first = encode(header) + b"." + encode(payload)
    algorithm = jwt.get_algorithm_by_name(alg)
    return first + b"." + encode(algorithm.sign(first, algorithm.prepare_key(rsa_key() if key is None else key)))


def encode(data: bytes) -> bytes:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")


@dataclass
class GivenKeys:
    """Implements `ProviderKeys` by what it was given."""

    keys: KeySet | None = field(default_factory=lambda: parse_key_set(key_set(jwk(rsa_key(), "k1"))))
    may_ask: bool = False
    asked: int = 0

    def current(self) -> KeySet | None:
        return self.keys

    def ask_again(self) -> bool:
        self.asked += 1
        return self.may_ask
