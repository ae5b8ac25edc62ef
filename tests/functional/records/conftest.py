"""A home made once for a worker, copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.record_desk import RecordDesk, copy_desk, make_desk


@pytest.fixture(scope="session")
def original_desk(tmp_path_factory: pytest.TempPathFactory) -> RecordDesk:
    """The home as it is after `init`."""
    return make_desk(tmp_path_factory.mktemp("desk") / "place")


@pytest.fixture
def desk(original_desk: RecordDesk, tmp_path: Path) -> RecordDesk:
    """A copy of it."""
    return copy_desk(original_desk, tmp_path / "place")
