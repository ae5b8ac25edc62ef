"""ID tokens: whom a provider vouches for, once signature and every claim were checked (OpenID Connect Core 3.1.3.7).

Promises: the key is the provider's, the algorithm asymmetric and one of ours, issuer, audience, authorised party, nonce and times
are what they must be; a name is taken only from claims the provider signed or gave for the same subject. An e-mail address counts
as theirs only when the provider says it verified it. Hostile input: `NotAToken` with a constant sentence.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, get_args

from proofbook.openid.compact import Algorithm, NotAToken, check_signature, parse_compact, read_moment, read_name
from proofbook.people.account import MAX_NAME, is_address
from proofbook.people.discovery import Discovery
from proofbook.people.settings import ProviderSettings

_ALGORITHMS: Final = frozenset(get_args(Algorithm))
_SECOND_FACTORS: Final = frozenset(("mfa", "otp", "hwk", "swk", "fpt", "face"))
"""Methods of RFC 8176 that are not a password alone."""
_NAMES: Final = ("name", "preferred_username", "email")


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a provider vouches for. `email` only when the provider verified it and it is an address as accounts keep them."""

    issuer: str
    subject: str
    name: str
    handle: str
    """What an id can be made of."""
    email: str | None
    groups: tuple[str, ...]
    second_factor: bool
    """Whether the provider says that more than a password was shown; False: it does not say so."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token must answer to."""

    settings: ProviderSettings
    nonce: str
    now: datetime


def verify_id_token(token: object, expected: Expected, keys: Discovery) -> Mapping[str, Any]:
    """The claims of an ID token. Raises NotAToken, and what fetching keys raises."""
    if not isinstance(token, str):
        raise NotAToken("is missing")
    data = token.encode("utf-8", "surrogatepass")
    parts = parse_compact(data)
    algorithm, kid = parts.header.get("alg"), parts.header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in _ALGORITHMS:
        raise NotAToken("is signed in a way that is not accepted here")
    if kid is not None and not isinstance(kid, str):
        raise NotAToken("names its key by something that is no text")
    key = keys.find_key(kid, algorithm)
    if key is None:
        raise NotAToken("is signed by a key that the provider does not publish")
    check_signature(data, key.key, algorithm)
    _check_claims(parts.payload, expected)
    return parts.payload


def read_more(claims: Mapping[str, Any], settings: ProviderSettings, ask: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """The claims with those of the userinfo endpoint, when groups or e-mail are not among them. Raises NotAToken."""
    wanted = ("email", *((settings.groups_claim,) if settings.groups else ()))
    if all(_find(claims, claim) is not None for claim in wanted):
        return claims
    more = ask()
    if more.get("sub") != claims.get("sub"):
        raise NotAToken("is of somebody else than the provider's userinfo")
    if "email" in claims:  # whether an address was verified is said beside it or not at all
        more = {name: value for name, value in more.items() if name != "email_verified"}
    return {**more, **claims}


def read_identity(claims: Mapping[str, Any], settings: ProviderSettings) -> Identity:
    """Who it is, by claims that were checked."""
    subject = str(claims["sub"])
    said = [name for name in (read_name(claims, claim) for claim in _NAMES) if name is not None and name.strip()]
    address = read_name(claims, "email") if claims.get("email_verified") is True else None
    email = address if address is not None and is_address(address) else None
    groups, methods = _find(claims, settings.groups_claim), claims.get("amr")
    return Identity(
        issuer=settings.issuer,
        subject=subject,
        name=(said[0] if said else subject)[:MAX_NAME],
        handle=read_name(claims, "preferred_username") or email or (said[0] if said else subject),
        email=email,
        groups=tuple(sorted({each for each in groups if isinstance(each, str)})) if isinstance(groups, list) else (),
        second_factor=isinstance(methods, list) and any(each in _SECOND_FACTORS for each in methods if isinstance(each, str)),
    )


def _check_claims(claims: Mapping[str, Any], expected: Expected) -> None:
    settings, moment = expected.settings, expected.now.timestamp()
    if claims.get("iss") != settings.issuer:
        raise NotAToken("comes from another issuer")
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
    if settings.client_id not in audiences:
        raise NotAToken("is for another client")
    if claims.get("azp", settings.client_id if len(audiences) == 1 else None) != settings.client_id:
        raise NotAToken("was made for another client")
    if read_name(claims, "sub") is None:
        raise NotAToken("has no name of 1 to 128 printable characters in 'sub'")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode("utf-8", "surrogatepass"), expected.nonce.encode()):
        raise NotAToken("answers another sign-in")
    expires = read_moment(claims, "exp")
    if expires is None or expires + settings.leeway_seconds <= moment:
        raise NotAToken("has expired")
    issued = read_moment(claims, "iat")
    if issued is None or issued > moment + settings.leeway_seconds:
        raise NotAToken("is not valid yet")
    if settings.acr and claims.get("acr") not in settings.acr:
        raise NotAToken("does not state a level of authentication that is asked for here")


def _find(claims: Mapping[str, Any], path: str) -> Any:
    """A claim by its name, or by the steps to it."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found
