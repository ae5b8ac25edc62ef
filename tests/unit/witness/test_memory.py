"""What a witness remembers must outlive it, and must never be mistaken for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofbook.errors import ConfigurationError, EntryDamaged
from proofbook.tlog.cosignature import Cosigner
from proofbook.witness.memory import WitnessMemory, hash_origin, only_holder
from support.witness_at_work import COSIGNER, ORIGIN, make_witness, step


def memory(folder: Path) -> WitnessMemory:
    """The memory of the sample witness."""
    return WitnessMemory(folder, COSIGNER.key)


def test_what_was_cosigned_is_read_back_by_another_process(tmp_path: Path) -> None:
    """A restart starts where the witness was."""
    make_witness(tmp_path).add_checkpoint(step(0, 5))
    found = memory(tmp_path).read(ORIGIN)
    assert found is not None
    assert (found.checkpoint.size, found.checkpoint.origin) == (5, ORIGIN)
    assert memory(tmp_path).read_hashed(hash_origin(ORIGIN)) == found.note


def test_a_log_that_was_never_seen_has_no_state(tmp_path: Path) -> None:
    """The first checkpoint of a log is taken on trust."""
    assert memory(tmp_path).read("other.example/book") is None
    assert memory(tmp_path).read_hashed("../../etc/passwd") is None


def test_a_state_that_is_gone_is_not_a_beginning(tmp_path: Path) -> None:
    """Whoever deletes the state would otherwise have the log cosigned from the start, another history with it."""
    make_witness(tmp_path).add_checkpoint(step(0, 5))
    tmp_path.joinpath(f"{hash_origin(ORIGIN)}.note").unlink()
    with pytest.raises(EntryDamaged, match="gone"):
        memory(tmp_path).read(ORIGIN)
    with pytest.raises(EntryDamaged, match="gone"):
        memory(tmp_path).check()


@pytest.mark.parametrize("harm", [b"", b"not a note", b"change"])
def test_a_damaged_state_is_refused(tmp_path: Path, harm: bytes) -> None:
    """A smaller size written into the file would let the log go back."""
    make_witness(tmp_path).add_checkpoint(step(0, 5))
    path = tmp_path / f"{hash_origin(ORIGIN)}.note"
    path.write_bytes(path.read_bytes().replace(b"\n5\n", b"\n4\n") if harm == b"change" else harm)
    with pytest.raises(EntryDamaged, match="damaged"):
        memory(tmp_path).read(ORIGIN)


def test_a_state_of_another_witness_is_refused(tmp_path: Path) -> None:
    """A folder that was copied from elsewhere says nothing about what this key signed."""
    stranger = Cosigner.from_seed("stranger.example/w", b"\x09" * 32)
    make_witness(tmp_path, cosigner=stranger).add_checkpoint(step(0, 5))
    with pytest.raises(EntryDamaged, match="not by this witness"):
        memory(tmp_path).read(ORIGIN)


def test_a_state_under_another_logs_name_is_refused(tmp_path: Path) -> None:
    """Files that were swapped would give one log the other's size."""
    make_witness(tmp_path).add_checkpoint(step(0, 5))
    there = tmp_path / f"{hash_origin(ORIGIN)}.note"
    there.rename(tmp_path / f"{hash_origin('other.example/book')}.note")
    with pytest.raises(EntryDamaged, match="another log"):
        memory(tmp_path).read("other.example/book")


def test_two_witnesses_cannot_hold_one_folder(tmp_path: Path) -> None:
    """Each would compare with what the other is about to change."""
    with (
        only_holder(tmp_path / "state"),
        pytest.raises(ConfigurationError, match="another witness"),
        only_holder(tmp_path / "state"),
    ):
        pytest.fail("both hold it")


def test_what_a_killed_process_left_beside_is_swept(tmp_path: Path) -> None:
    """Half-written files are nobody's state."""
    left = tmp_path / ".x.note.123.new"
    left.write_bytes(b"half")
    with only_holder(tmp_path):
        assert not left.exists()
