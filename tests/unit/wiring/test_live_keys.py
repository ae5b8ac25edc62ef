"""The gateway's key ring: a revocation is heard of at once, or nobody is let in."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from proofbook.book.reader import BookReader
from proofbook.config.loading import read_settings
from proofbook.errors import InputError, StoreUnavailable
from proofbook.gateway.identity.keys import KeyRing, assess_key
from proofbook.primitives.instants import format_instant, parse_instant
from proofbook.wiring.access import LiveKeys, issue_key, load_key_ring, revoke_key, rotate_key
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.recording import open_door
from proofbook.wiring.system import CLOCK
from support.draft_builder import beats
from support.followed_book import AbsentBook, heard
from support.home_builder import make_home

GATEWAY = """
[[gateway.upstreams]]
name = "engine"
base_url = "http://127.0.0.1:9"
[[gateway.systems]]
id = "support-desk"
name = "Support desk"
environment = "test"
upstream = "engine"
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a system that keys can be bound to."""
    made = make_home(tmp_path)
    config = made.path / "proofbook.toml"
    config.write_text(config.read_text("utf-8") + GATEWAY, "utf-8")
    assert read_settings(config).gateway is not None
    return open_home(made.path)


def _issue(home: Home) -> str:
    with open_door(home) as door:
        return issue_key(
            home, door.recorder, principal="sample-service", kind="service", system="support-desk", expires=None, note=""
        ).id


def _revoke(home: Home, key: str) -> None:
    with open_door(home) as door:
        revoke_key(home, door.recorder, key=key, reason="sample end")


def _is_back(keys: LiveKeys) -> bool:
    try:
        return bool(keys.current().keys)
    except StoreUnavailable:
        return False


def _is_revoked(ring: KeyRing, key: str) -> bool:
    return ring.keys[key].revoked_at is not None


def test_keys_issued_and_revoked_while_it_follows_are_known_soon(home: Home) -> None:
    """With traffic in between: only what is new is read."""
    first = _issue(home)
    keys = LiveKeys(home, BookReader(home.book))
    try:
        assert set(keys.current().keys) == {first}
        with open_door(home) as door:
            door.recorder.submit(beats(700)).result()
        second = _issue(home)
        assert heard(lambda: second in keys.current().keys)
        _revoke(home, first)
        assert heard(lambda: _is_revoked(keys.current(), first))
        assert not _is_revoked(keys.current(), second)
    finally:
        keys.close()


def test_a_rotated_key_ends_in_time_and_its_successor_goes_on(home: Home) -> None:
    """Followed live and read anew alike; the same binding, and each rotation once."""
    old = _issue(home)
    keys = LiveKeys(home, BookReader(home.book))
    try:
        with open_door(home) as door:
            made, until = rotate_key(
                home, door.recorder, key=old, overlap=timedelta(hours=24), expires=None, note="sample rotation"
            )
            with pytest.raises(InputError, match=f"is being replaced by {made.id}"):
                rotate_key(home, door.recorder, key=old, overlap=timedelta(0), expires=None, note="")
        assert heard(lambda: made.id in keys.current().keys)
        for ring in (keys.current(), load_key_ring(home)):
            before, after = ring.keys[old], ring.keys[made.id]
            assert (before.expires, after.expires) == (until, None)
            assert (before.principal, before.system) == (after.principal, after.system)
            token = made.secret.encode()
            assert assess_key(((b"x-api-key", token),), ring, until).verified == after.caller
        assert until == format_instant(parse_instant(until)), "an instant, as the gateway compares them"
    finally:
        keys.close()


def test_a_key_that_ended_is_not_rotated_and_none_lives_longer_by_it(home: Home) -> None:
    """A rotation replaces; it never brings back."""
    in_an_hour = format_instant(CLOCK.now() + timedelta(hours=1))
    with open_door(home) as door:
        soon = issue_key(
            home, door.recorder, principal="p", kind="service", system="support-desk", expires=in_an_hour, note=""
        ).id
        made, until = rotate_key(home, door.recorder, key=soon, overlap=timedelta(days=9), expires=None, note="")
        assert until == in_an_hour
        revoke_key(home, door.recorder, key=made.id, reason="sample end")
        for key in (made.id, "no-such-key"):
            with pytest.raises(InputError):
                rotate_key(home, door.recorder, key=key, overlap=timedelta(0), expires=None, note="")
    lived = load_key_ring(home).keys[made.id].expires
    assert lived is not None
    assert abs(parse_instant(lived) - parse_instant(in_an_hour)) < timedelta(minutes=5), "as long as the old one was issued for"


def test_revocation_is_heard_of_though_the_projection_is_damaged(home: Home) -> None:
    """The projection is disposable: what depends on it for its safety would keep a revoked key valid for ever."""
    key = _issue(home)
    keys = LiveKeys(home, BookReader(home.book))
    try:
        _revoke(home, key)  # reads the projection, so it comes first; the ring has half a second to be told
        assert heard(lambda: _is_revoked(keys.current(), key))
        other = _issue(home)
        assert heard(lambda: other in keys.current().keys)
        for each in home.readmodel.parent.glob("readmodel.sqlite*"):
            each.write_bytes(b"not a projection")
        third = _issue(home)
        assert heard(lambda: third in keys.current().keys)
    finally:
        keys.close()


def test_ring_that_cannot_be_refreshed_lets_nobody_in(home: Home) -> None:
    """A book that cannot be read may hold a revocation. The old ring is good for some seconds, not for ever."""
    _issue(home)
    now = [0.0]
    book = AbsentBook(home.book)
    keys = LiveKeys(home, book, monotonic=lambda: now[0], stale_seconds=5.0)
    try:
        assert keys.current().keys
        book.absent = True
        time.sleep(0.6)  # one look at least fails, with an error that is not even ours
        now[0] = 4.9
        assert keys.current().keys
        now[0] = 5.1
        with pytest.raises(StoreUnavailable, match="keys could not be read"):
            keys.current()
        book.absent = False
        assert heard(lambda: _is_back(keys))
    finally:
        keys.close()
