"""A home with a written year, made once for a worker; copied for tests that record in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.dated_home import DatedHome, dated_home


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> DatedHome:
    """Nine months of one system: one review missed, one written down late, an exception on record. Only for reading."""
    home = dated_home(tmp_path_factory.mktemp("assessed") / "place").engagement()
    home.system("sample-desk", hosting="own_building").recorder("2025-11-02", "2026-11-20")
    home.add("inventory.review", "sample-q1", "2026-01-20", system="sample-desk", outcome="no_change")
    home.add("inventory.review", "sample-q3", "2026-07-20", recorded="2026-08-20", system="sample-desk", outcome="no_change")
    home.add("policy", "sample-policy", recorded="2026-02-01", status="draft", sections=[{"heading": "Use", "text": "[[who]]"}])
    home.add("control.exception", "sample-known", "2026-05-02", control="LC-02", facts="sample: not reviewed", owner="sample-person-1",
             instances=["LC-02/sample-desk/2026-Q2"])  # fmt: skip
    home.add(
        "answer",
        "sample-answer-2",
        recorded="2026-03-01",
        card=2,
        answer="Sample words of our own.",
        evidence=["ai_system/sample-desk"],
    )
    return home.write()


@pytest.fixture
def copied(written: DatedHome, tmp_path: Path) -> DatedHome:
    """A copy to record in."""
    shutil.copytree(written.folder, tmp_path / "place", ignore=shutil.ignore_patterns("run"))
    settings = tmp_path / "place" / "home" / "proofbook.toml"
    settings.write_text(settings.read_text("utf-8").replace(str(written.folder), str(tmp_path / "place")), "utf-8")
    return DatedHome(tmp_path / "place", written.began, [])
