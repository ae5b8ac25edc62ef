"""Store files and command lines meet arbitrary content: only our errors, and no secret comes through."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proofbook.collectors.discover.command_lines import redact
from proofbook.collectors.discover.processes import assess_start, product_of
from proofbook.collectors.model_store.folder import ModelFolder
from proofbook.collectors.model_store.hub_listing import read_listing
from proofbook.collectors.model_store.ollama import OllamaStore
from proofbook.collectors.model_store.ollama_manifest import parse_config, parse_manifest
from proofbook.collectors.wording import plain
from proofbook.errors import InputError
from proofbook.primitives.canonical import canonical_bytes
from support.gguf_builder import sample_gguf
from support.model_stores import OllamaFixture, bench, look
from support.safetensors_builder import safetensors_bytes

BOUNDED = settings(max_examples=100, deadline=20_000, suppress_health_check=[HealthCheck.too_slow])
DIGESTS = st.sampled_from(["sha256:" + "a" * 64, "sha256:../x", "", "sha256:" + "A" * 64])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | DIGESTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["config", "layers", "digest", "size", "mediaType", "files", "format_version", "blob_id", "lfs_sha256"]
            )
            | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=14,
)


@BOUNDED
@given(value=VALUES)
def test_any_json_as_manifest_config_or_listing(value: object) -> None:
    """Wrong types in right syntax must end in a value or in our error."""
    data = json.dumps(value).encode()
    for read in (parse_manifest, parse_config):
        with contextlib.suppress(InputError):
            read(data, name="x")
    with tempfile.TemporaryDirectory() as name, contextlib.suppress(InputError):
        path = Path(name) / "listing.json"
        path.write_bytes(data)
        read_listing(path, "c" * 40)


@settings(max_examples=40, deadline=20_000)
@given(
    config=st.binary(max_size=60) | st.just(b'{"architectures":["X"],"quantization_config":{"quant_method":7}}'),
    card=st.binary(max_size=60),
    weights=st.sampled_from([sample_gguf(), safetensors_bytes({"a": b"1"}), b"\x80\x04", b"PK\x03\x04", b""]),
    cut=st.integers(0, 900),
    index=st.binary(max_size=40),
)
def test_a_folder_of_arbitrary_files_gives_records_or_reasons(
    config: bytes, card: bytes, weights: bytes, cut: int, index: bytes
) -> None:
    """Whatever lies in a model's folder, the look ends, and its record can be an entry."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.json").write_bytes(config)
        (folder / "README.md").write_bytes(b"---\n" + card + b"\n---\n")
        (folder / "model.safetensors").write_bytes(weights[:cut])
        (folder / "model.safetensors.index.json").write_bytes(index)
        records, skips = look(ModelFolder(folder, bench()))
        assert len(records) + len(skips) >= 1
        for record in records:
            canonical_bytes(record.to_body())


@settings(max_examples=40, deadline=20_000)
@given(manifest=st.binary(max_size=80) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_a_store_with_an_arbitrary_manifest_gives_a_record_or_a_reason(manifest: bytes) -> None:
    """One broken manifest must neither crash the look nor vanish."""
    with tempfile.TemporaryDirectory() as name:
        store = OllamaFixture(Path(name))
        store.raw_manifest("library/sample:latest", manifest)
        records, skips = look(OllamaStore(store.root, bench()))
        assert len(records) + len(skips) >= 1


@BOUNDED
@given(before=st.lists(st.text(max_size=12), max_size=4), after=st.lists(st.text(max_size=12), max_size=4), equals=st.booleans())
def test_a_key_on_a_command_line_never_comes_through(before: list[str], after: list[str], *, equals: bool) -> None:
    """Wherever it stands among whatever else."""
    secret = "Zq7-topsecret-9Zq"
    given_key = [f"--api-key={secret}"] if equals else ["--api-key", secret]
    shown = redact(["engine", *before, *given_key, *after])
    assert not any(secret in item for item in shown)
    assert all(item.isprintable() for item in shown)


@BOUNDED
@given(arguments=st.lists(st.text(max_size=20), min_size=1, max_size=6))
def test_any_command_line_is_looked_at_safely(arguments: list[str]) -> None:
    """Processes name themselves as they like."""
    product_of(arguments, None)
    assess_start("llama.cpp", arguments, Path("/nonexistent"))
    assess_start("vllm", arguments, Path("/nonexistent"))


@BOUNDED
@given(text=st.text(max_size=600), cap=st.integers(8, 300))
def test_plain_text_is_printable_and_can_be_recorded(text: str, cap: int) -> None:
    """Lone surrogates and control characters must not stop a record or reach a terminal."""
    shown = plain(text, cap)
    assert shown.isprintable()
    canonical_bytes(shown)
