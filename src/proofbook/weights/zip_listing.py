"""The size a zip's directory claims, looked at before anything is asked to load it.

Promises: the end record is found by reading at most 66 KiB from the file's tail, and a directory larger than 16 MiB is refused.
Does not unpack. Hostile input can cause nothing but `MalformedModelFile`.
"""

from __future__ import annotations

import os
import struct

from proofbook.errors import MalformedModelFile

MAX_DIRECTORY_BYTES = 16 * 1024 * 1024
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_TAIL = _END.size + 65_535 + _LOCATOR_64.size


def check_zip_directory(descriptor: int, *, name: str, size: int) -> None:
    """Refuse a zip without an end record, or with a directory beyond the cap. Raises MalformedModelFile."""
    start = max(0, size - _TAIL)
    tail = os.pread(descriptor, size - start, start)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise MalformedModelFile(f"{name}: looks like a zip but has no end record")
    claimed: int = _END.unpack_from(tail, at)[5]
    if tail[at - _LOCATOR_64.size : at].startswith(b"PK\x06\x07"):
        offset = _LOCATOR_64.unpack_from(tail, at - _LOCATOR_64.size)[2]
        record = os.pread(descriptor, _END_64.size, offset) if offset < size else b""
        if len(record) != _END_64.size:
            raise MalformedModelFile(f"{name}: the zip's 64-bit end record lies outside the file")
        claimed = max(claimed if claimed != 0xFFFFFFFF else 0, _END_64.unpack(record)[8])
    if claimed > MAX_DIRECTORY_BYTES:
        raise MalformedModelFile(f"{name}: the zip's directory claims {claimed} bytes, the cap is {MAX_DIRECTORY_BYTES}")
