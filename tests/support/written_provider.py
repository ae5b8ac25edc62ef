"""A sign-in provider as a function: implements `Send` by what it was told to publish and to answer, broken in any way one likes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from proofbook.errors import SourceUnavailable
from proofbook.openid.fetching import Reply
from proofbook.people.settings import ProviderSettings
from support.token_provider import ec_key, jwk, key_set, sign

ISSUER = "https://id.sample.example/staff"
CLIENT = "sample-portal"
SETTINGS = ProviderSettings(name="staff", label="Staff", issuer=ISSUER, client_id=CLIENT)


@dataclass
class WrittenProvider:
    """Signs with one key on P-256. `document`, `claims`, `userinfo` and `status` may be changed between calls."""

    moment: float
    document: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    alg: str = "ES256"
    key: Any = None
    status: int = 200
    raw: bytes | None = None
    asked: list[tuple[str, dict[str, list[str]], Mapping[str, str]]] = field(default_factory=list)

    def __call__(self, url: str, *, form: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """Whatever stands at an address."""
        self.asked.append((url, parse_qs((form or b"").decode()), headers or {}))
        match urlsplit(url).path.rpartition("/")[2]:
            case "openid-configuration":
                return self._json(_without_none(self._published() | self.document))
            case "keys":
                return Reply(200, key_set(jwk(ec_key(), "k1")))
            case "token":
                return self._token()
            case "userinfo":
                return self._json(self.userinfo)
            case _:
                raise SourceUnavailable(f"{url}: nobody is there")

    def _published(self) -> dict[str, Any]:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/auth",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "userinfo_endpoint": f"{ISSUER}/userinfo",
        }

    def _token(self) -> Reply:
        if self.raw is not None:
            return Reply(self.status, self.raw)
        sound = {"iss": ISSUER, "aud": CLIENT, "sub": "7", "iat": self.moment - 5, "exp": self.moment + 60}
        payload = _without_none(sound | self.claims)
        token = sign(payload, self.key or ec_key(), alg=self.alg, **({"typ": "JWT"} | self.header)).decode()
        return Reply(self.status, json.dumps(_without_none({"id_token": token, "access_token": "at"} | self.answer)).encode())

    @staticmethod
    def _json(value: Any) -> Reply:
        return Reply(200, json.dumps(value).encode())


def _without_none(value: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in value.items() if each is not None}
