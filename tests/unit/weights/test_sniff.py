"""A file is what its bytes are."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import pytest

from proofbook.weights.sniff import CODE_EXECUTING, FileFormat, sniff_file, sniff_head
from support.gguf_builder import sample_gguf
from support.safetensors_builder import safetensors_bytes


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (sample_gguf(), FileFormat.GGUF),
        (safetensors_bytes({"a": b"12"}), FileFormat.SAFETENSORS),
        (pickle.dumps({"a": 1}, 2), FileFormat.PICKLE),
        (pickle.dumps({"a": 1}, 4), FileFormat.PICKLE),
        (pickle.dumps({"a": 1}, 0), FileFormat.PICKLE),
        (b"cos\nsystem\n(S'id'\ntR.", FileFormat.PICKLE),
        (b"\x93NUMPY\x01\x00", FileFormat.NUMPY),
        (b"\x89HDF\r\n\x1a\n123", FileFormat.HDF5),
        (b'{"a": 1}', FileFormat.JSON),
        (b"\xef\xbb\xbf [1]", FileFormat.JSON),
        ("Überschrift".encode(), FileFormat.TEXT),
        (b"", FileFormat.EMPTY),
        (b"\x00\x01\x02", FileFormat.UNKNOWN),
        (b"\xff\xfeabc", FileFormat.UNKNOWN),
    ],
)
def test_formats_are_told_apart_by_content(tmp_path: Path, data: bytes, expected: FileFormat) -> None:
    """A pickle renamed to safetensors must still be a pickle."""
    path = tmp_path / "model.safetensors"
    path.write_bytes(data)
    assert sniff_file(path) is expected


def test_zips_are_code_executing_until_looked_into(tmp_path: Path) -> None:
    """Torch checkpoints are zips."""
    path = tmp_path / "model.gguf"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", b"b")
    assert sniff_file(path) in CODE_EXECUTING


def test_a_character_cut_at_the_window_is_still_text() -> None:
    """The head of a long text may end in the middle of a character."""
    head = ("a" * 65_535 + "ü").encode()[:65_536]
    assert sniff_head(head, 70_000) is FileFormat.TEXT
    assert sniff_head(head, 65_536) is FileFormat.UNKNOWN
