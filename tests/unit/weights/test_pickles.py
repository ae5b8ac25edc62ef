"""Imports of pickles are listed without loading them, and what cannot be followed is said."""

from __future__ import annotations

import collections
import io
import os
import pickle
import struct
import zipfile
from pathlib import Path

import pytest

from proofbook.errors import MalformedModelFile, SourceUnavailable
from proofbook.weights.pickles import PickleImports, list_pickle_imports, walk_pickle


class Harmful:
    """Would run a command when loaded."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch /nonexistent/never",)


def walk(data: bytes) -> PickleImports:
    """The imports of these bytes."""
    return walk_pickle(io.BytesIO(data))


@pytest.mark.parametrize("protocol", range(6))
def test_a_payload_is_found_in_every_protocol(protocol: int) -> None:
    """An executable payload must show up whatever the encoding."""
    found = walk(pickle.dumps({"weights": [1, 2, 3], "x": Harmful()}, protocol))
    assert any(name in {"posix.system", "nt.system"} for name in found.imports)
    assert found.unresolved == ()
    assert found.streams == 1


def test_harmless_containers_import_what_they_import() -> None:
    """The list is complete, not only a list of known bad names."""
    found = walk(pickle.dumps([collections.OrderedDict(a=1), {1, 2}, b"x", 1.5, None, "t"], 4))
    assert found.imports == ("collections.OrderedDict",)


def test_a_name_fetched_from_the_memo_is_followed() -> None:
    """A scanner that looks only at adjacent strings misses this."""
    program = b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94" + b"00" + b"h\x00h\x01\x93\x8c\x02id\x85R."
    assert walk(program).imports == ("os.system",)


def test_values_pushed_and_dropped_in_between_do_not_hide_a_name() -> None:
    """Stack effects of other opcodes must be counted, or the wrong pair of strings is taken."""
    program = b"\x80\x04\x8c\x05posix(K\x01K\x02t0\x8c\x06system\x8c\x01x0\x93."
    assert walk(program) == PickleImports(("posix.system",), (), 1)


def test_a_computed_name_is_unresolved_not_absent() -> None:
    """Silence would read as 'imports nothing'."""
    found = walk(b"\x80\x04cbuiltins\nstr\n)R\x8c\x06system\x93.")
    assert found.imports == ("builtins.str",)
    assert "not followed" in found.unresolved[0]


def test_the_extension_registry_is_unresolved() -> None:
    """Registry codes name classes that only the loading process knows."""
    assert "registry" in walk(b"\x80\x02\x82\x05.").unresolved[0]


def test_a_second_pickle_in_the_file_is_walked_and_raw_bytes_are_named() -> None:
    """Older checkpoints hold several pickles and then raw storage."""
    data = pickle.dumps(1, 2) + pickle.dumps(Harmful(), 2) + b"\x01\x02raw"
    found = walk(data)
    assert found.streams == 2
    assert found.imports == ("posix.system",)
    assert "not looked at" in found.unresolved[0]


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x04\x8c\xffshort",
        b"\x80\x04" + b"\x8e" + struct.pack("<Q", 2**60) + b"x",
        b"\x80\x04\xff.",
        b"\x80\x04]",
        b"\x80\x04I" + b"9" * 6000 + b"\n.",
        b"cos\n",
        b"\x80\x04" + b"\x93" * 9 + b".",
        b"(" + b"0" * 5000,
    ],
)
def test_broken_pickles_end_in_unresolved(data: bytes) -> None:
    """A damaged stream must neither crash the walk nor look clean."""
    assert walk(data).unresolved


def test_a_zip_is_walked(tmp_path: Path) -> None:
    """Torch checkpoints are zips; the extension does not matter."""
    path = tmp_path / "model.safetensors"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Harmful(), 2))
        archive.writestr("archive/data/0", b"\0" * 64)
    assert list_pickle_imports(path).imports == ("posix.system",)


def test_damaged_zips_are_reported(tmp_path: Path) -> None:
    """A zip that cannot be opened has not been looked at."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(MalformedModelFile, match="end record"):
        list_pickle_imports(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", b"x" * 1000)
    data = bytearray(path.read_bytes())
    data[50] ^= 0xFF
    path.write_bytes(data)
    assert list_pickle_imports(path).unresolved


def test_a_zip_directory_beyond_the_cap_is_refused(tmp_path: Path) -> None:
    """The directory is loaded whole by readers: its size must be looked at first."""
    path = tmp_path / "a.bin"
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 2**31, 0, 0)
    path.write_bytes(b"PK\x03\x04" + bytes(100) + end)
    with pytest.raises(MalformedModelFile, match="directory claims"):
        list_pickle_imports(path)


def test_a_64_bit_directory_is_looked_at_too(tmp_path: Path) -> None:
    """The large form of the end record must not be a way around the cap."""
    path = tmp_path / "a.bin"
    front = b"PK\x03\x04" + bytes(100)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 2**40, 0)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(front + record + struct.pack("<4sLQL", b"PK\x06\x07", 0, len(front), 1) + end)
    with pytest.raises(MalformedModelFile, match="directory claims"):
        list_pickle_imports(path)
    path.write_bytes(front + record + struct.pack("<4sLQL", b"PK\x06\x07", 0, 2**50, 1) + end)
    with pytest.raises(MalformedModelFile, match="outside the file"):
        list_pickle_imports(path)


def test_an_inflating_member_is_not_followed(tmp_path: Path) -> None:
    """A few kilobytes must not become gigabytes of memory."""
    path = tmp_path / "a.bin"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", bytes(70 * 1024 * 1024))
    assert "was not followed" in list_pickle_imports(path).unresolved[0]


def test_a_missing_file_is_unavailable(tmp_path: Path) -> None:
    """Not being able to look is not the same as finding nothing."""
    with pytest.raises(SourceUnavailable):
        list_pickle_imports(tmp_path / "absent")
