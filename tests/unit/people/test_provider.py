"""What a provider, or whoever sits between, may send: only what was asked for by this browser opens anything."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from proofbook.errors import ConfigurationError, MalformedRecord, SourceUnavailable
from proofbook.people.id_token import Identity
from proofbook.people.provider import Client, Provider, ProviderRefused
from proofbook.people.sealing import Seal
from proofbook.people.settings import GroupRoles, ProviderSettings
from proofbook.primitives.instants import FixedClock
from support.sample_people import KEY, START
from support.token_provider import rsa_key
from support.written_provider import CLIENT, ISSUER, SETTINGS, WrittenProvider

BACK = "https://portal.sample.example/sign-in/staff/back"


class Sign:
    """One provider, one portal, and a browser in between."""

    def __init__(self, settings: ProviderSettings = SETTINGS, secret: str | None = "sample secret", **published: Any) -> None:
        self.clock = FixedClock(START)
        self.there = WrittenProvider(START.timestamp(), userinfo={"sub": "7"}, **published)
        client = Client(settings, secret, self.there)
        self.here = Provider(client, Seal(KEY, os.urandom), self.clock, lambda: self.clock.now().timestamp(), os.urandom)
        self.begun = self.here.begin(BACK)
        self.sent = {name: values[0] for name, values in parse_qs(urlsplit(self.begun.url).query).items()}
        self.there.claims["nonce"] = self.sent["nonce"]

    def finish(self, kept: str | None = None, returned: Mapping[str, str] | None = None) -> Identity:
        """The browser comes back."""
        query = {"code": "sample-code", "state": self.sent["state"], "iss": ISSUER}
        return self.here.finish(self.begun.kept if kept is None else kept, query if returned is None else returned)


def test_what_is_asked_for_is_bound_to_this_browser() -> None:
    """State, nonce and the challenge are fresh each time; the verifier and the secret leave only to the token endpoint."""
    sign = Sign()
    assert sign.begun.url.startswith(f"{ISSUER}/auth?")
    assert (sign.sent["client_id"], sign.sent["redirect_uri"], sign.sent["code_challenge_method"]) == (CLIENT, BACK, "S256")
    assert Sign().sent["state"] != sign.sent["state"]
    sign.there.claims |= {"email": "sample@sample.example", "email_verified": True}
    assert sign.finish() == Identity(
        ISSUER, "7", "sample@sample.example", "sample@sample.example", "sample@sample.example", (), False
    )
    url, form, headers = next(each for each in sign.there.asked if each[0].endswith("/token"))
    assert url == f"{ISSUER}/token"
    assert form["code_verifier"][0] not in sign.begun.url + sign.begun.kept
    assert headers["authorization"] == "Basic " + b64encode(b"sample-portal:sample%20secret").decode()
    assert "sample secret" not in repr(sign.here.__dict__)


def test_a_client_shows_its_secret_as_the_provider_wants_it() -> None:
    """In the form, or not at all where there is none."""
    again = Sign(document={"token_endpoint_auth_methods_supported": ["client_secret_post"]})
    again.finish()
    form = next(each[1] for each in again.there.asked if each[0].endswith("/token"))
    assert (form["client_id"], form["client_secret"]) == ([CLIENT], ["sample secret"])
    public = Sign(secret=None)
    public.finish()
    form = next(each[1] for each in public.there.asked if each[0].endswith("/token"))
    assert (form["client_id"], "client_secret" in form) == ([CLIENT], False)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"state": "another"}, "another sign-in"),
        ({"state": ""}, "another sign-in"),
        ({"state": "\ud800"}, "another sign-in"),
        ({"code": ""}, "let nobody in"),
        ({"code": "x" * 5000}, "let nobody in"),
        ({"iss": "https://evil.sample.example"}, "another provider"),
    ],
)
def test_an_answer_that_was_not_asked_for_is_refused(changed: dict[str, str], said: str) -> None:
    """Whoever makes a browser come here with their own code would sign it in as themselves."""
    sign = Sign()
    with pytest.raises(ProviderRefused, match=said):
        sign.finish(returned={"code": "sample-code", "state": sign.sent["state"], "iss": ISSUER} | changed)
    assert not [each for each in sign.there.asked if each[0].endswith("/token")]


def test_an_answer_counts_only_where_it_was_begun_and_for_ten_minutes() -> None:
    """Another browser's cookie, another provider's, none, an old one: nothing."""
    sign = Sign()
    for kept in (Sign().begun.kept, "", "nonsense", "é", sign.begun.kept[:-2]):
        with pytest.raises(ProviderRefused):
            sign.finish(kept=kept)
    other = Provider(
        Client(replace(SETTINGS, name="other"), None, sign.there), Seal(KEY, os.urandom), sign.clock, lambda: 0.0, os.urandom
    )
    with pytest.raises(ProviderRefused, match="another sign-in"):
        other.finish(sign.begun.kept, {"code": "c", "state": sign.sent["state"]})
    sign.clock.advance(START.replace(minute=10) - START)
    with pytest.raises(ProviderRefused, match="ten minutes"):
        sign.finish()


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.sample.example"},
        {"aud": "another"},
        {"aud": None},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"azp": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": 7},
        {"exp": START.timestamp() - 31},
        {"exp": None},
        {"exp": "soon"},
        {"iat": START.timestamp() + 31},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "two\nlines"},
        {"sub": "x" * 129},
    ],
)
def test_an_id_token_that_is_not_for_this_sign_in_is_refused(claims: dict[str, Any]) -> None:
    """OpenID Connect Core 3.1.3.7, one by one."""
    sign = Sign()
    sign.there.claims |= claims
    sign.there.document["userinfo_endpoint"] = None
    with pytest.raises(ProviderRefused, match="ID token"):
        sign.finish()


@pytest.mark.parametrize(
    ("alg", "key", "header"),
    [
        ("HS256", b"x" * 32, {}),
        ("ES256", None, {"kid": "another"}),
        ("ES256", None, {"crit": ["x"]}),
        ("RS256", "rsa", {}),
        ("ES256", None, {"typ": "logout+jwt"}),
    ],
)
def test_an_id_token_that_the_provider_did_not_sign_is_refused(alg: str, key: Any, header: dict[str, Any]) -> None:
    """No shared secrets, no keys it does not publish, no extensions that are not understood, no token of another type."""
    sign = Sign()
    sign.there.alg, sign.there.key, sign.there.header = alg, rsa_key() if key == "rsa" else key, header
    with pytest.raises(ProviderRefused, match="ID token"):
        sign.finish()


@pytest.mark.parametrize("answer", [{"id_token": None}, {"id_token": 7}, {"id_token": "a.b.c"}, {"id_token": "\ud800"}])
def test_an_answer_without_an_id_token_is_refused(answer: dict[str, Any]) -> None:
    """An access token alone says nothing about who came."""
    sign = Sign()
    sign.there.answer = answer
    with pytest.raises(ProviderRefused, match="ID token"):
        sign.finish()


def test_groups_and_names_come_from_the_userinfo_of_the_same_person() -> None:
    """Many providers keep the ID token short; somebody else's userinfo must not be mixed in."""
    sign = Sign(replace(SETTINGS, groups=(GroupRoles("a", ("lead",)),), groups_claim="realm.roles"))
    sign.there.userinfo |= {
        "realm": {"roles": ["b", "a", 7, "a"]},
        "email": "s@sample.example",
        "email_verified": True,
        "name": "S",
    }
    found = sign.finish()
    assert (found.groups, found.email, found.name) == (("a", "b"), "s@sample.example", "S")
    assert next(each[2] for each in sign.there.asked if each[0].endswith("/userinfo"))["authorization"] == "Bearer at"
    sign.there.claims["email"] = "other@sample.example"
    assert sign.finish().email is None
    del sign.there.claims["email"]
    sign.there.userinfo["sub"] = "8"
    with pytest.raises(ProviderRefused, match="somebody else"):
        sign.finish()
    sign.there.answer = {"access_token": "a\r\nhost: evil"}
    assert sign.finish().groups == ()


