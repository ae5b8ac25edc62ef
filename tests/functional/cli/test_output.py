"""What the program prints: help for everything, one JSON document where asked for, lines that fit a terminal, a clean stop."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time

import click
import pytest
from click.testing import CliRunner

from proofbook.cli.discovery_words import ADVICE
from proofbook.cli.main import main
from proofbook.collectors.discover.connections import AROUND, NOT_TOLD
from reference_commands import walk
from support.command_line import Place, environment, run_on_terminal
from support.forked_program import PROGRAM
from tracked import ROOT

COMMANDS = {" ".join(path[1:]): command for path, command in walk(main, ("proofbook",))}
LOOKS = (
    ("book", "status"),
    ("book", "prove", "0"),
    ("book", "fsck"),
    ("config", "check"),
    ("config", "explain"),
    ("key", "list"),
    ("record", "schema"),
    ("record", "schema", "model.artifact"),
)
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    """Nobody should have to guess what an option means, and no sentence may be cut off."""
    found = CliRunner().invoke(main, [*name.split(), "--help"], env={"COLUMNS": "100"}, terminal_width=100)
    assert found.exit_code == 0
    assert "..." not in found.output.replace("[ARGS]...", "").replace("[PATHS]...", "")
    assert max(map(len, found.output.splitlines())) <= 100


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_is_for(name: str) -> None:
    """An option without words is a riddle."""
    silent = [each.name for each in COMMANDS[name].params if isinstance(each, click.Option) and not each.help]
    assert silent == []


@pytest.mark.real
@pytest.mark.parametrize("words", LOOKS, ids=" ".join)
def test_json_is_one_document_wherever_the_option_stands(used: Place, words: tuple[str, ...]) -> None:
    """Programs read it; people write the option last."""
    before, behind = used.run("--json", *words), used.run(*words, "--json")
    assert type(before.json) is type(behind.json)
    assert before.json
    assert before.err == ""


@pytest.mark.real
def test_errors_are_json_too(used: Place) -> None:
    """A program that asked for JSON gets it also when something is wrong, with the exit code in it."""
    for words, code in ((("book", "prove", "999999"), 3), (("export", "--engagement", "none", "--out", "x"), 2), (("nope",), 2)):
        done = used.try_run(*words, "--json")
        assert (done.code, done.json["error"]["exit"]) == (code, code), done
        assert done.json["error"]["message"]


@pytest.mark.real
@pytest.mark.parametrize(
    "words", [("discover",), ("collect", "model_store", "models"), ("key", "list"), ("config", "explain")], ids=" ".join
)
def test_lines_fit_a_terminal(copied: Place, words: tuple[str, ...]) -> None:
    """At 100 columns; only a single word that is longer itself (a path, a digest) may stand out."""
    code, shown = run_on_terminal(copied, *words, columns=100)
    assert code == 0, shown
    lines = _ANSI.sub("", shown).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert [line for line in lines if len(line) > 100 and max(map(len, line.split())) < 80] == []


@pytest.mark.real
def test_discovery_says_what_can_be_done_about_each_difference(copied: Place) -> None:
    """A list of codes is not help."""
    out = copied.run("discover").out
    codes = re.findall(r"^  (\w+) \(\d+\)$", out, re.MULTILINE)
    assert "engine_reachable_directly" in codes
    assert out.count("    What can be done: ") == len(codes)


def test_every_difference_a_discovery_can_name_has_its_advice() -> None:
    """A new code without a word on what to do would show as a bare code."""
    folder = ROOT / "src" / "proofbook" / "collectors" / "discover"
    texts = [path.read_text("utf-8") for path in folder.glob("*.py")]
    codes = {code for text in texts for code in re.findall(r'finding\(\s*"(\w+)"', text)}
    codes |= {AROUND, NOT_TOLD}
    assert len(codes) > 10
    assert set(ADVICE) == codes


@pytest.mark.real
@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("collect", "model_store", "models"), "hashing"),
        (("book", "fsck"), "entries"),
        (("export", "--engagement", "{engagement}", "--out", "room"), "evidence room"),
    ],
)
def test_long_work_shows_progress_on_a_terminal_only(copied: Place, words: tuple[str, ...], name: str) -> None:
    """A silent terminal looks stuck; a log full of bars is unreadable."""
    engagement = copied.run("--json", "config", "check").json["engagements"][0].split(":")[0]
    words = tuple(word.format(engagement=engagement) for word in words)
    code, shown = run_on_terminal(copied, *words)
    assert code == 0, shown
    assert f"{name} " in _ANSI.sub("", shown)
    assert "━" in shown
    if words[0] != "export":
        done = copied.run(*words)
        assert "━" not in done.out + done.err


@pytest.mark.real
@pytest.mark.parametrize("delay", [0.35, 0.6, 0.9])
def test_ctrl_c_is_a_clean_stop(copied: Place, delay: float) -> None:
    """No traceback, exit code 130, and no half-written room under the name that was asked for."""
    engagement = copied.run("--json", "config", "check").json["engagements"][0].split(":")[0]
    running = copied.start("export", "--engagement", engagement, "--out", "room")
    time.sleep(delay)
    os.kill(running.process.pid, signal.SIGINT)
    code = running.process.wait(30)
    assert code in {0, 130, -signal.SIGINT}, running.text()
    assert "Traceback" not in running.text() or code == -signal.SIGINT
    if (copied.folder / "room").exists():  # whole, or not at all: the last moments come after the handing over
        assert copied.run("verify", "room").code == 0
    else:
        assert code != 0


@pytest.mark.real
def test_reader_that_stops_reading_is_no_error(used: Place) -> None:
    """`| head -1` is how people look at long output."""
    done = subprocess.run(
        ["sh", "-c", f"{PROGRAM} --home home config explain | head -1"],
        cwd=used.folder,
        env=environment(used.folder),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("entity")
    assert done.stderr == ""
