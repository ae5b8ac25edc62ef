"""Labels come from people: nothing hidden, nothing that turns the line, nothing that spills."""

from __future__ import annotations

import pytest

from proofbook.diagrams.lettering import fit, visible, width, wrap


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pay\u202egnp.exe", "pay⟨U+202E⟩gnp.exe"),
        ("a\u2066b\u2069", "a⟨U+2066⟩b⟨U+2069⟩"),
        ("zero\u200bwidth", "zero⟨U+200B⟩width"),
        ("bell\x07", "bell⟨U+0007⟩"),
        ("lone\ud800", "lone⟨U+D800⟩"),
        ("private\ue000", "private⟨U+E000⟩"),
        ("not\uffff", "not⟨U+FFFF⟩"),
        ("tag\U000e0041", "tag⟨U+E0041⟩"),
        ("line\u2028end", "line⟨U+2028⟩end"),
        ("filler\u3164", "filler⟨U+3164⟩"),
    ],
)
def test_what_cannot_be_seen_is_shown_by_its_code_point(text: str, shown: str) -> None:
    """A label must not read differently from what its record says."""
    assert visible(text) == shown


def test_white_space_of_any_kind_is_one_space() -> None:
    """A label of many lines is one line."""
    assert visible("  one\r\n\ttwo\u00a0\u3000three ") == "one two three"


def test_piled_up_marks_are_counted_instead_of_drawn() -> None:
    """Twenty accents on one letter would be painted over the neighbours."""
    assert visible("a" + "\u0301" * 20 + "b") == "a\u0301\u0301⟨18 marks⟩b"
    assert visible("na\u0308i\u0308ve") == "na\u0308i\u0308ve"


def test_writing_systems_are_left_alone() -> None:
    """Only what is invisible or dangerous is replaced."""
    for text in ("Überprüfung", "проверка", "検証記録", "التحقق", "सत्यापन", "🙂👩‍💻".replace("\u200d", "")):
        assert visible(text) == text


def test_words_go_on_lines_and_the_rest_is_cut_with_an_ellipsis() -> None:
    """Four lines are the most a node shows."""
    assert wrap("Retriever and prompt assembly", 14, 136, 4) == ("Retriever and prompt", "assembly")
    lines = wrap("word " * 200, 12, 100, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert not lines[0].endswith("…")


def test_a_word_wider_than_a_line_is_cut_at_a_sign_or_anywhere() -> None:
    """Paths and addresses have no spaces."""
    assert wrap("srv/models/llama-3.1-8b-instruct.gguf", 12, 100, 5) == ("srv/models/llama-", "3.1-8b-instruct.", "gguf")
    lines = wrap("x" * 10_000, 12, 100, 4)
    assert len(lines) == 4
    assert all(0 < width(each, 12) <= 100 for each in lines)


def test_nothing_gives_no_line() -> None:
    """An empty label takes no room."""
    assert wrap("", 12, 100, 4) == wrap(" \n ", 12, 100, 4) == ()


def test_widths_are_those_of_the_plain_sans_faces() -> None:
    """Known figures of such faces, in thousandths: M 833, i 222, digit 556; square letters are square."""
    assert (width("M", 100), width("i", 100), width("0", 100), width("検", 100), width("\u0301", 100)) == (83, 22, 56, 100, 0)


def test_one_line_is_fitted() -> None:
    """A name that is too long for its frame is cut."""
    assert fit("short", 12, 100) == "short"
    assert fit("a name that is far too long for its frame", 12, 100) == "a name that is fa…"
