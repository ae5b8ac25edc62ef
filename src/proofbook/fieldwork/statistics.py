"""What a sample of a size would tell about a rate of deviations: arithmetic with its assumptions, never a conclusion.

Promises: exact (hypergeometric where the population's size is known, binomial where it is taken as large), in whole-number
arithmetic, so that the same figures come out everywhere. Every answer carries its assumptions and says that the service auditor
determines sample sizes. Does not know what a deviation is, how large a tolerable rate is, or what follows from any of it.
Source: soc2.md 7.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import Final

from proofbook.errors import InputError

MAX_POPULATION: Final = 20_000
"""Beyond this a population is taken as large: the difference is too small to see."""
MAX_SAMPLE: Final = 1_000
MAX_DEVIATIONS: Final = 50
NOTICE: Final = "planning aid; the service auditor determines sample sizes"
_STEPS: Final = 10_000
"""An upper bound is found to a hundredth of a percent."""


@dataclass(frozen=True, slots=True)
class SampleTells:
    """What a sample tells. `upper_bound` is a share in ten-thousandths, rounded up; `words` say it in one sentence."""

    sample: int
    deviations: int
    population: int | None
    confidence: int
    upper_bound: int
    words: str
    assumptions: tuple[str, ...]
    notice: str = NOTICE


@dataclass(frozen=True, slots=True)
class SampleNeeded:
    """How many items would do; None when not even every item would."""

    items: int | None
    words: str
    assumptions: tuple[str, ...]
    notice: str = NOTICE


def tell(sample: int, deviations: int, *, population: int | None = None, confidence: int = 90) -> SampleTells:
    """The highest rate that is still plausible at a confidence (percent), after so many deviations in so many items.

    Raises:
        InputError: numbers that no sample can have.
    """
    _check(sample, deviations, population, confidence)
    large = population is None or population > MAX_POPULATION
    bound = (
        _bound_large(sample, deviations, confidence) if large else _bound_small(sample, deviations, population or 0, confidence)
    )
    of = "a large population" if large else f"a population of {population}"
    words = (
        f"After {deviations} deviations in {sample} items of {of}, rates above {bound / 100:.2f} % would at least {confidence} % "
        "of the time have shown more deviations than that."
    )
    return SampleTells(sample, deviations, population, confidence, bound, words, _assumptions(population))


def need(tolerable: int, deviations: int = 0, *, population: int | None = None, confidence: int = 90) -> SampleNeeded:
    """The smallest sample that with so many deviations bounds the rate below `tolerable` (in ten-thousandths).

    Raises:
        InputError: numbers that no sample can have.
    """
    if not 1 <= tolerable < _STEPS:
        raise InputError(f"tolerable: {tolerable} is not a share in ten-thousandths", hint="5 percent is 500")
    _check(max(1, deviations), deviations, population, confidence)
    large = population is None or population > MAX_POPULATION
    highest = MAX_SAMPLE if large else min(MAX_SAMPLE, population or 0)
    risk, share = Fraction(100 - confidence, 100), Fraction(tolerable, _STEPS)
    present = 0 if large else _least_present(population or 0, tolerable)

    def enough(items: int) -> bool:
        if large:
            return _binomial_tail(items, deviations, share) <= risk
        return _hypergeometric_tail(items, deviations, population or 0, present) <= risk

    low, high = max(1, deviations), highest + 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    items = low if low <= highest else None
    found = f"{items} items" if items is not None else f"no sample of up to {highest} items"
    words = (
        f"With {deviations} deviations, {found} would bound the rate below {tolerable / 100:.2f} % at {confidence} % confidence."
    )
    return SampleNeeded(items, words, _assumptions(population))


def _bound_large(sample: int, deviations: int, confidence: int) -> int:
    """The lowest rate, in ten-thousandths, at which so few deviations are less likely than the risk."""
    risk = Fraction(100 - confidence, 100)
    low, high = 0, _STEPS
    while low < high:
        middle = (low + high) // 2
        if _binomial_tail(sample, deviations, Fraction(middle, _STEPS)) <= risk:
            high = middle
        else:
            low = middle + 1
    return low


def _bound_small(sample: int, deviations: int, population: int, confidence: int) -> int:
    risk = Fraction(100 - confidence, 100)
    low, high = deviations, population - (sample - deviations) + 1
    while low < high:
        middle = (low + high) // 2
        if _hypergeometric_tail(sample, deviations, population, middle) <= risk:
            high = middle
        else:
            low = middle + 1
    present = min(low, population)
    return -(-present * _STEPS // population)


def _binomial_tail(sample: int, deviations: int, share: Fraction) -> Fraction:
    """Chance of at most so many deviations."""
    up, down = share.numerator, share.denominator
    ways = sum(comb(sample, each) * up**each * (down - up) ** (sample - each) for each in range(deviations + 1))
    return Fraction(ways, down**sample)


def _hypergeometric_tail(sample: int, deviations: int, population: int, present: int) -> Fraction:
    ways = sum(comb(present, each) * comb(population - present, sample - each) for each in range(min(deviations, sample) + 1))
    return Fraction(ways, comb(population, sample))


def _least_present(population: int, tolerable: int) -> int:
    """The fewest items that are at least the tolerable share."""
    return -(-population * tolerable // _STEPS)


def _assumptions(population: int | None) -> tuple[str, ...]:
    size = (
        "the population is large against the sample"
        if population is None or population > MAX_POPULATION
        else f"the population has exactly {population} items and none is drawn twice"
    )
    return (
        "every item had the same chance of being drawn; ids that somebody picked for a reason tell nothing about the rest",
        "what counts as a deviation was settled before, and each item was judged the same way",
        size,
        "the items are alike: parts under different controls are populations of their own",
        "confidence and tolerable rate are the auditor's choice",
    )


def _check(sample: int, deviations: int, population: int | None, confidence: int) -> None:
    if not 1 <= sample <= MAX_SAMPLE:
        raise InputError(f"sample: {sample} items cannot be reckoned with", hint=f"1 to {MAX_SAMPLE}")
    if not 0 <= deviations <= min(sample, MAX_DEVIATIONS):
        raise InputError(f"deviations: {deviations} in {sample} items cannot be reckoned with", hint=f"0 to {MAX_DEVIATIONS}")
    if population is not None and population < sample:
        raise InputError(f"population: {population} items, fewer than the sample")
    if not 50 <= confidence <= 99:
        raise InputError(f"confidence: {confidence} percent cannot be reckoned with", hint="50 to 99")
