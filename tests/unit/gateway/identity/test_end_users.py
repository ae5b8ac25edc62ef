"""For whom an Open WebUI calls: proven, or not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from proofbook.gateway.identity.caller import Caller, VerifiedCaller, VerifiedUser
from proofbook.gateway.identity.end_users import Application, EndUsers
from proofbook.gateway.identity.refusals import USER_UNPROVEN
from proofbook.gateway.identity.settings import OpenWebuiSettings
from support.token_provider import MOMENT, NOW, rsa_key, sign

SECRET = b"sample-secret-of-thirty-two-bytes-and-more"
SETTINGS = OpenWebuiSettings(principal="chat", system="support-desk", secret_file="x")
CHAT = VerifiedCaller("chat", "service", "api_key", "k_1", "support-desk")
USER = VerifiedUser("u-1", "openwebui_jwt", "open-webui")


def _claims(**changed: Any) -> dict[str, Any]:
    sound = {"sub": "u-1", "email": "jane@sample.example", "name": "Jane", "role": "user", "iss": "open-webui"}
    return {name: value for name, value in (sound | {"iat": MOMENT, "exp": MOMENT + 300} | changed).items() if value is not None}


def _sign(secret: bytes = SECRET, **changed: Any) -> bytes:
    return sign(_claims(**changed), secret, alg="HS256", kid=None, typ="JWT")


def _assess(*tokens: bytes, caller: VerifiedCaller = CHAT, **changed: Any) -> Caller:
    users = EndUsers([Application(replace(SETTINGS, **changed), SECRET)])
    return users.assess(caller, {b"x-openwebui-user-jwt": list(tokens)} if tokens else {}, NOW)


def test_a_signed_user_is_verified_beside_the_caller() -> None:
    """Two identities: the program that calls and the person it calls for."""
    assert _assess(_sign()) == Caller(CHAT._replace(end_user=USER), None)
    readable = _assess(_sign(), user_claim="email").verified
    assert readable is not None
    assert readable.end_user == USER._replace(value="jane@sample.example")


UNPROVEN: dict[str, tuple[bytes, ...]] = {
    "nothing sent": (),
    "sent twice": (_sign(), _sign()),
    "another secret": (_sign(b"another-secret-of-thirty-two-bytes-and-more"),),
    "expired": (_sign(exp=MOMENT - 11),),
    "without expiry": (_sign(exp=None),),
    "from the future": (_sign(iat=MOMENT + 11),),
    "of another application": (_sign(iss="other"),),
    "nobody": (_sign(sub=""),),
    "no token": (b"jane",),
    "another algorithm": (sign(_claims(), SECRET * 2, alg="HS512", kid=None),),
    "signed with a key of somebody's own": (sign(_claims(), rsa_key(), kid=None),),
}


@pytest.mark.parametrize("tokens", UNPROVEN.values(), ids=UNPROVEN)
def test_whoever_is_not_proven_is_never_verified(tokens: tuple[bytes, ...]) -> None:
    """The call is flagged, or refused where that is asked; the caller stays known."""
    flagged = CHAT._replace(lacks=("end_user_unproven",))
    assert _assess(*tokens) == Caller(flagged, None)
    assert _assess(*tokens, end_user="require") == Caller(flagged, USER_UNPROVEN)


@pytest.mark.parametrize("caller", [CHAT._replace(principal="other"), CHAT._replace(system="reports")])
def test_only_the_application_itself_is_believed(caller: VerifiedCaller) -> None:
    """A token that somebody caught on its way proves nothing in another's hands."""
    assert _assess(_sign(), caller=caller, end_user="require") == Caller(caller, None)
