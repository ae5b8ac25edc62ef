"""One door: exactly one proof for each request, whatever stands beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from proofbook.gateway.http.head import Header, RequestHead
from proofbook.gateway.http.peer import Peer
from proofbook.gateway.identity.caller import Caller
from proofbook.gateway.identity.certificates import CertificateIdentities
from proofbook.gateway.identity.door import Door
from proofbook.gateway.identity.end_users import Application, EndUsers
from proofbook.gateway.identity.keys import KeyIdentities
from proofbook.gateway.identity.proxies import ProxyIdentities, TrustedProxy
from proofbook.gateway.identity.refusals import CERTIFICATE_UNKNOWN, NAMED_TWICE, PROXY_UNTRUSTED, TWO_PROOFS, USER_UNPROVEN
from proofbook.gateway.identity.settings import CertificateSettings, OpenWebuiSettings, TrustedProxySettings
from proofbook.gateway.identity.tokens import Audience, TokenIdentities
from proofbook.gateway.refusal import KEY_AMBIGUOUS, KEY_MISSING, KEY_UNKNOWN
from proofbook.primitives.instants import format_instant
from support.certificate_authority import Authority
from support.running_gateway import EXPIRED_TOKEN, KEY, REVOKED_TOKEN, TOKEN, FixedKeys
from support.token_provider import SETTINGS, GivenKeys, claims, sign

NOW = format_instant(datetime.now(UTC))
MOMENT = int(datetime.now(UTC).timestamp())
OURS = Authority()
MAPPED, OTHER = (OURS.issue(name)[0].public_bytes(Encoding.DER) for name in ("CN=reports", "CN=stranger"))
PROXY = "10.0.0.1"
SECRET = b"sample-secret-of-thirty-two-bytes-and-more"
JWT = sign(claims(iat=MOMENT, exp=MOMENT + 300)).decode()
SSO = TrustedProxySettings("sso", "x-forwarded-user", (PROXY,), system="support-desk")
APP = TrustedProxySettings("app", "x-end-user", (PROXY,), says="end_user")
DOOR = Door(
    keys=FixedKeys(),
    tokens=TokenIdentities([Audience(SETTINGS, GivenKeys())]),
    certificates=CertificateIdentities([CertificateSettings("reports", "service", "support-desk", subject="CN=reports")]),
    proxies=ProxyIdentities([TrustedProxy(SSO, None), TrustedProxy(APP, None)]),
    end_users=EndUsers([Application(OpenWebuiSettings("web", "support-desk", "x", end_user="require"), SECRET)]),
)
BEARER, X_KEY, USER, END_USER = b"authorization", b"x-api-key", b"x-forwarded-user", b"x-end-user"


def _head(*headers: Header) -> RequestHead:
    return RequestHead("POST", "/v1/chat/completions", headers, modern=True, keep_alive=True, length=0)


def _ask(*headers: Header, address: str = "192.0.2.1", certificate: bytes | None = None, door: Door = DOOR) -> Caller:
    return door.assess(_head(*headers), Peer(address, certificate), NOW)


def _bearer(token: str) -> Header:
    return BEARER, b"Bearer " + token.encode()


def _who(caller: Caller) -> tuple[str, str]:
    assert caller.refusal is None
    assert caller.verified is not None
    return caller.verified.principal, caller.verified.method


def test_each_proof_alone_lets_in() -> None:
    """Four methods, one door."""
    assert _who(_ask(_bearer(TOKEN))) == ("sample-service", "api_key")
    assert _who(_ask(_bearer(JWT))) == ("jane", "oidc")
    assert _who(_ask(certificate=MAPPED)) == ("reports", "mtls")
    assert _who(_ask((USER, b"joan"), address=PROXY)) == ("joan", "trusted_proxy")


KEYED = [
    (),
    (_bearer(TOKEN),),
    ((X_KEY, TOKEN.encode()),),
    (_bearer(TOKEN), (X_KEY, TOKEN.encode())),
    (_bearer(REVOKED_TOKEN),),
    (_bearer(EXPIRED_TOKEN),),
    (_bearer("pbk_k_sample_00"),),
    (_bearer("sk-x"),),
    (_bearer(TOKEN), (X_KEY, b"sk-x")),
    ((BEARER, b"Basic eA=="),),
]


@pytest.mark.parametrize("headers", KEYED)
def test_keys_are_judged_as_where_there_are_keys_alone(headers: tuple[Header, ...]) -> None:
    """Whatever else is configured."""
    alone = KeyIdentities(FixedKeys()).assess(_head(*headers), Peer("192.0.2.1", None), NOW)
    assert _ask(*headers) == alone


TWO = {
    "key and token": ((_bearer(TOKEN), (X_KEY, JWT.encode())), {}, KEY_AMBIGUOUS),
    "two tokens": ((_bearer(JWT), _bearer(JWT[:-2])), {}, KEY_AMBIGUOUS),
    "key and certificate": ((_bearer(TOKEN),), {"certificate": MAPPED}, TWO_PROOFS),
    "token and certificate": ((_bearer(JWT),), {"certificate": MAPPED}, TWO_PROOFS),
    "key and proxy": ((_bearer(TOKEN), (USER, b"joan")), {"address": PROXY}, TWO_PROOFS),
    "certificate and proxy": (((USER, b"joan"),), {"address": PROXY, "certificate": MAPPED}, TWO_PROOFS),
    "a wrong key and a certificate": ((_bearer("sk-x"),), {"certificate": MAPPED}, TWO_PROOFS),
    "a user named twice": (((USER, b"joan"), (USER, b"root")), {"address": PROXY}, NAMED_TWICE),
    "a user named twice beside a key": ((_bearer(TOKEN), (END_USER, b"a"), (END_USER, b"b")), {"address": PROXY}, NAMED_TWICE),
}


@pytest.mark.parametrize(("headers", "line", "refusal"), TWO.values(), ids=TWO)
def test_two_proofs_are_refused(headers: tuple[Header, ...], line: dict[str, object], refusal: object) -> None:
    """Whoever adds a second proof must not choose which one is recorded."""
    assert _ask(*headers, **line) == Caller(None, refusal)  # type: ignore[arg-type]


def test_a_client_that_insists_on_a_key_may_send_none() -> None:
    """Client libraries do not start without one."""
    assert _who(_ask(_bearer("none"), certificate=MAPPED)) == ("reports", "mtls")
    assert _who(_ask(_bearer("None"), (USER, b"joan"), address=PROXY)) == ("joan", "trusted_proxy")
    assert _ask(_bearer("none")) == Caller(None, KEY_MISSING)


def test_what_proves_nothing_is_said_by_name() -> None:
    """A certificate nobody mapped, a user header from nowhere."""
    assert _ask(certificate=OTHER) == Caller(None, CERTIFICATE_UNKNOWN)
    assert _ask((USER, b"joan")) == Caller(None, PROXY_UNTRUSTED)
    assert _ask(_bearer("a.b.c")).refusal != KEY_UNKNOWN


def test_what_proves_nothing_does_not_stand_in_the_way_of_a_proof() -> None:
    """The line may have a certificate of its own, and headers may pass through many hands."""
    assert _who(_ask(_bearer(TOKEN), certificate=OTHER)) == ("sample-service", "api_key")
    assert _who(_ask(_bearer(TOKEN), (USER, b"root"), (USER, b"joan"))) == ("sample-service", "api_key")
    deaf = replace(DOOR, certificates=None)
    assert _who(_ask(_bearer(TOKEN), certificate=MAPPED, door=deaf)) == ("sample-service", "api_key")


def test_an_end_user_from_a_proxy_stands_beside_the_caller() -> None:
    """Verified, because of where it came from; from anywhere else it is nothing."""
    found = _ask(_bearer(TOKEN), (END_USER, b"joan"), address=PROXY).verified
    assert found is not None
    assert (found.principal, found.end_user) == ("sample-service", ("joan", "trusted_proxy", "app"))
    assert _ask(_bearer(TOKEN), (END_USER, b"joan")) == Caller(KEY.caller, None)
    assert _ask((END_USER, b"joan"), address=PROXY) == Caller(None, KEY_MISSING), "for whom, but not who"


def test_an_application_must_prove_its_user_however_it_proved_itself() -> None:
    """The rule is about the principal, not about its method."""
    settings = OpenWebuiSettings("jane", "support-desk", "x", end_user="require")
    door = replace(DOOR, end_users=EndUsers([Application(settings, SECRET)]))
    assert _ask(_bearer(JWT), door=door).refusal is USER_UNPROVEN
    user = {"sub": "u-1", "iss": "open-webui", "iat": MOMENT, "exp": MOMENT + 60}
    proof = sign(user, SECRET, alg="HS256", kid=None, typ="JWT")
    found = _ask(_bearer(JWT), (b"x-openwebui-user-jwt", proof), door=door)
    assert _who(found) == ("jane", "oidc")
    assert found.verified is not None
    assert found.verified.end_user == ("u-1", "openwebui_jwt", "open-webui")
