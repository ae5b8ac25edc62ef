"""Writes GGUF files of any version and byte order, well formed or broken on purpose."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

U32, F32, BOOL, STRING, ARRAY, U64 = 4, 6, 7, 8, 9, 10


@dataclass
class GgufBuilder:
    """Collects keys and tensors; `build` gives the file's bytes."""

    version: int = 3
    big_endian: bool = False
    alignment: int = 32
    keys: list[bytes] = field(default_factory=list)
    tensors: list[bytes] = field(default_factory=list)
    payload: bytearray = field(default_factory=bytearray)

    def pack(self, code: str, *values: float) -> bytes:
        """`struct.pack` in this file's byte order."""
        return struct.pack((">" if self.big_endian else "<") + code, *values)

    def count(self, value: int) -> bytes:
        """A count or length: 32 bits in version 1, 64 later."""
        return self.pack("I" if self.version == 1 else "Q", value)

    def string(self, text: str | bytes) -> bytes:
        """A length and the bytes."""
        raw = text.encode() if isinstance(text, str) else text
        return self.count(len(raw)) + raw

    def raw_key(self, name: str | bytes, kind: int, value: bytes) -> GgufBuilder:
        """A key with any value bytes."""
        self.keys.append(self.string(name) + self.pack("I", kind) + value)
        return self

    def text(self, name: str, value: str | bytes) -> GgufBuilder:
        """A string key."""
        return self.raw_key(name, STRING, self.string(value))

    def number(self, name: str, value: int) -> GgufBuilder:
        """A 32-bit unsigned key."""
        return self.raw_key(name, U32, self.pack("I", value))

    def texts(self, name: str, values: list[str] | list[bytes]) -> GgufBuilder:
        """An array of strings."""
        body = b"".join(self.string(value) for value in values)
        return self.raw_key(name, ARRAY, self.pack("I", STRING) + self.count(len(values)) + body)

    def numbers(self, name: str, values: list[int]) -> GgufBuilder:
        """An array of 32-bit unsigned numbers."""
        body = b"".join(self.pack("I", value) for value in values)
        return self.raw_key(name, ARRAY, self.pack("I", U32) + self.count(len(values)) + body)

    def raw_tensor(self, name: str, sizes: tuple[int, ...], kind: int, offset: int) -> GgufBuilder:
        """A tensor table row without payload."""
        row = self.string(name) + self.pack("I", len(sizes)) + b"".join(self.count(size) for size in sizes)
        self.tensors.append(row + self.pack("I", kind) + self.pack("Q", offset))
        return self

    def tensor(self, name: str, sizes: tuple[int, ...], payload: bytes, kind: int = 0) -> GgufBuilder:
        """A tensor with its payload, aligned."""
        self.payload += b"\0" * (-len(self.payload) % self.alignment)
        self.raw_tensor(name, sizes, kind, len(self.payload))
        self.payload += payload
        return self

    def header(self, tensor_count: int | None = None, key_count: int | None = None) -> bytes:
        """Everything before the payload, with counts that may lie."""
        head = b"GGUF" + self.pack("I", self.version)
        head += self.count(len(self.tensors) if tensor_count is None else tensor_count)
        head += self.count(len(self.keys) if key_count is None else key_count)
        return head + b"".join(self.keys) + b"".join(self.tensors)

    def build(self) -> bytes:
        """The whole file."""
        head = self.header()
        return head + b"\0" * (-len(head) % self.alignment) + bytes(self.payload)


def sample_gguf(seed: int = 0, *, version: int = 3, big_endian: bool = False, **texts: str) -> bytes:
    """A small valid model: a few identity keys, a template, one F32 tensor of 64 elements filled from `seed`."""
    builder = GgufBuilder(version=version, big_endian=big_endian)
    builder.text("general.architecture", texts.pop("architecture", "llama"))
    builder.text("general.name", texts.pop("name", "Sample"))
    builder.number("general.file_type", 0)
    builder.text("tokenizer.chat_template", texts.pop("template", "{{ messages }}"))
    for key, value in texts.items():
        builder.text(key.replace("__", "."), value)
    return builder.tensor("weight", (32, 2), bytes((seed + i) % 256 for i in range(256))).build()
