"""The first document a newcomer follows, followed: every command of docs/start/ten-minutes.md is run, in its order."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.command_line import MODEL_NAME, Place, Running, environment
from support.forked_program import PROGRAM
from support.free_ports import free_port
from tracked import ROOT

pytestmark = pytest.mark.real
DOCUMENT = ROOT / "docs" / "start" / "ten-minutes.md"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
NOT_RUN = {"make demo", "make install"}
"""Installing and the demonstration: tests/functional/demo runs what `make demo` runs, tests/checks what makes the environment."""


def blocks() -> list[tuple[str, str]]:
    """Language and text of each block."""
    return [(found[1], found[2]) for found in _BLOCK.finditer(DOCUMENT.read_text("utf-8"))]


class Reader:
    """Somebody who does what the document says, in a folder of their own."""

    def __init__(self, folder: Path, engine: str, model: Path) -> None:
        self._engine = engine
        self._model = model
        self.place = Place(folder, free_port(), engine)
        self.running: Running | None = None
        self.seen: dict[str, str] = {}
        (folder / "models").mkdir()
        shutil.copy(model, folder / "models")

    def do(self, line: str) -> None:
        """One line of a block without a language."""
        words = [self._own(word) for word in shlex.split(line)]
        if words[0] == ".venv/bin/proofbook" and words[1] == "up":
            self.running = self._start()
            return
        command = [str(PROGRAM) if words[0] == ".venv/bin/proofbook" else sys.executable, *words[1:]]
        assert words[0] in {".venv/bin/proofbook", "python3"}, line
        done = subprocess.run(
            command, cwd=self.place.folder, env=self._environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        for name in ("token", "verifier key"):
            if found := re.search(rf"^{name} +(\S+)$", done.stdout, re.MULTILINE):
                self.seen[name] = found[1]
        if words[1] == "init":
            self._edit_settings()

    def run_python(self, text: str) -> None:
        """The block that shows the one line to change."""
        text = text.replace("http://127.0.0.1:8400/v1", self.place.base_url)
        text = text.replace("the token you were shown", self.seen["token"]).replace("the name your engine knows", MODEL_NAME)
        done = subprocess.run([sys.executable, "-c", text], env=self._environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def stop(self) -> None:
        """Ctrl-C in the first terminal."""
        if self.running is not None:
            assert self.running.signal(signal.SIGINT) == 0

    def _own(self, word: str) -> str:
        own = {
            "VKEY": self.seen.get("verifier key", ""),
            "/path/to/your/models": "models",
            "fy2026": self.seen.get("engagement", ""),
        }
        return own.get(word, word)

    def _environment(self) -> dict[str, str]:
        return environment(self.place.folder)

    def _start(self) -> Running:
        said = self.place.folder / "said"
        with said.open("wb") as stream:
            process = subprocess.Popen(
                [str(PROGRAM), "up"], cwd=self.place.folder, env=self._environment(), stdout=stream, stderr=stream
            )
        running = Running(process, said, str(self.place.folder))
        running.wait_for("Proofbook is up.")
        return running

    def _edit_settings(self) -> None:
        """What the document asks for: keep the own engine. And ports that no other test uses."""
        path = self.place.folder / "proofbook-home" / "proofbook.toml"
        text = path.read_text("utf-8")
        assert f'base_url = "{self._engine}"' in text
        own = f'[[gateway.upstreams]]\nname = "engine"\nbase_url = "{self._engine}"\n\n[[gateway.systems]]\nid = "assistant"\n'
        own += 'name = "Assistant"\nenvironment = "test"\nupstream = "engine"\n\n'
        text = text[: text.index("[[gateway.upstreams]]")] + own + text[text.index("[portal]") :]
        text = text.replace("port = 8400", f"port = {self.place.gateway_port}").replace("port = 8401", f"port = {free_port()}")
        path.write_text(text, "utf-8")
        engagement = re.search(r'^id = "(fy\d{4})"$', text, re.MULTILINE)
        assert engagement is not None
        self.seen["engagement"] = engagement[1]


@pytest.fixture
def reader(tmp_path: Path, engine: str, model: Path) -> Iterator[Reader]:
    """A reader with an engine of their own."""
    made = Reader(tmp_path, engine, model)
    yield made
    if made.running is not None:
        made.running.end()


def test_every_command_of_the_document_works_in_its_order(reader: Reader) -> None:
    """A first document that does not work is the last one that is read."""
    done = 0
    for language, text in blocks():
        if language == "python":
            reader.run_python(text)
            continue
        for line in text.splitlines():
            if line not in NOT_RUN:
                reader.do(line)
                done += 1
    reader.stop()
    assert done >= 12
    assert reader.running is not None


def test_only_installing_is_left_out() -> None:
    """Nothing else in the document escapes the test above."""
    lines = {line for language, text in blocks() if not language for line in text.splitlines()}
    assert {line for line in lines if line.split()[0] not in {".venv/bin/proofbook", "python3"}} == NOT_RUN
