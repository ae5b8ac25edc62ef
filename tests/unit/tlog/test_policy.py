"""Policies: who must have signed; read strictly, judged in three values."""

from __future__ import annotations

import pytest

from proofbook.errors import LimitExceeded, MalformedBundle, ProofInvalid
from proofbook.primitives.verdict import Met, Unknown, Unmet, Verdict
from proofbook.tlog.checkpoint import Checkpoint, format_checkpoint
from proofbook.tlog.cosignature import Cosigner
from proofbook.tlog.merkle import leaf_hash
from proofbook.tlog.note import Ed25519Signer, Note, NoteSignature, parse_note, sign_note
from proofbook.tlog.policy import (
    MAX_POLICY_LINES,
    UNSAFE_NO_QUORUM,
    Policy,
    PolicyGroup,
    PolicyLog,
    PolicyWitness,
    assess_policy,
    format_policy,
    parse_policy,
)
from proofbook.tlog.vkey import format_vkey

ORIGIN = "log.example/book"
LOG = Ed25519Signer.from_seed(ORIGIN, b"\x01" * 32)
ONE, TWO, THREE = (Cosigner.from_seed(f"w{n}.example", bytes((10 + n,)) * 32) for n in (1, 2, 3))
L, W1, W2, W3 = (format_vkey(each.key) for each in (LOG, ONE, TWO, THREE))
TEXT = format_checkpoint(Checkpoint(ORIGIN, 1, leaf_hash(b"")))
NAMED = f"""# sample policy

log {L} https://log.example/book
 witness\tone {W1}
witness two {W2} https://two.example/
witness three {W3}
group pair 2 one two
group all-of-them all pair three
""".encode()


def policy(quorum: str) -> Policy:
    """The sample with this quorum."""
    return parse_policy(NAMED + f"quorum {quorum}\n".encode())


def note(*cosigners: Cosigner) -> Note:
    """Signed by the log, cosigned by these."""
    lines = [each.cosign(TEXT, time_seconds=1_760_000_000) for each in cosigners]
    return parse_note(sign_note(TEXT, [LOG], existing=lines))


def reasons(verdict: Verdict, kind: type[Met | Unmet | Unknown]) -> str:
    """Of a verdict that must be of this kind."""
    assert isinstance(verdict, kind)
    return "; ".join(verdict.reasons)


def test_a_policy_reads_back() -> None:
    """Comments and spacing aside."""
    parsed = policy("all-of-them")
    assert (
        Policy(
            (PolicyLog(LOG.key, "https://log.example/book"),),
            (
                PolicyWitness("one", ONE.key),
                PolicyWitness("two", TWO.key, "https://two.example/"),
                PolicyWitness("three", THREE.key),
            ),
            (PolicyGroup("pair", 2, ("one", "two")), PolicyGroup("all-of-them", 2, ("pair", "three"))),
            "all-of-them",
        )
        == parsed
    )
    assert parsed == parse_policy(format_policy(parsed))


@pytest.mark.parametrize(
    ("quorum", "cosigners", "kind"),
    [
        ("one", (ONE,), Met),
        ("one", (TWO,), Unmet),
        ("one", (), Unmet),
        ("pair", (ONE, TWO), Met),
        ("pair", (ONE, THREE), Unmet),
        ("all-of-them", (ONE, TWO, THREE), Met),
        ("all-of-them", (ONE, THREE), Unmet),
        ("all-of-them", (ONE, TWO), Unmet),
    ],
)
def test_the_quorum_decides(quorum: str, cosigners: tuple[Cosigner, ...], kind: type[Met | Unmet]) -> None:
    """Witnesses count through the groups they are in."""
    verdict = assess_policy(policy(quorum), note(*cosigners))
    assert isinstance(verdict, kind)


def test_any_needs_one_member() -> None:
    """Shorthand for a threshold of 1."""
    parsed = parse_policy(f"log {L}\nwitness one {W1}\nwitness two {W2}\ngroup g any one two\nquorum g\n".encode())
    assert "cosigned by two" in reasons(assess_policy(parsed, note(TWO)), Met)


def test_reasons_say_who_signed_and_when() -> None:
    """An auditor reads from them since when someone else was watching."""
    said = reasons(assess_policy(policy("one"), note(ONE)), Met)
    assert said == "signed by the log log.example/book; cosigned by one at POSIX time 1760000000; the quorum one is reached"


def test_a_policy_without_witnesses_says_so_in_its_verdict() -> None:
    """`quorum none` is legal and weak; nobody may overlook it."""
    parsed = parse_policy(f"log {L}\nquorum none\n".encode())
    assert parsed.quorum == UNSAFE_NO_QUORUM
    assert "asks for no witness" in reasons(assess_policy(parsed, note()), Met)


@pytest.mark.parametrize("content", [b"", b"\n", b"# nothing\n", NAMED])
def test_an_absent_quorum_is_never_read_as_none(content: bytes) -> None:
    """The empty file least of all."""
    with pytest.raises(MalformedBundle, match="no quorum line"):
        parse_policy(content)


