"""The header of a GGUF model file (versions 1 to 3, both byte orders), read within bounds.

Promises: no length is believed before it is held against the bytes that remain; at most 65 536 keys and 256 MiB of header; a
string has at most 16 MiB, an array at most 64 Mi elements; arrays longer than 64 are passed over by arithmetic. The tensors'
extent is held against the file's size. Does not read weights, and does not believe what the keys say: they are statements by
whoever wrote the file. Hostile input can cause nothing but `MalformedModelFile`, in time linear in the header.
Format: ggml-org/ggml docs/gguf.md.
"""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from proofbook.primitives.verdict import Met, Unknown, Unmet, Verdict
from proofbook.weights.gguf_types import ARRAY, BOOL, STRING, TENSOR_TYPES, scalar_struct, tensor_type_name
from proofbook.weights.opening import open_regular_file
from proofbook.weights.windowed import WindowedFile

MAGIC = b"GGUF"
MAX_KEYS = 65_536
MAX_KEY_BYTES = 65_535
MAX_STRING_BYTES = 16 * 1024 * 1024
MAX_ARRAY_ELEMENTS = 64 * 1024 * 1024
MAX_HEADER_BYTES = 256 * 1024 * 1024
MAX_KEPT_ELEMENTS = 64
MAX_KEPT_TEXT = 64 * 1024
MAX_DIMENSIONS = 4
MAX_TENSOR_NAME = 64
_MAX_ELEMENTS = 2**63 - 1
_TEMPLATE_KEY = "tokenizer.chat_template"


