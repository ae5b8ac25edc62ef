"""Cosignatures: what a witness says, and that it is not what a log says."""

from __future__ import annotations

import pytest

from proofbook.errors import ConfigurationError, MalformedBundle, SignatureInvalid
from proofbook.tlog.checkpoint import Checkpoint, format_checkpoint
from proofbook.tlog.cosignature import (
    CosignatureVerifier,
    Cosigner,
    cosignature_message,
    cosignature_time,
    derive_cosigned_note,
    verifier_of,
)
from proofbook.tlog.merkle import leaf_hash
from proofbook.tlog.note import (
    Ed25519Signer,
    Ed25519Verifier,
    NoteSignature,
    check_note,
    format_signature_line,
    parse_note,
    sign_note,
)

LOG = Ed25519Signer.from_seed("log.example/book", b"\x01" * 32)
WITNESS = Cosigner.from_seed("auditor.example/w1", b"\x02" * 32)
STRANGER = Cosigner.from_seed("stranger.example/w", b"\x03" * 32)
TEXT = format_checkpoint(Checkpoint("log.example/book", 1, leaf_hash(b"")))
NOTE = sign_note(TEXT, [LOG])
LINE = WITNESS.cosign(TEXT, time_seconds=1_760_000_000)
VERIFIER = CosignatureVerifier(WITNESS.key)


def test_the_signed_message_names_its_kind_and_time_before_the_checkpoint() -> None:
    """Domain separation: no log signature is ever a cosignature."""
    assert cosignature_message(TEXT, 1_760_000_000) == b"cosignature/v1\ntime 1760000000\n" + TEXT


def test_a_cosignature_verifies_and_states_its_time() -> None:
    """An auditor reads from it since when the book was watched."""
    VERIFIER.check_signature(TEXT, LINE.signature)
    assert cosignature_time(LINE.signature) == 1_760_000_000


def test_a_changed_time_or_text_is_refused() -> None:
    """The time is part of what is signed."""
    later = (1_760_000_001).to_bytes(8, "big") + LINE.signature[8:]
    with pytest.raises(SignatureInvalid, match="does not verify"):
        VERIFIER.check_signature(TEXT, later)
    with pytest.raises(SignatureInvalid, match="does not verify"):
        VERIFIER.check_signature(TEXT + b"extension\n", LINE.signature)


@pytest.mark.parametrize("signature", [b"", LINE.signature[:-1], LINE.signature + b"x", b"\xff" * 72])
def test_a_signature_of_another_shape_is_refused(signature: bytes) -> None:
    """A short one, and one with a time past 2**63 - 1."""
    with pytest.raises(SignatureInvalid, match="is no cosignature"):
        VERIFIER.check_signature(TEXT, signature)


def test_a_log_signature_of_the_same_key_is_no_cosignature() -> None:
    """Even when name and key bytes are equal, the type byte gives another id."""
    both_ways = Ed25519Signer.from_seed(WITNESS.key.name, b"\x02" * 32)
    with pytest.raises(SignatureInvalid, match="no known key"):
        check_note(parse_note(sign_note(TEXT, [both_ways])), [VERIFIER])


@pytest.mark.parametrize("time_seconds", [-1, 2**63])
def test_times_without_a_form_are_not_signed(time_seconds: int) -> None:
    """The format has 63 bits for it."""
    with pytest.raises(MalformedBundle, match="not a cosignature time"):
        WITNESS.cosign(TEXT, time_seconds=time_seconds)


def test_only_checkpoints_are_cosigned() -> None:
    """A witness that signs any text can be made to sign anything."""
    with pytest.raises(MalformedBundle):
        WITNESS.cosign(b"I owe you\n", time_seconds=1)


def test_a_witness_answer_is_added_to_the_note_once() -> None:
    """Lines by unknown keys are left out; asking again for the same line changes nothing."""
    answer = format_signature_line(STRANGER.cosign(TEXT, time_seconds=1)) + format_signature_line(LINE)
    cosigned = derive_cosigned_note(NOTE, answer, [VERIFIER])
    assert NOTE + format_signature_line(LINE) == cosigned
    assert cosigned == derive_cosigned_note(cosigned, answer, [VERIFIER])


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", MalformedBundle),
        (b"busy\n", MalformedBundle),
        (format_signature_line(STRANGER.cosign(TEXT, time_seconds=1)), SignatureInvalid),
        (format_signature_line(NoteSignature(WITNESS.key.name, WITNESS.key.key_id, bytes(72))), SignatureInvalid),
    ],
)
def test_any_other_answer_is_refused(answer: bytes, error: type[Exception]) -> None:
    """A witness that answers nonsense must not make the note worse."""
    with pytest.raises(error):
        derive_cosigned_note(NOTE, answer, [VERIFIER])


def test_each_key_type_gets_its_verifier() -> None:
    """A key of one type is refused as the other."""
    assert isinstance(verifier_of(LOG.key), Ed25519Verifier)
    assert isinstance(verifier_of(WITNESS.key), CosignatureVerifier)
    with pytest.raises(ConfigurationError, match="0x01"):
        CosignatureVerifier(LOG.key)
