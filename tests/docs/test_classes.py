"""The page about classes of sensitive data says what the rules say."""

from __future__ import annotations

from pathlib import Path

from proofbook.records.unexamined import NotExaminedReason
from proofbook.sensitive.classes import EXPLAINED
from proofbook.sensitive.national import COUNTRIES

PAGE = (Path(__file__).parents[2] / "docs" / "operate" / "classification.md").read_text("utf-8")


def test_every_class_is_explained_as_the_program_explains_it() -> None:
    """An auditor must read the same limits in both places."""
    for kind, words in EXPLAINED.items():
        assert f"| `{kind}` | {words.matches} | {words.check} | {words.misses} |" in PAGE


def test_every_reason_and_every_country_is_named() -> None:
    """A reason that is not explained is a word without a meaning."""
    assert all(f"`{reason}`" in PAGE for reason in NotExaminedReason)
    assert ", ".join(country.upper() for country in COUNTRIES) in PAGE
