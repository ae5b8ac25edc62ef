"""Go's golang.org/x/mod/sumdb note and tlog, both ways: they check ours, we check theirs, both refuse what was tampered with."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from proofbook.anchoring.asking import ask_witness
from proofbook.book.cosignatures import CosignatureStore
from proofbook.book.reader import BookReader
from proofbook.errors import ProofInvalid, SignatureInvalid
from proofbook.openid.fetching import make_send
from proofbook.tlog.checkpoint import Checkpoint, format_checkpoint, parse_checkpoint
from proofbook.tlog.cosignature import Cosigner
from proofbook.tlog.memory_tree import MemoryTree
from proofbook.tlog.merkle import leaf_hash, leaf_hashes
from proofbook.tlog.note import Ed25519Signer, Ed25519Verifier, check_note, format_signature_line, parse_note, sign_note
from proofbook.tlog.proof import check_consistency, check_inclusion, derive_consistency, derive_inclusion, derive_root
from proofbook.tlog.tile import derive_tile, derive_tiles, format_path
from proofbook.tlog.vkey import format_vkey
from support.home_builder import make_book
from support.witness_at_work import COSIGNER, make_witness, serving

pytestmark = pytest.mark.real

Ask = Callable[[list[dict[str, Any]]], list[Any]]

NAME = "ledger.example/vectors"
SEED = b"\x01" * 32
LOG = Ed25519Signer.from_seed(NAME, SEED)
WITNESS = Cosigner.from_seed("auditor.example/w1", b"\x02" * 32)
TREE = MemoryTree(leaf_hashes(b"entry %d" % number for number in range(70_000)))
INCLUSIONS = [(index, size) for size in (1, 2, 3, 7, 8, 255, 256, 257, 300, 1000) for index in {0, size // 2, size - 1}]
CONSISTENCIES = [(1, 2), (2, 3), (3, 7), (4, 7), (6, 8), (7, 7), (200, 300), (255, 256), (256, 300), (300, 1000), (512, 1000)]


def b64(raw: bytes) -> str:
    """As Go's JSON spells hashes and bytes."""
    return base64.b64encode(raw).decode()


def unb64(text: str) -> bytes:
    """Back."""
    return base64.b64decode(text)


def checkpoint(size: int) -> bytes:
    """Ours, signed by the log and cosigned by a witness whose key Go does not know."""
    text = format_checkpoint(Checkpoint(NAME, size, derive_root(TREE, size)))
    return sign_note(text, [LOG], existing=[WITNESS.cosign(text, time_seconds=1_760_000_000)])


def test_go_opens_our_checkpoint_and_refuses_a_changed_one(go: Ask) -> None:
    """One digit of the size, one character of the signature, an unknown key."""
    good = checkpoint(300).decode()
    stranger = format_vkey(Ed25519Signer.from_seed(NAME, b"\x07" * 32).key)
    request = {"op": "open_note", "vkeys": [format_vkey(LOG.key)], "note": good}
    opened, size, signature, key = go(
        [
            request,
            request | {"note": good.replace("\n300\n", "\n301\n")},
            request | {"note": good.replace("/O1h4P2D", "/O1h4P2E")},
            request | {"vkeys": [stranger]},
        ]
    )
    assert opened["ok"]
    assert parse_checkpoint(opened["text"].encode()) == Checkpoint(NAME, 300, derive_root(TREE, 300))
    assert [size["error"], signature["error"]] == ["invalid signature for key ledger.example/vectors+fced61e0"] * 2
    assert not key["ok"]


def test_we_open_a_note_that_go_signed_and_refuse_a_changed_one(go: Ask) -> None:
    """Byte for byte the note we would have signed ourselves: Ed25519 is deterministic."""
    text = format_checkpoint(Checkpoint(NAME, 300, derive_root(TREE, 300)))
    skey = f"PRIVATE+KEY+{NAME}+{LOG.key.key_id.hex()}+{b64(bytes((1,)) + SEED)}"
    signed = go([{"op": "sign_note", "skey": skey, "text": text.decode()}])[0]["text"].encode()
    assert sign_note(text, [LOG]) == signed
    check_note(parse_note(signed), [Ed25519Verifier(LOG.key)])
    with pytest.raises(SignatureInvalid):
        check_note(parse_note(signed.replace(b"\n300\n", b"\n301\n")), [Ed25519Verifier(LOG.key)])


