"""A home with a few entries and sealed content, made once; every scene gets a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from proofbook.wiring.home import open_home
from proofbook.wiring.recording import open_door
from support.draft_builder import answered, asked
from support.transcript import play

ENGAGEMENT = """[[engagements]]
id = "fy2026"
first = "2026-01-01"
last = "2026-12-31"
zone = "UTC"
"""
EXCHANGE, CONVERSATION = "x_00000000000000000000000001", "c_00000000000000000000000001"


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the home as it is before anything goes wrong."""
    folder = tmp_path_factory.mktemp("original")
    init = ("--home", "home", "init", "--entity", "Sample Organisation", "--origin", "sample.example/book")
    assert play(folder, (*init, "--fence", "fence", "--upstream", "http://127.0.0.1:9")).code == 0
    config = folder / "home" / "proofbook.toml"
    text = config.read_text("utf-8").replace(f'fence = "{folder}/fence"', 'fence = "../fence"')
    config.write_text(text.partition("[[engagements]]")[0] + ENGAGEMENT, "utf-8")
    with open_door(open_home(folder / "home")) as door:
        door.recorder.submit([asked(EXCHANGE, b"sample question", CONVERSATION)]).result()
        door.recorder.submit([answered(EXCHANGE, b"sample answer", CONVERSATION)]).result()
    return folder


@pytest.fixture
def stage(original: Path, tmp_path: Path) -> Path:
    """A copy of it to do harm to."""
    folder = tmp_path / "stage"
    shutil.copytree(original, folder, ignore=shutil.ignore_patterns("run"))
    return folder
