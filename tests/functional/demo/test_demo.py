"""`proofbook demo` as a newcomer runs it: it tells its story, its room verifies, it leaves nothing behind, and it can fail."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from support.command_line import Done, Place, Running, belonging, environment, find_pythons, wait_until
from support.forked_program import PROGRAM

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]
STORY = ("demo", "--once", "--home", "demo-home", "--out", "out")


@pytest.fixture(autouse=True)
def needed() -> None:
    """The demonstration's own parts."""
    pytest.importorskip("xllamacpp")
    pytest.importorskip("openai")


def tell(place: Place, *words: str) -> Done:
    """Run the demonstration to its end; what it leaves behind is looked for."""
    done = place.try_run(*words)
    wait_until(lambda: not belonging(str(place.folder)), f"left behind: {belonging(str(place.folder))}")
    return done


def at_line(place: Place, words: tuple[str, ...], line: str) -> Running:
    """The demonstration, running, at the moment it has said `line`."""
    running = place.start(*words)
    running.wait_for(line)
    return running


def test_story_ends_well_and_its_room_verifies(tmp_path: Path) -> None:
    """The whole product in one command; the room is checked again by a Python of its own, with the key that was told."""
    place = Place(tmp_path)
    done = tell(place, "--json", *STORY)
    assert done.code == 0, done
    found = done.json
    assert found["shortfalls"] == []
    assert all(line["book"] == line["callers"] for line in found["account"])
    systems = place.run("--home", found["home"], "--json", "record", "list", "ai_system").json["records"]
    assert [each["id"] for each in systems if each["version"] > 1]  # the generated year is there, too
    assert "page" not in found  # it runs no more
    script = Path(found["room"]) / "00_README_and_index" / "verify.py"
    command = [find_pythons()[-1], "-I", str(script), "--key", found["verifier_key"]]
    checked = subprocess.run(command, cwd="/", env=environment(tmp_path), capture_output=True, check=False)
    assert checked.returncode == 0, checked
    proof = place.run("--home", found["home"], "book", "prove", found["exchange"])
    assert proof.out.startswith("c2sp.org/tlog-proof@v1")
    engines = place.run("--home", found["home"], "--json", "reconcile", "--by", "look").json["engines"]
    (played,) = [each for each in engines if each["scrapes"] < 100]  # the other one is the generated year's
    assert (played["agrees"] >= 2, played["differs"]) == (True, 0)  # two sources: the engine counted what the book has


def test_it_stays_up_and_ctrl_c_ends_all(tmp_path: Path) -> None:
    """Without --once there is something to look at until Ctrl-C: page, gateway and engine, and then nothing of them.

    A program that tries the gateway's port meanwhile, as any port scanner does, is told apart from the story's callers.
    """
    running = at_line(Place(tmp_path), ("demo", "--home", "demo-home", "--out", "out"), "2. ")
    address = re.search(r"http://(127\.0\.0\.1:\d+)/v1", running.text())
    assert address is not None
    stranger = HTTPConnection(address[1], timeout=10)
    stranger.request("GET", "/v1/models")
    assert stranger.getresponse().status == 401
    stranger.close()
    text = running.wait_for("Stop with Ctrl-C")
    assert "refusals of other programs on this machine" in text
    assert re.search(r"^ +7\d = 7\d +replies received whole$", text, re.MULTILINE)
    assert "≠" not in text
    assert "fell short" not in text
    assert re.search(r"verify it +python3 \S+verify\.py --key '[^']+'", text)
    assert re.search(r"page +http://127\.0\.0\.1:\d+/\?key=", text)
    assert re.search(r"gateway +http://127\.0\.0\.1:\d+/v1", text)
    for_a_while = {"proofbook.artifacts.pressing"}  # what made documents ends by itself
    assert len(set(running.children()) - for_a_while) == 3
    begun = time.monotonic()
    assert running.signal(signal.SIGINT) == 0
    assert time.monotonic() - begun < 30
    assert "Stopped. What was recorded stays in demo-home" in running.text()


@pytest.mark.parametrize(
    ("line", "number", "code"),
    [
        ("1. ", signal.SIGTERM, 128 + signal.SIGTERM),
        ("2. ", signal.SIGTERM, 128 + signal.SIGTERM),
        ("2. ", signal.SIGINT, 130),
        ("2. ", signal.SIGKILL, -signal.SIGKILL),
        ("4. ", signal.SIGTERM, 128 + signal.SIGTERM),
    ],
)
def test_signal_in_the_middle_leaves_no_process(tmp_path: Path, line: str, number: int, code: int) -> None:
    """While it starts things, while it drives traffic, while it exports: an engine left running is a nuisance for days."""
    running = at_line(Place(tmp_path), STORY, line)
    assert running.signal(number) == code
    assert "Traceback" not in running.text()


def test_gateway_that_dies_makes_it_fall_short(tmp_path: Path) -> None:
    """The account must be able to fail: with the gateway killed in the middle, it says what is missing and exits with 5."""
    running = at_line(Place(tmp_path), STORY, "2. ")
    wait_until(lambda: "gateway" in running.children(), "its gateway")
    os.kill(running.children()["gateway"], signal.SIGKILL)
    assert running.process.wait(60) == 5
    running.leaves_nothing()
    text = running.text()
    assert "fell short:" in text
    assert "logs of gateway and page: demo-home/log" in text
    assert "Traceback" not in text


def test_report_test_kit_is_written_alone(tmp_path: Path) -> None:
    """An auditor's baseline needs neither engine nor traffic; what must be found is told with it, and the book checks out."""
    place = Place(tmp_path)
    done = place.run("--json", "demo", "--kit", "--home", "kit")
    assert done.json["engagement"] == "sample-year"
    assert len(done.json["expected"]) > 50
    assert place.run("--home", "kit", "book", "fsck").code == 0
    assert "report test kit" in place.try_run("demo", "--kit", "--home", "other").err


def test_kit_without_a_folder_is_refused(tmp_path: Path) -> None:
    """It is there to be looked at, so it must be known where it is."""
    done = Place(tmp_path).try_run("demo", "--kit")
    assert (done.code, done.err) == (2, "error: the report test kit needs a folder\n  fix: name a new one with --home\n")


@pytest.mark.parametrize("missing", ["openai", "xllamacpp"])
def test_missing_part_is_named_before_anything_is_made(tmp_path: Path, missing: str) -> None:
    """An installation without the extra: one line with the fix, and no half-made home."""
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "sitecustomize.py").write_text(f"import sys\nsys.modules[{missing!r}] = None\n", "utf-8")
    done = subprocess.run(
        [sys.executable, str(PROGRAM), *STORY],
        cwd=tmp_path,
        env=environment(tmp_path) | {"PYTHONPATH": str(tmp_path / "without")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, f"error: not installed: {missing}\n  fix: pip install 'proofbook[demo]'\n")
    assert not (tmp_path / "demo-home").exists()


@pytest.mark.parametrize(
    ("home", "out", "told"),
    [
        ("full", "out", "full: is not empty"),
        ("demo-home", "full", "full: is not empty"),
        ("same", "same", "--home same and --out same lie within each other"),
        ("demo-home", "demo-home/out", "lie within each other"),
    ],
)
def test_folders_that_cannot_be_used_are_named(tmp_path: Path, home: str, out: str, told: str) -> None:
    """Before anything starts, and what is in them stays."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter").write_text("sample", "utf-8")
    done = tell(Place(tmp_path), "demo", "--once", "--home", home, "--out", out)
    assert done.code == 2
    assert told in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full"]
