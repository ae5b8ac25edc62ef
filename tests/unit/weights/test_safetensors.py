"""The safetensors reader is as strict as the reference: two readers must never see two files in one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from proofbook.errors import MalformedModelFile
from proofbook.weights.safetensors import (
    compare_shards,
    is_plain_relative,
    parse_index,
    read_safetensors,
)
from proofbook.weights.shards import shard_position
from support.safetensors_builder import safetensors_bytes, with_header


def write(folder: Path, data: bytes, name: str = "model.safetensors") -> Path:
    """The bytes as a file."""
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_header_is_read(tmp_path: Path) -> None:
    """Parameters and types come from the tensors, not from a name."""
    found = read_safetensors(write(tmp_path, safetensors_bytes({"a": b"123", "b": b"4567"}, {"format": "pt"})))
    assert (found.tensor_count, found.parameters, found.tensor_bytes) == (2, 7, 7)
    assert found.metadata == {"format": "pt"}
    assert found.dtypes == {"U8": 2}


def test_padding_and_unknown_types_are_accepted(tmp_path: Path) -> None:
    """The format allows space padding, and new types appear."""
    header = json.dumps({"a": {"dtype": "F3_NEW", "shape": [9], "data_offsets": [0, 4]}}).encode() + b"   "
    assert read_safetensors(write(tmp_path, with_header(header, b"0123"))).parameters == 9


def tensor(first: int, last: int, *, dtype: str = "U8", shape: list[int] | None = None) -> dict[str, object]:
    """One entry of a header."""
    return {"dtype": dtype, "shape": [last - first] if shape is None else shape, "data_offsets": [first, last]}


BROKEN = {
    "empty": (b"", "header length"),
    "header longer than file": (b"\xff" * 8 + b"{}", "cap of"),
    "2^62 header": ((2**62).to_bytes(8, "little") + b"{}", "cap of"),
    "header past the end": ((500).to_bytes(8, "little") + b"{}" + bytes(9), "bytes that follow"),
    "not an object": (with_header(b"[1,2,3,4,5]"), "object"),
    "not json": (with_header(b"{'a': 1, 'b'}"), "JSON at offset"),
    "not utf-8": (with_header(b'{"\xff": 1, "b": 2}'), "UTF-8"),
    "key twice": (with_header(b'{"__metadata__":{"license":"mit","license":"other"}}'), "'license' appears twice"),
    "tensor twice": (with_header(b'{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{}}'), "'a' appears twice"),
    "metadata not text": (with_header(b'{"__metadata__":{"a":1}}'), "__metadata__"),
    "metadata a list": (with_header(b'{"__metadata__":["a"]}'), "__metadata__"),
    "gap": (with_header(json.dumps({"a": tensor(1, 3)}).encode(), b"012"), "gap"),
    "overlap": (with_header(json.dumps({"a": tensor(0, 3), "b": tensor(2, 4)}).encode(), b"0123"), "overlaps"),
    "trailing bytes": (with_header(json.dumps({"a": tensor(0, 3)}).encode(), b"0123"), "tensors end"),
    "too short": (with_header(json.dumps({"a": tensor(0, 9)}).encode(), b"0123"), "tensors end"),
    "wrong size": (with_header(json.dumps({"a": tensor(0, 4, dtype="F32", shape=[2])}).encode(), b"0123"), "do not hold"),
    "negative": (with_header(json.dumps({"a": tensor(-1, 3)}).encode(), b"0123"), "data_offsets"),
    "offsets reversed": (with_header(json.dumps({"a": tensor(3, 1, shape=[2])}).encode(), b"0123"), "data_offsets"),
    "true as size": (with_header(b'{"a":{"dtype":"U8","shape":[true],"data_offsets":[0,1]}}', b"0"), "shape"),
    "huge shape": (with_header(json.dumps({"a": tensor(0, 4, shape=[2**60, 2**60])}).encode(), b"0123"), "more elements"),
    "extra field": (with_header(json.dumps({"a": {**tensor(0, 4), "x": 1}}).encode(), b"0123"), "is not an object of"),
    "deep": (with_header(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"), "too deep"),
    "nan": (with_header(b'{"a":NaN,"b":12345}'), "number"),
    "long number": (with_header(b'{"a":' + b"9" * 6000 + b"}"), "number"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files_are_refused(tmp_path: Path, case: str) -> None:
    """A reader that accepts what the reference refuses could record another licence than the one in force."""
    data, words = BROKEN[case]
    with pytest.raises(MalformedModelFile, match=words) as refusal:
        read_safetensors(write(tmp_path, data))
    assert refusal.value.message.startswith("model.safetensors")


def test_an_index_is_held_against_its_files(tmp_path: Path) -> None:
    """The model is the set: a missing or an additional shard is a finding."""
    index = parse_index(
        b'{"metadata":{"total_size":7},"weight_map":{"a":"m-00001-of-00002.safetensors","b":"m-00002-of-00002.safetensors"}}',
        name="model.safetensors.index.json",
    )
    first = read_safetensors(write(tmp_path, safetensors_bytes({"a": b"123"}), "m-00001-of-00002.safetensors"))
    second = read_safetensors(write(tmp_path, safetensors_bytes({"b": b"4567"}), "m-00002-of-00002.safetensors"))
    assert compare_shards(index, {first.file: first, second.file: second}) == ()
    codes = [code for code, _, _ in compare_shards(index, {first.file: first, "other.safetensors": second})]
    assert codes == ["missing_shard", "unnamed_shard"]
    two = read_safetensors(write(tmp_path, safetensors_bytes({"b": b"45", "c": b""}), "m-00002-of-00002.safetensors"))
    codes = [code for code, _, _ in compare_shards(index, {first.file: first, two.file: two})]
    assert codes == ["shard_count_differs", "index_size_differs"]


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a/../../b", "", "a//b", "a\\b", ".", "a\x00b"])
def test_an_index_may_not_name_a_file_elsewhere(name: str) -> None:
    """A file name in a hostile index must not become a path outside the model's folder."""
    assert not is_plain_relative(name)
    data = json.dumps({"weight_map": {"t": name}}).encode()
    with pytest.raises(MalformedModelFile, match=r"weight_map\.t"):
        parse_index(data, name="index.json")


def test_an_index_without_a_map_is_refused() -> None:
    """An index that names nothing proves nothing."""
    for data in (b"{}", b"[]", b'{"weight_map":{}}', b'{"weight_map":[]}'):
        with pytest.raises(MalformedModelFile, match="weight_map"):
            parse_index(data, name="index.json")


def test_shard_names_are_understood() -> None:
    """Set membership is read off the published naming scheme only."""
    assert shard_position("sub/model-00002-of-00003.gguf") == ("model", 2, 3)
    assert shard_position("model-2-of-3.gguf") is None
    assert shard_position("model.safetensors") is None