@dataclass(frozen=True, slots=True)
class LongText:
    """A string too long to keep: its length in bytes and hex SHA-256."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """An array that was counted, not kept."""

    elements: int


GgufValue: TypeAlias = str | tuple[str, ...] | LongText | PassedOver
"""Strings and numbers as text; arrays of up to 64 elements as a tuple of texts."""


@dataclass(frozen=True, slots=True)
class GgufMetadata:
    """What a GGUF header says. `parameters` sums the elements of all tensors in this one file.

    `data_end` is the offset just behind the last tensor, None when a tensor's type has no known size; `templates` pairs the key
    of each chat template with the hex SHA-256 of its exact bytes; `split` is (number, count) of a set's file.
    """

    file: str
    file_size: int
    version: int
    big_endian: bool
    alignment: int
    values: Mapping[str, GgufValue]
    tensor_count: int
    tensor_types: Mapping[str, int]
    parameters: int
    data_start: int
    data_end: int | None
    templates: tuple[tuple[str, str], ...]
    split: tuple[int, int] | None

    def text(self, key: str) -> str | None:
        """The value of a key as text; None when absent or not a single short value."""
        value = self.values.get(key)
        return value if isinstance(value, str) else None

    def assess_extent(self) -> Verdict:
        """Whether every tensor lies inside the file. A tensor beyond the end is how readers are made to leak memory."""
        if self.data_end is None:
            return Unknown(("a tensor has a type whose size is not known",))
        if self.data_end > self.file_size:
            return Unmet((f"tensors end at offset {self.data_end}, the file has {self.file_size} bytes",))
        return Met()


def read_gguf(path: Path) -> GgufMetadata:
    """The header of the file at `path`.

    Raises:
        MalformedModelFile: not GGUF, or not within bounds; names file, field and offset.
        SourceUnavailable: the file cannot be opened.
    """
    with open_regular_file(path) as (descriptor, status):
        return parse_gguf(descriptor, name=path.name, size=status.st_size)


def parse_gguf(descriptor: int, *, name: str, size: int) -> GgufMetadata:
    """The same from an open descriptor of a file with `size` bytes; `name` appears in errors."""
    cursor = WindowedFile(descriptor, name=name, size=size, budget=MAX_HEADER_BYTES)
    return _Parse(cursor, name, size).run()


class _Parse:
    """One pass over one header; holds what must be remembered between its parts."""

    def __init__(self, cursor: WindowedFile, name: str, size: int) -> None:
        self._cursor = cursor
        self._name = name
        self._size = size
        self._big_endian = False
        self._count = self._layout("Q")
        self._u32 = self._layout("I")
        self._templates: list[tuple[str, str]] = []

    def run(self) -> GgufMetadata:
        version = self._version()
        tensor_count = self._read(self._count, "tensor count")
        key_count = self._read(self._count, "key count")
        if key_count > MAX_KEYS:
            self._cursor.refuse("key count", f"{key_count} keys are more than the cap of {MAX_KEYS}")
        values = self._values(key_count)
        alignment = self._alignment(values)
        types, parameters, extent = self._tensors(tensor_count, alignment)
        data_start = -(-self._cursor.offset // alignment) * alignment
        return GgufMetadata(
            file=self._name,
            file_size=self._size,
            version=version,
            big_endian=self._big_endian,
            alignment=alignment,
            values=MappingProxyType(values),
            tensor_count=tensor_count,
            tensor_types=MappingProxyType(dict(types.most_common())),
            parameters=parameters,
            data_start=data_start,
            data_end=None if extent is None else data_start + extent if tensor_count else self._cursor.offset,
            templates=tuple(self._templates),
            split=_split(values),
        )

    def _layout(self, code: str) -> struct.Struct:
        return struct.Struct((">" if self._big_endian else "<") + code)

    def _read(self, layout: struct.Struct, field: str) -> int:
        value: int = layout.unpack(self._cursor.take(layout.size, field))[0]
        return value

    def _version(self) -> int:
        if self._cursor.take(4, "magic") != MAGIC:
            self._cursor.offset = 0
            self._cursor.refuse("magic", "the file does not start with GGUF")
        version = self._read(self._u32, "version")
        if version & 0xFFFF == 0:
            self._big_endian = True
            version = int.from_bytes(version.to_bytes(4, "little"), "big")
        if version not in {1, 2, 3}:
            self._cursor.refuse("version", f"version {version} is not one this reader knows (1, 2, 3)")
        self._u32 = self._layout("I")
        self._count = self._layout("I" if version == 1 else "Q")
        return version

    def _string(self, field: str, longest: int) -> bytes:
        length = self._read(self._count, f"length of {field}")
        if length > longest:
            self._cursor.refuse(field, f"{length} bytes are more than the cap of {longest}")
        return self._cursor.take(length, field)

    def _values(self, count: int) -> dict[str, GgufValue]:
        self._cursor.claim(count * (self._count.size + 5), "keys")
        found: dict[str, GgufValue] = {}
        for number in range(count):
            raw = self._string(f"key {number}", MAX_KEY_BYTES)
            try:
                key = raw.decode("utf-8")
            except UnicodeDecodeError:
                self._cursor.refuse(f"key {number}", "the key is not UTF-8 text")
            if key in found:
                self._cursor.refuse(f"key {key[:80]!r}", "the key appears twice")
            found[key] = self._value(key)
        return found

    def _value(self, key: str) -> GgufValue:
        field = f"value of {key[:80]!r}"
        kind = self._read(self._u32, field)
        if kind == ARRAY:
            return self._array(field)
        if kind == STRING:
            raw = self._string(field, MAX_STRING_BYTES)
            if key.startswith(_TEMPLATE_KEY):
                self._templates.append((key[:120], hashlib.sha256(raw).hexdigest()))
            if len(raw) > MAX_KEPT_TEXT:
                return LongText(len(raw), hashlib.sha256(raw).hexdigest())
            return raw.decode("utf-8", "replace")
        return self._scalar(kind, field)

    def _scalar(self, kind: int, field: str) -> str:
        layout = scalar_struct(kind, big_endian=self._big_endian)
        if layout is None:
            self._cursor.refuse(field, f"value type {kind} is not in the format")
        value = layout.unpack(self._cursor.take(layout.size, field))[0]
        if kind == BOOL:
            if value not in {0, 1}:
                self._cursor.refuse(field, f"a truth value is {value}, neither 0 nor 1")
            return "true" if value else "false"
        return repr(value)

    def _array(self, field: str) -> tuple[str, ...] | PassedOver:
        kind = self._read(self._u32, f"element type of {field}")
        count = self._read(self._count, f"length of {field}")
        if kind == ARRAY:
            self._cursor.refuse(field, "an array inside an array is not read")
        if count > MAX_ARRAY_ELEMENTS:
            self._cursor.refuse(field, f"{count} elements are more than the cap of {MAX_ARRAY_ELEMENTS}")
        if kind == STRING:
            self._cursor.claim(count * self._count.size, field)
            if count > MAX_KEPT_ELEMENTS:
                self._cursor.skip_strings(count, self._count, MAX_STRING_BYTES, field)
                return PassedOver(count)
            return tuple(self._short_string(field) for _ in range(count))
        layout = scalar_struct(kind, big_endian=self._big_endian)
        if layout is None:
            self._cursor.refuse(field, f"element type {kind} is not in the format")
        if count > MAX_KEPT_ELEMENTS:
            self._cursor.skip(count * layout.size, field)
            return PassedOver(count)
        self._cursor.claim(count * layout.size, field)
        return tuple(self._scalar(kind, field) for _ in range(count))

    def _short_string(self, field: str) -> str:
        return self._string(field, MAX_STRING_BYTES)[:MAX_KEPT_TEXT].decode("utf-8", "replace")

    def _alignment(self, values: Mapping[str, GgufValue]) -> int:
        stated = values.get("general.alignment", "32")
        alignment = int(stated) if isinstance(stated, str) and stated.isascii() and stated.isdigit() and len(stated) < 11 else 0
        if alignment < 1 or alignment & (alignment - 1):
            self._cursor.refuse("general.alignment", f"{str(stated)[:40]!r} is not a power of two")
        return alignment

    def _tensors(self, count: int, alignment: int) -> tuple[Counter[str], int, int | None]:
        self._cursor.claim(count * (self._count.size + 16), "tensor table")
        types: Counter[str] = Counter()
        parameters, extent = 0, 0
        known = True
        for number in range(count):
            elements, kind, first, offset = self._tensor(number)
            types[tensor_type_name(kind)] += 1
            parameters += elements
            if offset % alignment:
                self._cursor.refuse(f"tensor {number}", f"offset {offset} is not a multiple of the alignment {alignment}")
            shape = TENSOR_TYPES.get(kind)
            if shape is None:
                known = False
            elif first % shape[1]:
                self._cursor.refuse(f"tensor {number}", f"a row of {first} does not divide into blocks of {shape[1]}")
            else:
                extent = max(extent, offset + elements // shape[1] * shape[2])
        return types, parameters, extent if known else None

    def _tensor(self, number: int) -> tuple[int, int, int, int]:
        field = f"tensor {number}"
        self._string(f"name of {field}", MAX_TENSOR_NAME)
        dimensions = self._read(self._u32, f"dimensions of {field}")
        if dimensions > MAX_DIMENSIONS:
            self._cursor.refuse(field, f"{dimensions} dimensions are more than {MAX_DIMENSIONS}")
        sizes = tuple(self._read(self._count, f"size of {field}") for _ in range(dimensions))
        elements = 1
        for size in sizes:
            elements *= size
        if elements > _MAX_ELEMENTS:
            self._cursor.refuse(field, f"{elements} elements are more than any file can hold")
        kind = self._read(self._u32, f"type of {field}")
        offset = self._read(_U64_BIG if self._big_endian else _U64_LITTLE, f"offset of {field}")
        return elements, kind, sizes[0] if sizes else 1, offset


_U64_LITTLE = struct.Struct("<Q")
_U64_BIG = struct.Struct(">Q")


def _split(values: Mapping[str, GgufValue]) -> tuple[int, int] | None:
    number, count = values.get("split.no"), values.get("split.count")
    if isinstance(number, str) and isinstance(count, str) and number.isdecimal() and count.isdecimal():
        return int(number[:9]), int(count[:9])
    return None
