"""The header of a safetensors file, and the index of a set of them, read as strictly as the reference reader does.

Promises: at most 100 MB of header; a key stated twice is refused (a second reader could see another value); gaps, overlaps and
trailing bytes are refused. Does not read tensors. Hostile input can cause nothing but `MalformedModelFile`.
Format: safetensors/safetensors README.md.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from proofbook.errors import MalformedModelFile
from proofbook.weights.opening import open_regular_file

MAX_HEADER_BYTES = 100_000_000
MAX_DIMENSIONS = 32
_MAX_ELEMENTS = 2**63 - 1

_BITS: Mapping[str, int] = MappingProxyType(
    {"BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6}
    | {"I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "F64": 64, "I64": 64, "U64": 64, "C64": 64}
)


@dataclass(frozen=True, slots=True)
class SafetensorsHeader:
    """What a header says: `metadata` is text to text and untrusted; `parameters` sums all tensors' elements."""

    file: str
    file_size: int
    header_sha256: str
    metadata: Mapping[str, str]
    tensor_count: int
    dtypes: Mapping[str, int]
    parameters: int
    tensor_bytes: int


@dataclass(frozen=True, slots=True)
class ShardIndex:
    """The index of a sharded set: the files it names and the tensors it assigns to each."""

    total_size: int | None
    files: Mapping[str, int]


def read_safetensors(path: Path) -> SafetensorsHeader:
    """The header of the file at `path`.

    Raises:
        MalformedModelFile: not safetensors, or not exactly as the format demands; names file, field and offset.
        SourceUnavailable: the file cannot be opened.
    """
    with open_regular_file(path) as (descriptor, status):
        try:
            return _parse(descriptor, path.name, status.st_size)
        except OSError as error:
            raise MalformedModelFile(f"{path.name}: header cannot be read: {error.strerror}") from error


def parse_json_strictly(data: bytes, *, name: str) -> Any:
    """JSON of a model's side file: UTF-8, no duplicate keys, no NaN. Floats are allowed: configurations have them.

    Raises:
        MalformedModelFile: anything else; names the file and, where known, the offset.
    """
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_Unique(name), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise MalformedModelFile(f"{name}: is not UTF-8 at offset {error.start}") from error
    except RecursionError as error:
        raise MalformedModelFile(f"{name}: is nested too deep") from error
    except json.JSONDecodeError as error:
        raise MalformedModelFile(f"{name}: is not JSON at offset {error.pos}: {error.msg}") from error
    except ValueError as error:
        raise MalformedModelFile(f"{name}: holds a number that cannot be read") from error


def parse_index(data: bytes, *, name: str) -> ShardIndex:
    """The bytes of `model.safetensors.index.json`.

    Raises:
        MalformedModelFile: the form is wrong, or a file name would leave the folder.
    """
    value = parse_json_strictly(data, name=name)
    weight_map = value.get("weight_map") if isinstance(value, dict) else None
    if not isinstance(weight_map, dict) or not weight_map:
        raise MalformedModelFile(f"{name}: weight_map: is missing or empty")
    files: Counter[str] = Counter()
    for tensor, file in weight_map.items():
        if not isinstance(file, str) or not is_plain_relative(file):
            raise MalformedModelFile(f"{name}: weight_map.{tensor[:80]}: {str(file)[:120]!r} is not a file of this folder")
        files[file] += 1
    metadata = value.get("metadata")
    total = metadata.get("total_size") if isinstance(metadata, dict) else None
    return ShardIndex(total if type(total) is int else None, MappingProxyType(dict(files)))


def is_plain_relative(path: str) -> bool:
    """Whether `path` stays inside the folder it is relative to, in plain POSIX spelling."""
    if not path or len(path) > 1024 or "\\" in path or "\0" in path or path.startswith("/"):
        return False
    return all(part not in {"", ".", ".."} for part in path.split("/"))


def compare_shards(index: ShardIndex, present: Mapping[str, SafetensorsHeader]) -> tuple[tuple[str, str, str], ...]:
    """What does not fit between an index and the files beside it, as (code, file, detail).

    `present` maps the name of every safetensors file found to its header.
    """
    found: list[tuple[str, str, str]] = [
        ("missing_shard", name, f"the index names {name}, which is not there") for name in sorted(set(index.files) - set(present))
    ]
    found += [
        ("unnamed_shard", name, f"{name} is there, but the index does not name it")
        for name in sorted(set(present) - set(index.files))
    ]
    for name in sorted(set(present) & set(index.files)):
        if present[name].tensor_count != index.files[name]:
            counts = f"{index.files[name]} tensors by the index, {present[name].tensor_count} by its header"
            found.append(("shard_count_differs", name, f"{name}: {counts}"))
    if index.total_size is not None and set(present) == set(index.files):
        total = sum(header.tensor_bytes for header in present.values())
        if total != index.total_size:
            found.append(
                ("index_size_differs", "", f"the index states {index.total_size} bytes of tensors, the files hold {total}")
            )
    return tuple(found)


