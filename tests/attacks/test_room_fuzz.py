"""Random damage anywhere in a room: never exit code 0, never an exception, always a place."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from support.room_checks import Room, room, sound

__all__ = ["room", "sound"]
pytestmark = pytest.mark.attack


def damage(data: bytes, chance: random.Random) -> bytes:
    """One of: a flipped bit, a dropped byte, a doubled stretch, a cut tail, zeros."""
    at = chance.randrange(len(data))
    kind = chance.randrange(5)
    if kind == 0:
        return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
    if kind == 1:
        return data[:at] + data[at + 1 :]
    if kind == 2:
        return data[: at + 40] + data[at:]
    if kind == 3:
        return data[:at]
    return data[:at] + bytes(len(data[at : at + 9])) + data[at + 9 :]


def files_of(room: Room) -> list[str]:
    return sorted(each.relative_to(room.folder).as_posix() for each in room.folder.rglob("*") if each.is_file())


@pytest.mark.parametrize("seed", range(4))
def test_random_damage_is_never_overlooked(room: Room, seed: int) -> None:
    """There is no byte in a room that is outside the proofs."""
    chance = random.Random(seed)
    for path in files_of(room) * 2:
        place = room.folder / path
        before = place.read_bytes()
        after = damage(before, chance)
        if after == before:
            continue
        place.write_bytes(after)
        report = room.verify()
        assert report.exit_code == 5, (path, seed)
        assert report.problems
        assert not any("could not be finished" in problem.what for problem in report.problems), report.problems
        place.write_bytes(before)


@pytest.mark.parametrize("seed", range(2))
def test_random_damage_with_every_list_made_to_fit_is_never_overlooked(room: Room, seed: int) -> None:
    """The same by somebody who can compute hashes: then the signature and the re-derivation stand."""
    chance = random.Random(100 + seed)
    listed = [path for path in files_of(room) if not path.startswith("00_")]
    saved = {path: (room.folder / path).read_bytes() for path in files_of(room)}
    for path in listed:
        (room.folder / path).write_bytes(damage(saved[path], chance) or b"x")
        if (room.folder / path).read_bytes() == saved[path]:
            continue
        room.rehash()
        report = room.verify()
        assert report.exit_code == 5, (path, seed)
        assert any(problem.step == 3 for problem in report.problems), path
        assert not any("could not be finished" in problem.what for problem in report.problems), report.problems
        for each, data in saved.items():
            (room.folder / each).write_bytes(data)


def test_empty_and_huge_files_are_damage(room: Room, tmp_path: Path) -> None:
    """A sparse file of a terabyte is refused by its size, not read."""
    path = room.folder / files_of(room)[-1]
    path.write_bytes(b"")
    assert room.verify().exit_code == 5
    with path.open("r+b") as stream:
        stream.truncate(1 << 40)
    assert room.verify().exit_code == 5
