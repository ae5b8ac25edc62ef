"""Write GGUF version 3 files: the container that llama.cpp reads.

Promises: the same keys and tensors give the same bytes, on every machine and Python version; offsets are
aligned; names and sizes are checked before a byte is written. Needs the standard library only.
Does not: read GGUF, split files, know big-endian hosts or quantise (the caller hands over finished payloads).
Hostile input: none is expected, the callers are this folder's own scripts; a wrong size raises ValueError.

Layout after the GGUF specification: header, keys, tensor table, padding, tensor payloads.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

MAGIC = b"GGUF"
VERSION = 3
ALIGNMENT = 32
"""Payloads start at multiples of this (the format's default for `general.alignment`)."""
BLOCK = 32
"""Weights in one Q8_0 block."""

Scalar: TypeAlias = str | bool | int | float
KeyValue: TypeAlias = Scalar | tuple[str, ...] | tuple[int, ...] | tuple[float, ...]
"""What a key may hold: whole numbers become uint32 (int32 inside arrays), fractions float32."""


class ValueType(IntEnum):
    """Type numbers of key values that this writer emits."""

    UINT32 = 4
    INT32 = 5
    FLOAT32 = 6
    BOOL = 7
    STRING = 8
    ARRAY = 9


class TensorType(IntEnum):
    """Type numbers of tensors that this writer emits."""

    F32 = 0
    Q8_0 = 8


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor: `shape` counts the fastest-moving dimension first, `payload` is its finished bytes."""

    name: str
    shape: tuple[int, ...]
    kind: TensorType
    payload: bytes

    def check_size(self) -> None:
        """Raise ValueError unless the payload has exactly the bytes that shape and kind demand."""
        weights = 1
        for size in self.shape:
            weights *= size
        if self.kind is TensorType.Q8_0:
            if self.shape[0] % BLOCK:
                raise ValueError(f"{self.name}: rows of Q8_0 must be multiples of {BLOCK}, not {self.shape[0]}")
            expected = weights // BLOCK * (2 + BLOCK)
        else:
            expected = weights * 4
        if len(self.payload) != expected:
            raise ValueError(f"{self.name}: payload has {len(self.payload)} bytes, shape needs {expected}")


def format_gguf(keys: Sequence[tuple[str, KeyValue]], tensors: Sequence[Tensor]) -> bytes:
    """Return the whole file. Keys keep their order; a repeated key or tensor name raises ValueError."""
    _check_unique("key", [name for name, _ in keys])
    _check_unique("tensor", [tensor.name for tensor in tensors])
    parts = [MAGIC, struct.pack("<IQQ", VERSION, len(tensors), len(keys))]
    parts.extend(_string(name) + _value(value) for name, value in keys)
    offset = 0
    for tensor in tensors:
        tensor.check_size()
        parts.append(_string(tensor.name) + struct.pack("<I", len(tensor.shape)))
        parts.append(struct.pack(f"<{len(tensor.shape)}QIQ", *tensor.shape, tensor.kind, offset))
        offset += len(tensor.payload) + _padding(len(tensor.payload))
    head = b"".join(parts)
    body = b"".join(tensor.payload + bytes(_padding(len(tensor.payload))) for tensor in tensors)
    return head + bytes(_padding(len(head))) + body


def _check_unique(what: str, names: Sequence[str]) -> None:
    if len(set(names)) != len(names):
        raise ValueError(f"a {what} name appears twice: {sorted(n for n in set(names) if names.count(n) > 1)}")


def _padding(size: int) -> int:
    return -size % ALIGNMENT


def _string(text: str) -> bytes:
    raw = text.encode("utf-8")
    return struct.pack("<Q", len(raw)) + raw


def _value(value: KeyValue) -> bytes:
    if isinstance(value, tuple):
        kind = _kind(value[0])
        kind = ValueType.INT32 if kind is ValueType.UINT32 else kind
        return struct.pack("<IIQ", ValueType.ARRAY, kind, len(value)) + b"".join(_scalar(v, kind) for v in value)
    kind = _kind(value)
    return struct.pack("<I", kind) + _scalar(value, kind)


def _kind(value: Scalar) -> ValueType:
    if isinstance(value, bool):
        return ValueType.BOOL
    if isinstance(value, int):
        return ValueType.UINT32
    return ValueType.FLOAT32 if isinstance(value, float) else ValueType.STRING


def _scalar(value: Scalar, kind: ValueType) -> bytes:
    if isinstance(value, str):
        return _string(value)
    codes = {ValueType.UINT32: "<I", ValueType.INT32: "<i", ValueType.FLOAT32: "<f", ValueType.BOOL: "<?"}
    return struct.pack(codes[kind], value)
