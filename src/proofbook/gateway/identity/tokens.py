"""Access tokens of OpenID Connect providers: who a token says its bearer is, once its signature and every claim were checked.

Promises: the key is the provider's, the algorithm one that is configured, issuer and audience are exactly those configured, and
the token is valid now; otherwise there is a refusal that says which check failed. A verified token is remembered by its SHA-256
until it expires or the provider's keys change, so that a busy caller costs one hash. Tokens are not kept, logged or recorded.
Where it is set so, the provider is asked whether the token is active (RFC 7662), through `introspection`.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from proofbook.gateway.identity.caller import Caller, VerifiedCaller
from proofbook.gateway.identity.introspection import Introspection, Pending
from proofbook.gateway.identity.refusals import (
    KEY_NOT_SEEN,
    KEYS_UNAVAILABLE,
    PROVIDER_ASKED,
    TOKEN_EXPIRED,
    TOKEN_NOT_ENOUGH,
    token_invalid,
)
from proofbook.gateway.identity.settings import OidcSettings, PrincipalKind
from proofbook.openid.compact import NotAToken, Parts, check_signature, parse_compact, read_moment, read_name
from proofbook.openid.key_set import KeySet
from proofbook.primitives.instants import format_instant, parse_instant

REMEMBERED = 4096
"""Verified tokens that are remembered at once: half a kilobyte each."""
_LONGEST_UNSIGNED = 2048
_INTROSPECTED = "introspection"
"""Credential in records of a token that only its provider could read."""
_NO_ACCESS_TOKEN = ("ID", "Refresh", "Offline", "Logout")
"""What a provider writes into the claim `typ` of tokens that are not for us."""


class ProviderKeys(Protocol):
    """The signing keys of one provider. Asked on the event loop: must not block."""

    def current(self) -> KeySet | None:
        """The keys; None when they were never seen, or too long ago to rely on."""

    def ask_again(self) -> bool:
        """Have the keys fetched anew soon; False when that was done a moment ago."""


class Audience(NamedTuple):
    """Tokens of one provider for one system."""

    settings: OidcSettings
    keys: ProviderKeys
    introspection: Introspection | None = None
    """Asks the provider; None where it is not to be asked."""


class _Verified(NamedTuple):
    caller: Caller
    audience: Audience
    keys: KeySet
    expires: str


class TokenIdentities:
    """Judges access tokens."""

    def __init__(self, audiences: Sequence[Audience], *, remembered: int = REMEMBERED) -> None:
        self._by_issuer: dict[str, list[Audience]] = defaultdict(list)
        for each in audiences:
            self._by_issuer[each.settings.issuer].append(each)
        self._asking = [each for each in audiences if each.introspection is not None]
        self._remembered = remembered
        self._known: OrderedDict[bytes, _Verified] = OrderedDict()

    def assess(self, token: bytes, now: str) -> Caller:
        """Who sends this token; `now` is an instant."""
        name = hashlib.sha256(token).digest()
        known = self._known.get(name)
        if known is not None:
            if known.keys is known.audience.keys.current() and now < known.expires:
                self._known.move_to_end(name)
                return _stand(known.caller, known.audience, name, token)
            del self._known[name]
        try:
            return self._read(token, name, now)
        except NotAToken as error:
            return Caller(None, token_invalid(str(error)))

    @property
    def takes_unsigned(self) -> bool:
        """Whether a provider is asked about tokens that say nothing by themselves."""
        return bool(self._asking)

    def assess_unsigned(self, token: bytes, now: str) -> Caller:
        """Who sends a token that only its provider can read."""
        if len(token) > _LONGEST_UNSIGNED:
            return Caller(None, token_invalid(f"is longer than {_LONGEST_UNSIGNED} bytes"))
        found = _look(self._asking[0], hashlib.sha256(token).digest(), token)
        if isinstance(found, Caller):
            return found
        try:
            if found.get("iss", self._asking[0].settings.issuer) != self._asking[0].settings.issuer:
                raise NotAToken("comes from another issuer than the provider that was asked")
            if str(found.get("token_type", "Bearer")).lower() != "bearer":
                raise NotAToken("is no access token")
            audience = self._audience_of({**found, "iss": self._asking[0].settings.issuer})
            bearer = {"sub": found.get("client_id")} if found.get("sub") is None else {}  # a program that acts for itself
            return _judge(Parts({}, {**found, **bearer}), audience.settings, _INTROSPECTED, now, ends=False)[0]
        except NotAToken as error:
            return Caller(None, token_invalid(str(error)))

    def _read(self, token: bytes, name: bytes, now: str) -> Caller:
        parts = parse_compact(token)
        audience = self._audience_of(parts.payload)
        settings, algorithm, kid = audience.settings, parts.header.get("alg"), parts.header.get("kid")
        if not isinstance(algorithm, str) or algorithm not in settings.algorithms:
            raise NotAToken("is signed in a way that is not accepted here")
        if settings.token_type == "at+jwt" and str(parts.header.get("typ")).lower() not in {"at+jwt", "application/at+jwt"}:  # noqa: S105
            raise NotAToken("is of a type that grants no access")
        if kid is not None and not isinstance(kid, str):
            raise NotAToken("names its key by something that is no text")
        keys = audience.keys.current()
        if keys is None:
            return Caller(None, KEYS_UNAVAILABLE)
        key = keys.find(kid, algorithm)
        if key is None:
            if audience.keys.ask_again():
                return Caller(None, KEY_NOT_SEEN)
            raise NotAToken("is signed by a key that the provider does not publish")
        check_signature(token, key.key, algorithm)
        caller, expires = _judge(parts, settings, key.id, now)
        if caller.refusal is not None:
            return caller
        self._remember(name, _Verified(caller, audience, keys, expires))
        return _stand(caller, audience, name, token)

    def _audience_of(self, payload: Mapping[str, Any]) -> Audience:
        issuer, named = payload.get("iss"), payload.get("aud")
        candidates = self._by_issuer.get(issuer, []) if isinstance(issuer, str) else []
        if not candidates:
            raise NotAToken("comes from an issuer that is not known here")
        audiences = [named] if isinstance(named, str) else named if isinstance(named, list) else []
        found = [each for each in candidates if each.settings.audience in audiences]
        if len(found) > 1:
            raise NotAToken("is for two systems at once, so that it is not clear which one is meant")
        if not found:
            raise NotAToken("is for another audience")
        return found[0]

    def _remember(self, name: bytes, verified: _Verified) -> None:
        if len(self._known) >= self._remembered:
            self._known.popitem(last=False)
        self._known[name] = verified


def _look(audience: Audience, name: bytes, token: bytes) -> Mapping[str, Any] | Caller:
    """What the provider says of a token; or what follows when it does not say that it is active."""
    if audience.introspection is None:
        raise NotAToken("is of a kind that is not accepted here")
    found = audience.introspection.look(name, token)
    if isinstance(found, Pending):
        return Caller(None, PROVIDER_ASKED, found)
    if found.failed:
        return Caller(None, PROVIDER_ASKED)
    return (
        Caller(None, token_invalid("is not active: it has expired, was revoked, or is not this provider's"))
        if (found.payload is None)
        else found.payload
    )


def _stand(caller: Caller, audience: Audience, name: bytes, token: bytes) -> Caller:
    """The caller whose signed token is good, unless the provider is to be asked and says otherwise."""
    if audience.settings.introspection != "always":
        return caller
    found = _look(audience, name, token)
    return found if isinstance(found, Caller) else caller


def _judge(parts: Parts, settings: OidcSettings, kid: str, now: str, *, ends: bool = True) -> tuple[Caller, str]:
    """What a token is worth that its signature or its provider vouches for, and until when. Raises NotAToken.

    `ends`: it must say when; what a provider answers need not, since it is asked again.
    """
    payload, moment = parts.payload, parse_instant(now).timestamp()
    if payload.get("typ") in _NO_ACCESS_TOKEN:
        raise NotAToken("is no access token")
    if payload.get("cnf") is not None:
        raise NotAToken("is bound to a key whose possession is not checked here")
    principal = read_name(payload, settings.principal_claim)
    if principal is None:
        raise NotAToken(f"has no name of 1 to 128 printable characters in '{settings.principal_claim}'")
    expires = read_moment(payload, "exp")
    if expires is None and ends:
        raise NotAToken("never expires")
    for claim in ("nbf", "iat"):
        begins = read_moment(payload, claim)
        if begins is not None and begins > moment + settings.leeway_seconds:
            raise NotAToken("is not valid yet")
    groups = _groups(payload, settings)
    verified = VerifiedCaller(
        principal, _kind(payload, settings), "oidc", kid, settings.system, settings.issuer, groups=tuple(sorted(groups))
    )
    until = (moment + 1 if expires is None else expires) + settings.leeway_seconds
    if until <= moment:
        return Caller(verified, TOKEN_EXPIRED), ""
    enough = _scopes(payload) >= set(settings.scopes) and (not settings.groups or groups & set(settings.groups))
    return Caller(verified, None if enough else TOKEN_NOT_ENOUGH), format_instant(datetime.fromtimestamp(until, UTC))


def _kind(payload: Mapping[str, Any], settings: OidcSettings) -> PrincipalKind:
    if settings.kind != "by_token":
        return settings.kind
    if settings.service_claim is not None:
        said = payload.get(settings.service_claim)
        if said is not None and settings.service_value in {None, said if isinstance(said, str) else ""}:
            return "service"
    subject = payload.get("sub")
    return "service" if subject is not None and subject in (payload.get("client_id"), payload.get("azp")) else "person"


def _scopes(payload: Mapping[str, Any]) -> set[str]:
    """`scope` is one text with spaces (RFC 9068); some providers write `scp`, as a text or a list."""
    found: set[str] = set()
    for claim in ("scope", "scp"):
        said = payload.get(claim)
        if isinstance(said, str):
            found |= set(said.split())
        elif isinstance(said, list):
            found |= {each for each in said if isinstance(each, str)}
    return found


def _groups(payload: Mapping[str, Any], settings: OidcSettings) -> set[str]:
    said: Any = payload.get(settings.groups_claim)
    if said is None:
        said = payload
        for step in settings.groups_claim.split("."):
            said = said.get(step) if isinstance(said, Mapping) else None
    return {each for each in said if isinstance(each, str)} if isinstance(said, list) else set()
