"""Who is let in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proofbook.gateway.http.head import RequestHead
from proofbook.gateway.http.peer import Peer
from proofbook.gateway.identity.caller import Caller
from proofbook.gateway.identity.keys import KeyIdentities, assess_key, build_key_ring, derive_secret_hash, format_key
from proofbook.gateway.refusal import KEY_AMBIGUOUS, KEY_EXPIRED, KEY_MISSING, KEY_REVOKED, KEY_UNKNOWN
from support.running_gateway import KEY, SECRET, TOKEN, FixedKeys

NOW = "2026-06-01T00:00:00.000000Z"
BEFORE = "2026-05-31T23:59:59.999999Z"


def _assess(headers: tuple[tuple[bytes, bytes], ...], **changed: str) -> Caller:
    key = replace(KEY, **changed)  # type: ignore[arg-type]  # only text fields are changed
    return assess_key(headers, build_key_ring([key]), NOW)


def _bearer(token: str) -> tuple[tuple[bytes, bytes], ...]:
    return ((b"authorization", b"Bearer " + token.encode()),)


def test_good_key_is_let_in_by_either_header() -> None:
    """Both spellings that clients use."""
    assert _assess(_bearer(TOKEN)) == Caller(KEY.caller, None)
    assert _assess(((b"x-api-key", TOKEN.encode()),)) == Caller(KEY.caller, None)
    assert _assess((*_bearer(TOKEN), (b"x-api-key", TOKEN.encode()))) == Caller(KEY.caller, None)


@pytest.mark.parametrize(
    "headers", [(), ((b"authorization", b"Basic eA=="),), ((b"authorization", b"Bearer "),), ((b"x-api-key", b" "),)]
)
def test_no_key_is_missing(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    """Other schemes are no key."""
    assert _assess(headers) == Caller(None, KEY_MISSING)


UNKNOWN = [
    "",
    "sk-x",
    "pbk_",
    "pbk_k_sample",
    "pbk_k_sample_",
    "pbk_k_sample_00",
    "pbk_k_other_" + SECRET.hex(),
    TOKEN + "0",
    TOKEN * 9,
    "pbk_\u00e9_x",
]


@pytest.mark.parametrize("token", UNKNOWN[1:])
def test_wrong_key_is_unknown_whatever_is_wrong(token: str) -> None:
    """The answer must not tell ids from secrets."""
    assert _assess(_bearer(token)) == Caller(None, KEY_UNKNOWN)


def test_two_different_keys_are_refused() -> None:
    """It would not be known who called."""
    assert _assess((*_bearer(TOKEN), (b"x-api-key", b"pbk_a_b"))) == Caller(None, KEY_AMBIGUOUS)
    assert _assess((*_bearer(TOKEN), (b"x-api-key", TOKEN.encode()))).refusal is None


def test_revoked_and_expired_keys_are_named_as_such() -> None:
    """Whoever holds the secret may know, and the record names the principal."""
    revoked, expired = _assess(_bearer(TOKEN), revoked_at=NOW), _assess(_bearer(TOKEN), expires=NOW)
    assert (revoked.refusal, expired.refusal) == (KEY_REVOKED, KEY_EXPIRED)
    assert revoked.verified is not None
    assert _assess(_bearer(TOKEN), expires=BEFORE).refusal == KEY_EXPIRED


def test_revoked_key_stays_revoked_when_the_clock_is_set_back() -> None:
    """A revocation is a fact once it is in the ring; a clock that goes back an hour must not give the key an hour more."""
    assert _assess(_bearer(TOKEN), revoked_at="2026-06-01T01:00:00.000000Z").refusal == KEY_REVOKED


def test_wrong_secret_of_a_revoked_key_is_unknown() -> None:
    """Nobody learns that an id existed."""
    assert _assess(_bearer(format_key("k_sample", b"x" * 24)), revoked_at=NOW) == Caller(None, KEY_UNKNOWN)


def test_only_a_hash_of_the_secret_is_kept() -> None:
    """The hash is of the secret as it stands in the token."""
    assert derive_secret_hash(SECRET).startswith("sha256:")
    assert SECRET.hex() not in repr(KEY)


def test_who_was_let_in_before_is_looked_at_again() -> None:
    """Remembering whom a key proved must not outlast its expiry, its revocation, or the ring it was found in."""
    keys = FixedKeys(build_key_ring([replace(KEY, expires=NOW)]))
    head = RequestHead("POST", "/", _bearer(TOKEN), modern=True, keep_alive=True, length=0)
    identities, peer = KeyIdentities(keys), Peer("192.0.2.1", None)
    assert [identities.assess(head, peer, BEFORE).refusal for _ in range(2)] == [None, None]
    assert identities.assess(head, peer, NOW).refusal == KEY_EXPIRED
    keys.ring = build_key_ring([replace(KEY, revoked_at=BEFORE)])
    assert identities.assess(head, peer, BEFORE).refusal == KEY_REVOKED
    keys.ring = build_key_ring([])
    assert identities.assess(head, peer, BEFORE) == Caller(None, KEY_UNKNOWN)
    keys.ring = build_key_ring([replace(KEY, principal="another")])
    assert identities.assess(head, peer, BEFORE).verified == replace(KEY, principal="another").caller
