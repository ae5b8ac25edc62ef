"""Whatever comes as a token, a proxy's header or a certificate: a verdict, never an exception, and nobody let in by chance."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from proofbook.gateway.identity.certificates import CertificateIdentities
from proofbook.gateway.identity.proxies import Introduction, ProxyIdentities, TrustedProxy
from proofbook.gateway.identity.settings import CertificateSettings, TrustedProxySettings
from proofbook.gateway.identity.tokens import Audience, TokenIdentities
from proofbook.openid.compact import looks_signed
from proofbook.records.exchange import RefusalReason
from support.token_provider import NOW, SETTINGS, GivenKeys, claims, encode, sign

IDENTITIES = TokenIdentities([Audience(SETTINGS, GivenKeys())])
SOUND = sign(claims())
CERTIFICATES = CertificateIdentities([CertificateSettings("reports", "service", "support-desk", subject="CN=reports")])
PROXIES = ProxyIdentities([TrustedProxy(TrustedProxySettings("sso", "x-user", ("10.0.0.1",), system="support-desk"), None)])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
CLAIMS = ("iss", "aud", "sub", "exp", "nbf", "iat", "scope", "groups", "typ", "cnf", "azp", "client_id")


def _refused(token: bytes) -> bool:
    caller = IDENTITIES.assess(token, NOW)
    return caller.refusal is not None and caller.refusal.reason in {RefusalReason.TOKEN_INVALID, RefusalReason.TOKEN_EXPIRED}


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(b"..")
@example(b"e30.e30.")
def test_bytes_that_are_no_token_are_refused(data: bytes) -> None:
    """The door is open to the network."""
    looks_signed(data)
    assert _refused(data)


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=6), st.dictionaries(st.text(max_size=8), VALUES, max_size=6))
def test_any_header_and_payload_without_a_signature_are_refused(header: dict[str, Any], payload: dict[str, Any]) -> None:
    """However they are filled."""
    said = claims() | payload
    for named in ({"alg": "RS256", "kid": "k1"} | header, header):
        assert _refused(b".".join((encode(json.dumps(named).encode()), encode(json.dumps(said).encode()), b"AA")))


@given(st.dictionaries(st.sampled_from(CLAIMS), VALUES, min_size=1, max_size=4))
def test_any_claim_of_any_type_gets_a_verdict(changed: dict[str, Any]) -> None:
    """A provider may sign nonsense; who is let in has the issuer, the audience and the name that were asked for."""
    caller = IDENTITIES.assess(sign(json.dumps(claims() | changed).encode()), NOW)
    if caller.refusal is None:
        assert caller.verified is not None
        assert (claims() | changed)["iss"] == SETTINGS.issuer
        assert (claims() | changed)["sub"] == caller.verified.principal


@given(st.integers(min_value=0, max_value=len(SOUND) - 1), st.binary(min_size=1, max_size=1))
def test_no_byte_of_a_token_can_be_changed(position: int, byte: bytes) -> None:
    """The signature covers header and payload, and has one spelling."""
    changed = SOUND[:position] + byte + SOUND[position + 1 :]
    assert (changed == SOUND) or _refused(changed)


@given(st.binary(max_size=300), st.lists(st.binary(max_size=200), min_size=1, max_size=2), st.none() | st.text(max_size=40))
def test_certificates_and_headers_of_any_bytes_get_a_verdict(der: bytes, named: list[bytes], address: str | None) -> None:
    """Nobody is known by rubbish, and only the proxy's address speaks for it."""
    assert CERTIFICATES.assess(der, NOW).verified is None
    found = PROXIES.assess({b"x-user": named}, address)
    assert not isinstance(found, Introduction) or address == "10.0.0.1"
    assert PROXIES.assess({b"x-user": named}, "10.0.0.1") is not None
