"""Key changes: which key counts at which size."""

from __future__ import annotations

import pytest

from proofbook.errors import LimitExceeded, MalformedBundle, SignatureInvalid
from proofbook.tlog.checkpoint import parse_checkpoint
from proofbook.tlog.cosignature import Cosigner
from proofbook.tlog.key_history import (
    MAX_ROTATIONS,
    KeyRotation,
    check_key_history,
    format_rotation,
    parse_rotation,
    sign_rotation,
)
from proofbook.tlog.note import Ed25519Signer, sign_note
from proofbook.tlog.vkey import VerifierKey

ORIGIN = "log.example/book"
FIRST, SECOND, THIRD = (Ed25519Signer.from_seed(ORIGIN, bytes((n,)) * 32) for n in (1, 2, 3))
OTHER_LOG = Ed25519Signer.from_seed("log.example/other", b"\x09" * 32)
TO_SECOND = KeyRotation(ORIGIN, 200, SECOND.key)
TO_THIRD = KeyRotation(ORIGIN, 300, THIRD.key)
STATEMENTS = (
    sign_rotation(TO_SECOND, outgoing=FIRST, incoming=SECOND),
    sign_rotation(TO_THIRD, outgoing=SECOND, incoming=THIRD),
)


def test_statements_read_back() -> None:
    """Header, origin, size, key."""
    text = format_rotation(TO_SECOND)
    assert text[:47] == b"proofbook/key-rotation/v1\nlog.example/book\n200\n"
    assert parse_rotation(text) == TO_SECOND


@pytest.mark.parametrize(
    ("size", "keys"),
    [
        (0, [FIRST.key]),
        (199, [FIRST.key]),
        (200, [FIRST.key, SECOND.key]),
        (201, [SECOND.key]),
        (300, [SECOND.key, THIRD.key]),
        (10**9, [THIRD.key]),
    ],
)
def test_each_size_has_its_keys(size: int, keys: list[VerifierKey]) -> None:
    """An old key that leaks later cannot sign a larger tree."""
    history = check_key_history(FIRST.key, STATEMENTS)
    assert keys == [verifier.key for verifier in history.verifiers_at(size)]


def test_a_book_that_never_changed_its_key_has_one() -> None:
    """The usual case."""
    assert [FIRST.key] == [verifier.key for verifier in check_key_history(FIRST.key, ()).verifiers_at(10**6)]


def test_a_statement_is_never_a_checkpoint() -> None:
    """A log key signs both; one must not pass for the other."""
    with pytest.raises(MalformedBundle, match="tree size"):
        parse_checkpoint(format_rotation(TO_SECOND))


@pytest.mark.parametrize(
    "signers",
    [(SECOND,), (FIRST,), (THIRD, SECOND)],
    ids=["the outgoing key is missing", "the incoming key is missing", "a stranger hands over"],
)
def test_both_keys_must_sign(signers: tuple[Ed25519Signer, ...]) -> None:
    """Otherwise anyone could take a book over, or name a key that nobody holds."""
    with pytest.raises(SignatureInvalid):
        check_key_history(FIRST.key, [sign_note(format_rotation(TO_SECOND), signers)])


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        ((STATEMENTS[1],), "Error"),
        ((STATEMENTS[0], sign_rotation(KeyRotation(ORIGIN, 200, THIRD.key), outgoing=SECOND, incoming=THIRD)), "goes back"),
        (
            (STATEMENTS[0], sign_rotation(KeyRotation(ORIGIN, 300, FIRST.key), outgoing=SECOND, incoming=FIRST)),
            "brings a key back",
        ),
        ((sign_rotation(KeyRotation(ORIGIN, 0, SECOND.key), outgoing=FIRST, incoming=SECOND),), "goes back"),
        ((sign_rotation(KeyRotation(OTHER_LOG.key.name, 5, OTHER_LOG.key), outgoing=FIRST, incoming=OTHER_LOG),), "not of"),
    ],
)
def test_a_chain_that_does_not_hold_is_refused(statements: tuple[bytes, ...], message: str) -> None:
    """A link missing, sizes that go back, a retired key, another log."""
    expected = SignatureInvalid if message == "Error" else MalformedBundle
    with pytest.raises(expected, match=None if message == "Error" else message):
        check_key_history(FIRST.key, statements)


def test_the_chain_is_bounded() -> None:
    """Each link costs two verifications."""
    with pytest.raises(LimitExceeded, match="key rotations"):
        check_key_history(FIRST.key, [b""] * (MAX_ROTATIONS + 1))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        format_rotation(TO_SECOND) + b"more\n",
        format_rotation(TO_SECOND).replace(b"v1", b"v2"),
        format_rotation(TO_SECOND).replace(b"\n200\n", b"\n0200\n"),
        format_rotation(TO_SECOND).replace(b"/book\n", b"/other\n"),
    ],
)
def test_text_that_is_no_statement_is_refused(text: bytes) -> None:
    """The key is named like the log, so a key cannot wander between logs."""
    with pytest.raises(MalformedBundle):
        parse_rotation(text)


def test_statements_without_a_form_are_not_signed() -> None:
    """A witness's key as a log key, a negative size, a signer that is not the incoming key."""
    witness = Cosigner.from_seed(ORIGIN, b"\x02" * 32)
    for rotation in (KeyRotation(ORIGIN, 5, witness.key), KeyRotation(ORIGIN, -1, SECOND.key)):
        with pytest.raises(MalformedBundle):
            format_rotation(rotation)
    with pytest.raises(MalformedBundle, match="not the key that takes over"):
        sign_rotation(TO_SECOND, outgoing=FIRST, incoming=THIRD)


def test_parts_that_read_back_differently_are_not_written() -> None:
    """An origin with a line break would move every later line."""
    odd = Ed25519Signer.from_seed("a", b"\x01" * 32)
    with pytest.raises(MalformedBundle):
        format_rotation(KeyRotation("a\n5", 1, odd.key))
