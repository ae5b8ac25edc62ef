"""Names, help, times and file names of the record pages."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from proofbook.errors import InputError
from proofbook.filing.shape import shape_of
from proofbook.portal import typed_times
from proofbook.portal.staff.records import word_difference
from proofbook.portal.staff.records.attaching_act import AttachOrder, clean_name, read_content, saved_name
from proofbook.portal.staff.records.field_help import EVERY, read_help
from proofbook.portal.staff.records.history import path_in_words
from proofbook.portal.staff.records.kinds import SIGNED, groups, kind_of
from proofbook.portal.staff.records.labels import sections_of
from proofbook.portal.staff.records.places import RECORD_ACTS, RECORD_PLACES
from proofbook.records.kept import KEPT

BERLIN = ZoneInfo("Europe/Berlin")


def test_every_kind_stands_in_one_group_under_a_name() -> None:
    """A kind that no list shows would be written by nobody."""
    shown = [each.kind for group in groups() for each in group.kinds]
    assert sorted(shown) == sorted(KEPT)
    assert [group.artifact.id for group in groups()] == sorted(group.artifact.id for group in groups())
    assert all(each.says and each.one for group in groups() for each in group.kinds)
    assert set(SIGNED) <= set(KEPT)
    assert kind_of("book.opened") is None


@pytest.mark.parametrize("kind", sorted(KEPT))
def test_every_field_of_a_kind_stands_in_one_section(kind: str) -> None:
    """A form that leaves a field out would take it away from the record."""
    shown = [field.name for _, fields in sections_of(kind) for field in fields]
    assert sorted(shown) == sorted(each.name for each in shape_of(kind).fields if each.name != "because")


def test_help_names_fields_that_exist() -> None:
    """A line about a field that was renamed helps nobody."""
    fields = {kind: {each.name for each in shape_of(kind).fields} for kind in KEPT}
    for kind, name in read_help():
        known = set().union(*fields.values()) if kind == EVERY else fields[kind]
        assert name in known, f"{kind}/{name}"
    assert len(read_help()) >= 60


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-28T09:00", "2026-03-28T08:00:00.000000Z"),
        ("2026-07-01T09:00:30", "2026-07-01T07:00:30.000000Z"),
        ("2026-07-01 09:00", "2026-07-01T07:00:00.000000Z"),
        ("2026-07-01T09:00:00-05:00", "2026-07-01T14:00:00.000000Z"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00.000000Z"),
        ("soon", "soon"),
        ("2026-02-30T09:00", "2026-02-30T09:00"),
        ("0001-01-01T00:00", "0001-01-01T00:00"),
    ],
)
def test_times_are_those_of_the_engagement_s_zone(text: str, instant: str) -> None:
    """An hour off moves an approval behind a release."""
    assert typed_times.read_moment(text, BERLIN) == instant


@pytest.mark.parametrize(("text", "words"), [("2026-03-29T02:30", "was skipped"), ("2026-10-25T02:30", "came twice")])
def test_a_time_the_clocks_skipped_or_showed_twice_is_not_guessed(text: str, words: str) -> None:
    """Evidence says which of two hours, or that there was none."""
    with pytest.raises(typed_times.NoSuchTime, match=words):
        typed_times.read_moment(text, BERLIN)


@pytest.mark.parametrize(
    ("name", "cleaned", "saved"),
    [
        ("report.pdf", "report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd", "passwd"),
        ("C:\\Users\\x\\a b.docx", "a b.docx", "a_b.docx"),
        ("\u202egnp.exe", "_gnp.exe", "gnp.exe"),
        ("..", "file", "file"),
        ("", "file", "file"),
        ('a"; x="\r\nb', 'a"; x="__b', "a_x___b"),
        ("日本語", "日本語", "file"),
        (".htaccess", "htaccess", "htaccess"),
    ],
)
def test_file_names_are_text_and_never_paths(name: str, cleaned: str, saved: str) -> None:
    """What a sender calls a file must not decide where it lands or what a header says."""
    assert (clean_name(name), saved_name(name)) == (cleaned, saved)


def test_long_file_names_are_cut() -> None:
    """A header has a length."""
    assert len(clean_name("a" * 5_000)) == len(saved_name("a" * 5_000)) == 120


def test_a_difference_is_told_word_by_word() -> None:
    """Somebody who approves a change reads what changed."""
    pieces = word_difference.compare("every quarter, by the owner", "every month, by the owner")
    assert [(each.how, each.text) for each in pieces] == [
        ("stays", "every "),
        ("went", "quarter"),
        ("came", "month"),
        ("stays", ", by the owner"),
    ]


@pytest.mark.parametrize("text", ["a " * 7_000, "a\n" * 7_000, "ab" * 8_000])
def test_texts_made_to_be_slow_are_compared_at_once(text: str) -> None:
    """The texts come from whoever writes records; a page must not wait for them."""
    pieces = word_difference.compare("x " + text, text + " y")
    assert "".join(each.text for each in pieces if each.how != "went") == text + " y"


def test_paths_are_told_in_words() -> None:
    """Nobody should have to read brackets."""
    assert path_in_words("actions[1].due") == "Actions, row 2, Due"
    assert path_in_words("rows.0.decided_by") == "Rows, row 1, Decided by"
    assert path_in_words("flows[F-1].target") == "Flows, F-1, Target"


def test_acts_and_places_ask_for_the_same() -> None:
    """What a page may do, a program may do, and the other way round."""
    assert {each.name: each.permission.value for each in RECORD_ACTS} == {
        "record.file": "prepare",
        "record.sign": "review",
        "record.attach": "prepare",
    }
    acting = {place.path.rpartition("/")[2]: place.needed("POST") for place in RECORD_PLACES if place.act is not None}
    assert (str(acting["edit"]), str(acting["sign"]), str(acting["attach"])) == ("prepare", "review", "prepare")


def test_a_program_sends_a_file_in_base64_and_nothing_foreign() -> None:
    """The same act as the page's, by JSON."""
    order = {"kind": "vendor", "id": "hub", "base": "e_1", "name": "a.txt", "content": "c2FtcGxl", "because": "sample"}
    assert read_content(AttachOrder.model_validate(order).content) == b"sample"
    for odd in ({"because": ""}, {"path": "/etc/passwd"}):
        with pytest.raises(ValidationError):
            AttachOrder.model_validate(order | odd)
    for text in ("%%%", "c2FtcGx", "c2Ft cGxl", "c2FtcGxl\n", "é"):
        with pytest.raises(InputError):
            read_content(text)
