"""The witness's decisions, in the protocol's order, each with its status code."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from proofbook.errors import LimitExceeded, MalformedBundle, ProofInvalid
from proofbook.tlog.checkpoint import Checkpoint, format_checkpoint
from proofbook.tlog.cosignature import CosignatureVerifier, Cosigner, cosignature_time, derive_cosigned_note
from proofbook.tlog.memory_tree import MemoryTree
from proofbook.tlog.merkle import leaf_hash
from proofbook.tlog.note import Ed25519Signer, Ed25519Verifier, Verifier, check_note, parse_note, sign_note
from proofbook.tlog.proof import derive_consistency, derive_root
from proofbook.tlog.witness import (
    MAX_REQUEST_BYTES,
    AddCheckpoint,
    Answer,
    Cosigned,
    Refusal,
    WitnessState,
    derive_answer,
    derive_cosigning,
    format_add_checkpoint,
    monitoring_path,
    parse_add_checkpoint,
    parse_size_conflict,
)

ORIGIN = "log.example/book"
LOG = Ed25519Signer.from_seed(ORIGIN, b"\x01" * 32)
THIEF = Ed25519Signer.from_seed(ORIGIN, b"\x05" * 32)
WITNESS = Cosigner.from_seed("auditor.example/w1", b"\x02" * 32)
KEYS: tuple[Verifier, ...] = (Ed25519Verifier(LOG.key),)
TREE = MemoryTree(leaf_hash(b"%d" % n) for n in range(9))
NOW = 1_760_000_000


def signed(size: int, root: bytes | None = None, signer: Ed25519Signer = LOG) -> bytes:
    """A checkpoint of the sample tree, or of another root."""
    head = Checkpoint(ORIGIN, size, derive_root(TREE, size) if root is None else root)
    return sign_note(format_checkpoint(head), [signer])


def state_at(size: int) -> WitnessState:
    """After cosigning the sample tree at that size."""
    return WitnessState(ORIGIN, size, derive_root(TREE, size), KEYS)


def ask(body: bytes, states: Mapping[str, WitnessState]) -> Answer:
    """One request to a witness that remembers these states."""
    return derive_answer(states.get, body, cosigner=WITNESS, time_seconds=NOW)


def cosigned(answer: Answer) -> Cosigned:
    """The answer must be a cosignature."""
    assert isinstance(answer, Cosigned)
    return answer


def refusal(answer: Answer) -> Refusal:
    """The answer must be a refusal."""
    assert isinstance(answer, Refusal)
    return answer


def test_the_first_checkpoint_is_taken_on_trust_with_an_empty_proof() -> None:
    """A witness starts somewhere; from then on the book can only grow."""
    answer = cosigned(ask(format_add_checkpoint(0, (), signed(3)), {ORIGIN: WitnessState.before_first(ORIGIN, KEYS)}))
    assert state_at(3) == answer.state


def test_a_step_is_cosigned_at_the_given_time_and_remembered() -> None:
    """The answer is a line that the log can add to its note."""
    body = format_add_checkpoint(3, derive_consistency(TREE, 3, 7), signed(7))
    answer = cosigned(ask(body, {ORIGIN: state_at(3)}))
    assert (state_at(7), NOW) == (answer.state, cosignature_time(answer.line.signature))
    note = derive_cosigned_note(signed(7), answer.body, [CosignatureVerifier(WITNESS.key)])
    assert note == answer.checkpoint


def test_the_served_checkpoint_drops_what_the_witness_did_not_verify() -> None:
    """Read back by others, it must not carry lines of unknown keys."""
    note = sign_note(parse_note(signed(3)).text, [LOG, THIEF])
    answer = cosigned(ask(format_add_checkpoint(0, (), note), {ORIGIN: WitnessState.before_first(ORIGIN, KEYS)}))
    assert len(check_note(parse_note(answer.checkpoint), [*KEYS, CosignatureVerifier(WITNESS.key)])) == 2
    assert len(parse_note(answer.checkpoint).signatures) == 2


def test_the_same_checkpoint_is_cosigned_again() -> None:
    """An idle book still shows that it is watched."""
    assert state_at(7) == cosigned(ask(format_add_checkpoint(7, (), signed(7)), {ORIGIN: state_at(7)})).state


def test_an_empty_book_may_be_cosigned() -> None:
    """So a book is watched from before its first entry."""
    first = WitnessState.before_first(ORIGIN, KEYS)
    assert first == cosigned(ask(format_add_checkpoint(0, (), signed(0)), {ORIGIN: first})).state


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"", 400, id="nothing"),
        pytest.param(b"x" * (MAX_REQUEST_BYTES + 1), 400, id="too long"),
        pytest.param(b"old 3\n\nhello\n", 400, id="no note"),
        pytest.param(format_add_checkpoint(9, (), signed(7)), 400, id="old size larger than the checkpoint's"),
        pytest.param(format_add_checkpoint(0, (), signed(7, signer=THIEF)), 403, id="unknown key"),
        pytest.param(format_add_checkpoint(3, (), signed(7).replace(b"\n7\n", b"\n8\n")), 403, id="known key fails"),
        pytest.param(format_add_checkpoint(3, (), signed(7)), 422, id="proof missing"),
        pytest.param(format_add_checkpoint(3, derive_consistency(TREE, 3, 8), signed(7)), 422, id="other proof"),
        pytest.param(format_add_checkpoint(3, (), signed(3, leaf_hash(b""))), 422, id="same size, other root"),
        pytest.param(format_add_checkpoint(3, (TREE.read_hash(0, 0),), signed(3)), 422, id="same size, a proof"),
        pytest.param(b"old 0\n\n" + signed(3).replace(b"\n3\n", b"\n0\n"), 422, id="empty tree with another root"),
    ],
)
def test_refusals_have_the_status_of_the_protocol(body: bytes, status: int) -> None:
    """A log reacts by number: fix the request, fix the key, fetch the size, or raise the alarm."""
    answer = refusal(ask(body, {ORIGIN: state_at(3)}))
    assert (status, "text/plain; charset=utf-8") == (answer.status, answer.content_type)


def test_a_proof_from_nothing_is_refused() -> None:
    """The protocol demands an empty one; anything else is a log that is confused about its past."""
    body = format_add_checkpoint(0, (leaf_hash(b""),), signed(3))
    assert refusal(ask(body, {ORIGIN: WitnessState.before_first(ORIGIN, KEYS)})).status == 422


def test_a_wrong_old_size_is_answered_with_the_right_one() -> None:
    """The log can then build the proof it owes; a restored log learns here that it fell behind."""
    answer = refusal(ask(format_add_checkpoint(2, derive_consistency(TREE, 2, 7), signed(7)), {ORIGIN: state_at(3)}))
    assert (answer.status, answer.body, answer.content_type) == (409, b"3\n", "text/x.tlog.size")
    assert parse_size_conflict(answer.body) == 3


def test_unknown_logs_are_not_found() -> None:
    """Whether nothing is remembered or the state handed in is another log's."""
    request = parse_add_checkpoint(format_add_checkpoint(0, (), signed(3)))
    other = WitnessState.before_first("log.example/other", KEYS)
    for state in (None, other):
        assert refusal(derive_cosigning(state, request, cosigner=WITNESS, time_seconds=NOW)).status == 404
    assert refusal(ask(format_add_checkpoint(0, (), signed(3)), {})).status == 404


