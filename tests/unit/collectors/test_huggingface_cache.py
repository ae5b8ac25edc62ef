"""The hub cache: half-broken models are reported, names that are hashes are checked, listings are used offline."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from proofbook.collectors.model_store.huggingface_cache import HuggingFaceCache
from proofbook.errors import SourceUnavailable
from proofbook.records.provenance import Rung, VerificationStatus
from support.gguf_builder import sample_gguf
from support.model_stores import COMMIT, HubCache, bench, codes, hex_sha256, look
from support.safetensors_builder import safetensors_bytes

WEIGHTS = safetensors_bytes({"a": b"12345"}, {"format": "pt"})
CONFIG = b'{"architectures":["LlamaForCausalLM"],"model_type":"llama","torch_dtype":"bfloat16"}'
CARD = b"---\nlicense: apache-2.0\nbase_model: sample-org/base\n---\n# Sample\n"


def complete(root: Path) -> HubCache:
    """A whole small model with its listing."""
    cache = HubCache(root).add("model.safetensors", WEIGHTS, lfs=True).add("config.json", CONFIG)
    return cache.add("README.md", CARD).add("chat_template.jinja", b"{{ x }}").add("LICENSE", b"text").write_listing()


def test_a_snapshot_that_equals_its_listing_is_anchored(tmp_path: Path) -> None:
    """The offline truth is already on the disk: every file against the commit's listing."""
    complete(tmp_path)
    [record], skips = look(HuggingFaceCache(tmp_path, bench()))
    assert skips == []
    assert record.verification is VerificationStatus.HASH_MATCHES_PUBLISHER_METADATA
    assert record.rung is Rung.ANCHORED
    assert record.artifact == "sha256:" + hex_sha256(WEIGHTS)
    assert (record.source_repository, record.source_revision, record.pinned) == ("sample-org/sample-model", COMMIT, "yes")
    assert "main" in record.source_how_known
    assert (record.license_declared, record.license_text_sha256) == ("Apache-2.0", hex_sha256(b"text"))
    assert record.base_model == "sample-org/base (self-declared)"
    assert (record.architecture, record.parameters, record.format) == ("LlamaForCausalLM", "5", "safetensors")
    assert record.template_sha256 == hex_sha256(b"{{ x }}")
    assert record.code_executing == "no"
    assert record.signature == "none_found"
    assert record.acquired_at == "unknown"
    assert record.findings == []
    assert {file.path: file.role for file in record.files} == {
        "model.safetensors": "weights",
        "config.json": "config",
        "README.md": "card",
        "chat_template.jinja": "template",
        "LICENSE": "license",
    }
    assert "verified" not in record.verification_detail


def test_a_flipped_bit_under_the_right_name_is_a_mismatch(tmp_path: Path) -> None:
    """A blob named by the right hash is a claim; the hub's client accepts this file."""
    cache = complete(tmp_path)
    blob = cache.blob("model.safetensors")
    blob.write_bytes(WEIGHTS[:-1] + b"6")
    [record], _ = look(HuggingFaceCache(tmp_path, bench()))
    assert record.verification is VerificationStatus.MISMATCH
    assert record.rung is Rung.CLAIMED
    assert {"listing_mismatch", "blob_mismatch"} <= set(codes(record))
    assert record.artifact == "sha256:" + hex_sha256(WEIGHTS[:-1] + b"6"), "the record names the bytes that are there"


def test_a_changed_small_file_is_noticed_by_its_git_id(tmp_path: Path) -> None:
    """Configuration and templates change behaviour as weights do."""
    cache = complete(tmp_path)
    cache.blob("config.json").write_bytes(CONFIG.replace(b"bfloat16", b"bfloat32"))
    [record], _ = look(HuggingFaceCache(tmp_path, bench()))
    assert record.verification is VerificationStatus.MISMATCH
    assert ("listing_mismatch", "config.json") in [(item.code, item.path) for item in record.findings]


