"""Writes safetensors files, well formed or broken on purpose."""

from __future__ import annotations

import json
from collections.abc import Mapping


def safetensors_bytes(tensors: Mapping[str, bytes], metadata: Mapping[str, str] | None = None) -> bytes:
    """A valid file: each payload is one tensor of U8."""
    header: dict[str, object] = {} if metadata is None else {"__metadata__": dict(metadata)}
    offset = 0
    for name, payload in tensors.items():
        header[name] = {"dtype": "U8", "shape": [len(payload)], "data_offsets": [offset, offset + len(payload)]}
        offset += len(payload)
    return with_header(json.dumps(header).encode(), b"".join(tensors.values()))


def with_header(header: bytes, payload: bytes = b"") -> bytes:
    """A file with this header, whatever it says."""
    return len(header).to_bytes(8, "little") + header + payload