def test_the_reason_is_plain_text_even_for_strange_origins() -> None:
    """A refusal echoes bounded text."""
    text = b"old 0\n\n" + b"\xf0\x9f\x93\x95\n0\n" + signed(1).split(b"\n", 2)[2]
    answer = refusal(ask(text, {}))
    assert answer.status == 422
    assert len(answer.body) < 300


def test_requests_read_back() -> None:
    """What a log sends is what a witness reads."""
    proof = derive_consistency(TREE, 3, 7)
    request = parse_add_checkpoint(format_add_checkpoint(3, proof, signed(7)))
    assert AddCheckpoint(3, proof, parse_note(signed(7)), Checkpoint(ORIGIN, 7, derive_root(TREE, 7))) == request


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (signed(3), MalformedBundle),
        (b"old 03\n\n" + signed(3), MalformedBundle),
        (b"old 3\r\n\n" + signed(3), MalformedBundle),
        (b"old 3\nAAAA\n\n" + signed(3), MalformedBundle),
        (b"old 3\n", MalformedBundle),
        (b"\n\n" + signed(3), MalformedBundle),
        (b"old 3\n" + (b"A" * 43 + b"=\n") * 64 + b"\n" + signed(3), LimitExceeded),
        (b"old 0\n\n" + signed(3).replace(b"\n3\n", b"\n0\n"), ProofInvalid),
    ],
)
def test_any_other_request_is_refused(body: bytes, error: type[Exception]) -> None:
    """Before any signature is checked."""
    with pytest.raises(error):
        parse_add_checkpoint(body)


def test_requests_without_a_form_are_not_sent() -> None:
    """A negative size, a note that is none."""
    with pytest.raises(MalformedBundle):
        format_add_checkpoint(-1, (), signed(3))
    with pytest.raises(MalformedBundle):
        format_add_checkpoint(0, (), b"hello\n")


@pytest.mark.parametrize("body", [b"", b"3", b"03\n", b"3\n4\n", b"three\n"])
def test_any_other_conflict_answer_is_refused(body: bytes) -> None:
    """A log must not believe a size out of a garbled answer."""
    with pytest.raises(MalformedBundle):
        parse_size_conflict(body)


def test_the_read_back_path_is_the_hash_of_the_origin() -> None:
    """An auditor who knows only the book's name can form it."""
    assert monitoring_path("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad/checkpoint"
