"""Payment card numbers and IBANs, held to issuer ranges, lengths and check digits (ISO/IEC 7812, ISO 13616; python-stdnum).

A run of digits may hold more than the number itself, such as a position before it: groups are tried as they are written. A run is
at most 96 digits, so a candidate costs bounded work.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from stdnum import iban, luhn, numdb

from proofbook.sensitive.classes import SensitiveKind
from proofbook.sensitive.rule import GAP, Rule, compile_pattern, digits_of, letters_and_digits_of, stands_alone

_LENGTHS_16_TO_19: Final = frozenset(range(16, 20))
_RANGES: Final = (
    # first digits from, to; lengths. ISO/IEC 7812 issuer identification numbers as the networks publish them.
    ("4", "4", frozenset({13, 16, 19})),  # Visa
    ("51", "55", frozenset({16})),  # Mastercard
    ("2221", "2720", frozenset({16})),  # Mastercard
    ("34", "34", frozenset({15})),  # American Express
    ("37", "37", frozenset({15})),
    ("300", "305", frozenset({14})),  # Diners Club
    ("36", "36", frozenset({14})),
    ("38", "39", frozenset({14})),
    ("6011", "6011", _LENGTHS_16_TO_19),  # Discover
    ("644", "649", _LENGTHS_16_TO_19),
    ("65", "65", _LENGTHS_16_TO_19),
    ("3528", "3589", _LENGTHS_16_TO_19),  # JCB
    ("62", "62", _LENGTHS_16_TO_19),  # UnionPay
    ("5018", "5018", _LENGTHS_16_TO_19),  # Maestro
    ("5020", "5020", _LENGTHS_16_TO_19),
    ("5038", "5038", _LENGTHS_16_TO_19),
    ("5893", "5893", _LENGTHS_16_TO_19),
    ("6304", "6304", _LENGTHS_16_TO_19),
    ("6759", "6759", _LENGTHS_16_TO_19),
    ("6761", "6763", _LENGTHS_16_TO_19),
    ("2200", "2204", _LENGTHS_16_TO_19),  # Mir
)
_CARD_GROUPS: Final = frozenset(
    {(4, 4, 4, 4), (4, 4, 4, 1), (4, 4, 4, 4, 1), (4, 4, 4, 4, 2), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4)}
)
_MOST_GROUPS: Final = 5
_DIGIT_RUN: Final = compile_pattern(rb"[0-9]+")


def is_card_number(digits: str) -> bool:
    """Whether digits are in an issuer's range, have a length of it, and pass the Luhn check."""
    if not any(low <= digits[: len(low)] <= high and len(digits) in lengths for low, high, lengths in _RANGES):
        return False
    return len(set(digits)) > 1 and bool(luhn.is_valid(digits))


def _check_card(text: bytes, start: int, end: int) -> tuple[int, int] | None:
    """The first card number within a run of digits and gaps."""
    groups = [match.span() for match in _DIGIT_RUN.finditer(text, start, end)]
    for first, (begin, stop) in enumerate(groups):
        if _is_card(text, begin, stop):
            return begin, stop
        for count in range(3, _MOST_GROUPS + 1):
            chosen = groups[first : first + count]
            if len(chosen) == count and tuple(high - low for low, high in chosen) in _CARD_GROUPS:
                gaps = {text[low[1] : high[0]] for low, high in pairwise(chosen)}
                if len(gaps) == 1 and _is_card(text, begin, chosen[-1][1]):
                    return begin, chosen[-1][1]
    return None


def _is_card(text: bytes, start: int, end: int) -> bool:
    return stands_alone(text, start, end) and is_card_number(digits_of(text[start:end]))


@cache
def iban_lengths() -> Mapping[str, int]:
    """Country -> length of its IBANs, from python-stdnum's copy of the registry."""
    registry = numdb.get("iban")
    found: dict[str, int] = {}
    for country in (one + two for one in string.ascii_uppercase for two in string.ascii_uppercase):
        structure = registry.info(country)[0][1].get("bban")
        if structure:
            found[country] = 4 + sum(int(part.split("!")[0]) for part in _parts(structure))
    return MappingProxyType(found)


def _parts(structure: str) -> list[str]:
    """`4!a6!n8!n` -> `4!`, `6!`, `8!`."""
    parts, current = [], ""
    for character in structure:
        current += character
        if character == "!":
            parts.append(current)
        elif character.isalpha():
            current = ""
    return parts


def _check_iban(text: bytes, start: int, end: int) -> tuple[int, int] | None:
    candidate = text[start:end]
    length = iban_lengths().get(candidate[:2].decode("ascii"))
    if length is None:
        return None
    taken = _end_after(candidate, length)
    if taken is None or not stands_alone(text, start, start + taken):
        return None
    return (start, start + taken) if iban.is_valid(letters_and_digits_of(candidate[:taken])) else None


_PLAIN: Final = frozenset((string.ascii_uppercase + string.digits).encode())


def _end_after(candidate: bytes, count: int) -> int | None:
    """Where the `count`-th letter or digit ends."""
    for place, byte in enumerate(candidate, 1):
        count -= byte in _PLAIN
        if not count:
            return place
    return None


ACCOUNT_RULES: Final = (
    Rule(
        "payment-card",
        SensitiveKind.PAYMENT_CARD,
        rb"[0-9](?:" + GAP + rb"?[0-9]){12,95}",
        _check_card,
        dense=True,
    ),
    Rule(
        "iban",
        SensitiveKind.IBAN,
        rb"[A-Z]{2}[0-9]{2}(?:" + GAP + rb"?[A-Z0-9]){11,30}",
        _check_iban,
        overlapping=True,
    ),
)
