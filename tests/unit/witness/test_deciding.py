"""A witness at work: stored before sent, forks kept, two requests at once never both from one state."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from proofbook.errors import StoreUnavailable
from proofbook.tlog.cosignature import CosignatureVerifier, derive_cosigned_note
from proofbook.tlog.note import Ed25519Signer
from proofbook.tlog.witness import Cosigned, Refusal, format_add_checkpoint
from support.witness_at_work import COSIGNER, LOG, ORIGIN, make_witness, signed, step


def test_a_log_that_grows_is_cosigned_step_by_step(tmp_path: Path) -> None:
    """Also by a witness that was started anew in between."""
    for old, new in ((0, 3), (3, 9), (9, 20)):
        answer = make_witness(tmp_path).add_checkpoint(step(old, new))
        assert isinstance(answer, Cosigned)
        assert derive_cosigned_note(signed(new), answer.body, [CosignatureVerifier(COSIGNER.key)]) == answer.checkpoint
    (standing,) = make_witness(tmp_path).standings()
    assert (standing.origin, standing.size, standing.forks) == (ORIGIN, 20, 0)


def test_a_rollback_is_refused_after_a_restart(tmp_path: Path) -> None:
    """The log is told what was cosigned, and gets nothing for less."""
    make_witness(tmp_path).add_checkpoint(step(0, 9))
    again = make_witness(tmp_path)
    assert again.add_checkpoint(step(0, 3)) == Refusal(409, b"9\n", "text/x.tlog.size")
    answer = again.add_checkpoint(step(3, 9))
    assert isinstance(answer, Refusal)
    assert answer.status == 409


def test_a_fork_is_refused_and_kept_as_evidence(tmp_path: Path) -> None:
    """Two signed roots of one size prove by themselves that the log shows two histories; kept once, not at each try."""
    witness = make_witness(tmp_path)
    witness.add_checkpoint(step(0, 5))
    fork = signed(5, root=b"\x07" * 32)
    for _ in range(2):
        answer = witness.add_checkpoint(format_add_checkpoint(5, (), fork))
        assert isinstance(answer, Refusal)
        assert answer.status == 422
    (kept,) = tmp_path.joinpath("forks").iterdir()
    assert kept.read_bytes() == fork
    assert witness.standings()[0].forks == 1


def test_a_fork_signed_by_a_stranger_leaves_nothing(tmp_path: Path) -> None:
    """Otherwise anybody could fill the disk, and slander the log."""
    witness = make_witness(tmp_path)
    witness.add_checkpoint(step(0, 5))
    thief = Ed25519Signer.from_seed(ORIGIN, b"\x05" * 32)
    answer = witness.add_checkpoint(format_add_checkpoint(5, (), signed(5, root=b"\x07" * 32, signer=thief)))
    assert isinstance(answer, Refusal)
    assert answer.status == 403
    assert not tmp_path.joinpath("forks").exists()


def test_of_two_steps_from_one_state_only_one_is_cosigned(tmp_path: Path) -> None:
    """Compare and set: the other hears which size it is now."""
    witness = make_witness(tmp_path)
    witness.add_checkpoint(step(0, 2))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(witness.add_checkpoint, [step(2, size) for size in range(3, 19)]))
    assert sum(isinstance(each, Cosigned) for each in answers) == 1
    assert all(each.status == 409 for each in answers if isinstance(each, Refusal))


def test_nothing_is_given_when_the_state_cannot_be_stored(tmp_path: Path) -> None:
    """A cosignature that the witness may forget is worse than none."""
    witness = make_witness(tmp_path / "state")
    witness.add_checkpoint(step(0, 2))
    (tmp_path / "state").rename(tmp_path / "gone")
    (tmp_path / "state").write_bytes(b"a file where the folder was")
    with pytest.raises(StoreUnavailable):
        witness.add_checkpoint(step(0, 3))
    (tmp_path / "state").unlink()
    (tmp_path / "gone").rename(tmp_path / "state")
    assert isinstance(witness.add_checkpoint(step(2, 3)), Cosigned)


def test_each_log_has_a_state_of_its_own(tmp_path: Path) -> None:
    """One log's growth says nothing about another's."""
    other = Ed25519Signer.from_seed("other.example/book", b"\x06" * 32)
    witness = make_witness(tmp_path, logs=(LOG, other))
    witness.add_checkpoint(step(0, 9))
    answer = witness.add_checkpoint(format_add_checkpoint(0, (), signed(4, signer=other)))
    assert isinstance(answer, Cosigned)
    assert [each.size for each in witness.standings()] == [9, 4]
