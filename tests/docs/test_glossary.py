"""The glossary has the words that records and pages use."""

from __future__ import annotations

import re

import pytest

from proofbook.records.envelope import Assurance
from tracked import ROOT

GLOSSARY = (ROOT / "docs/glossary.md").read_text("utf-8")
TERMS = re.findall(r"^\*\*([^*]+)\*\* — ", GLOSSARY, re.MULTILINE)
NEEDED = [
    "book",
    "entry",
    "kind",
    "source",
    "actor",
    "principal",
    "exchange",
    "artifact",
    "population",
    "engagement",
    "checkpoint",
]
TIMES = ["occurred", "recorded", "exported"]


@pytest.mark.parametrize("word", [*NEEDED, *TIMES, "evidence room", "fence", "vault", "legal hold", "witness", "rung"])
def test_word_is_explained(word: str) -> None:
    """One meaning for each word, said once."""
    assert TERMS.count(word) == 1


@pytest.mark.parametrize("word", Assurance)
def test_every_assurance_is_explained(word: Assurance) -> None:
    """They stand in every entry."""
    assert f"`{word.value}`" in GLOSSARY


def test_words_stand_in_order() -> None:
    """So that one can be found on paper."""
    assert sorted(TERMS) == TERMS
