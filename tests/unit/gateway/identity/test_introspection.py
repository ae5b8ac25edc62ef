"""Asking a provider about tokens: once, not too often, never on the event loop, and with nothing taken for an answer that is none."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

import pytest

from proofbook.errors import ConfigurationError, SourceUnavailable
from proofbook.gateway.identity.caller import Caller
from proofbook.gateway.identity.introspection import Answer, Introspection, Pending
from proofbook.gateway.identity.settings import IdentitySettings, OidcSettings
from proofbook.gateway.identity.tokens import Audience, TokenIdentities
from proofbook.openid.fetching import Reply
from proofbook.openid.key_set import KeySet, parse_key_set
from proofbook.records.exchange import RefusalReason
from support import token_provider
from support.rule_records import GivenTime

ISSUER, AUDIENCE, NOW = "https://id.example", "https://gateway.sample.example", "2026-06-15T12:00:00.000000Z"
ASKING: dict[str, Any] = {
    "introspection": "opaque",
    "introspection_url": f"{ISSUER}/introspect",
    "introspection_client": "sample gateway",
    "introspection_secret_file": "/sample/secret",
}
SETTINGS = OidcSettings(ISSUER, AUDIENCE, "support-desk", **ASKING)
ACTIVE = {"active": True, "iss": ISSUER, "aud": AUDIENCE, "sub": "jane", "token_type": "Bearer"}


class GivenProvider:
    """Implements `Send`: says what the test gave it, and remembers what it was asked."""

    def __init__(self, said: object = None, status: int = 200) -> None:
        self.said: object = ACTIVE if said is None else said
        self.status = status
        self.forms: list[dict[str, list[str]]] = []
        self.headers: Mapping[str, str] = {}
        self.holds = threading.Event()
        self.holds.set()

    def __call__(self, url: str, *, form: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        assert url == SETTINGS.introspection_url
        assert self.holds.wait(30)
        self.forms.append(parse_qs((form or b"").decode()))
        self.headers = headers or {}
        if isinstance(self.said, Exception):
            raise self.said
        return Reply(self.status, self.said if isinstance(self.said, bytes) else json.dumps(self.said).encode())


class NoKeys:
    """Implements `ProviderKeys` for tokens that nobody signed."""

    def current(self) -> KeySet | None:
        return None

    def ask_again(self) -> bool:
        return False


class SignedKeys:
    """Implements `ProviderKeys` with one key."""

    def __init__(self) -> None:
        self._keys = parse_key_set(token_provider.key_set(token_provider.jwk(token_provider.rsa_key(), "k1")))

    def current(self) -> KeySet | None:
        return self._keys

    def ask_again(self) -> bool:
        return False


@pytest.fixture
def now() -> GivenTime:
    """A clock that the test moves."""
    return GivenTime(1000.0)


@pytest.fixture
def provider() -> GivenProvider:
    """A provider to whom every token is active."""
    return GivenProvider()


@pytest.fixture
def asking(provider: GivenProvider, now: GivenTime) -> Iterator[Introspection]:
    """Who asks it."""
    found = Introspection(SETTINGS, b"sample:secret", provider, now)
    yield found
    found.close()


def _settled(found: Answer | Pending | Caller) -> None:
    """Wait for a question, if it is one."""
    pending = found.pending if isinstance(found, Caller) else found
    if isinstance(pending, Pending):
        told = threading.Event()
        pending.add(told.set)
        assert told.wait(30)


def _assess(asking: Introspection, token: bytes = b"sample-token", **settings: Any) -> Caller:
    identities = TokenIdentities(
        [Audience(OidcSettings(ISSUER, AUDIENCE, "support-desk", **(ASKING | settings)), NoKeys(), asking)]
    )
    _settled(identities.assess_unsigned(token, NOW))
    return identities.assess_unsigned(token, NOW)


def test_an_active_token_names_its_bearer(asking: Introspection, provider: GivenProvider) -> None:
    """The provider hears who asks (RFC 6749 2.3.1: parts encoded before they are joined), and is asked once."""
    caller = _assess(asking)
    assert caller.refusal is None
    assert caller.verified is not None
    assert (caller.verified.principal, caller.verified.kind, caller.verified.credential) == ("jane", "person", "introspection")
    assert provider.forms == [{"token": ["sample-token"], "token_type_hint": ["access_token"]}]
    assert base64.b64decode(provider.headers["authorization"].removeprefix("Basic ")) == b"sample+gateway:sample%3Asecret"


def test_a_token_without_a_subject_is_that_of_the_program_it_was_issued_to(now: GivenTime) -> None:
    """RFC 7662 leaves `sub` out where nobody but the client itself stands behind a token."""
    asking = Introspection(SETTINGS, b"secret", GivenProvider(ACTIVE | {"sub": None, "client_id": "sample-service"}), now)
    caller = _assess(asking)
    assert caller.verified is not None
    assert (caller.verified.principal, caller.verified.kind, caller.refusal) == ("sample-service", "service", None)
    asking.close()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"active": False}, "is not active"),
        ({"aud": "https://another.example"}, "is for another audience"),
        ({"aud": None}, "is for another audience"),
        ({"iss": "https://other.example"}, "comes from another issuer"),
        ({"token_type": "refresh_token"}, "is no access token"),
        ({"typ": "Refresh"}, "is no access token"),
        ({"cnf": {"jkt": "x"}}, "is bound to a key"),
        ({"sub": None}, "has no name"),
        ({"exp": 1, "sub": "jane"}, "has expired"),
    ],
)
def test_what_the_provider_does_not_vouch_for_is_refused(now: GivenTime, changed: dict[str, Any], reason: str) -> None:
    """Active alone says that somebody has some access somewhere."""
    asking = Introspection(SETTINGS, b"secret", GivenProvider(ACTIVE | changed), now)
    caller = _assess(asking)
    assert caller.refusal is not None
    assert reason in caller.refusal.detail
    asking.close()


@pytest.mark.parametrize(
    "said", [SourceUnavailable("away"), KeyError("x"), b"no json", b"[]", {"active": "true"}, {}, b'{"active": tru', None]
)
def test_what_is_no_answer_lets_nobody_in_and_condemns_nobody(now: GivenTime, said: object) -> None:
    """An outage there is told from a token that is not active."""
    provider = GivenProvider(said, 200 if said is not None else 401)
    asking = Introspection(SETTINGS, b"secret", provider, now)
    caller = _assess(asking)
    assert caller.refusal is not None
    assert (caller.verified, caller.refusal.reason) == (None, RefusalReason.IDENTITY_UNAVAILABLE)
    asking.close()


def test_an_answer_holds_for_its_time_and_is_asked_for_anew_before(
    asking: Introspection, provider: GivenProvider, now: GivenTime
) -> None:
    """A caller that goes on calling waits once, and a revocation counts within the time that is set."""
    assert _assess(asking).refusal is None
    now.seconds += 29
    assert asking.look(_name(), b"sample-token") == Answer(ACTIVE)
    assert len(provider.forms) == 1
    now.seconds += 2
    provider.said = {"active": False}
    provider.holds.clear()
    assert asking.look(_name(), b"sample-token") == Answer(ACTIVE)  # asked behind its back
    pending = asking._asked[_name()]
    provider.holds.set()
    _settled(pending)
    assert asking.look(_name(), b"sample-token") == Answer(None)
    assert len(provider.forms) == 2


def test_a_signed_token_that_was_revoked_is_refused_where_the_provider_is_always_asked(now: GivenTime) -> None:
    """Its signature stays good until it expires; what was verified once is still asked about."""
    token, provider = token_provider.sign(token_provider.claims()), GivenProvider()
    settings = OidcSettings(
        token_provider.ISSUER, token_provider.AUDIENCE, "support-desk", **(ASKING | {"introspection": "always"})
    )
    asking = Introspection(settings, b"secret", provider, now)
    identities = TokenIdentities([Audience(settings, SignedKeys(), asking)])
    first = identities.assess(token, token_provider.NOW)
    assert (first.verified, first.pending is not None) == (None, True)
    _settled(first)
    assert identities.assess(token, token_provider.NOW).refusal is None
    provider.said = {"active": False}
    now.seconds += 61
    _settled(identities.assess(token, token_provider.NOW))
    refusal = identities.assess(token, token_provider.NOW).refusal
    assert refusal is not None
    assert "was revoked" in refusal.detail
    asked = len(provider.forms)
    assert identities.assess(token_provider.sign(token_provider.claims(exp=1)), token_provider.NOW).refusal is not None
    assert len(provider.forms) == asked  # what is no good by itself is nobody else's business
    asking.close()


def test_an_outage_is_bridged_for_no_longer_than_an_answer_holds(
    asking: Introspection, provider: GivenProvider, now: GivenTime
) -> None:
    """A provider that is away must not become a way to keep a revoked token."""
    assert _assess(asking).refusal is None
    provider.said = SourceUnavailable("away")
    now.seconds += 59
    assert asking.look(_name(), b"sample-token") == Answer(ACTIVE)
    now.seconds += 2
    _settled(asking.look(_name(), b"sample-token"))
    assert asking.look(_name(), b"sample-token") == Answer(None, failed=True)


def test_questions_under_way_are_bounded_and_one_token_is_one_question(asking: Introspection, provider: GivenProvider) -> None:
    """Whoever invents tokens must not fill memory, nor the provider's log."""
    provider.holds.clear()
    found = [asking.look(bytes([number % 256, number // 256]), b"x") for number in range(300)]
    assert sum(isinstance(each, Pending) for each in found) == 256
    assert found[-1] == Answer(None, failed=True)
    assert asking.look(b"\0\0", b"x") is found[0]
    provider.holds.set()
    for each in found:
        _settled(each)


def test_settings_belong_together_and_to_one_provider() -> None:
    """Half a way to ask is none, and a token that is not signed does not say whom to ask."""
    with pytest.raises(ConfigurationError, match="introspection_url belongs to"):
        OidcSettings(ISSUER, AUDIENCE, "support-desk", introspection_url=f"{ISSUER}/introspect")
    with pytest.raises(ConfigurationError, match="introspection_client belongs to"):
        OidcSettings(ISSUER, AUDIENCE, "support-desk", **(ASKING | {"introspection_client": None}))
    with pytest.raises(ConfigurationError, match="introspection_seconds"):
        OidcSettings(ISSUER, AUDIENCE, "support-desk", **ASKING, introspection_seconds=0.0)
    with pytest.raises(ConfigurationError, match="is not https"):
        OidcSettings(ISSUER, AUDIENCE, "support-desk", **(ASKING | {"introspection_url": "http://id.example/introspect"}))
    other = OidcSettings("https://other.example", AUDIENCE, "support-desk", **ASKING)
    with pytest.raises(ConfigurationError, match="two issuers"):
        IdentitySettings(oidc=(SETTINGS, other)).check(frozenset(("support-desk",)))


def _name() -> bytes:
    import hashlib

    return hashlib.sha256(b"sample-token").digest()