def test_go_checks_the_cosignatures_a_running_witness_gave(go: Ask, tmp_path: Path) -> None:
    """Go's note package with a verifier of that type, written from the specification: log and witness in one note."""
    book = make_book(tmp_path / "book")
    given = make_witness(tmp_path / "w", logs=(book.signer,))
    with serving(given) as url, closing(CosignatureStore(book.path)) as store, BookReader(book.path) as reader:
        head = reader.latest_checkpoint()
        assert head is not None
        asked = ask_witness(reader, head, COSIGNER.key, url, make_send(None, setting="test"), last=0)
        assert asked.line is not None
        store.keep(reader.origin, head.size, format_vkey(COSIGNER.key), asked.line)
    with BookReader(book.path) as reader:
        cosigned = reader.latest_cosigned()
    assert cosigned is not None
    good = cosigned.note.decode()
    request = {"op": "open_cosigned", "vkeys": [format_vkey(book.signer.key), format_vkey(COSIGNER.key)], "note": good}
    bare = good.partition("\n\n")[0] + "\n\n" + good.partition("\n\n")[2].splitlines()[0] + "\n"
    late = Cosigner.from_seed(COSIGNER.key.name, b"\x02" * 32).cosign(parse_note(cosigned.note).text, time_seconds=1)
    mixed = bare + format_signature_line(replace(late, signature=(2).to_bytes(8, "big") + late.signature[8:])).decode()
    opened, changed, unsigned, moved = go(
        [request, request | {"note": good.replace("\n1\n", "\n2\n")}, request | {"note": bare}, request | {"note": mixed}]
    )
    assert opened["ok"], opened
    assert opened["text"].startswith(f"{book.signer.key.name}\n1\n")
    assert not changed["ok"]
    assert unsigned["error"] == "1 of 2 keys signed"
    assert not moved["ok"]  # the time is part of what was signed


def test_both_compute_the_same_roots(go: Ask) -> None:
    """Go hashes the same entries with its own code."""
    sizes = [1, 2, 3, 5, 8, 255, 256, 257, 300, 1000, 70_000]
    answers = go([{"op": "tree", "size": size} for size in sizes])
    assert [derive_root(TREE, size) for size in sizes] == [unb64(each["root"]) for each in answers]


def test_both_build_the_same_inclusion_proofs_and_we_accept_gos(go: Ask) -> None:
    """And refuse Go's proof for another index."""
    answers = go([{"op": "prove_record", "size": size, "index": index} for index, size in INCLUSIONS])
    for (index, size), answer in zip(INCLUSIONS, answers, strict=True):
        proof = tuple(unb64(each) for each in answer["hashes"] or ())
        assert derive_inclusion(TREE, index, size) == proof
        root = derive_root(TREE, size)
        check_inclusion(leaf_hash(b"entry %d" % index), proof, index=index, size=size, root=root)
        with pytest.raises(ProofInvalid):
            check_inclusion(leaf_hash(b"entry %d" % index), proof, index=(index + 1) % (size + 1), size=size, root=root)


def test_both_build_the_same_consistency_proofs_and_we_accept_gos(go: Ask) -> None:
    """And refuse Go's proof for another old root."""
    answers = go([{"op": "prove_tree", "size": new, "old_size": old} for old, new in CONSISTENCIES])
    for (old, new), answer in zip(CONSISTENCIES, answers, strict=True):
        proof = tuple(unb64(each) for each in answer["hashes"] or ())
        assert derive_consistency(TREE, old, new) == proof
        new_root = derive_root(TREE, new)
        check_consistency(proof, old_size=old, old_root=derive_root(TREE, old), new_size=new, new_root=new_root)
        with pytest.raises(ProofInvalid):
            check_consistency(proof, old_size=old, old_root=bytes(32), new_size=new, new_root=new_root)


def test_go_accepts_our_proofs_and_refuses_tampered_ones(go: Ask) -> None:
    """Another leaf, another old root."""
    records = [
        {
            "op": "check_record",
            "size": size,
            "index": index,
            "root": b64(derive_root(TREE, size)),
            "leaf": b64(leaf_hash(b"entry %d" % index)),
            "hashes": [b64(each) for each in derive_inclusion(TREE, index, size)],
        }
        for index, size in INCLUSIONS
    ]
    trees = [
        {
            "op": "check_tree",
            "size": new,
            "old_size": old,
            "root": b64(derive_root(TREE, new)),
            "old_root": b64(derive_root(TREE, old)),
            "hashes": [b64(each) for each in derive_consistency(TREE, old, new)],
        }
        for old, new in CONSISTENCIES
    ]
    assert {True} == {answer["ok"] for answer in go([*records, *trees])}
    other = b64(leaf_hash(b"tampered"))
    tampered = [*({**each, "leaf": other} for each in records), *({**each, "old_root": other} for each in trees)]
    assert {False} == {answer["ok"] for answer in go(tampered)}


@pytest.mark.parametrize("size", [1, 255, 256, 257, 70_000])
def test_go_authenticates_every_tile_of_ours_and_refuses_a_changed_one(go: Ask, size: int) -> None:
    """From the files alone, up to the signed root."""
    tiles = {format_path(tile): derive_tile(TREE, tile) for tile in derive_tiles(size)}
    last = max(path for path in tiles if path.startswith("tile/0/"))
    changed = tiles | {last: tiles[last][:-1] + bytes((tiles[last][-1] ^ 1,))}
    request = {"op": "read_tiles", "size": size, "root": b64(derive_root(TREE, size))}
    good, bad = go([request | {"tiles": {path: b64(data) for path, data in files.items()}} for files in (tiles, changed)])
    assert good["ok"], good
    assert [TREE.read_hash(0, number) for number in range(size)] == [unb64(each) for each in good["hashes"]]
    assert (bad["ok"], bad["error"]) == (False, "downloaded inconsistent tile")
