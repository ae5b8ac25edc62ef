"""Texts and frames: what is written reads back, and hostile bytes raise our errors only."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from proofbook.errors import ProofbookError
from proofbook.tlog.checkpoint import Checkpoint, check_origin, format_checkpoint, parse_checkpoint
from proofbook.tlog.cosignature import CosignatureVerifier, Cosigner, derive_cosigned_note
from proofbook.tlog.encoding import parse_base64, parse_decimal
from proofbook.tlog.entry import format_entry_bundle, parse_entry_bundle
from proofbook.tlog.key_history import check_key_history, parse_rotation
from proofbook.tlog.merkle import EMPTY_ROOT, MAX_TREE_SIZE, CompactRange
from proofbook.tlog.note import (
    Ed25519Signer,
    Ed25519Verifier,
    Note,
    NoteSignature,
    check_note,
    format_note,
    parse_note,
    sign_note,
)
from proofbook.tlog.policy import assess_policy, parse_policy
from proofbook.tlog.proof_file import ProofFile, check_proof_file, format_proof_file, parse_proof_file
from proofbook.tlog.tile import TILE_WIDTH, Bundle, Tile, format_path, parse_path, parse_tile
from proofbook.tlog.vkey import KeyType, VerifierKey, format_vkey, parse_vkey
from proofbook.tlog.witness import Cosigned, Refusal, WitnessState, derive_answer, parse_add_checkpoint

LOG = Ed25519Signer.from_seed("log.example/book", b"\x01" * 32)
WITNESS = Cosigner.from_seed("w.example", b"\x02" * 32)
VERIFIERS = (Ed25519Verifier(LOG.key), CosignatureVerifier(WITNESS.key))
TEXT = format_checkpoint(Checkpoint(LOG.key.name, 1, bytes(32)))
NOTE = sign_note(TEXT, [LOG], existing=[WITNESS.cosign(TEXT, time_seconds=1)])
PROOF_FILE = format_proof_file(ProofFile(0, (), NOTE, b"x"))
REQUEST = b"old 0\n\n" + NOTE
POLICY_TEXT = f"log {format_vkey(LOG.key)}\nwitness w {format_vkey(WITNESS.key)}\ngroup g any w\nquorum g\n".encode()
POLICY = parse_policy(POLICY_TEXT)

LINES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=[chr(code) for code in range(32)]), min_size=1, max_size=40
)
NAMES = LINES.filter(lambda name: not any(each.isspace() for each in name) and "+" not in name)
HASHES = st.binary(min_size=32, max_size=32)
SIGNATURES = st.builds(NoteSignature, NAMES, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80))
SIZES = st.integers(1, MAX_TREE_SIZE)


@given(heads=st.builds(Checkpoint, LINES, SIZES, HASHES, st.lists(LINES, max_size=3).map(tuple)))
def test_checkpoints_read_back(heads: Checkpoint) -> None:
    """Whatever a foreign log calls itself."""
    assert heads == parse_checkpoint(format_checkpoint(heads))


@given(
    body=st.lists(st.one_of(LINES, st.just("")), min_size=1, max_size=6), signatures=st.lists(SIGNATURES, min_size=1, max_size=5)
)
def test_notes_read_back(body: list[str], signatures: list[NoteSignature]) -> None:
    """Empty lines and lines that look like signatures included."""
    note = Note("".join(f"{line}\n" for line in body).encode(), tuple(signatures))
    assert note == parse_note(format_note(note))


@given(text=LINES.map(lambda line: f"{line}\n".encode()), at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_no_changed_note_verifies_as_another_text(text: bytes, at: int, bit: int) -> None:
    """Any flipped bit is refused, or leaves the same text and signature behind."""
    signed = bytearray(sign_note(text, [LOG]))
    signed[at % len(signed)] ^= 1 << bit
    try:
        note = parse_note(bytes(signed))
        check_note(note, [VERIFIERS[0]])
    except ProofbookError:
        return
    pytest.fail(f"a changed note was accepted: {note}")


@given(entries=st.lists(st.binary(max_size=300), min_size=1, max_size=TILE_WIDTH).map(tuple))
def test_bundles_read_back(entries: tuple[bytes, ...]) -> None:
    """In order, empty entries too."""
    assert entries == parse_entry_bundle(format_entry_bundle(entries), len(entries))


TILES = st.integers(0, 7).flatmap(
    lambda level: st.builds(Tile, st.just(level), st.integers(0, MAX_TREE_SIZE >> 8 * (level + 1)), st.integers(1, TILE_WIDTH))
)


@given(resource=st.one_of(TILES, st.builds(Bundle, st.integers(0, MAX_TREE_SIZE >> 8), st.integers(1, TILE_WIDTH))))
def test_paths_read_back(resource: Tile | Bundle) -> None:
    """One path for one tile, over all sizes a tree can have."""
    assert resource == parse_path(format_path(resource))


@given(path=st.from_regex(r"tile/(entries|[0-9]{1,2})/(x?[0-9]{1,3}/){0,3}[0-9]{1,4}(\.p/[0-9]{1,3})?", fullmatch=True))
def test_accepted_paths_are_written_the_same(path: str) -> None:
    """No second spelling is accepted."""
    try:
        resource = parse_path(path)
    except ProofbookError:
        return
    assert path == format_path(resource)


@given(key=st.builds(VerifierKey, NAMES, st.sampled_from(KeyType), HASHES.filter(lambda key: len(set(key)) > 8)))
def test_keys_read_back(key: VerifierKey) -> None:
    """For both types."""
    assert key == parse_vkey(format_vkey(key))


@given(
    proof=st.builds(
        ProofFile,
        st.integers(0, MAX_TREE_SIZE),
        st.lists(HASHES, max_size=63).map(tuple),
        st.just(NOTE),
        st.one_of(st.none(), st.binary(max_size=99)),
    )
)
def test_proof_files_read_back(proof: ProofFile) -> None:
    """With and without extra bytes."""
    assert proof == parse_proof_file(format_proof_file(proof))


@given(count=st.integers(0, 600))
def test_stored_tree_state_reads_back(count: int) -> None:
    """At every size."""
    state = CompactRange()
    state.extend([EMPTY_ROOT] * count)
    assert (state.to_bytes(), state.root()) == ((again := CompactRange.from_bytes(state.to_bytes())).to_bytes(), again.root())


READERS: Final[tuple[Callable[[bytes], object], ...]] = (
    parse_note,
    parse_checkpoint,
    parse_proof_file,
    parse_add_checkpoint,
    parse_policy,
    parse_rotation,
    CompactRange.from_bytes,
    lambda raw: parse_entry_bundle(raw, raw[0] if raw else 0),
    lambda raw: parse_tile(raw, len(raw) // 32),
    lambda raw: check_note(parse_note(raw), VERIFIERS),
    lambda raw: assess_policy(POLICY, raw),
    lambda raw: check_key_history(LOG.key, [raw]),
    lambda raw: derive_cosigned_note(NOTE, raw, VERIFIERS),
    lambda raw: check_proof_file(parse_proof_file(raw), leaf=bytes(32), origin=LOG.key.name, verifiers=VERIFIERS),
)

SEEDS = (TEXT, NOTE, PROOF_FILE, REQUEST, POLICY_TEXT)


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A good text with pieces cut out, doubled, swapped for noise."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(0, 4))):
        low = draw(st.integers(0, len(text)))
        high = draw(st.integers(low, min(len(text), low + 60)))
        text = (
            text[:low]
            + draw(st.one_of(st.just(b""), st.just(text[low:high] * 2), st.binary(max_size=6), st.just(b"\n")))
            + text[high:]
        )
    return text


@pytest.mark.parametrize("reader", range(len(READERS)))
@given(raw=st.one_of(st.binary(max_size=200), mangled()))
@example(raw=b"")
@example(raw=b"\n\n")
@example(raw=NOTE)
@example(raw=PROOF_FILE)
def test_hostile_bytes_raise_our_errors_only(reader: int, raw: bytes) -> None:
    """A leaked ValueError would be a crash where an answer is due."""
    with suppress(ProofbookError):
        READERS[reader](raw)


TEXT_READERS: Final[tuple[Callable[[str], object], ...]] = (
    parse_path,
    parse_vkey,
    check_origin,
    lambda text: parse_decimal(text, "x"),
    lambda text: parse_base64(text, "x"),
)


@pytest.mark.parametrize("reader", range(len(TEXT_READERS)))
@given(text=st.text(max_size=60))
@example(text="\ud800")
@example(text="tile/0/000\n")
def test_hostile_text_raises_our_errors_only(reader: int, text: str) -> None:
    """Surrogates and line breaks included."""
    with suppress(ProofbookError):
        TEXT_READERS[reader](text)


@given(raw=st.one_of(st.binary(max_size=200), mangled()))
def test_a_witness_answers_anything(raw: bytes) -> None:
    """Never an exception, and a cosignature only for the good request."""
    state = WitnessState.before_first(LOG.key.name, (VERIFIERS[0],))
    answer = derive_answer({LOG.key.name: state}.get, raw, cosigner=WITNESS, time_seconds=1)
    assert isinstance(answer, Cosigned | Refusal)
    if isinstance(answer, Cosigned):
        assert parse_note(answer.checkpoint).text == TEXT
