"""Signed notes: the text form, and whose signature counts."""

from __future__ import annotations

import pytest

from proofbook.errors import ConfigurationError, LimitExceeded, MalformedBundle, SignatureInvalid
from proofbook.tlog.encoding import format_base64
from proofbook.tlog.note import (
    MAX_NOTE_BYTES,
    MAX_SIGNATURES,
    Ed25519Signer,
    Ed25519Verifier,
    Note,
    NoteSignature,
    check_note,
    format_note,
    parse_note,
    sign_note,
)
from proofbook.tlog.vkey import KeyType, VerifierKey, parse_vkey

TEXT = b"If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = (
    TEXT
    + (
        "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
        "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
    ).encode()
)
PETER = Ed25519Verifier(parse_vkey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"))

ANN = Ed25519Signer.from_seed("ann.example", b"\x01" * 32)
BEN = Ed25519Signer.from_seed("ben.example", b"\x02" * 32)
BOTH = sign_note(b"text\n", [ANN, BEN])
LINE = NoteSignature("who.example", b"\x00\x00\x00\x01", b"signature")


def lines_by_nobody(count: int) -> bytes:
    """A note with so many signature lines by nobody known."""
    return b"text\n\n" + f"— x {format_base64(bytes(5))}\n".encode() * count


def test_the_example_note_of_go_is_verified_and_reads_back() -> None:
    """A note that another implementation published; one of its two keys is known here."""
    note = parse_note(GO_NOTE)
    assert [note.signatures[0]] == list(check_note(note, [PETER]))
    assert (note.text, format_note(note)) == (TEXT, GO_NOTE)


def test_signatures_follow_those_that_are_there() -> None:
    """A witness adds its line; nothing of the log's note changes."""
    first = sign_note(b"text\n", [ANN])
    both = sign_note(b"text\n", [BEN], existing=parse_note(first).signatures)
    assert both == BOTH
    assert both.startswith(first)


def test_text_ends_at_the_last_empty_line() -> None:
    """Empty lines inside the text belong to what is signed."""
    note = parse_note(sign_note("a\n\n— b\n\n".encode(), [ANN]))
    assert "a\n\n— b\n\n".encode() == note.text
    check_note(note, [Ed25519Verifier(ANN.key)])


def test_unknown_keys_are_ignored() -> None:
    """Even when they share the name or the id with a known key."""
    note = parse_note(BOTH)
    ann, ben = note.signatures
    named_alike = NoteSignature(ann.name, ben.key_id, b"whatever")
    same_id = NoteSignature("other.example", ann.key_id, b"whatever")
    mixed = Note(note.text, (named_alike, same_id, ann))
    assert (ann,) == check_note(mixed, [Ed25519Verifier(ANN.key)])


def test_each_known_key_that_signed_is_reported_once() -> None:
    """A repeated line is one signature."""
    ann, ben = parse_note(BOTH).signatures
    verifiers = [Ed25519Verifier(ANN.key), Ed25519Verifier(BEN.key)]
    assert (ben, ann) == check_note(Note(b"text\n", (ben, ann, ben)), verifiers)


def test_a_failing_known_key_refuses_the_whole_note() -> None:
    """Even beside a good signature: someone changed the note or the key was misused."""
    note = parse_note(BOTH)
    changed = Note(b"Text\n", note.signatures)
    with pytest.raises(SignatureInvalid, match=r"ann\.example does not verify"):
        check_note(changed, [Ed25519Verifier(ANN.key)])
    ann, ben = note.signatures
    broken = Note(note.text, (ann, NoteSignature(ben.name, ben.key_id, ben.signature[:-1])))
    with pytest.raises(SignatureInvalid, match=r"ben\.example"):
        check_note(broken, [Ed25519Verifier(ANN.key), Ed25519Verifier(BEN.key)])


def test_a_note_nobody_known_signed_is_refused_with_the_names_it_carries() -> None:
    """The hint tells an auditor which key is missing."""
    with pytest.raises(SignatureInvalid, match=r"no known key signed.*ann\.example, ben\.example"):
        check_note(parse_note(BOTH), [PETER])
    with pytest.raises(SignatureInvalid, match="no known key"):
        check_note(parse_note(BOTH), [])


def test_two_trusted_keys_with_one_id_are_refused() -> None:
    """Which of them signed could not be told."""
    with pytest.raises(ConfigurationError, match="share the name"):
        check_note(parse_note(BOTH), [Ed25519Verifier(ANN.key), Ed25519Verifier(ANN.key)])


@pytest.mark.parametrize(
    ("note", "message"),
    [
        (b"", "newline"),
        (b"text\n", "no empty line"),
        (b"text\n\n", "newline"),
        (b"text\n\nann.example AAAAAAA=\n", "not a signature line"),
        ("text\n\n— ann.example\n".encode(), "not a signature line"),
        ("text\n\n—  AAAAAAA=\n".encode(), "key name"),
        ("text\n\n— a+b AAAAAAA=\n".encode(), "key name"),
        ("text\n\n— ann.example AAAAAAA\n".encode(), "base64"),
        ("text\n\n— ann.example AAAAAAA= x\n".encode(), "base64"),
        ("text\n\n— ann.example AAAAAA==\n".encode(), "only 4 bytes"),
        ("text\n\n— ann.example AAAAAAA=".encode(), "newline"),
        ("te\txt\n\n— ann.example AAAAAAA=\n".encode(), "control character"),
        (b"te\xffxt\n\n\xe2\x80\x94 ann.example AAAAAAA=\n", "UTF-8"),
        ("text\n\n— ann.example AAAAAAA=\n\n".encode(), "newline"),
    ],
)
def test_text_that_is_no_note_is_refused(note: bytes, message: str) -> None:
    """Each of these is read differently by loose parsers."""
    with pytest.raises(MalformedBundle, match=message):
        parse_note(note)


def test_the_number_of_signatures_and_bytes_is_bounded() -> None:
    """Every signature by a known key costs a verification."""
    assert len(parse_note(lines_by_nobody(MAX_SIGNATURES)).signatures) == MAX_SIGNATURES
    with pytest.raises(LimitExceeded, match="65 signatures"):
        parse_note(lines_by_nobody(MAX_SIGNATURES + 1))
    with pytest.raises(LimitExceeded, match="longer than"):
        parse_note(b"x" * MAX_NOTE_BYTES + BOTH)


@pytest.mark.parametrize(
    "note",
    [
        Note(b"no newline", (LINE,)),
        Note(b"text\n", ()),
        Note(b"text\n", (NoteSignature("a b", LINE.key_id, b"x"),)),
        Note(b"text\n", (NoteSignature("a", b"\x00", b"long enough"),)),
    ],
)
def test_parts_that_would_read_back_differently_are_not_written(note: Note) -> None:
    """What is written is what will be verified."""
    with pytest.raises(MalformedBundle):
        format_note(note)


def test_a_key_of_another_kind_is_refused() -> None:
    """A witness key must not be accepted where a log key belongs, nor a seed of another length."""
    with pytest.raises(ConfigurationError, match="0x04"):
        Ed25519Verifier(VerifierKey("w.example", KeyType.COSIGNATURE, BEN.key.public_key))
    with pytest.raises(ConfigurationError, match="32 bytes, not 31"):
        Ed25519Signer.from_seed("ann.example", bytes(31))
