"""A real engine, and a home in front of it that saw some traffic; made once for a worker, copied for each test that changes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.command_line import Place, ask, copy_place, issue_key, make_place
from support.free_ports import free_port

ENGINE_NEEDED = "xllamacpp"


@pytest.fixture(scope="session")
def model() -> Path:
    """The sample model's file."""
    from proofbook.demo.scene import models_folder

    return models_folder() / "sample-assistant-1.0.gguf"


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[str]:
    """A llama.cpp server with the sample model; its address."""
    pytest.importorskip(ENGINE_NEEDED)
    from proofbook.demo.engine import running_engine

    with running_engine(model, free_port()) as address:
        yield address


@pytest.fixture(scope="session")
def used(tmp_path_factory: pytest.TempPathFactory, engine: str, model: Path) -> Place:
    """A home that answered two questions of one caller. Only for tests that do not change it; `copied` for the others."""
    place = make_place(tmp_path_factory.mktemp("used") / "place", engine, model)
    token = issue_key(place)
    with place.up():
        for _ in range(2):
            assert ask(place, token)
    return place


@pytest.fixture
def copied(used: Place, tmp_path: Path) -> Place:
    """A copy of the used home."""
    return copy_place(used, tmp_path / "place")


@pytest.fixture
def fresh(tmp_path: Path, engine: str, model: Path) -> Callable[[], Place]:
    """Makes a new home with ports of its own."""
    return lambda: make_place(tmp_path / "place", engine, model)