def test_a_policy_without_logs_cannot_tell() -> None:
    """Legal, for programs that know the log from elsewhere; on its own it knows nobody."""
    parsed = parse_policy(f"witness one {W1}\nquorum one\n".encode())
    assert "lists no log" in reasons(assess_policy(parsed, note(ONE)), Unknown)


def test_the_log_that_the_checkpoint_names_must_have_signed() -> None:
    """A listed log cannot vouch for another one's tree, nor can a witness stand in for the log."""
    other = Ed25519Signer.from_seed("log.example/other", b"\x02" * 32)
    listed = parse_policy(f"log {format_vkey(other.key)}\nquorum none\n".encode())
    assert "no log named log.example/book" in reasons(assess_policy(listed, sign_note(TEXT, [LOG])), Unmet)
    only_witness = Note(TEXT, (ONE.cosign(TEXT, time_seconds=1),))
    assert "did not sign" in reasons(assess_policy(policy("one"), only_witness), Unmet)


def test_a_signature_that_fails_is_unmet() -> None:
    """Also that of a witness the quorum would not need."""
    bad = NoteSignature(THREE.key.name, THREE.key.key_id, bytes(72))
    good = note(ONE)
    verdict = assess_policy(policy("one"), Note(TEXT, (*good.signatures, bad)))
    assert "w3.example does not verify" in reasons(verdict, Unmet)


def test_what_is_no_checkpoint_cannot_be_judged() -> None:
    """It is refused as malformed, not answered with a verdict."""
    with pytest.raises(MalformedBundle):
        assess_policy(policy("one"), b"hello\n")
    with pytest.raises(ProofInvalid):
        assess_policy(policy("one"), sign_note(TEXT.replace(b"\n1\n", b"\n0\n"), [LOG]))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("logs x", "is not one of"),
        ("log", "expected `log"),
        (f"log {L} url more", "expected `log"),
        (f"log {L}", "stands in the policy twice"),
        (f"log {W1}", "type 0x04"),
        ("log x+y", "does not support"),
        ("witness four", "expected `witness"),
        (f"witness four {W1} url more", "expected `witness"),
        (f"witness four {W1}", "stands in the policy twice"),
        (f"witness four {L}", "type 0x01"),
        (f"witness one {W1}", "is taken"),
        (f"witness none {W1}", "is taken"),
        ("group g 1", "expected `group"),
        ("group g 1 nobody", "not a witness or group defined above"),
        ("group g 1 none", "not a witness or group defined above"),
        ("group g 1 one", "already a member"),
        ("group g any three three", "already a member"),
        ("group g 0 all-of-them", "does not fit"),
        ("group g 2 all-of-them", "does not fit"),
        ("group g some all-of-them", "threshold"),
        ("group one 1 all-of-them", "is taken"),
        ("group none 1 all-of-them", "is taken"),
        ("quorum", "expected one single"),
        ("quorum one two", "expected one single"),
        ("quorum nobody", "not a witness or group defined above"),
        ("quorum one\nquorum one", "expected one single"),
        ("quorum one\u00a0", "not a witness or group"),
    ],
)
def test_mistakes_are_named_with_their_line(line: str, message: str) -> None:
    """A policy is written by hand by the person who verifies."""
    with pytest.raises(MalformedBundle, match=message) as caught:
        parse_policy(NAMED + f"{line}\nquorum none\n".encode())
    assert "of the policy: " in caught.value.message


def test_a_log_cannot_be_its_own_witness() -> None:
    """The same key under both types would be a cosignature that shows nothing."""
    own = Cosigner.from_seed("w.example", b"\x01" * 32)
    with pytest.raises(MalformedBundle, match="twice"):
        parse_policy(f"log {L}\nwitness w {format_vkey(own.key)}\nquorum w\n".encode())


@pytest.mark.parametrize(
    "content", [b"quorum none", b"quorum none\r\n", b"\x7fquorum none\n", b"# \xff\nquorum none\n", b"\x00\n"]
)
def test_text_that_is_no_policy_is_refused(content: bytes) -> None:
    """Characters that an editor would not show."""
    with pytest.raises(MalformedBundle):
        parse_policy(content)


def test_the_size_of_a_policy_is_bounded() -> None:
    """In bytes and in lines."""
    with pytest.raises(LimitExceeded):
        parse_policy(b"\n" * (MAX_POLICY_LINES + 1))
    with pytest.raises(LimitExceeded):
        parse_policy(b"#" * 300_000)


def test_a_policy_without_a_form_is_not_written() -> None:
    """A name with a space would read back as two."""
    with pytest.raises(MalformedBundle):
        format_policy(Policy((), (), (), "nobody"))
    with pytest.raises(MalformedBundle, match="reads back"):
        format_policy(Policy((PolicyLog(LOG.key, "https://log.example/ "),), (), (), "none"))
