"""The wheel check sees a file that is missing from the wheel and one that should not be in it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from check_wheel import WheelError, check_contents, optional_parts
from tracked import ROOT, tracked_files


def _wheel(folder: Path, *, without: str | None = None, more: str | None = None) -> Path:
    path = folder / "proofbook-0-py3-none-any.whl"
    source = ROOT / "src"
    with zipfile.ZipFile(path, "w") as archive:
        for each in tracked_files(ROOT):
            if each.is_relative_to(source / "proofbook") and not each.as_posix().endswith(without or "\0"):
                archive.writestr(each.relative_to(source).as_posix(), b"")
        archive.writestr("proofbook-0.dist-info/METADATA", b"")
        if more is not None:
            archive.writestr(more, b"")
    return path


def test_a_whole_wheel_is_counted(tmp_path: Path) -> None:
    """Its own description does not count as content."""
    assert check_contents(_wheel(tmp_path)) > 100


@pytest.mark.parametrize("missing", ["book/schema.sql", "export/templates/index.html", ".gguf", "py.typed"])
def test_a_forgotten_file_is_named(tmp_path: Path, missing: str) -> None:
    """Code that works in a checkout and not when installed: a template, a query, a model."""
    with pytest.raises(WheelError, match="the wheel lacks"):
        check_contents(_wheel(tmp_path, without=missing))


@pytest.mark.parametrize("foreign", ["proofbook/secret.key", "tests/test_a.py"])
def test_a_file_too_many_is_named(tmp_path: Path, foreign: str) -> None:
    """What is shipped by accident cannot be taken back."""
    with pytest.raises(WheelError, match="should not hold"):
        check_contents(_wheel(tmp_path, more=foreign))


def test_optional_parts_are_the_extras_packages() -> None:
    """They are blocked while every module is imported."""
    assert optional_parts() == ("openai", "opentelemetry", "pyrage", "quickjs", "rfc3161_client", "typst", "xllamacpp")
