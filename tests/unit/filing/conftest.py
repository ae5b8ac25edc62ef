"""A desk in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.filing_room import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty book to apply runs to."""
    return Desk(tmp_path / "readmodel.sqlite")
