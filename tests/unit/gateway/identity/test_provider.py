"""Following a provider: keys at hand, at a pace, and never older than may be."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from proofbook.errors import SourceUnavailable
from proofbook.gateway.identity.provider import FollowedKeys
from proofbook.gateway.identity.settings import OidcSettings
from support.token_provider import ISSUER, SETTINGS, ec_key, jwk, key_set, rsa_key

CONFIGURATION = ISSUER + "/.well-known/openid-configuration"
KEYS = "https://id.sample.example/keys"


@dataclass
class Web:
    """The documents of a provider; a fetch can be held up until it is let through."""

    documents: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """One for each look that may happen."""
    looks: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Released when a look begins."""

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if url == CONFIGURATION or CONFIGURATION not in self.documents:
            self.looks.release()
            assert self.turn.acquire(timeout=10)
        if url not in self.documents:
            raise SourceUnavailable(f"{url}: answered 404")
        return self.documents[url]


@dataclass
class Ticks:
    """A monotonic clock that moves when told."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


def sound(*keys: dict[str, Any], **changed: Any) -> dict[str, bytes]:
    """What a provider that works publishes."""
    stated = {"issuer": ISSUER, "jwks_uri": KEYS} | changed
    return {CONFIGURATION: json.dumps(stated).encode(), KEYS: key_set(*(keys or (jwk(rsa_key(), "k1"),)))}


@contextmanager
def following(web: Web, ticks: Ticks, settings: OidcSettings = SETTINGS, **more: Any) -> Iterator[FollowedKeys]:
    """A follower whose first look is over."""
    web.turn.release()
    keys = FollowedKeys(settings, web.fetch, ticks, **more)
    try:
        keys.wait(10)
        assert web.looks.acquire(timeout=10)
        yield keys
    finally:
        keys.close()
        web.turn.release(100)


def await_that(condition: Callable[[], bool]) -> None:
    """Until a thread got so far."""
    for _ in range(1000):
        if condition():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it never happened")


def test_keys_are_found_by_the_providers_own_document() -> None:
    """One setting, the issuer, is enough."""
    web = Web(sound())
    with following(web, Ticks()) as keys:
        found = keys.current()
        assert found is not None
        assert found.find("k1", "RS256") is not None
    assert web.asked == [CONFIGURATION, KEYS]


def test_a_given_address_of_keys_is_asked_alone() -> None:
    """For providers that publish no configuration."""
    web = Web({KEYS: sound()[KEYS]})
    with following(web, Ticks(), replace(SETTINGS, keys_url=KEYS)) as keys:
        assert keys.current() is not None
    assert web.asked == [KEYS]


BROKEN = {
    "nothing there": {},
    "another issuer": sound(issuer="https://id.sample.example/other"),
    "no address": {CONFIGURATION: json.dumps({"issuer": ISSUER}).encode()},
    "an address that is no text": sound(jwks_uri=7),
    "an address over plain http": sound(jwks_uri="http://id.sample.example/keys"),
    "an address of this machine over plain http": sound(jwks_uri="http://127.0.0.1:8000/v1/models"),
    "an address of a file": sound(jwks_uri="file:///etc/passwd"),
    "no JSON": {CONFIGURATION: b"<html>"},
    "a list": {CONFIGURATION: b"[]"},
    "keys that are no key set": {**sound(), KEYS: b"<html>"},
}


@pytest.mark.parametrize("documents", BROKEN.values(), ids=BROKEN)
def test_a_provider_that_says_nonsense_gives_no_keys(documents: dict[str, bytes]) -> None:
    """Then tokens are refused as not checkable, and nothing else is reached."""
    web = Web(dict(documents))
    with following(web, Ticks()) as keys:
        assert keys.current() is None
    assert not [url for url in web.asked if not url.startswith("https://id.sample.example/")]


def test_new_keys_are_fetched_when_asked_for_and_not_more_often_than_allowed() -> None:
    """A token with an invented key id must not turn the gateway against its provider."""
    web, ticks = Web(sound()), Ticks()
    with following(web, ticks) as keys:
        first = keys.current()
        assert not keys.ask_again(), "a moment after the last look"
        ticks.seconds += 11
        web.documents = sound(jwk(rsa_key(), "k1"), jwk(ec_key(), "k2"))
        assert keys.ask_again()
        assert keys.ask_again(), "while it is being asked, the answer is still to come"
        web.turn.release()
        await_that(lambda: keys.current() is not first)
        found = keys.current()
        assert found is not None
        assert found.find("k2", "ES256") is not None
        assert len(web.asked) == 4
        await_that(lambda: not keys.ask_again())


def test_the_same_keys_again_are_the_same_object() -> None:
    """What was verified with them stays remembered."""
    web, ticks = Web(sound()), Ticks()
    with following(web, ticks) as keys:
        first = keys.current()
        ticks.seconds += 11
        assert keys.ask_again()
        web.turn.release()
        await_that(lambda: len(web.asked) == 4 and not keys.ask_again())
        assert keys.current() is first


def test_keys_go_over_to_whoever_follows_next_and_age_on() -> None:
    """New settings while the provider is away must not shut out those whose tokens could be checked a moment before."""
    web, ticks = Web(sound()), Ticks()
    with following(web, ticks) as old:
        web.documents = {}
        ticks.seconds += 1000
        with following(web, ticks, before=old) as new:
            assert new.current() is old.current() is not None
            ticks.seconds += SETTINGS.keys_max_age_seconds - 1000
            assert new.current() is not None
            ticks.seconds += 1
            assert new.current() is None


def test_keys_that_cannot_be_fetched_serve_for_a_while_and_then_no_more() -> None:
    """A provider's hiccup is no outage here; a key it took back long ago is no key."""
    web, ticks = Web(sound()), Ticks()
    with following(web, ticks) as keys:
        web.documents = {}
        ticks.seconds += SETTINGS.keys_max_age_seconds
        assert keys.ask_again()
        web.turn.release()
        await_that(lambda: not keys.ask_again())
        assert keys.current() is not None
        ticks.seconds += 1
        assert keys.current() is None
