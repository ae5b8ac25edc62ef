"""Which files are read, and what is told of those that cannot be."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from proofbook.filing import sources
from proofbook.filing.mistakes import FilingMistakes
from proofbook.filing.sources import read_records
from support.filing_room import told

RISK = "kind: risk\nid: %s\nrecord: {title: sample, description: sample}\n"


def read(*names: object, stdin: bytes = b"") -> list[str]:
    """Ids of the records found."""
    return [each.id for each in read_records([str(name) for name in names], io.BytesIO(stdin))]


def mistakes(*names: object, stdin: bytes = b"") -> list[str]:
    """What is told instead."""
    with pytest.raises(FilingMistakes) as raised:
        read(*names, stdin=stdin)
    return [str(each) for each in raised.value.mistakes]


def test_folders_are_read_in_order(tmp_path: Path) -> None:
    """The same folder gives the same plan on every machine."""
    for name, record_id in (
        ("b/z.yml", "three"),
        ("b/a.json", "two"),
        ("a.yaml", "one"),
        (".git/x.yaml", "no"),
        ("b/.x.yaml", "no"),
        ("b/readme.md", "no"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        text = (
            f'{{"kind": "risk", "id": "{record_id}", "record": {{"title": "t", "description": "d"}}}}'
            if name.endswith("json")
            else RISK % record_id
        )
        (tmp_path / name).write_text(text, "utf-8")
    assert read(tmp_path) == ["one", "two", "three"]
    assert read(tmp_path / "b" / "z.yml", tmp_path / "a.yaml") == ["three", "one"]


def test_standard_input_is_read_in_either_format() -> None:
    """Records may come from another program."""
    assert read("-", stdin=(RISK % "one").encode()) == ["one"]
    assert read("-", stdin=b'[{"kind": "risk", "id": "two", "record": {"title": "t", "description": "d"}}]') == ["two"]
    assert mistakes("-", stdin=b'{"a": 1,}') == [
        "standard input:1:9: is not JSON: a comma stands before the closing '}'; remove that comma"
    ]


def test_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    """A link to the folder itself would never end."""
    (tmp_path / "a.yaml").write_text(RISK % "one", "utf-8")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert read(tmp_path) == ["one"]


def test_the_same_record_twice_names_both_places(tmp_path: Path) -> None:
    """Which of the two would be the truth?"""
    (tmp_path / "a.yaml").write_text(RISK % "one" + "---\n" + RISK % "one", "utf-8")
    (found,) = mistakes(tmp_path)
    assert "a.yaml:5:1: field id: risk/one is stated a second time in this run, first at " in found
    assert found.endswith("a.yaml:1:1; keep one of the two")


def test_mistakes_of_all_files_are_told_together(tmp_path: Path) -> None:
    """One run, everything that is to be mended."""
    for number in range(60):
        (tmp_path / f"{number:02}.yaml").write_text("kind: risk\nid: r\nrecord: {title: t}\n", "utf-8")
    with pytest.raises(FilingMistakes) as raised:
        read(tmp_path)
    assert (len(raised.value.mistakes), raised.value.total) == (50, 60)
    assert raised.value.message == "60 mistakes in 50 files (the first 50 are told); nothing was recorded"


@pytest.mark.parametrize(
    ("data", "mistake"),
    [
        (b"kind: risk\nid: \xe4\n", "sample.yaml:2:5: is not UTF-8 text (byte 0xe4); save it as UTF-8"),
        ("kind".encode("utf-16"), "is UTF-16 text; save it as UTF-8"),
        (b"a: \x00\n", "holds the control character U+0000"),
        (b"a: \x1b[31m\n", "holds the control character U+001B"),
        ("a: x\ufeffy\n".encode(), "holds the control character U+FEFF"),
        (b"", "holds no record"),
        (b"# only words\n", "holds no record"),
    ],
)
def test_bytes_that_are_no_text_are_told(data: bytes, mistake: str) -> None:
    """Files come from many editors."""
    assert mistake in told(data)[0]


def test_a_byte_order_mark_is_taken_off() -> None:
    """Some editors write one, and nobody sees it."""
    assert told(b"\xef\xbb\xbf" + (RISK % "one").encode()) == []


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    """And so is a folder with nothing in it."""
    assert mistakes(tmp_path / "no.yaml") == [f"{tmp_path}/no.yaml:1:1: is not there; name a file or a folder that exists"]
    assert "holds no file that ends in .yaml, .yml, .json" in mistakes(tmp_path)[0]


def test_sizes_are_bounded(tmp_path: Path) -> None:
    """A file of gigabytes is a mistake, not a reason to fall over."""
    with (tmp_path / "a.yaml").open("wb") as stream:
        stream.truncate(sources.MAX_FILE_BYTES + 1)
    assert "is larger than 67108864 bytes; split it" in mistakes(tmp_path)[0]


def test_the_number_of_records_is_bounded() -> None:
    """A run is one transaction."""
    documents = ",".join(
        f'{{"kind":"risk","id":"r{n}","record":{{"title":"t","description":"d"}}}}' for n in range(sources.MAX_RECORDS + 1)
    )
    assert "is the 20001th record; one run takes 20000" in mistakes("-", stdin=f"[{documents}]".encode())[0]
