"""What the data files never say: an auditor's conclusion, or somebody else's text."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from proofbook.controls.schemas import FILES

_CONCLUSIONS = re.compile(
    r"\b(compliant|compliance with|certified|certifies|passed|passes|effective|effectively|effectiveness|no exceptions|"
    r"fully secure|audit-ready|guarantees?)\b",
    re.IGNORECASE,
)
_OTHERS_TEXT = re.compile(
    r"entity (obtains|demonstrates|implements|selects|authorizes)|COSO Principle|points? of focus:|shall\b", re.IGNORECASE
)


@pytest.mark.parametrize("name", sorted(FILES))
def test_no_file_words_a_conclusion(name: str) -> None:
    """Whether a control works is for the auditor to say; text that says it beforehand spoils all evidence beside it."""
    text = files("proofbook.controls").joinpath("data", name).read_text("utf-8")
    assert not _CONCLUSIONS.findall(text)


@pytest.mark.parametrize("name", sorted(FILES))
def test_no_file_speaks_in_the_words_of_a_standard(name: str) -> None:
    """Criteria and standards belong to their publishers; we name ids and paraphrase."""
    text = files("proofbook.controls").joinpath("data", name).read_text("utf-8")
    assert not _OTHERS_TEXT.findall(text)


@pytest.mark.parametrize("name", sorted(FILES))
def test_files_are_laid_out_for_people(name: str) -> None:
    """They are read and compared line by line: two spaces, one value on a line, a newline at the end, no odd characters."""
    text = files("proofbook.controls").joinpath("data", name).read_text("utf-8")
    assert text.startswith('{\n  "format"')
    assert text.endswith("}\n")
    assert text.isascii()
