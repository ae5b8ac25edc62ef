"""The installed program as a person meets it: commands run in a folder of their own, and processes that must not be left behind."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import RawIOBase
from pathlib import Path
from typing import Any

from support.forked_program import PROGRAM, run_between, run_program
from support.free_ports import free_port

PATIENCE_SECONDS = 150.0
SHORT_SECONDS = 60.0
MODEL_NAME = "sample-assistant-1.0"


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its standard output, which must be one JSON document."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Place:
    """A folder to work in, with the home in `home` and the engine that stands behind it."""

    folder: Path
    gateway_port: int = 0
    engine: str = ""

    @property
    def base_url(self) -> str:
        """What a client is pointed at."""
        return f"http://127.0.0.1:{self.gateway_port}/v1"

    @property
    def settings(self) -> Path:
        """The file of settings."""
        return self.folder / "home" / "proofbook.toml"

    def try_run(self, *arguments: str) -> Done:
        """Run the program with this home; however it ends, never with a traceback."""
        done = run_program(["--home", "home", *arguments], cwd=self.folder, env=environment(self.folder))
        assert "Traceback" not in done.stderr, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    def run(self, *arguments: str) -> Done:
        """Run the program; it must succeed."""
        done = self.try_run(*arguments)
        assert done.code == 0, (arguments, done)
        return done

    def start(self, *arguments: str) -> Running:
        """Start the program and go on; its output goes to `said`."""
        said = self.folder / f"said-{time.monotonic_ns()}"
        with said.open("wb") as stream:
            process = subprocess.Popen(
                [str(PROGRAM), "--home", "home", *arguments],
                cwd=self.folder,
                env=environment(self.folder),
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
        return Running(process, said, str(self.folder))

    @contextmanager
    def up(self) -> Iterator[Running]:
        """`proofbook up` for the length of a `with` block."""
        running = self.start("up")
        try:
            running.wait_for("Proofbook is up.")
            yield running
        finally:
            running.end()


@dataclass(frozen=True, slots=True)
class Running:
    """The program while it runs. `mark` is in the command line of every process that belongs to it."""

    process: subprocess.Popen[bytes]
    said: Path
    mark: str

    def text(self) -> str:
        """What it said so far."""
        return self.said.read_text("utf-8", "replace")

    def wait_for(self, word: str) -> str:
        """Until it said `word`; all it said."""
        said = f"{word!r} in what it said"
        wait_until(lambda: word in self.text() or self.process.poll() is not None, said, PATIENCE_SECONDS)
        assert word in self.text(), self.text()
        return self.text()

    def signal(self, number: int) -> int:
        """Send a signal and wait for the end; its exit code. Nothing may be left of it."""
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE_SECONDS)
        self.leaves_nothing()
        return code

    def children(self) -> dict[str, int]:
        """Processes it started, by their last word or program."""
        return {words[-1]: pid for pid, words in _processes().items() if _parent(pid) == self.process.pid}

    def leaves_nothing(self) -> None:
        """No process that belongs to it is left, a moment after its end."""
        wait_until(lambda: not belonging(self.mark), f"left behind: {belonging(self.mark)}")

    def end(self) -> None:
        """Stop it if it still runs."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def environment(folder: Path) -> dict[str, str]:
    """A user whose home folder is that one: nothing of the real user's model stores and settings is looked at."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PROOFBOOK", "HF_", "OLLAMA", "COV_"))}
    return kept | {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache"), "COLUMNS": "100"}


def make_place(folder: Path, engine: str, model: Path) -> Place:
    """A home behind which that engine stands, on ports of its own. The model file lies in `models` there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "models").mkdir()
    shutil.copy(model, folder / "models")
    place = Place(folder, free_port(), engine)
    place.run("init", "--entity", "Sample Organisation", "--fence", "fence", "--upstream", engine)
    use_ports(place)
    return place


def use_ports(place: Place) -> None:
    """Give gateway and page ports nobody else has, and the fence a place that moves along when the folder is copied."""
    text = place.settings.read_text("utf-8")
    text = text.replace("port = 8400", f"port = {place.gateway_port}").replace("port = 8401", f"port = {free_port()}")
    place.settings.write_text(re.sub(r'fence = ".*"', 'fence = "../fence"', text), "utf-8")


def copy_place(place: Place, folder: Path) -> Place:
    """The same home once more, to be changed at will."""
    shutil.copytree(place.folder, folder, ignore=shutil.ignore_patterns("run"))
    return Place(folder, place.gateway_port, place.engine)


def issue_key(place: Place, principal: str = "sample-person") -> str:
    """A new key; its token."""
    issued = place.run("key", "issue", "--principal", principal, "--kind", "person", "--system", "assistant", "--json")
    return str(issued.json["token"])


def ask(place: Place, token: str, text: str = "Where is the Sample Organisation?") -> str:
    """Ask through the gateway with the OpenAI SDK; only base URL and key are changed. The answer."""
    import openai

    with openai.OpenAI(base_url=place.base_url, api_key=token, max_retries=0, timeout=30) as client:
        reply = client.chat.completions.create(model=MODEL_NAME, messages=[{"role": "user", "content": text}], max_tokens=40)
    return str(reply.choices[0].message.content)


@cache
def find_pythons() -> tuple[str, ...]:
    """This Python and every other one from 3.9 on that is installed under its usual name and starts."""
    names = [shutil.which(name) for name in ("python3", *(f"python3.{minor}" for minor in range(9, 16)))]
    versions = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3"))
    asks = "import sys; sys.exit(sys.version_info < (3, 9))"
    others = dict.fromkeys([*filter(None, names), *map(str, versions)])
    starts = (subprocess.run([each, "-I", "-c", asks], capture_output=True, check=False).returncode == 0 for each in others)
    return (sys.executable, *(each for each, works in zip(others, starts, strict=True) if works))


def belonging(mark: str) -> dict[int, list[str]]:
    """Living processes with `mark` in a word of their command line or as their working folder."""
    found = {}
    for pid, words in _processes().items():
        with contextlib.suppress(OSError):
            folder = str(Path(f"/proc/{pid}/cwd").readlink())
            if pid != os.getpid() and (folder == mark or any(mark in word for word in words)):
                found[pid] = words
    return found


def wait_until(true: Callable[[], bool], what: str, seconds: float = SHORT_SECONDS) -> None:
    """Until something is true; fails after a while, saying what was waited for."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)


def run_on_terminal(place: Place, *arguments: str, columns: int = 100) -> tuple[int, str]:
    """Run the program on a terminal of that width; exit code and everything the terminal got."""
    words = {name: value for name, value in environment(place.folder).items() if name != "COLUMNS"} | {"TERM": "xterm-256color"}
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    with ThreadPoolExecutor(1) as reader, os.fdopen(ours, "rb", buffering=0) as terminal:
        shown = reader.submit(_read_to_end, terminal)
        try:
            code = run_between((theirs, theirs, theirs), ["--home", "home", *arguments], cwd=place.folder, env=words)
        finally:
            os.close(theirs)
        return code, shown.result().decode("utf-8", "replace")


def _read_to_end(terminal: RawIOBase) -> bytes:
    shown = b""
    with contextlib.suppress(OSError):  # the other side is closed
        while piece := terminal.read(65536):
            shown += piece
    return shown


def _processes() -> dict[int, list[str]]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")[:-1]
                if words:  # none: a zombie, or a thread of the kernel
                    found[int(entry.name)] = words
    return found


def _parent(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[1])
    return -1
