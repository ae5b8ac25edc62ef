"""Access tokens: what is let in, and everything that must not be."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from proofbook.gateway.identity.caller import Caller, VerifiedCaller
from proofbook.gateway.identity.refusals import KEY_NOT_SEEN, KEYS_UNAVAILABLE, TOKEN_EXPIRED, TOKEN_NOT_ENOUGH
from proofbook.gateway.identity.tokens import Audience, TokenIdentities
from proofbook.openid.compact import MAX_BYTES
from proofbook.openid.key_set import parse_key_set
from proofbook.records.exchange import RefusalReason
from support.token_provider import (
    ISSUER,
    MOMENT,
    NOW,
    SETTINGS,
    GivenKeys,
    claims,
    ec_key,
    ed_key,
    encode,
    jwk,
    key_set,
    rsa_key,
    sign,
    sign_raw,
)

JANE = VerifiedCaller("jane", "person", "oidc", "k1", "support-desk", ISSUER)


def _assess(token: bytes, keys: GivenKeys | None = None, now: str = NOW, **changed: Any) -> Caller:
    return TokenIdentities([Audience(replace(SETTINGS, **changed), keys or GivenKeys())]).assess(token, now)


def _why(token: bytes, keys: GivenKeys | None = None, **changed: Any) -> str:
    """The sentence with which a token is refused outright."""
    caller = _assess(token, keys, **changed)
    assert caller.verified is None
    assert caller.refusal is not None
    assert (caller.refusal.reason, caller.refusal.status) == (RefusalReason.TOKEN_INVALID, 401)
    return caller.refusal.detail


def test_a_sound_token_is_let_in_as_its_subject() -> None:
    """The record names principal, key id and issuer, and nothing of the token itself."""
    assert _assess(sign(claims())) == Caller(JANE, None)
    assert _assess(sign(claims(aud=["other", "proofbook"]))) == Caller(JANE, None)


@pytest.mark.parametrize(("key", "alg"), [(rsa_key, "PS256"), (ec_key, "ES256"), (ed_key, "EdDSA")], ids=("rsa", "ec", "ed"))
def test_every_kind_of_key_that_is_accepted_works(key: Any, alg: str) -> None:
    """Providers differ."""
    keys = GivenKeys(parse_key_set(key_set(jwk(key(), "k1"))))
    assert _assess(sign(claims(), key(), alg=alg), keys).refusal is None


def _none() -> bytes:
    return encode(b'{"alg":"none","kid":"k1"}') + b"." + encode(json.dumps(claims()).encode()) + b"."


def _confused(encoding: Encoding, form: PublicFormat) -> bytes:
    """HMAC with the public key as the secret, as the classic attack has it; signed here without the library's own guard."""
    public = rsa_key().public_key().public_bytes(encoding, form)
    first = encode(b'{"alg":"HS256","kid":"k1"}') + b"." + encode(json.dumps(claims()).encode())
    return first + b"." + encode(hmac.digest(public, first, hashlib.sha256))