def test_an_additional_file_keeps_a_model_off_the_anchored_rung(tmp_path: Path) -> None:
    """A planted modeling file would be imported on loading; the hub's own check exits zero on it."""
    cache = complete(tmp_path)
    (cache.snapshot / "modeling_sample.py").write_text("print('loaded')")
    [record], _ = look(HuggingFaceCache(tmp_path, bench()))
    assert record.rung is Rung.RECOMPUTED
    assert record.verification is VerificationStatus.INTERNAL_BASELINE_ONLY
    assert "file_not_in_listing" in codes(record)
    assert record.code_executing == "yes"


def test_without_a_listing_the_blob_names_are_recomputed(tmp_path: Path) -> None:
    """Older clients and llama.cpp write no listing: the claim of the name is then all there is."""
    HubCache(tmp_path).add("model.safetensors", WEIGHTS, lfs=True).add("config.json", CONFIG)
    [record], _ = look(HuggingFaceCache(tmp_path, bench()))
    assert record.rung is Rung.RECOMPUTED
    assert record.verification is VerificationStatus.INTERNAL_BASELINE_ONLY
    assert {file.claimed for file in record.files} == {
        "sha256:" + hex_sha256(WEIGHTS),
        "git-sha1:" + (tmp_path / "models--sample-org--sample-model" / "snapshots" / COMMIT / "config.json").resolve().name,
    }


def test_dangling_links_and_lost_refs_do_not_hide_a_model(tmp_path: Path) -> None:
    """The usual reader drops the whole repository on either: exactly the model an auditor asks about."""
    cache = complete(tmp_path)
    cache.blob("config.json").unlink()
    cache.set_ref("refs/pr/1", "d" * 40)
    cache.set_ref("odd", "not a commit")
    [record], skips = look(HuggingFaceCache(tmp_path, bench()))
    assert "dangling_link" in codes(record)
    assert "listed_file_not_present" in codes(record)
    assert {skip.code for skip in skips} == {"dangling_link", "ref_without_snapshot", "malformed_ref"}


def test_a_snapshot_whose_weights_are_gone_is_reported(tmp_path: Path) -> None:
    """No record can exist without bytes, but the gap must be on file."""
    cache = complete(tmp_path)
    cache.blob("model.safetensors").unlink()
    records, skips = look(HuggingFaceCache(tmp_path, bench()))
    assert records == []
    assert {"dangling_link", "no_weights"} <= {skip.code for skip in skips}


