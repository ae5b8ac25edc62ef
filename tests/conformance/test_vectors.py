"""Our published vectors: made by the code as it is, and equal to numbers that came from elsewhere."""

from __future__ import annotations

import http.client
import json
import runpy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from proofbook.primitives.instants import FixedClock
from proofbook.primitives.verdict import Met, Unmet
from proofbook.tlog.cosignature import Cosigner, verifier_of
from proofbook.tlog.key_history import check_key_history
from proofbook.tlog.merkle import CompactRange, leaf_hash
from proofbook.tlog.note import Ed25519Verifier, check_note, parse_note
from proofbook.tlog.policy import assess_policy, parse_policy
from proofbook.tlog.proof import check_consistency, check_inclusion
from proofbook.tlog.proof_file import check_proof_file, parse_proof_file
from proofbook.tlog.tile import Tile, parse_path
from proofbook.tlog.vkey import format_vkey, parse_vkey
from proofbook.tlog.witness import SIZE_CONTENT_TYPE, TEXT_CONTENT_TYPE, Cosigned, WitnessState, derive_answer
from support.witness_at_work import make_witness, serving

ROOT = Path(__file__).parents[2]


def test_regenerating_the_vectors_gives_no_difference() -> None:
    """A change of format must be seen in a review, not found by an auditor."""
    made = runpy.run_path(str(ROOT / "tools/make_vectors.py"))["format_vectors"]()
    assert made == (ROOT / "docs/formats/vectors/log.json").read_text(encoding="ascii")


def test_independent_numbers_are_equal(vectors: Any, reference: Any) -> None:
    """Computed by another implementation and cross-checked by Go, npm and Python verifiers."""
    tree = vectors["tree"]
    assert reference["leaf_hash_of_empty_entry"] == tree["leaf_hash_of_empty_entry"]
    assert reference["leaf_hash_entry_0"] == tree["leaf_hash_of_entry_0"]
    assert reference["roots"] == {size: root for size, root in tree["roots"].items() if size in reference["roots"]}
    assert reference["log_vkey"] == vectors["keys"]["log"]["vkey"]
    assert reference["witness_vkey"] == vectors["keys"]["witness"]["vkey"]
    assert reference["checkpoint"] == vectors["checkpoint"]["cosigned"]
    assert reference["tlog_proof_257"] == vectors["proof_file"]["plain"]
    assert reference["tile_files"] == {path: vectors["tiles"][path] for path in reference["tile_files"]}


def test_independent_proofs_are_equal(vectors: Any, reference: Any) -> None:
    """The hashes and their order."""
    inclusion = {(each["index"], each["size"]): each["hashes"] for each in vectors["proofs"]["inclusion"]}
    consistency = {(each["old_size"], each["new_size"]): each["hashes"] for each in vectors["proofs"]["consistency"]}
    assert reference["inclusion_257_of_300"] == inclusion[257, 300]
    assert reference["consistency_200_300"] == consistency[200, 300]


def test_published_proofs_check_out(vectors: Any) -> None:
    """Against the published roots alone."""
    roots = {int(size): bytes.fromhex(root) for size, root in vectors["tree"]["roots"].items()}
    for each in vectors["proofs"]["inclusion"]:
        hashes = [bytes.fromhex(one) for one in each["hashes"]]
        leaf = leaf_hash(b"entry %d" % each["index"])
        check_inclusion(leaf, hashes, index=each["index"], size=each["size"], root=roots[each["size"]])
    for each in vectors["proofs"]["consistency"]:
        hashes = [bytes.fromhex(one) for one in each["hashes"]]
        old, new = each["old_size"], each["new_size"]
        check_consistency(hashes, old_size=old, old_root=roots[old], new_size=new, new_root=roots[new])


