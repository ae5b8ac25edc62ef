"""End users whom an Open WebUI proves: a short token, signed with a secret that it and this gateway share.

Promises: a user is verified only when the token came over a call of the very principal it is configured for, its signature
(HS256), issuer and times hold, and it was sent once. Otherwise the call has no verified user, and by setting is flagged or
refused; what an unproven token says is a claim. The token is not kept.
Does not: notice a token that its own application sends twice within its lifetime of some minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from proofbook.gateway.identity.caller import Caller, VerifiedCaller, VerifiedUser
from proofbook.gateway.identity.refusals import USER_UNPROVEN
from proofbook.gateway.identity.settings import OpenWebuiSettings
from proofbook.openid.compact import NotAToken, check_signature, parse_compact, read_moment, read_name
from proofbook.primitives.instants import parse_instant

_ALGORITHM = "HS256"


class Application(NamedTuple):
    """An Open WebUI and the secret it signs with."""

    settings: OpenWebuiSettings
    secret: bytes


class EndUsers:
    """Adds the proven end user to a verified caller."""

    def __init__(self, applications: Iterable[Application]) -> None:
        self._by_caller = {(each.settings.principal, each.settings.system): each for each in applications}
        self.headers = frozenset(each.settings.header.encode("ascii") for each in self._by_caller.values())
        """The headers this looks at."""

    def assess(self, caller: VerifiedCaller, headers: Mapping[bytes, list[bytes]], now: str) -> Caller:
        """The caller with its end user, or flagged, or refused; `now` is an instant."""
        application = self._by_caller.get((caller.principal, caller.system))
        if application is None:
            return Caller(caller, None)
        sent = headers.get(application.settings.header.encode("ascii"), [])
        try:
            if len(sent) != 1:
                raise NotAToken("was not sent once")
            return Caller(caller._replace(end_user=_read(sent[0], application, now)), None)
        except NotAToken:
            flagged = caller._replace(lacks=("end_user_unproven",))
            return Caller(flagged, USER_UNPROVEN if application.settings.end_user == "require" else None)


def _read(token: bytes, application: Application, now: str) -> VerifiedUser:
    settings, parts, moment = application.settings, parse_compact(token), parse_instant(now).timestamp()
    if parts.header.get("alg") != _ALGORITHM or parts.payload.get("iss") != settings.issuer:
        raise NotAToken("is not of this application")
    check_signature(token, application.secret, _ALGORITHM)
    user, expires = read_name(parts.payload, settings.user_claim), read_moment(parts.payload, "exp")
    if user is None or expires is None or expires + settings.leeway_seconds <= moment:
        raise NotAToken("names nobody, or has expired")
    for claim in ("nbf", "iat"):
        begins = read_moment(parts.payload, claim)
        if begins is not None and begins > moment + settings.leeway_seconds:
            raise NotAToken("is not valid yet")
    return VerifiedUser(user, "openwebui_jwt", settings.issuer)
