"""Numbers and names: issuer ranges, lengths, check digits, versions, words."""

from __future__ import annotations

import pytest

from proofbook.errors import ConfigurationError
from proofbook.sensitive.accounts import iban_lengths, is_card_number
from proofbook.sensitive.classes import ALL_CLASSES, EXPLAINED, SensitiveKind, parse_classes
from proofbook.sensitive.counting import count_classes
from proofbook.sensitive.finding import find_spans
from proofbook.sensitive.national import COUNTRIES
from proofbook.sensitive.rule_set import libraries, rule_set


@pytest.mark.parametrize(
    "digits", ["4222222222222", "2223003122003222", "36148900647913", "6200000000000005", "2200000000000004"]
)
def test_card_of_a_known_range_is_one(digits: str) -> None:
    """Ranges and lengths as the networks publish them."""
    assert is_card_number(digits)


@pytest.mark.parametrize(
    "digits", ["4111111111111112", "9111111111111111", "42222222222220", "5100000000000", "0000000000000000", "4444444444444"]
)
def test_number_outside_ranges_lengths_or_check_is_none(digits: str) -> None:
    """Sixteen digits are not a card."""
    assert not is_card_number(digits)


def test_iban_lengths_are_the_registry_s() -> None:
    """Spot checks against ISO 13616: shortest, longest and common ones."""
    lengths = iban_lengths()
    assert (lengths["NO"], lengths["MT"], lengths["DE"], lengths["GB"]) == (15, 31, 22, 22)
    assert "US" not in lengths


def test_classes_are_read_from_names_and_unknown_ones_named() -> None:
    """A mistyped class must not silently be one that is never looked for."""
    assert parse_classes(["email", "secret", "email"], "x") == (SensitiveKind.SECRET, SensitiveKind.EMAIL)
    with pytest.raises(ConfigurationError, match="credit_card"):
        parse_classes(["credit_card"], "classification.classes")


def test_every_class_says_what_it_misses() -> None:
    """The auditor is told what a zero does not mean."""
    assert set(EXPLAINED) == set(ALL_CLASSES)
    assert all(each.misses and each.check and each.matches for each in EXPLAINED.values())
    assert len({each.marker for each in EXPLAINED.values()}) == len(ALL_CLASSES)


def test_rule_set_names_its_libraries() -> None:
    """A count says by what it was counted."""
    assert set(libraries()) == {"google-re2", "phonenumberslite", "python-stdnum"}
    assert rule_set() == rule_set()
    assert "de" in COUNTRIES


def test_counts_are_over_all_texts_and_bytes_are_added_up() -> None:
    """Each text is looked at by itself: halves of two texts are no number."""
    found = count_classes(["4111 1111", " 1111 1111", "ada@example.org ada@example.org"])
    assert found.counts == {SensitiveKind.EMAIL: 2}
    assert (found.examined, found.beyond) == (50, 0)


def test_text_beyond_the_limit_is_counted_as_not_examined() -> None:
    """Later texts that fit are still examined."""
    found = count_classes(["x" * 90, "y" * 20, "z" * 10], limit=100)
    assert (found.examined, found.beyond) == (100, 1)


def test_word_must_stand_shortly_before_a_weak_number() -> None:
    """Nine digits are a citizen's number only where the text says so."""
    assert find_spans(b"bsn: 111222333").spans
    assert not find_spans(b"bsn" + b"." * 60 + b"111222333").spans
    assert not find_spans(b"absnt 111222333").spans
