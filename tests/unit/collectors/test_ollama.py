"""Ollama's store: blobs are recomputed, gaps reported, remote models flagged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from proofbook.collectors.model_store.ollama import OllamaStore
from proofbook.errors import SourceUnavailable
from proofbook.records.provenance import Rung, VerificationStatus
from support.gguf_builder import sample_gguf
from support.model_stores import OllamaFixture, bench, codes, hex_sha256, look

WEIGHTS = sample_gguf()
LAYERS = [
    ("model", WEIGHTS),
    ("template", b"{{ .Prompt }}"),
    ("system", b"You are a sample."),
    ("params", b'{"temperature":0.1}'),
    ("license", b"licence text"),
]


def test_a_model_is_recorded_with_its_behaviour_files(tmp_path: Path) -> None:
    """Weights, template, system prompt and parameters are hashed apart, so a change in any is visible."""
    store = OllamaFixture(tmp_path / "models")
    manifest = store.add("library/sample:latest", LAYERS, {"model_format": "gguf", "model_family": "llama", "file_type": "Q4_0"})
    [record], skips = look(OllamaStore(store.root, bench()))
    assert skips == []
    assert record.artifact == "sha256:" + hex_sha256(WEIGHTS), "the number every other store has for these bytes"
    assert (record.name, record.format, record.rung) == ("sample:latest", "gguf", Rung.RECOMPUTED)
    assert record.verification is VerificationStatus.INTERNAL_BASELINE_ONLY
    assert record.source_revision == "sha256:" + hex_sha256(manifest.read_bytes()), "the digest the server reports"
    assert record.template_sha256 == hex_sha256(b"{{ messages }}"), "the template inside the weights"
    assert {file.path: file.role for file in record.files} == {
        "model": "weights",
        "config": "config",
        "template": "template",
        "system": "behaviour",
        "params": "behaviour",
        "license": "license",
    }
    assert all(file.claimed == f"sha256:{file.sha256}" for file in record.files)
    assert record.license_text_sha256 == hex_sha256(b"licence text")
    assert record.self_declared["ollama.file_type"] == "Q4_0"
    assert record.pinned == "no"
    assert any("lineage" in item for item in record.unknowns)


def test_a_new_template_is_the_same_artifact_with_other_behaviour(tmp_path: Path) -> None:
    """'Weights same, behaviour changed' is a class of change of its own."""
    store = OllamaFixture(tmp_path)
    store.add("library/one:latest", LAYERS)
    store.add("library/two:latest", [LAYERS[0], ("template", b"changed"), *LAYERS[2:]])
    one, two = look(OllamaStore(store.root, bench()))[0]
    assert one.artifact == two.artifact
    assert one.behaviour_sha256 != two.behaviour_sha256
    assert one.location != two.location


def test_planted_bytes_under_a_right_name_are_a_mismatch(tmp_path: Path) -> None:
    """The program trusts any blob that already exists, at every pull and every load."""
    store = OllamaFixture(tmp_path)
    store.add("library/sample:latest", LAYERS)
    store.path("sha256:" + hex_sha256(WEIGHTS)).write_bytes(sample_gguf(9))
    [record], _ = look(OllamaStore(store.root, bench()))
    assert record.verification is VerificationStatus.MISMATCH
    assert record.rung is Rung.CLAIMED
    assert ("blob_mismatch", "model") in [(item.code, item.path) for item in record.findings]


def test_a_size_that_differs_is_said(tmp_path: Path) -> None:
    """A truncated blob is the common kind of damage."""
    store = OllamaFixture(tmp_path)
    store.add("library/sample:latest", LAYERS)
    store.path("sha256:" + hex_sha256(b"licence text")).write_bytes(b"licence")
    [record], _ = look(OllamaStore(store.root, bench()))
    assert {"size_mismatch", "blob_mismatch"} <= set(codes(record))


def test_missing_blobs_are_reported(tmp_path: Path) -> None:
    """Missing weights: no record but a reason. Missing side file: a finding."""
    store = OllamaFixture(tmp_path)
    store.add("library/weightless:latest", LAYERS)
    store.add("library/other:latest", [("model", sample_gguf(5)), ("template", b"gone")])
    store.path("sha256:" + hex_sha256(WEIGHTS)).unlink()
    store.path("sha256:" + hex_sha256(b"gone")).unlink()
    [record], skips = look(OllamaStore(store.root, bench()))
    assert record.name == "other:latest"
    assert codes(record) == ["missing_blob"]
    assert [skip.code for skip in skips] == ["missing_blob"]
    assert "weightless:latest" in skips[0].detail


def test_orphan_and_partial_blobs_are_reported(tmp_path: Path) -> None:
    """Bytes on the machine that no manifest names."""
    store = OllamaFixture(tmp_path)
    store.add("library/sample:latest", LAYERS)
    store.blob(b"orphan")
    (store.root / "blobs" / ("sha256-" + "ab" * 32 + "-partial-0")).write_bytes(b"x")
    _, skips = look(OllamaStore(store.root, bench()))
    assert sorted(skip.code for skip in skips) == ["orphan_blob", "partial_download"]


def test_a_remote_stub_is_flagged_and_claims_nothing(tmp_path: Path) -> None:
    """One unnoticed stub voids 'the data never leaves'."""
    store = OllamaFixture(tmp_path)
    store.add("library/big:cloud", [], {"remote_host": "https://remote.example:443", "remote_model": "big"})
    [record], _ = look(OllamaStore(store.root, bench()))
    assert record.format == "remote_stub"
    assert "remote_stub" in codes(record)
    assert "remote.example" in record.findings[0].detail
    assert (record.files, record.bytes_total) == ([], 0)
    assert record.verification is VerificationStatus.UNVERIFIED
    assert record.rung is Rung.NAMED


def test_a_stub_with_weights_beside_it_is_still_a_stub(tmp_path: Path) -> None:
    """Local bytes do not matter when the configuration sends requests elsewhere."""
    store = OllamaFixture(tmp_path)
    store.add("library/both:latest", LAYERS, {"remote_host": "remote.example"})
    [record], _ = look(OllamaStore(store.root, bench()))
    assert record.format == "remote_stub"


def test_a_cloud_ending_is_flagged_even_with_local_weights(tmp_path: Path) -> None:
    """The ending alone makes a request go out."""
    store = OllamaFixture(tmp_path)
    store.add("library/sample:8b-cloud", LAYERS)
    [record], _ = look(OllamaStore(store.root, bench()))
    assert "remote_name" in codes(record)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b'{"layers":{}}',
        b'{"layers":[1],"config":{}}',
        b'{"layers":[],"config":null}',
        b'{"layers":[{"mediaType":"x","size":1,"digest":"sha256:../../../../etc/passwd"}],"config":{}}',
        b'{"layers":[{"mediaType":"x","size":-1,"digest":"sha256:%s"}],"config":{}}' % (b"a" * 64),
        b'{"layers":[{"mediaType":7,"size":1,"digest":"sha256:%s"}],"config":{}}' % (b"a" * 64),
        b'{"layers":[],"layers":[]}',
        b"\xff\xfe",
    ],
)
def test_a_malformed_manifest_is_reported_not_skipped(tmp_path: Path, data: bytes) -> None:
    """Garbage is normal in these stores; upstream steps over it with a warning."""
    store = OllamaFixture(tmp_path)
    store.raw_manifest("library/bad:latest", data)
    store.add("library/good:latest", LAYERS)
    records, skips = look(OllamaStore(store.root, bench()))
    assert [record.name for record in records] == ["good:latest"]
    assert [skip.code for skip in skips] == ["malformed_manifest"]


@pytest.mark.parametrize("name", ["library/-bad:latest", "a.b/model:tag", "deep/er/model:tag", "library/model:" + "t" * 81])
def test_names_outside_the_rules_are_reported(tmp_path: Path, name: str) -> None:
    """A path that is not a model's name has no business among the manifests."""
    store = OllamaFixture(tmp_path)
    store.raw_manifest(name, b"{}")
    assert [skip.code for skip in look(OllamaStore(store.root, bench()))[1]] == ["malformed_manifest"]