def test_published_state_and_paths_read_back(vectors: Any) -> None:
    """The stored state of a tree of 300, and each sample path."""
    state = CompactRange.from_bytes(bytes.fromhex(vectors["tree"]["compact_range_300"]))
    assert vectors["tree"]["roots"]["300"] == state.root().hex()
    for path, coordinates in vectors["paths"].items():
        read = parse_path(path)
        level = read.level if isinstance(read, Tile) else "entries"
        assert coordinates == {"level": level, "index": read.index, "width": read.width}


@pytest.mark.parametrize("kind", ["plain", "with_extra"])
def test_published_proof_files_check_out(vectors: Any, kind: str) -> None:
    """With the published keys, as an auditor would."""
    verifiers = [verifier_of(parse_vkey(vectors["keys"][who]["vkey"])) for who in ("log", "witness")]
    proof = parse_proof_file(vectors["proof_file"][kind].encode())
    assert check_proof_file(proof, leaf=leaf_hash(b"entry 257"), origin="ledger.example/vectors", verifiers=verifiers).size == 300
    assert len(check_note(parse_note(proof.checkpoint), verifiers)) == 2


def test_published_witness_conversation_repeats(vectors: Any) -> None:
    """Request by request, with the state carried from one to the next."""
    keys = vectors["keys"]
    cosigner = Cosigner.from_seed(keys["witness"]["name"], bytes.fromhex(keys["witness"]["seed"]))
    origin = keys["log"]["name"]
    state = WitnessState.before_first(origin, (Ed25519Verifier(parse_vkey(keys["log"]["vkey"])),))
    for exchange in vectors["witness"]:
        find = {origin: state}.get
        answer = derive_answer(
            find, exchange["request"].encode(), cosigner=cosigner, time_seconds=keys["witness"]["time_seconds"]
        )
        status = 200 if isinstance(answer, Cosigned) else answer.status
        assert (exchange["name"], exchange["status"]) == (exchange["name"], status)
        assert exchange["body"] in {None, answer.body.decode()}
        state = answer.state if isinstance(answer, Cosigned) else state


def test_published_witness_conversation_repeats_over_http(vectors: Any, tmp_path: Path) -> None:
    """The same bytes and content types from the witness that people run, its state on disk."""
    keys = vectors["keys"]
    cosigner = Cosigner.from_seed(keys["witness"]["name"], bytes.fromhex(keys["witness"]["seed"]))
    clock = FixedClock(datetime.fromtimestamp(keys["witness"]["time_seconds"], UTC))
    with serving(make_witness(tmp_path, vkeys=(keys["log"]["vkey"],), cosigner=cosigner, clock=clock)) as url:
        for exchange in vectors["witness"]:
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
            connection.request("POST", "/add-checkpoint", exchange["request"].encode())
            answer = connection.getresponse()
            body = answer.read().decode()
            connection.close()
            assert (exchange["name"], exchange["status"]) == (exchange["name"], answer.status)
            assert exchange["body"] in {None, body}
            assert answer.getheader("content-type") == (SIZE_CONTENT_TYPE if answer.status == 409 else TEXT_CONTENT_TYPE)


def test_published_policies_judge_the_published_checkpoint(vectors: Any) -> None:
    """One reached, one not, one that asks for no witness."""
    expected = {"reached by the cosigned checkpoint": Met, "not reached": Unmet, "no witness asked for": Met}
    note = vectors["checkpoint"]["cosigned"].encode()
    assert expected == {name: type(assess_policy(parse_policy(text.encode()), note)) for name, text in vectors["policy"].items()}


def test_published_key_history_gives_the_published_keys(vectors: Any) -> None:
    """The keys that count at each size."""
    published = vectors["key_history"]
    history = check_key_history(parse_vkey(published["first_vkey"]), [each.encode() for each in published["statements"]])
    assert published["vkeys_at"] == {
        size: [format_vkey(verifier.key) for verifier in history.verifiers_at(int(size))] for size in published["vkeys_at"]
    }


def test_vectors_are_plain_ascii_json() -> None:
    """So that any language reads them without care for encodings."""
    for name in ("log.json", "reference.json"):
        assert json.loads((ROOT / "docs/formats/vectors" / name).read_text(encoding="ascii"))
