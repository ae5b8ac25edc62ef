"""One OpenID Connect provider by which people sign in: authorization code with PKCE, state and nonce (OpenID Connect Core 3.1).

Promises: what comes back counts only in the browser it was begun in, once the provider's signature, issuer, audience, nonce,
times and level of authentication are what they must be; what is kept meanwhile is sealed, stands in a cookie and lasts ten
minutes. Nothing is asked of any address but those the issuer's own document names; no redirect is followed. Tokens are neither
kept nor logged.
Hostile input: `ProviderRefused` with a reason that holds nothing of what was sent, or `SourceUnavailable`.
"""

from __future__ import annotations

import hmac
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote, urlencode

from proofbook.errors import DigestMismatch, InputError, RefusedError
from proofbook.openid.compact import NotAToken
from proofbook.openid.fetching import Send
from proofbook.people.discovery import Discovery, Published, parse_object
from proofbook.people.id_token import Expected, Identity, read_identity, read_more, verify_id_token
from proofbook.people.sealing import Seal
from proofbook.people.settings import ProviderSettings
from proofbook.primitives.canonical import JsonValue, canonical_bytes, parse_canonical
from proofbook.primitives.instants import Clock, format_instant

LASTS: Final = timedelta(minutes=10)
_BELONGS_TO: Final = "sign-in under way"
_AGAIN: Final = "start signing in again"
_MAX_KEPT: Final = 4096
_MAX_CODE: Final = 4096


class ProviderRefused(RefusedError):
    """The provider vouches for nobody, or what came back is not what was asked for."""

    code = "provider_refused"


@dataclass(frozen=True, slots=True)
class Client:
    """How this portal is known to a provider, and the way to ask it. `secret` is None for a public client."""

    settings: ProviderSettings
    secret: str | None = field(repr=False)
    send: Send


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and what it keeps in a cookie until it comes back (HttpOnly, SameSite=Lax, ten minutes)."""

    url: str
    kept: str


class Provider:
    """Safe to use from several threads; asks the network, so never on an event loop."""

    def __init__(
        self,
        client: Client,
        seal: Seal,
        clock: Clock,
        monotonic: Callable[[], float],
        entropy: Callable[[int], bytes],
    ) -> None:
        self.settings: Final = client.settings
        self._client = client
        self._seal = seal
        self._clock = clock
        self._entropy = entropy
        self._discovery = Discovery(client.settings.issuer, client.send, monotonic)

    def begin(self, redirect: str) -> Begun:
        """Start a sign-in that comes back to `redirect`. Raises SourceUnavailable, MalformedRecord."""
        published, settings = self._discovery.current(), self.settings
        state, nonce, verifier = (_text(self._entropy(32)) for _ in range(3))
        until = format_instant(self._clock.now() + LASTS)
        memory: dict[str, JsonValue] = {
            "nonce": nonce, "provider": settings.name, "redirect": redirect, "state": state, "until": until, "verifier": verifier,
        }  # fmt: skip
        asked = {
            "response_type": "code",
            "client_id": settings.client_id,
            "redirect_uri": redirect,
            "scope": " ".join(settings.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": _text(sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        if settings.acr:
            asked["acr_values"] = " ".join(settings.acr)
        joint = "&" if "?" in published.authorization else "?"
        kept = _text(self._seal.close(canonical_bytes(memory), _BELONGS_TO))
        return Begun(f"{published.authorization}{joint}{urlencode(asked)}", kept)

    def finish(self, kept: str, returned: Mapping[str, str]) -> Identity:
        """Whom the provider vouches for. `returned`: the query with which the browser came back.

        Raises:
            ProviderRefused: nobody, or not what was asked for. SourceUnavailable, MalformedRecord: the provider does not answer
            as it must.
        """
        memory = self._recall(kept, returned)
        published = self._discovery.current()
        if returned.get("iss", None if published.states_issuer else self.settings.issuer) != self.settings.issuer:
            raise ProviderRefused("the answer comes from another provider", hint=_AGAIN)
        code = returned.get("code", "")
        if not code or len(code) > _MAX_CODE:
            raise ProviderRefused("the provider let nobody in", hint="sign in there, and let this portal know who you are")
        answer = self._redeem(published, code, memory)
        try:
            claims = verify_id_token(
                answer.get("id_token"), Expected(self.settings, memory["nonce"], self._clock.now()), self._discovery
            )
            access, userinfo = answer.get("access_token"), published.userinfo
            if userinfo is not None and isinstance(access, str) and access.isascii() and access.isprintable():
                claims = read_more(claims, self.settings, lambda: self._ask_userinfo(userinfo, access))
            return read_identity(claims, self.settings)
        except NotAToken as error:
            raise ProviderRefused(f"the provider's ID token {error}", hint=_AGAIN) from error

    def _recall(self, kept: str, returned: Mapping[str, str]) -> dict[str, str]:
        """What was kept, when it is of this sign-in."""
        try:
            sealed = urlsafe_b64decode(kept[:_MAX_KEPT] + "=" * (-len(kept) % 4))
            memory: Any = parse_canonical(self._seal.open(sealed, _BELONGS_TO))
        except (DigestMismatch, InputError, ValueError) as error:
            raise ProviderRefused("this browser has begun no sign-in", hint=_AGAIN) from error
        state = returned.get("state", "").encode("utf-8", "surrogatepass")
        if memory["provider"] != self.settings.name or not hmac.compare_digest(state, memory["state"].encode()):
            raise ProviderRefused("the answer is to another sign-in", hint=_AGAIN)
        if memory["until"] <= format_instant(self._clock.now()):
            raise ProviderRefused("signing in took more than ten minutes", hint=_AGAIN)
        return {name: str(value) for name, value in memory.items()}

    def _redeem(self, published: Published, code: str, memory: Mapping[str, str]) -> dict[str, Any]:
        """What the provider gives for a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": memory["redirect"],
            "code_verifier": memory["verifier"],
        }
        headers: dict[str, str] = {}
        client, secret = self.settings.client_id, self._client.secret
        if secret is not None and (not published.token_auth or "client_secret_basic" in published.token_auth):
            basic = f"{quote(client, safe='')}:{quote(secret, safe='')}"  # RFC 6749 2.3.1
            headers["authorization"] = "Basic " + b64encode(basic.encode()).decode()
        else:
            form |= {"client_id": client} | ({} if secret is None else {"client_secret": secret})
        reply = self._client.send(published.token, form=urlencode(form, errors="replace").encode(), headers=headers)
        if reply.status != 200:
            raise ProviderRefused("the provider did not accept what the browser brought", hint=_AGAIN)
        return parse_object(reply.body, "the provider's answer")

    def _ask_userinfo(self, userinfo: str, access: str) -> Mapping[str, Any]:
        return parse_object(self._discovery.get(userinfo, {"authorization": f"Bearer {access}"}), "the provider's userinfo")


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
