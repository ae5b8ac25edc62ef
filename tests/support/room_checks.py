"""Copies of a sound sample room to tamper with, and what a report must say about them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from proofbook.verify.program import verify_room
from proofbook.verify.report import Report
from support.room_builder import FRONT, Plan, build_room, rehash

INTERACTIONS = "04_Populations/POP-15_ai-interactions/interactions.csv"
INTERACTIONS_JSON = "04_Populations/POP-15_ai-interactions/interactions.json"
HEADER = "04_Populations/POP-15_ai-interactions/header.json"
DEFINITION = "10_IPE_and_tool_assurance/report_definitions/POP-15.json"
MANIFEST = f"{FRONT}/manifest.json"
MANIFEST_SIG = f"{FRONT}/manifest.sig"


class Room:
    """A copy of the sound room."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder = folder
        self.plan = plan

    def edit(self, path: str, change: Callable[[bytes], bytes]) -> None:
        """Replaces a file's bytes; the change must change something."""
        before = (self.folder / path).read_bytes()
        after = change(before)
        assert after != before, f"the edit of {path} changed nothing"
        (self.folder / path).write_bytes(after)

    def rehash(self) -> None:
        """Manifest, sums and index made to fit, as somebody without the key can."""
        rehash(self.folder)

    def verify(self, **options: Any) -> Report:
        """The report, with the room's true key given unless the test says otherwise."""
        return verify_room(str(self.folder), **{"keys": [self.plan.key.vkey], **options})


def replace(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """An edit of the first occurrence."""
    return lambda data: data.replace(old, new, 1)


def assert_named(report: Report, step: int, place: str) -> None:
    """Exit code 5, and the step names the place."""
    assert report.exit_code == 5
    named = [problem for problem in report.problems if problem.step == step]
    assert any(place in f"{problem.place}: {problem.what}" for problem in named), (
        f"step {step} does not name {place}: " + json.dumps([[p.step, p.place, p.what] for p in report.problems], indent=1)
    )


def assert_unsigned(report: Report) -> None:
    """Only the signature stands between this room and exit code 0 of steps 1 and 2: and it does."""
    assert report.steps[0].outcome.name == "CHECKS_OUT", report.lines()
    assert report.steps[1].outcome.name == "CHECKS_OUT", report.lines()
    assert_named(report, 3, MANIFEST_SIG)


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """The sound room itself; never change it."""
    folder = tmp_path_factory.mktemp("sound") / "room"
    return Room(folder, build_room(folder))


@pytest.fixture
def room(sound: Room, tmp_path: Path) -> Iterator[Room]:
    """A copy to tamper with."""
    shutil.copytree(sound.folder, tmp_path / "room")
    yield Room(tmp_path / "room", sound.plan)
    shutil.rmtree(tmp_path / "room")