def _parse(descriptor: int, name: str, size: int) -> SafetensorsHeader:
    if size < 10:
        raise MalformedModelFile(f"{name}: header length at offset 0: the file has only {size} bytes")
    length = int.from_bytes(os.pread(descriptor, 8, 0), "little")
    if length > MAX_HEADER_BYTES:
        raise MalformedModelFile(f"{name}: header length at offset 0: {length} is more than the cap of {MAX_HEADER_BYTES}")
    if length > size - 8:
        raise MalformedModelFile(f"{name}: header length at offset 0: {length} is more than the {size - 8} bytes that follow")
    data = _read_exactly(descriptor, length, name)
    if not data.startswith(b"{"):
        raise MalformedModelFile(f"{name}: header at offset 8: does not start with an object")
    value = parse_json_strictly(data, name=name)
    metadata = _metadata(value.pop("__metadata__", {}), name)
    dtypes: Counter[str] = Counter()
    parameters, end = 0, 0
    extents: list[tuple[int, int, str]] = []
    for tensor, form in value.items():
        dtype, elements, first, last = _tensor(tensor, form, name)
        dtypes[dtype] += 1
        parameters += elements
        extents.append((first, last, tensor))
    for first, last, tensor in sorted(extents):
        if first != end:
            word = "overlaps the tensor before it" if first < end else "leaves a gap before it"
            raise MalformedModelFile(f"{name}: tensor {tensor[:80]!r} at offset {8 + length + first}: {word}")
        end = last
    if 8 + length + end != size:
        raise MalformedModelFile(f"{name}: tensors end at offset {8 + length + end}, the file has {size} bytes")
    digest = hashlib.sha256(data).hexdigest()
    return SafetensorsHeader(
        name, size, digest, metadata, len(extents), MappingProxyType(dict(dtypes.most_common())), parameters, end
    )


def _read_exactly(descriptor: int, length: int, name: str) -> bytes:
    parts: list[bytes] = []
    got = 0
    while got < length:
        part = os.pread(descriptor, length - got, 8 + got)
        if not part:
            raise MalformedModelFile(f"{name}: header at offset {8 + got}: the file became shorter while it was read")
        parts.append(part)
        got += len(part)
    return b"".join(parts)


def _metadata(value: object, name: str) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise MalformedModelFile(f"{name}: __metadata__: is not an object of texts")
    return MappingProxyType(value)


def _tensor(tensor: str, form: object, name: str) -> tuple[str, int, int, int]:
    where = f"{name}: tensor {tensor[:80]!r}"
    if not isinstance(form, dict) or form.keys() != {"dtype", "shape", "data_offsets"}:
        raise MalformedModelFile(f"{where}: is not an object of dtype, shape and data_offsets")
    dtype, shape, offsets = form["dtype"], form["shape"], form["data_offsets"]
    if not isinstance(dtype, str) or not dtype or len(dtype) > 32:
        raise MalformedModelFile(f"{where}: dtype: is not a short text")
    if not _naturals(shape) or len(shape) > MAX_DIMENSIONS:
        raise MalformedModelFile(f"{where}: shape: is not a list of at most {MAX_DIMENSIONS} sizes")
    if not _naturals(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise MalformedModelFile(f"{where}: data_offsets: is not a pair of offsets")
    elements = 1
    for size in shape:
        elements *= size
        if elements > _MAX_ELEMENTS:
            raise MalformedModelFile(f"{where}: shape: more elements than any file can hold")
    bits = _BITS.get(dtype)
    if bits is not None and (elements * bits) != (offsets[1] - offsets[0]) * 8:
        raise MalformedModelFile(f"{where}: data_offsets: {offsets[1] - offsets[0]} bytes do not hold {elements} of {dtype}")
    return dtype, elements, offsets[0], offsets[1]


def _naturals(value: object) -> bool:
    return isinstance(value, list) and all(type(item) is int and 0 <= item <= _MAX_ELEMENTS for item in value)


class _Unique:
    """A pairs hook that refuses a key stated twice."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    raise MalformedModelFile(f"{self._name}: key {key[:80]!r} appears twice in one object")
                seen.add(key)
        return found


def _no_constant(text: str) -> NoReturn:
    raise ValueError(text)