def test_a_link_out_of_the_store_is_not_followed(tmp_path: Path) -> None:
    """A planted link must not pull a secret's hash into the book."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"key")
    cache = complete(tmp_path / "hub")
    (cache.snapshot / "extra.json").symlink_to(secret)
    (cache.snapshot / "folder").symlink_to(tmp_path)
    [record], skips = look(HuggingFaceCache(tmp_path / "hub", bench()))
    assert {"link_leaves_store"} <= {skip.code for skip in skips}
    assert hex_sha256(b"key") not in record.model_dump_json()


def test_each_quantisation_of_a_repository_is_its_own_model(tmp_path: Path) -> None:
    """Two files of one repository are two sets of weights."""
    cache = HubCache(tmp_path).add("m-Q4.gguf", sample_gguf(1), lfs=True).add("m-Q8.gguf", sample_gguf(2), lfs=True)
    cache.add("split-00001-of-00003.gguf", sample_gguf(3), lfs=True).add("split-00002-of-00003.gguf", sample_gguf(4), lfs=True)
    cache.write_listing()
    records, _ = look(HuggingFaceCache(tmp_path, bench()))
    assert [record.name.split("/")[-1] for record in records] == ["m-Q4.gguf", "m-Q8.gguf", "split"]
    assert len({record.artifact for record in records}) == 3
    assert codes(records[0]) == [], "its neighbours are there, so nothing of the commit is missing"
    assert "missing_shard" in codes(records[2])


def test_leftovers_are_reported(tmp_path: Path) -> None:
    """Partial and unreferenced blobs are bytes on the machine that no inventory names."""
    cache = complete(tmp_path)
    (cache.folder / "blobs" / ("ab" * 32)).write_bytes(b"orphan")
    (cache.folder / "blobs" / ("cd" * 32 + ".incomplete")).write_bytes(b"part")
    (cache.folder / "snapshots" / "main").mkdir()
    (tmp_path / "models--linked").symlink_to(cache.folder)
    (tmp_path / "datasets--sample--set").mkdir()
    records, skips = look(HuggingFaceCache(tmp_path, bench()))
    assert len(records) == 1
    assert sorted(skip.code for skip in skips) == ["not_a_commit", "not_a_folder", "orphan_blob", "partial_download"]


@pytest.mark.parametrize(
    "listing",
    [
        b"{",
        b"[]",
        b'{"format_version":2,"files":{}}',
        b'{"format_version":1,"files":[]}',
        b'{"format_version":1,"files":{"../x":{"size":1,"blob_id":"%s"}}}' % (b"a" * 40),
        b'{"format_version":1,"files":{"x":{"size":"1","blob_id":"%s"}}}' % (b"a" * 40),
        b'{"format_version":1,"files":{"x":{"size":1,"blob_id":"a"}}}',
        b'{"format_version":1,"files":{"x":{"size":1,"blob_id":"%s","lfs_sha256":"z"}}}' % (b"a" * 40),
        b'{"format_version":1,"files":{},"files":{}}',
    ],
)
def test_a_hostile_listing_anchors_nothing(tmp_path: Path, listing: bytes) -> None:
    """A listing that cannot be read strictly is a finding, and the model falls to the rung below."""
    cache = complete(tmp_path)
    (cache.folder / "trees" / f"{COMMIT}.json").write_bytes(listing)
    [record], _ = look(HuggingFaceCache(tmp_path, bench()))
    assert record.rung is Rung.RECOMPUTED
    assert "malformed_listing" in codes(record)


def test_a_listing_that_contradicts_itself_anchors_nothing(tmp_path: Path) -> None:
    """The git id commits to the pointer: a listing with a swapped SHA-256 does not fit its own id."""
    cache = complete(tmp_path)
    cache.write_listing({"model.safetensors": {**cache.listed["model.safetensors"], "blob_id": "e" * 40}})
    [record], _ = look(HuggingFaceCache(tmp_path, bench()))
    assert record.verification is VerificationStatus.MISMATCH
    assert "listing_inconsistent" in codes(record)


def test_names_that_are_not_text_do_not_stop_the_record(tmp_path: Path) -> None:
    """A file name is bytes; a record is text."""
    cache = complete(tmp_path)
    with open(os.fsencode(cache.snapshot) + b"/odd\xff\x1b[2J.txt", "wb") as stream:  # noqa: PTH123  # a name that is not text
        stream.write(b"x")
    [record], _ = look(HuggingFaceCache(tmp_path, bench()))
    odd = next(file for file in record.files if file.path.startswith("odd"))
    assert odd.path.isprintable()
    record.model_dump_json().encode("utf-8")


def test_an_ambiguous_folder_name_is_kept_as_it_is(tmp_path: Path) -> None:
    """Two separators could be split two ways; guessing would name a repository that may not exist."""
    HubCache(tmp_path, "a--b--c").add("m.gguf", sample_gguf(), lfs=True)
    [record], _ = look(HuggingFaceCache(tmp_path, bench()))
    assert record.source_repository == "models--a--b--c"


def test_an_absent_cache_is_unavailable(tmp_path: Path) -> None:
    """Not finding the store is not the same as an empty store."""
    with pytest.raises(SourceUnavailable):
        look(HuggingFaceCache(tmp_path / "absent", bench()))
