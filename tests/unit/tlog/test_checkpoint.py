"""Checkpoints: three lines and what may follow; our stricter origins."""

from __future__ import annotations

import pytest

from proofbook.errors import ConfigurationError, LimitExceeded, MalformedBundle, ProofInvalid, SignatureInvalid
from proofbook.tlog.checkpoint import (
    MAX_CHECKPOINT_TEXT_BYTES,
    Checkpoint,
    check_checkpoint,
    check_origin,
    format_checkpoint,
    parse_checkpoint,
)
from proofbook.tlog.merkle import EMPTY_ROOT, leaf_hash
from proofbook.tlog.note import Ed25519Signer, Ed25519Verifier, parse_note, sign_note

ROOT = leaf_hash(b"")
ROOT_LINE = b"bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n"
LOG = Ed25519Signer.from_seed("log.example/book", b"\x01" * 32)
HEAD = Checkpoint("log.example/book", 1, ROOT)
SIGNED = sign_note(format_checkpoint(HEAD), [LOG])


@pytest.mark.parametrize(
    ("checkpoint", "text"),
    [
        (HEAD, b"log.example/book\n1\n" + ROOT_LINE),
        (
            Checkpoint("any origin + words", 2**63 - 1, ROOT, ("one", "two")),
            b"any origin + words\n9223372036854775807\n" + ROOT_LINE + b"one\ntwo\n",
        ),
        (Checkpoint("o", 0, EMPTY_ROOT), b"o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"),
    ],
)
def test_tree_heads_read_back(checkpoint: Checkpoint, text: bytes) -> None:
    """Foreign origins are not bound to our rule, as the specification demands."""
    assert text == format_checkpoint(checkpoint)
    assert checkpoint == parse_checkpoint(text)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"o\n1\n",
        b"\n1\n" + ROOT_LINE,
        b"o\n01\n" + ROOT_LINE,
        b"o\n-1\n" + ROOT_LINE,
        b"o\n1\nAAAA\n",
        b"o\n1\n" + ROOT_LINE + b"\n",
        b"o\n1\n" + ROOT_LINE[:-1],
        b"o\r\n1\n" + ROOT_LINE,
    ],
)
def test_text_that_is_no_checkpoint_is_refused(text: bytes) -> None:
    """A signed text of another shape says nothing about a tree."""
    with pytest.raises(MalformedBundle):
        parse_checkpoint(text)


def test_an_empty_tree_has_one_root() -> None:
    """Otherwise a log could show two different beginnings."""
    with pytest.raises(ProofInvalid, match="no empty tree"):
        parse_checkpoint(b"o\n0\n" + ROOT_LINE)


def test_extension_lines_are_bounded() -> None:
    """A witness signs and stores them."""
    with pytest.raises(LimitExceeded, match="longer than"):
        parse_checkpoint(b"o\n1\n" + ROOT_LINE + b"x" * MAX_CHECKPOINT_TEXT_BYTES)


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint("", 1, ROOT),
        Checkpoint("o\np", 1, ROOT),
        Checkpoint("\ud800", 1, ROOT),
        Checkpoint("o", -1, ROOT),
        Checkpoint("o", 1, b"short"),
        Checkpoint("o", 1, ROOT, ("",)),
    ],
)
def test_a_tree_head_without_a_form_is_not_written(checkpoint: Checkpoint) -> None:
    """Nothing may be signed that reads back as something else."""
    with pytest.raises(MalformedBundle):
        format_checkpoint(checkpoint)


def test_a_signed_checkpoint_gives_its_tree_head() -> None:
    """From bytes and from a parsed note."""
    verifiers = [Ed25519Verifier(LOG.key)]
    assert check_checkpoint(SIGNED, origin="log.example/book", verifiers=verifiers) == HEAD
    assert check_checkpoint(parse_note(SIGNED), origin="log.example/book", verifiers=verifiers) == HEAD


def test_a_changed_checkpoint_is_refused() -> None:
    """One digit of the size."""
    with pytest.raises(SignatureInvalid):
        check_checkpoint(SIGNED.replace(b"\n1\n", b"\n2\n"), origin="log.example/book", verifiers=[Ed25519Verifier(LOG.key)])


def test_a_checkpoint_of_another_log_by_the_same_key_is_refused() -> None:
    """One key may sign for several books; a proof is about one."""
    with pytest.raises(MalformedBundle, match=r"not of 'log\.example/other'"):
        check_checkpoint(SIGNED, origin="log.example/other", verifiers=[Ed25519Verifier(LOG.key)])


@pytest.mark.parametrize("origin", ["example.com/proofbook/main", "a/b", "gateway-1.example/books/2026.Q4_x"])
def test_good_origins(origin: str) -> None:
    """A host and a path, without scheme."""
    check_origin(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "example.com",
        "https://example.com/book",
        "example.com/book/",
        "example.com//book",
        "Example.com/book",
        "example.com/a b",
        "example.com/a+b",
        "example.com/../etc",
        "example.com/-",
        "/book",
        "example.com/ü",
        "example.com/book\n",
        "example.com/" + "b" * 250,
    ],
)
def test_other_origins_of_our_own_are_refused(origin: str) -> None:
    """The origin can never be changed, so it is checked before the first signature."""
    with pytest.raises(ConfigurationError, match="cannot be the origin"):
        check_origin(origin)
