"""Model cards are read as text, within bounds."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from proofbook.errors import LimitExceeded, MalformedModelFile
from proofbook.weights.card import parse_card, parse_plain_yaml, read_card
from proofbook.weights.licences import normalise_licence


def test_the_statements_of_a_card_are_lifted(tmp_path: Path) -> None:
    """Licence and base model are what a register needs."""
    path = tmp_path / "README.md"
    path.write_text(
        "---\nlicense: apache-2.0\nbase_model:\n- sample-org/base\n- sample-org/other\nbase_model_relation: merge\n"
        "datasets: sample-org/data\ntags: [no, on, 1.0]\nlibrary_name: transformers\n---\n# Title\n"
    )
    card = read_card(path)
    assert card is not None
    assert (card.license, card.base_models) == ("apache-2.0", ("sample-org/base", "sample-org/other"))
    assert (card.base_model_relation, card.datasets, card.library) == ("merge", ("sample-org/data",), "transformers")
    assert card.tags == ("no", "on", "1.0"), "words stay words"
    assert card.license_link == "unknown"


def test_a_list_of_licences_is_kept() -> None:
    """The hub allows a list."""
    card = parse_card(b"---\nlicense: [mit, other]\n---\n", name="README.md")
    assert card is not None
    assert card.license == "mit, other"


def test_a_card_without_front_matter_says_nothing() -> None:
    """No front matter is not an error."""
    assert parse_card(b"# Title\n---\nlicense: mit\n---\n", name="README.md") is None


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("a: &x [1]\nb: *x", MalformedModelFile, "alias"),
        ("a: !!python/object/apply:os.system [id]", MalformedModelFile, "tag"),
        ("license: mit\nlicense: other", MalformedModelFile, "twice"),
        ("? [a]\n: b", MalformedModelFile, "key is not text"),
        ("a: [", MalformedModelFile, "YAML at line"),
        ("a: " + "[" * 5000, LimitExceeded, "nested"),
        ("- a\n" * 60_000 + "- b\n" * 60_000, LimitExceeded, "parts"),
    ],
)
def test_dangerous_yaml_is_refused_quickly(text: str, error: type[Exception], words: str) -> None:
    """Expansion bombs, constructors and doubled keys have no place in a card."""
    started = time.perf_counter()
    with pytest.raises(error, match=words):
        parse_plain_yaml(text, name="README.md")
    assert time.perf_counter() - started < 20.0


def test_front_matter_beyond_the_cap_or_not_text_is_refused() -> None:
    """A card of megabytes is not read."""
    with pytest.raises(LimitExceeded, match="262144"):
        parse_card(b"---\n" + b"a" * 300_000 + b"\n---\n", name="README.md")
    with pytest.raises(MalformedModelFile, match="UTF-8"):
        parse_card(b"---\na: \xff\n---\n", name="README.md")
    with pytest.raises(MalformedModelFile, match="mapping"):
        parse_card(b"---\n- a\n---\n", name="README.md")


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("apache-2.0", ("Apache-2.0", True)),
        ("MIT", ("MIT", True)),
        ("llama3.1", ("llama3.1", False)),
        ("gpl-3.0", ("gpl-3.0", False)),
        ("  ", ("unknown", False)),
    ],
)
def test_licences_are_only_mapped_when_certain(declared: str, expected: tuple[str, bool]) -> None:
    """A guessed licence is worse than an unknown one."""
    assert normalise_licence(declared) == expected
