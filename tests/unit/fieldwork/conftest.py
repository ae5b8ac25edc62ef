"""A desk for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.fieldwork_desk import FieldworkDesk, fieldwork_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FieldworkDesk]:
    """A book of two quiet days, with people about to work on it."""
    with fieldwork_desk(tmp_path) as made:
        yield made
