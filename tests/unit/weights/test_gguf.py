"""The GGUF reader: what it lifts, what it refuses, how fast it refuses."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from proofbook.errors import MalformedModelFile, SourceUnavailable
from proofbook.primitives.verdict import Met, Unknown, Unmet
from proofbook.weights.gguf import LongText, PassedOver, read_gguf
from support.gguf_builder import ARRAY, BOOL, F32, STRING, U32, U64, GgufBuilder, sample_gguf


def write(folder: Path, data: bytes) -> Path:
    """The bytes as a file."""
    path = folder / "model.gguf"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("big_endian", [False, True])
def test_every_version_and_byte_order_is_read(tmp_path: Path, version: int, *, big_endian: bool) -> None:
    """An old or foreign file must not end up as 'unreadable' in an inventory."""
    found = read_gguf(write(tmp_path, sample_gguf(version=version, big_endian=big_endian)))
    assert (found.version, found.big_endian) == (version, big_endian)
    assert found.text("general.architecture") == "llama"
    assert found.text("general.file_type") == "0"
    assert found.tensor_types == {"F32": 1}
    assert found.parameters == 64
    assert found.templates == (("tokenizer.chat_template", hashlib.sha256(b"{{ messages }}").hexdigest()),)
    assert found.assess_extent() == Met()


def test_values_of_every_type_become_text(tmp_path: Path) -> None:
    """Nothing a file declares is dropped silently."""
    builder = GgufBuilder().raw_key("a", BOOL, b"\x01").raw_key("b", F32, GgufBuilder().pack("f", 0.5))
    builder.raw_key("c", U64, GgufBuilder().pack("Q", 2**63)).texts("d", ["x", "y"]).numbers("e", [1, 2])
    builder.numbers("f", list(range(65))).texts("g", ["t"] * 65).text("h", "z" * 70_000)
    values = read_gguf(write(tmp_path, builder.build())).values
    assert values == {
        "a": "true",
        "b": "0.5",
        "c": str(2**63),
        "d": ("x", "y"),
        "e": ("1", "2"),
        "f": PassedOver(65),
        "g": PassedOver(65),
        "h": LongText(70_000, hashlib.sha256(b"z" * 70_000).hexdigest()),
    }


def test_split_files_state_their_place(tmp_path: Path) -> None:
    """A missing shard can only be noticed when the set's size is known."""
    builder = (
        GgufBuilder().raw_key("split.no", 2, GgufBuilder().pack("H", 1)).raw_key("split.count", 2, GgufBuilder().pack("H", 3))
    )
    assert read_gguf(write(tmp_path, builder.build())).split == (1, 3)


def test_a_tensor_beyond_the_file_is_noticed(tmp_path: Path) -> None:
    """Declared extents beyond the file are how a runtime is made to read foreign memory."""
    found = read_gguf(write(tmp_path, GgufBuilder().raw_tensor("w", (1024,), 0, 0).build()))
    assert isinstance(found.assess_extent(), Unmet)
    assert found.data_end == found.data_start + 4096


def test_an_unknown_tensor_type_is_shown_as_its_number(tmp_path: Path) -> None:
    """New quantisations appear often: the extent is then unknown, not fine."""
    found = read_gguf(write(tmp_path, GgufBuilder().raw_tensor("w", (32,), 250, 0).build()))
    assert found.tensor_types == {"type 250": 1}
    assert isinstance(found.assess_extent(), Unknown)


