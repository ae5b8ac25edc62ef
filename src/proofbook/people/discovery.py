"""What a provider publishes: its addresses and its keys, fetched when they are needed and kept for a while.

Promises: the document must state the configured issuer; its addresses must be https where the issuer's is; keys are fetched anew
when a token names one that is not known, at most every ten seconds. Safe to use from several threads. Does not: run on an event
loop. Hostile input: `MalformedRecord` or `SourceUnavailable`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from proofbook.errors import ConfigurationError, MalformedRecord, SourceUnavailable
from proofbook.openid.addresses import check_url
from proofbook.openid.fetching import Send
from proofbook.openid.key_set import KeySet, SigningKey, parse_key_set

KEPT_SECONDS: Final = 300.0
LEAST_SECONDS: Final = 10.0
_WELL_KNOWN: Final = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Published:
    """What a sign-in needs of the provider's document."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    token_auth: frozenset[str]
    """How a client may show its secret; empty: not stated."""
    states_issuer: bool
    """Whether every answer must name the issuer (RFC 9207)."""


class Discovery:
    """The document and keys of one provider."""

    def __init__(self, issuer: str, send: Send, monotonic: Callable[[], float]) -> None:
        self._issuer = issuer
        self._send = send
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._published: tuple[float, Published] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def current(self) -> Published:
        """The provider's addresses. Raises SourceUnavailable, MalformedRecord."""
        with self._guard:
            now = self._monotonic()
            if self._published is None or now - self._published[0] > KEPT_SECONDS:
                self._published = (now, self._fetch())
            return self._published[1]

    def find_key(self, kid: str | None, algorithm: str) -> SigningKey | None:
        """The key that a token names; None when the provider does not publish it. Raises as `current`."""
        address = self.current().keys
        with self._guard:
            now, known = self._monotonic(), self._keys
            if known is None or now - known[0] > KEPT_SECONDS:
                known = self._keys = (now, parse_key_set(self.get(address)))
            found = known[1].find(kid, algorithm)
            if found is None and now - known[0] > LEAST_SECONDS:
                known = self._keys = (now, parse_key_set(self.get(address)))
                found = known[1].find(kid, algorithm)
            return found

    def get(self, url: str, headers: dict[str, str] | None = None) -> bytes:
        """A document. Raises SourceUnavailable when the answer is not 200."""
        reply = self._send(url, headers=headers)
        if reply.status != 200:
            raise SourceUnavailable(f"{url}: answered {reply.status}")
        return reply.body

    def _fetch(self) -> Published:
        found = parse_object(self.get(self._issuer.rstrip("/") + _WELL_KNOWN), "the provider's configuration")
        if found.get("issuer") != self._issuer:
            raise MalformedRecord(
                "the provider's configuration states another issuer", hint="write portal.providers.issuer as it does"
            )
        ways = found.get("token_endpoint_auth_methods_supported", [])
        userinfo = found.get("userinfo_endpoint")
        return Published(
            authorization=self._address(found, "authorization_endpoint"),
            token=self._address(found, "token_endpoint"),
            keys=self._address(found, "jwks_uri"),
            userinfo=None if userinfo is None else self._address(found, "userinfo_endpoint"),
            token_auth=frozenset(each for each in ways if isinstance(each, str)) if isinstance(ways, list) else frozenset(),
            states_issuer=found.get("authorization_response_iss_parameter_supported") is True,
        )

    def _address(self, found: dict[str, Any], name: str) -> str:
        """An address of the document: https, or http on this machine where the issuer is that too."""
        address = found.get(name)
        if not isinstance(address, str) or not address.isprintable():
            raise MalformedRecord(f"the provider's configuration names no {name}")
        try:
            check_url(address.partition("?")[0] if name == "authorization_endpoint" else address, name)
        except ConfigurationError as error:
            raise MalformedRecord(f"the provider's configuration: {error.message}") from error
        if self._issuer.startswith("https:") and not address.startswith("https:"):
            raise MalformedRecord(f"the provider's configuration: {name} is not https")
        return address


def parse_object(data: bytes, what: str) -> dict[str, Any]:
    """A JSON object. Raises MalformedRecord."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise MalformedRecord(f"{what} is not JSON") from error
    if not isinstance(found, dict):
        raise MalformedRecord(f"{what} is not a JSON object")
    return found
