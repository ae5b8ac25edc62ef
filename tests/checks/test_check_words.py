"""The words check sees conclusions, machine paths and index addresses, and lets the listed denials be said."""

from __future__ import annotations

from pathlib import Path

import pytest

from check_words import ALLOWED, check_words
from tracked import ROOT

DENIAL = "Proofbook never says that a control is effective."


def _write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _found(root: Path) -> list[str]:
    return [str(finding) for finding in check_words(root)]


def test_the_project_itself_says_none_of_it() -> None:
    """Every document, page and message of the product is read here."""
    assert _found(ROOT) == []


@pytest.mark.parametrize(
    "word", ["compliant", "Certified", "passed", "effective", "effectively", "non-compliant", "tamper-proof"]
)
@pytest.mark.parametrize("place", ["docs/a.md", "README.md", "src/proofbook/portal/templates/a.html"])
def test_a_conclusion_in_a_text_is_named(tmp_path: Path, word: str, place: str) -> None:
    """The conclusion is the auditor's; a page that draws it would be wrong and dangerous."""
    _write(tmp_path, place, f"One.\nThis control is {word}.\n")
    (finding,) = _found(tmp_path)
    assert finding.startswith(f"{place}:2: a conclusion that is not ours")


def test_a_conclusion_in_a_message_is_named_and_one_in_a_docstring_is_not_shown(tmp_path: Path) -> None:
    """Only texts that reach a reader count; docstrings that do are generated into documents, which are read too."""
    _write(tmp_path, "src/a.py", '"""A compliant server."""\nMESSAGE = "all controls passed"\n')
    assert _found(tmp_path) == ["src/a.py:2: a conclusion that is not ours: 'passed'"]


def test_passing_something_on_is_no_conclusion(tmp_path: Path) -> None:
    """A reply that is passed on is transport."""
    _write(tmp_path, "docs/a.md", "The reply is passed on. It is passed through unchanged.\n")
    assert _found(tmp_path) == []


def test_a_listed_denial_may_be_said_even_across_lines(tmp_path: Path) -> None:
    """Saying that we never conclude needs the word once."""
    _write(tmp_path, ALLOWED, f"# why\n{DENIAL}\n")
    _write(tmp_path, "docs/a.md", DENIAL.replace(" a ", "\na "))
    assert _found(tmp_path) == []


def test_a_denial_excuses_only_itself(tmp_path: Path) -> None:
    """A second use in the same file is still found."""
    _write(tmp_path, ALLOWED, f"{DENIAL}\n")
    _write(tmp_path, "docs/a.md", f"{DENIAL}\nThis one is effective.\n")
    assert any("a conclusion that is not ours" in finding for finding in _found(tmp_path))


def test_a_denial_nobody_says_any_more_is_named(tmp_path: Path) -> None:
    """An exemption must not outlive its reason."""
    _write(tmp_path, ALLOWED, f"{DENIAL}\n")
    (finding,) = _found(tmp_path)
    assert "is not said anywhere any more" in finding


@pytest.mark.parametrize("planted", ["/" + "work/x", "see /" + "root/.cache", "/" + "home/jo/x", "/" + "tmp/pb/brief"])
def test_a_path_of_one_machine_is_named_in_any_file(tmp_path: Path, planted: str) -> None:
    """Code, documents and lists alike: such a path is true on one machine only."""
    _write(tmp_path, "tests/a.py", f"# {planted}\n")
    (finding,) = _found(tmp_path)
    assert "a path of one machine" in finding


@pytest.mark.parametrize("harmless", ["https://example.test/work/flow", "a/work/b", "./root/x", "~/home/x"])
def test_a_path_inside_something_else_is_left_alone(tmp_path: Path, harmless: str) -> None:
    """Only absolute paths name a machine."""
    _write(tmp_path, "docs/a.md", harmless)
    assert _found(tmp_path) == []


@pytest.mark.parametrize("planted", ["--index-" + "url https://x", "https://py" + "pi.org/simple", "files.python" + "hosted.org"])
def test_the_address_of_a_package_index_is_named(tmp_path: Path, planted: str) -> None:
    """Where packages come from is the reader's choice; the hashes say which ones they must be."""
    _write(tmp_path, "requirements/base.txt", planted)
    (finding, *_) = _found(tmp_path)
    assert "the address of a package index" in finding


def test_bytes_that_are_no_text_are_left_alone(tmp_path: Path) -> None:
    """Models and pictures are not read as words."""
    (tmp_path / "model.gguf").write_bytes(b"\xff\xfe effective /" + b"work/x")
    assert _found(tmp_path) == []
