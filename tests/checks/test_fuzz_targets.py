"""The fuzz targets are alive: good inputs are accepted, and a short walk of damage raises nothing but our errors."""

from __future__ import annotations

import random

import pytest

from fuzz_targets import TARGETS, RoundTripError, Target, survive

STEPS = 150


@pytest.mark.parametrize("name", TARGETS)
def test_good_inputs_are_accepted(name: str) -> None:
    """A target that refuses its own seeds explores nothing."""
    target = TARGETS[name]
    seeds = target.seeds()
    assert len(seeds) > 0
    for seed in seeds[:6]:
        target.feed(seed)


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_inputs_are_answered_with_our_errors(name: str) -> None:
    """The long walk is `make fuzz`; this one is the same each time."""
    target, chance = TARGETS[name], random.Random(7)
    seeds = target.seeds()
    for _ in range(10 if name.startswith("room") else STEPS):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randrange(1, 5)):
            at = chance.randrange(len(data))
            data[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
        survive(target, bytes(data))


def test_another_exception_is_not_survived() -> None:
    """Otherwise every target would be a test that cannot fail."""

    def leak(data: bytes) -> None:
        raise KeyError(data)

    with pytest.raises(KeyError):
        survive(Target(leak, lambda: (b"",)), b"")


def test_a_form_that_does_not_come_back_is_not_survived() -> None:
    """Two spellings of one value are two entries with one meaning."""

    def lax(data: bytes) -> None:
        raise RoundTripError(data)

    with pytest.raises(RoundTripError):
        survive(Target(lax, lambda: (b"",)), b"")