B = GgufBuilder()
HOSTILE = {
    "not gguf": (b"GGML" + bytes(40), "magic"),
    "empty": (b"", "magic"),
    "version 9": (b"GGUF" + B.pack("I", 9) + bytes(16), "version"),
    "ends in the header": (b"GGUF" + B.pack("I", 3) + bytes(4), "tensor count"),
    "2^40 tensors": (B.header(tensor_count=2**40), "tensor table"),
    "2^40 keys": (B.header(key_count=2**40), "key count"),
    "65536 keys in nothing": (B.header(key_count=65_536), "keys"),
    "2^40 array elements": (GgufBuilder().raw_key("a", ARRAY, B.pack("IQ", U32, 2**40)).build(), "2^26|elements"),
    "64 Mi strings in nothing": (GgufBuilder().raw_key("a", ARRAY, B.pack("IQ", STRING, 2**26)).build(), "value of 'a'"),
    "64 Mi numbers in nothing": (GgufBuilder().raw_key("a", ARRAY, B.pack("IQ", U32, 2**26)).build(), "value of 'a'"),
    "truncated string": (GgufBuilder().raw_key("a", STRING, B.pack("Q", 500)).build(), "value of 'a'"),
    "string of 2^63": (GgufBuilder().raw_key("a", STRING, B.pack("Q", 2**63)).build(), "value of 'a'"),
    "string in a long array too long": (
        GgufBuilder().raw_key("a", ARRAY, B.pack("IQ", STRING, 70) + B.pack("Q", 2**62) + bytes(700)).build(),
        "string of",
    ),
    "string in a long array past the end": (
        GgufBuilder().raw_key("a", ARRAY, B.pack("IQ", STRING, 70) + B.pack("Q", 900) + bytes(700)).build(),
        "value of 'a'",
    ),
    "nested array": (GgufBuilder().raw_key("a", ARRAY, B.pack("IQ", ARRAY, 1) + bytes(64)).build(), "array inside"),
    "unknown value type": (GgufBuilder().raw_key("a", 13, bytes(64)).build(), "value type 13"),
    "unknown element type": (GgufBuilder().raw_key("a", ARRAY, B.pack("IQ", 99, 1) + bytes(64)).build(), "element type 99"),
    "truth value 7": (GgufBuilder().raw_key("a", BOOL, b"\x07" + bytes(64)).build(), "truth value"),
    "key twice": (GgufBuilder().number("a", 1).number("a", 2).build(), "twice"),
    "key not text": (GgufBuilder().raw_key(b"\xff\xfe", U32, bytes(4)).build(), "key 0"),
    "key too long": (GgufBuilder().number("k" * 65_536, 1).build(), "cap of 65535"),
    "alignment 0": (GgufBuilder().number("general.alignment", 0).build(), "alignment"),
    "alignment 48": (GgufBuilder().number("general.alignment", 48).build(), "alignment"),
    "alignment text": (GgufBuilder().text("general.alignment", "32x").build(), "alignment"),
    "five dimensions": (GgufBuilder().raw_tensor("w", (1, 1, 1, 1, 1), 0, 0).build(), "dimensions"),
    "2^32 dimensions": (GgufBuilder(tensors=[B.string("w") + B.pack("I", 2**32 - 1) + bytes(64)]).build(), "dimensions"),
    "huge dimensions": (GgufBuilder().raw_tensor("w", (2**40, 2**40), 0, 0).build(), "elements"),
    "row not in blocks": (GgufBuilder().raw_tensor("w", (33,), 2, 0).build(), "blocks"),
    "offset not aligned": (GgufBuilder().raw_tensor("w", (32,), 0, 7).build(), "alignment"),
    "tensor name too long": (GgufBuilder().raw_tensor("w" * 65, (32,), 0, 0).build(), "name of tensor 0"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_headers_are_refused_at_once(tmp_path: Path, case: str) -> None:
    """The usual reader loops or allocates for ever on some of these."""
    data, words = HOSTILE[case]
    started = time.perf_counter()
    with pytest.raises(MalformedModelFile, match=words) as refusal:
        read_gguf(write(tmp_path, data))
    assert time.perf_counter() - started < 1.0
    assert "model.gguf" in refusal.value.message
    assert "offset" in refusal.value.message


def test_a_header_beyond_the_budget_is_refused_without_reading_it(tmp_path: Path) -> None:
    """A sparse file of many gigabytes must not become many gigabytes of work."""
    path = write(tmp_path, GgufBuilder().raw_key("a", ARRAY, B.pack("IQ", 10, 2**26)).build())
    with path.open("r+b") as stream:
        stream.truncate(2**40)
    started = time.perf_counter()
    with pytest.raises(MalformedModelFile, match="budget"):
        read_gguf(path)
    assert time.perf_counter() - started < 1.0


def test_a_vocabulary_of_ten_megabytes_is_read_quickly(tmp_path: Path) -> None:
    """150,000 tokens and 280,000 merges are an ordinary model; inventory time must not be spent there."""
    builder = GgufBuilder().texts("tokenizer.ggml.tokens", [f"token{i:06}" for i in range(150_000)])
    builder.texts("tokenizer.ggml.merges", [f"left{i:06} r" for i in range(280_000)])
    builder.numbers("tokenizer.ggml.token_type", [1] * 150_000)
    path = write(tmp_path, builder.text("general.architecture", "llama").build())
    best = 9.0
    for _ in range(3):
        started = time.process_time()
        assert read_gguf(path).values["tokenizer.ggml.merges"] == PassedOver(280_000)
        best = min(best, time.process_time() - started)
    assert best < 0.6, "the target is 0.2 s on a quiet core"


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    """A pipe must not hang a collector, a folder must not crash it."""
    os.mkfifo(tmp_path / "pipe.gguf")
    with pytest.raises(MalformedModelFile, match="regular file"):
        read_gguf(tmp_path / "pipe.gguf")
    with pytest.raises(MalformedModelFile, match="regular file"):
        read_gguf(tmp_path)
    with pytest.raises(SourceUnavailable, match="cannot be opened"):
        read_gguf(tmp_path / "absent.gguf")