FORGED = {
    "alg none, no signature": (_none(), "not a signed token"),
    "alg none with a signature": (sign_raw(b'{"alg":"none","kid":"k1"}', b"{}", None, "RS256"), "issuer"),
    "alg none with claims": (
        sign_raw(b'{"alg":"none","kid":"k1"}', json.dumps(claims()).encode(), None, "RS256"),
        "signed in a way",
    ),
    "hmac with the public key": (_confused(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "signed in a way"),
    "an algorithm that is not configured": (sign(claims(), alg="RS512"), "signed in a way"),
    "a header that names another algorithm": (
        sign_raw(b'{"alg":"PS256","kid":"k1"}', json.dumps(claims()).encode(), None, "RS256"),
        "does not verify",
    ),
    "another key under the same id": (sign(claims(), rsa_key(1)), "does not verify"),
    "a key brought along": (sign(claims(), rsa_key(1), jwk=jwk(rsa_key(1), "k1")), "does not verify"),
    "an address of keys brought along": (sign(claims(), rsa_key(1), jku="https://evil.example/keys"), "does not verify"),
    "a certificate's address brought along": (sign(claims(), rsa_key(1), x5u="https://evil.example/c"), "does not verify"),
    "crit": (sign(claims(), crit=["exp"]), "extension"),
    "b64": (sign(claims(), b64=True), "extension"),
    "a type for something else": (sign(claims(), typ="logout+jwt"), "type that grants no access"),
    "a type that is no text": (sign(claims(), typ=7), "type that grants no access"),
    "a key id that is no text": (sign(claims(), kid=7), "no text"),
    "an algorithm that is no text": (sign_raw(b'{"alg":["RS256"]}', json.dumps(claims()).encode(), None, "RS256"), "in a way"),
    "a member twice in the header": (
        sign_raw(b'{"alg":"none","alg":"RS256","kid":"k1"}', json.dumps(claims()).encode(), None, "RS256"),
        "twice",
    ),
    "a member twice in the payload": (sign(json.dumps(claims())[:-1].encode() + b',"sub":"root"}'), "twice"),
    "not JSON": (sign(b"no json"), "not made of JSON"),
    "not an object": (sign(b'["sub"]'), "not made of JSON"),
    "a number beyond numbers": (sign(b'{"exp":NaN}'), "not made of JSON"),
    "too deep": (sign(b'{"a":' * 3000 + b"1" + b"}" * 3000), "not made of JSON|longer than"),
    "too long": (sign(claims(pad="x" * MAX_BYTES)), "longer than"),
    "two parts": (b".".join(sign(claims()).split(b".")[:2]), "three parts"),
    "four parts": (sign(claims()) + b".AA", "three parts"),
    "padding": (sign(claims()) + b"==", "three parts"),
    "another issuer": (sign(claims(iss="https://id.sample.example/other")), "issuer"),
    "an issuer that is a prefix": (sign(claims(iss=ISSUER + "/")), "issuer"),
    "an issuer that is no text": (sign(claims(iss=[ISSUER])), "issuer"),
    "no issuer": (sign(claims(iss=None)), "issuer"),
    "another audience": (sign(claims(aud="chat")), "another audience"),
    "an audience that is an object": (sign(claims(aud={"proofbook": 1})), "another audience"),
    "no audience": (sign(claims(aud=None)), "another audience"),
    "no expiry": (sign(claims(exp=None)), "never expires"),
    "an expiry that is no number": (sign(claims(exp="tomorrow")), "no moment in 'exp'"),
    "an expiry that is true": (sign(claims(exp=True)), "no moment in 'exp'"),
    "an expiry beyond time": (sign(claims(exp=10**300)), "no moment in 'exp'"),
    "not yet valid": (sign(claims(nbf=MOMENT + 31)), "not valid yet"),
    "issued in the future": (sign(claims(iat=MOMENT + 31)), "not valid yet"),
    "no subject": (sign(claims(sub=None)), "no name"),
    "an empty subject": (sign(claims(sub=" ")), "no name"),
    "a subject with a line end": (sign(claims(sub="jane\nroot")), "no name"),
    "a subject that is a number": (sign(claims(sub=7)), "no name"),
    "an ID token by its own word": (sign(claims(typ="ID")), "no access token"),
    "an issuer that is an object": (sign(claims(iss={})), "issuer"),
    "bound to a key": (sign(claims(cnf={"jkt": "x"})), "possession"),
}


@pytest.mark.parametrize("token", [each for each, _ in FORGED.values()], ids=list(FORGED))
def test_whatever_is_wrong_is_refused_by_name(token: bytes, request: pytest.FixtureRequest) -> None:
    """And the sentence helps the one who configured it, without repeating what was sent."""
    why = _why(token)
    assert re.search(FORGED[request.node.callspec.id][1], why), why


def test_a_token_that_never_was_one_ends_before_any_key_is_looked_at() -> None:
    """Rubbish must not make the gateway ask the provider."""
    keys = GivenKeys(may_ask=True)
    _why(b"a.b.c", keys)
    assert keys.asked == 0


def test_expired_token_is_refused_and_its_bearer_named() -> None:
    """Who came too late is known: the signature proved it."""
    late = _assess(sign(claims(exp=MOMENT - 31)))
    assert (late.verified, late.refusal) == (JANE, TOKEN_EXPIRED)
    assert _assess(sign(claims(exp=MOMENT - 29))).refusal is None, "clocks differ"


def test_a_remembered_token_expires_all_the_same() -> None:
    """What is remembered must not outlive the token."""
    identities = TokenIdentities([Audience(SETTINGS, GivenKeys())])
    token = sign(claims(exp=MOMENT + 10))
    assert identities.assess(token, NOW).refusal is None
    assert identities.assess(token, "2026-06-01T12:00:39.000000Z").refusal is None
    assert identities.assess(token, "2026-06-01T12:00:40.000000Z").refusal is TOKEN_EXPIRED


def test_remembered_tokens_end_with_the_keys_that_signed_them() -> None:
    """A provider that takes a key back means the tokens it signed."""
    keys = GivenKeys()
    identities = TokenIdentities([Audience(SETTINGS, keys)])
    token = sign(claims())
    assert identities.assess(token, NOW).refusal is None
    keys.keys = parse_key_set(key_set(jwk(rsa_key(1), "k2")))
    assert identities.assess(token, NOW).verified is None
    keys.keys = None
    assert identities.assess(token, NOW) == Caller(None, KEYS_UNAVAILABLE)


def test_only_so_many_tokens_are_remembered() -> None:
    """Each caller can make as many as it likes."""
    identities = TokenIdentities([Audience(SETTINGS, GivenKeys())], remembered=2)
    for number in range(5):
        assert identities.assess(sign(claims(jti=str(number))), NOW).refusal is None
    assert len(identities._known) == 2


def test_a_key_that_was_not_seen_is_asked_for_once() -> None:
    """After a provider's rotation the next try succeeds; a forged key id cannot make the gateway ask without end."""
    keys = GivenKeys(may_ask=True)
    assert _assess(sign(claims(), kid="k9"), keys) == Caller(None, KEY_NOT_SEEN)
    keys.may_ask = False
    assert "does not publish" in _why(sign(claims(), kid="k9"), keys)
    assert keys.asked == 2


def test_a_token_without_a_key_id_is_taken_when_only_one_key_can_be_meant() -> None:
    """RFC 7515 leaves `kid` out where there is one key."""
    token = sign(claims(), kid=None)
    assert _assess(token).refusal is None
    two = GivenKeys(parse_key_set(key_set(jwk(rsa_key(), "k1"), jwk(rsa_key(1), "k2"))))
    assert "does not publish" in _why(token, two)


KINDS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {}, "person"),
    ({"sub": "chat"}, {}, "service"),
    ({"sub": "chat", "client_id": None, "azp": "chat"}, {}, "service"),
    ({"sub": None, "azp": None, "client_id": None, "email": "a@sample.example"}, {"principal_claim": "email"}, "person"),
    ({"idtyp": "app"}, {"service_claim": "idtyp", "service_value": "app"}, "service"),
    ({"idtyp": "user"}, {"service_claim": "idtyp", "service_value": "app"}, "person"),
    ({"clientHost": "10.0.0.1"}, {"service_claim": "clientHost"}, "service"),
    ({"sub": "chat"}, {"kind": "person"}, "person"),
]


