"""The report test kit's home, and its artifact pages, made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from proofbook.demo.year.kit import write_kit
from support.artifact_command import AS_OF, draw
from support.command_line import Done
from support.forked_program import PROGRAM


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A home whose book holds the sample year with its planted faults."""
    with TemporaryDirectory() as folder:
        yield write_kit(Path(folder) / "home").path


@pytest.fixture(scope="session")
def drawn(home: Path) -> tuple[Path, Done]:
    """All pages, as the command writes them, and what it said."""
    assert PROGRAM.exists()
    out = home.parent / "pages"
    return out, draw(home, out, "--as-of", AS_OF, "--json")
