"""What a file is, by its first bytes; an extension proves nothing.

Promises: reads at most 64 KiB; the answer is an enum member, `unknown` when nothing fits. Does not say that a file is well
formed, only which reader to ask. Hostile input can cause a wrong reader to be asked, which then refuses.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

from proofbook.weights.opening import open_regular_file

_HEAD_BYTES = 64 * 1024


class FileFormat(StrEnum):
    """Formats that matter for what loading a file can do."""

    GGUF = "gguf"
    SAFETENSORS = "safetensors"
    ZIP = "zip"
    """A zip; torch checkpoints, numpy archives and Keras files are zips."""
    PICKLE = "pickle"
    NUMPY = "numpy"
    HDF5 = "hdf5"
    JSON = "json"
    TEXT = "text"
    EMPTY = "empty"
    UNKNOWN = "unknown"


CODE_EXECUTING = frozenset({FileFormat.ZIP, FileFormat.PICKLE, FileFormat.NUMPY, FileFormat.HDF5})
"""Formats whose usual loader can be made to run code that the file carries."""


def sniff_file(path: Path) -> FileFormat:
    """The format of the file at `path`. Raises SourceUnavailable or MalformedModelFile when it cannot be opened."""
    with open_regular_file(path) as (descriptor, status):
        try:
            head = os.pread(descriptor, _HEAD_BYTES, 0)
        except OSError:
            return FileFormat.UNKNOWN
        return sniff_head(head, status.st_size)


def sniff_head(head: bytes, size: int) -> FileFormat:
    """The format of a file of `size` bytes that starts with `head`."""
    if not head:
        return FileFormat.EMPTY
    for magic, found in _MAGICS:
        if head.startswith(magic):
            return found
    if _is_safetensors(head, size):
        return FileFormat.SAFETENSORS
    if _is_pickle(head):
        return FileFormat.PICKLE
    return _text_form(head, size)


_MAGICS = (
    (b"GGUF", FileFormat.GGUF),
    (b"PK\x03\x04", FileFormat.ZIP),
    (b"PK\x05\x06", FileFormat.ZIP),
    (b"\x93NUMPY", FileFormat.NUMPY),
    (b"\x89HDF\r\n\x1a\n", FileFormat.HDF5),
)


def _is_safetensors(head: bytes, size: int) -> bool:
    return len(head) > 8 and head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") <= size - 8


def _is_pickle(head: bytes) -> bool:
    if head[0] == 0x80 and len(head) > 1:
        return 2 <= head[1] <= 5
    # Protocols 0 and 1 have no magic: an import followed by two lines, or a mark followed by a container, and a STOP somewhere.
    return head[:1] in {b"c", b"("} and b"\n" in head[:512] and head.rstrip(b"\n")[-1:] == b"." and b"\0" not in head[:2]


def _text_form(head: bytes, size: int) -> FileFormat:
    if b"\0" in head:
        return FileFormat.UNKNOWN
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if size <= len(head) or error.start < len(head) - 4:
            return FileFormat.UNKNOWN
    stripped = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return FileFormat.JSON if stripped[:1] in {b"{", b"["} else FileFormat.TEXT
