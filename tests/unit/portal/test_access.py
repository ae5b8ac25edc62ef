"""Keys and sessions of the page."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from proofbook.portal.access import Access, Refusal


def counting_entropy() -> Callable[[int], bytes]:
    """Different bytes at every call."""
    numbers = count(1)
    return lambda length: next(numbers).to_bytes(length, "big")


class Watch:
    """A monotonic clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


@pytest.fixture
def watch() -> Watch:
    """The time."""
    return Watch()


@pytest.fixture
def access(watch: Watch) -> Access:
    """A run's access."""
    return Access(entropy=counting_entropy(), monotonic=watch)


def test_right_key_opens_a_session_that_is_not_the_key(access: Access) -> None:
    """A cookie that was the key would let whoever copies it make further sessions."""
    session = access.admit(access.key)
    assert isinstance(session, str)
    assert access.knows(session)
    assert session != access.key
    assert not access.knows(access.key)


@pytest.mark.parametrize("wrong", ["", "x", "ключ", "\ud800", "a" * 10_000])
def test_any_other_text_is_a_wrong_key(access: Access, wrong: str) -> None:
    """Hostile text must not raise."""
    assert access.admit(wrong) is Refusal.WRONG_KEY
    assert not access.knows(wrong)


def test_after_ten_wrong_keys_none_is_compared_for_a_minute(access: Access, watch: Watch) -> None:
    """Guessing is refused even when a guess would be right; sessions that run are left alone."""
    session = access.admit(access.key)
    for _ in range(10):
        assert access.admit("wrong") is Refusal.WRONG_KEY
    assert access.admit(access.key) is Refusal.TOO_MANY
    assert isinstance(session, str)
    assert access.knows(session)
    watch.now += 61
    assert isinstance(access.admit(access.key), str)


def test_oldest_session_is_forgotten_when_there_are_too_many(access: Access) -> None:
    """Sessions must not grow without bound."""
    sessions = [access.admit(access.key) for _ in range(65)]
    assert [access.knows(str(each)) for each in sessions] == [False, *[True] * 64]


def test_no_session_is_not_known(access: Access) -> None:
    """The first visit carries no cookie."""
    assert not access.knows(None)