@pytest.mark.parametrize("said", [False, None, "true", 1])
def test_an_address_counts_only_when_the_provider_verified_it(said: Any) -> None:
    """Anybody can write anybody's address into a profile."""
    sign = Sign()
    sign.there.claims |= {"email": "s@sample.example", "email_verified": said}
    assert sign.finish().email is None


def test_what_an_account_cannot_keep_is_left_out() -> None:
    """A directory's odd address or blank name is no reason to bar its owner, who cannot write it anew here."""
    sign = Sign()
    sign.there.claims |= {"email": "<b>@sample.example", "email_verified": True, "name": "  ", "preferred_username": "s"}
    found = sign.finish()
    assert (found.email, found.name) == (None, "s")


def test_a_level_of_authentication_is_asked_for_and_checked() -> None:
    """And what the provider says about a second factor is kept, not more."""
    sign = Sign(replace(SETTINGS, acr=("mfa", "phr")))
    assert sign.sent["acr_values"] == "mfa phr"
    with pytest.raises(ProviderRefused, match="level of authentication"):
        sign.finish()
    sign.there.claims |= {"acr": "phr", "amr": ["pwd", "otp"]}
    assert sign.finish().second_factor
    sign.there.claims["amr"] = ["pwd"]
    assert not sign.finish().second_factor


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.sample.example"},
        {"token_endpoint": "http://id.sample.example/token"},
        {"token_endpoint": "http://127.0.0.1/token"},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"authorization_endpoint": 7},
        {"userinfo_endpoint": "https://user@evil.sample.example/"},
    ],
)
def test_a_document_that_leads_elsewhere_is_refused(document: dict[str, Any]) -> None:
    """Where the secret is sent must be an address over TLS, as the issuer's own is."""
    there = WrittenProvider(START.timestamp(), document=document)
    here = Provider(Client(SETTINGS, None, there), Seal(KEY, os.urandom), FixedClock(START), lambda: 0.0, os.urandom)
    with pytest.raises(MalformedRecord, match="provider's configuration"):
        here.begin(BACK)