def test_a_blob_that_links_out_of_the_store_is_not_followed(tmp_path: Path) -> None:
    """A link planted as a blob must not be hashed."""
    store = OllamaFixture(tmp_path / "store")
    store.add("library/sample:latest", LAYERS)
    (tmp_path / "secret").write_bytes(b"key")
    path = store.path("sha256:" + hex_sha256(b"You are a sample."))
    path.unlink()
    path.symlink_to(tmp_path / "secret")
    [record], _ = look(OllamaStore(store.root, bench()))
    assert ("link_leaves_store", "system") in [(item.code, item.path) for item in record.findings]
    assert hex_sha256(b"key") not in record.model_dump_json()


def test_old_blob_names_are_found(tmp_path: Path) -> None:
    """Very old stores spell the name with a colon."""
    store = OllamaFixture(tmp_path)
    store.add("library/sample:latest", LAYERS)
    path = store.path("sha256:" + hex_sha256(WEIGHTS))
    path.rename(path.with_name("sha256:" + hex_sha256(WEIGHTS)))
    records, skips = look(OllamaStore(store.root, bench()))
    assert (len(records), skips) == (1, [])


def test_models_of_other_hosts_keep_their_host(tmp_path: Path) -> None:
    """A pull from elsewhere has another publisher."""
    store = OllamaFixture(tmp_path)
    store.add("sample-org/model:Q4", LAYERS, host="hf.co")
    [record], _ = look(OllamaStore(store.root, bench()))
    assert (record.name, record.source_registry, record.publisher) == (
        "hf.co/sample-org/model:Q4",
        "hf.co",
        "sample-org (by name)",
    )


def test_the_cloud_switch_is_read_and_unknown_when_it_cannot_be(tmp_path: Path) -> None:
    """Whether remote models are switched off belongs to the look itself."""
    store = OllamaFixture(tmp_path / "models")
    collector = OllamaStore(store.root, bench())
    assert collector.parameters["cloud_switch"].startswith("unknown")
    (tmp_path / "server.json").write_text(json.dumps({"disable_ollama_cloud": True}))
    assert collector.parameters["cloud_switch"] == "off in server.json"
    (tmp_path / "server.json").write_text("{}")
    assert collector.parameters["cloud_switch"].startswith("not switched off")
    (tmp_path / "server.json").write_text("{")
    assert collector.parameters["cloud_switch"].startswith("unknown")


def test_an_absent_store_is_unavailable(tmp_path: Path) -> None:
    """Not finding the store is not the same as an empty store."""
    with pytest.raises(SourceUnavailable):
        look(OllamaStore(tmp_path, bench()))
