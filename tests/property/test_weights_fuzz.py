"""Readers of model files meet arbitrary bytes: only our errors, in bounded time."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proofbook.errors import InputError
from proofbook.weights.card import parse_card
from proofbook.weights.gguf import read_gguf
from proofbook.weights.hash_cache import parse_cache
from proofbook.weights.pickles import list_pickle_imports, walk_pickle
from proofbook.weights.safetensors import parse_index, read_safetensors
from proofbook.weights.sniff import sniff_head
from support.gguf_builder import sample_gguf
from support.safetensors_builder import safetensors_bytes, with_header

BOUNDED = settings(max_examples=150, deadline=20_000, suppress_health_check=[HealthCheck.too_slow])
VALID_GGUF = [sample_gguf(version=version, big_endian=big) for version in (1, 2, 3) for big in (False, True)]
VALID_TENSORS = safetensors_bytes({"a": b"123", "b": b"4567"}, {"format": "pt"})


@contextlib.contextmanager
def as_file(data: bytes) -> Iterator[Path]:
    """The bytes as a file."""
    descriptor, name = tempfile.mkstemp()
    try:
        os.write(descriptor, data)
        os.close(descriptor)
        yield Path(name)
    finally:
        Path(name).unlink()


edits = st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6)


def edited(data: bytes, changes: list[tuple[int, bytes]]) -> bytes:
    """`data` with some bytes overwritten."""
    out = bytearray(data)
    for at, new in changes:
        out[at : at + len(new)] = new
    return bytes(out)


@BOUNDED
@given(base=st.sampled_from(VALID_GGUF), changes=edits, cut=st.integers(0, 800))
def test_a_damaged_gguf_is_read_or_refused(base: bytes, changes: list[tuple[int, bytes]], cut: int) -> None:
    """Bit flips and cuts must end in a value or in our error."""
    with as_file(edited(base, changes)[:cut]) as path, contextlib.suppress(InputError):
        read_gguf(path)


@BOUNDED
@given(data=st.binary(max_size=300))
def test_arbitrary_bytes_after_the_gguf_magic(data: bytes) -> None:
    """Nothing is believed after the magic."""
    with as_file(b"GGUF\x03\x00\x00\x00" + data) as path, contextlib.suppress(InputError):
        read_gguf(path)


@BOUNDED
@given(changes=edits, cut=st.integers(0, 300))
def test_a_damaged_safetensors_is_read_or_refused(changes: list[tuple[int, bytes]], cut: int) -> None:
    """The same for the other format."""
    with as_file(edited(VALID_TENSORS, changes)[:cut]) as path, contextlib.suppress(InputError):
        read_safetensors(path)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@BOUNDED
@given(value=JSON_VALUES)
def test_any_json_as_header_index_or_cache(value: object) -> None:
    """Wrong types in right syntax are the usual way to a KeyError."""
    data = json.dumps(value).encode()
    with as_file(with_header(data)) as path, contextlib.suppress(InputError):
        read_safetensors(path)
    for read in (lambda: parse_index(data, name="i"), lambda: parse_cache(data)):
        with contextlib.suppress(InputError):
            read()


@BOUNDED
@given(data=st.binary(max_size=300), protocol=st.sampled_from([b"", b"\x80\x02", b"\x80\x04"]))
def test_any_bytes_as_a_pickle(data: bytes, protocol: bytes) -> None:
    """The walker never raises and never executes."""
    walk_pickle(io.BytesIO(protocol + data))
    sniff_head(data, len(data) + 100)
    with as_file(b"PK\x03\x04" + data) as path, contextlib.suppress(InputError):
        list_pickle_imports(path)


@BOUNDED
@given(text=st.text(alphabet="ab:- [],{}&*!|>?\"'\n#%@`\t0", max_size=120))
def test_any_text_as_front_matter(text: str) -> None:
    """YAML syntax errors stay inside the card reader."""
    with contextlib.suppress(InputError):
        parse_card(b"---\n" + text.encode() + b"\n---\n", name="README.md")