@pytest.mark.parametrize("raw", [b"", b"[]", b"nonsense", b"[" * 100_000])
def test_an_answer_that_is_no_object_is_malformed(raw: bytes) -> None:
    """And one that is not 200 is a refusal, whatever it says."""
    sign = Sign()
    sign.there.raw = raw
    with pytest.raises(MalformedRecord):
        sign.finish()
    sign.there.status = 400
    with pytest.raises(ProviderRefused, match="did not accept"):
        sign.finish()


def test_a_provider_that_does_not_answer_is_unavailable() -> None:
    """Not a refusal of whoever signs in."""
    settings = replace(SETTINGS, issuer="https://id.sample.example/nothing")

    def nobody(url: str, **_: Any) -> Any:
        raise SourceUnavailable(f"{url}: sample")

    here = Provider(Client(settings, None, nobody), Seal(KEY, os.urandom), FixedClock(START), lambda: 0.0, os.urandom)
    with pytest.raises(SourceUnavailable):
        here.begin(BACK)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "Staff!"}, "name"),
        ({"issuer": "http://id.sample.example"}, "issuer"),
        ({"label": " "}, "label"),
        ({"client_id": "a\nb"}, "client_id"),
        ({"scopes": ("email",)}, "scopes"),
        ({"create_accounts": True}, "create_accounts"),
        ({"leeway_seconds": 301.0}, "leeway_seconds"),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(changed: dict[str, Any], field: str) -> None:
    """Found at start, not at the first sign-in."""
    with pytest.raises(ConfigurationError, match=field):
        replace(SETTINGS, **changed)