@pytest.mark.parametrize(("said", "settings", "kind"), KINDS)
def test_people_and_programs_are_told_apart(said: dict[str, Any], settings: dict[str, Any], kind: str) -> None:
    """Auditors ask which exchanges were a person's."""
    caller = _assess(sign(claims(**said)), **settings)
    assert caller.refusal is None
    assert caller.verified is not None
    assert caller.verified.kind == kind


ENOUGH: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"scope": "a llm.use b"}, {"scopes": ("llm.use",)}, True),
    ({"scp": ["llm.use"]}, {"scopes": ("llm.use",)}, True),
    ({"scope": "llm.use.not"}, {"scopes": ("llm.use",)}, False),
    ({}, {"scopes": ("llm.use",)}, False),
    ({"groups": ["x", "staff"]}, {"groups": ("staff", "board")}, True),
    ({"groups": "staff"}, {"groups": ("staff",)}, False),
    ({"realm_access": {"roles": ["staff"]}}, {"groups": ("staff",), "groups_claim": "realm_access.roles"}, True),
    ({"realm_access": ["roles"]}, {"groups": ("staff",), "groups_claim": "realm_access.roles"}, False),
]


@pytest.mark.parametrize(("said", "settings", "enough"), ENOUGH)
def test_scopes_and_groups_that_are_asked_for_must_be_there(
    said: dict[str, Any], settings: dict[str, Any], *, enough: bool
) -> None:
    """Otherwise every account of the company could use the system; the caller is known, and refused."""
    caller = _assess(sign(claims(**said)), **settings)
    assert caller.refusal is (None if enough else TOKEN_NOT_ENOUGH)
    assert caller.verified is not None


def test_groups_are_handed_on_for_grants() -> None:
    """Access is often granted to a group."""
    caller = _assess(sign(claims(groups=["staff", "board"]))).verified
    assert caller is not None
    assert caller.groups == ("board", "staff")


def test_only_tokens_typed_as_access_tokens_pass_where_that_is_asked() -> None:
    """RFC 9068: then an ID token cannot stand in for one."""
    assert _assess(sign(claims(), typ="JWT")).refusal is None
    assert "type" in _why(sign(claims(), typ="JWT"), token_type="at+jwt")
    assert "type" in _why(sign(claims(), typ=None), token_type="at+jwt")
    assert _assess(sign(claims(), typ="application/AT+JWT"), token_type="at+jwt").refusal is None


def test_one_provider_serves_several_systems_by_audience() -> None:
    """And a token that is for two of them is for none: nobody could say which was meant."""
    other = replace(SETTINGS, audience="reports", system="reports")
    identities = TokenIdentities([Audience(SETTINGS, GivenKeys()), Audience(other, GivenKeys())])
    found = identities.assess(sign(claims(aud=["reports"])), NOW).verified
    assert found is not None
    assert found.system == "reports"
    both = identities.assess(sign(claims(aud=["reports", "proofbook"])), NOW)
    assert both.refusal is not None
    assert "two systems" in both.refusal.detail
