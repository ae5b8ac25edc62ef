"""One time-stamping authority for all tests here: its keys take a moment to make."""

from __future__ import annotations

import pytest

from support.time_authority import TimeAuthority, make_authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TimeAuthority:
    """The authority."""
    return make_authority(tmp_path_factory.mktemp("authority") / "tsa")
