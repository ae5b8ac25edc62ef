"""The folder of pages: whole or not at all, with hashes that `sha256sum` checks."""

from __future__ import annotations

import re
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from proofbook.artifacts.catalogue import ARTIFACTS
from proofbook.artifacts.folder import write_artifacts
from proofbook.artifacts.typesetting import is_available
from proofbook.assessment.facts import Facts
from proofbook.errors import InputError, RefusedError
from support.artifact_pages import Markup, hostile_facts, read_sample_body
from support.facts_builder import FactsBuilder


def small() -> Facts:
    """One system."""
    return FactsBuilder().system("desk").build()


def test_every_artifact_has_pages_in_every_form(tmp_path: Path) -> None:
    """Three forms of one content, found from the first page."""
    written = write_artifacts(tmp_path / "out", ARTIFACTS, small(), read_sample_body)
    forms = {".html", ".json"} | ({".pdf"} if is_available() else set())
    for artifact, name in written.pages:
        assert {each.suffix for each in (tmp_path / "out" / artifact).glob(f"{name}.*")} == forms
    first = Markup((tmp_path / "out" / "index.html").read_bytes())
    links = [given for name, given in first.attributes if name == "href"]
    assert links
    assert all((tmp_path / "out" / each).is_file() for each in links)
    for artifact in ARTIFACTS:
        assert artifact in first.text


def test_the_sums_hold_every_file_but_themselves_and_the_run(tmp_path: Path) -> None:
    """Whoever receives the folder checks it with a tool of their own."""
    seen: list[bytes] = []

    def run(sums: bytes) -> bytes:
        seen.append(sums)
        return b"{}\n"

    written = write_artifacts(tmp_path / "out", ("ART-01",), small(), read_sample_body, make_run=run)
    done = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=tmp_path / "out", capture_output=True, check=True)
    listed = {line.split(b": ")[0].decode() for line in done.stdout.splitlines()}
    files = {each.relative_to(tmp_path / "out").as_posix() for each in (tmp_path / "out").rglob("*") if each.is_file()}
    assert listed == files - {"SHA256SUMS", "run.json"}
    assert seen == [(tmp_path / "out" / "SHA256SUMS").read_bytes()]
    assert written.sums == sha256(seen[0]).hexdigest()


def test_the_same_facts_give_the_same_folder(tmp_path: Path) -> None:
    """Pages can be made again and compared."""
    one = write_artifacts(tmp_path / "one", ARTIFACTS, small(), read_sample_body)
    two = write_artifacts(tmp_path / "two", ARTIFACTS[::-1], small(), read_sample_body)
    assert one.sums == two.sums


def test_an_existing_place_is_never_touched(tmp_path: Path) -> None:
    """Evidence that was handed over is not overwritten, not even by a link that leads nowhere."""
    (tmp_path / "out").mkdir()
    with pytest.raises(RefusedError, match="exists already"):
        write_artifacts(tmp_path / "out", ("ART-01",), small(), read_sample_body)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(RefusedError):
        write_artifacts(tmp_path / "link", ("ART-01",), small(), read_sample_body)


def test_an_unknown_artifact_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    """The message names those there are."""
    with pytest.raises(InputError, match="ART-11") as caught:
        write_artifacts(tmp_path / "out", ("ART-01", "ART-11"), small(), read_sample_body)
    assert "ART-10" in (caught.value.hint or "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_failure_leaves_nothing_behind(tmp_path: Path, after: int) -> None:
    """Half a folder looks like a whole one to whoever opens it."""

    def stop(_page: str, done: int, _of: int) -> None:
        if done == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_artifacts(tmp_path / "out", ARTIFACTS, small(), read_sample_body, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_failing_run_header_leaves_nothing_behind(tmp_path: Path) -> None:
    """The last step may fail, too."""

    def run(_: bytes) -> bytes:
        raise OSError("sample")

    with pytest.raises(OSError, match="sample"):
        write_artifacts(tmp_path / "out", ("ART-01",), small(), read_sample_body, make_run=run)
    assert list(tmp_path.iterdir()) == []


def test_progress_says_which_page_of_how_many(tmp_path: Path) -> None:
    """Forty documents take seconds; a person wants to see them pass."""
    seen: list[tuple[str, int, int]] = []
    write_artifacts(tmp_path / "out", ("ART-01", "ART-02"), small(), read_sample_body, progress=lambda *each: seen.append(each))
    assert seen == [("ART-01 desk", 0, 2), ("ART-02 access-matrix", 1, 2), ("index.html", 2, 2)]


def test_file_names_are_plain_whatever_records_are_called(tmp_path: Path) -> None:
    """A name from outside is never a path."""
    write_artifacts(tmp_path / "out", ARTIFACTS, hostile_facts(), read_sample_body)
    for each in (tmp_path / "out").rglob("*"):
        assert re.fullmatch(r"[A-Za-z0-9._-]{1,120}", each.name), each.name
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_a_record_cannot_take_the_place_of_another_page(tmp_path: Path) -> None:
    """A system called like a page of ours would otherwise write over it, or be written over."""
    facts = FactsBuilder().system("without-a-page").served("shadow", None, "2026-02-01", "2026-02-02", binding=None).build()
    written = write_artifacts(tmp_path / "out", ("ART-01",), facts, read_sample_body)
    assert written.pages == (("ART-01", "without-a-page"), ("ART-01", "without-a-page-2"))
    assert "shadow" in Markup((tmp_path / "out/ART-01/without-a-page-2.html").read_bytes()).text
