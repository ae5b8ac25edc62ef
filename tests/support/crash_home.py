"""A home with a gateway, an engine and keys, for tests that kill them and look into the book afterwards."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from proofbook.wiring.access import issue_key
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.recording import open_door
from proofbook.wiring.starting import Proposal, Start, start_home
from support.free_ports import free_port
from support.nursery import TESTS, Nursery, Started

SYSTEMS = ("sample-desk", "sample-search")
LISTENING = "listening"
ENGINE_LOG = "engine.log"


@dataclass(frozen=True, slots=True)
class Place:
    """A home and where its parts listen. `tokens`: one key for each of `SYSTEMS`."""

    home: Home
    engine_port: int
    gateway_port: int
    tokens: tuple[str, ...]
    logs: Path


def make_place(folder: Path, *, logs: Path | None = None) -> Place:
    """A fresh home with its keys in a folder, with fence and logs beside it unless the logs are said to lie elsewhere."""
    engine_port, gateway_port = free_port(), free_port()
    start = Start(
        entity="Sample Organisation (test)",
        fence=folder / "fence",
        proposals=(Proposal("engine", f"http://127.0.0.1:{engine_port}", "auto", tuple((each, each) for each in SYSTEMS)),),
        gateway_port=gateway_port,
    )
    path = start_home(folder / "home", start).path
    made = open_home(path)
    with open_door(made) as door:
        tokens = tuple(
            issue_key(
                made, door.recorder, principal=f"{each}-service", kind="service", system=each, expires=None, note="test"
            ).secret
            for each in SYSTEMS
        )
    return Place(made, engine_port, gateway_port, tokens, logs or folder)


def start_gateway(place: Place, nursery: Nursery | None, *, wait: bool = True) -> Started:
    """A gateway, out of the nursery or, without one, as the installed command."""
    log = place.logs / "gateway.log"
    if nursery is not None:
        started = nursery.start_gateway(place.home.path, log)
    else:
        started = _spawn([str(Path(sys.executable).parent / "proofbook"), "--home", str(place.home.path), "gateway"], log)
    if wait:
        started.wait_for(f"listening on http://127.0.0.1:{place.gateway_port}")
    return started


def start_both(place: Place, running: list[Started]) -> None:
    """The fast engine and the installed command's gateway, noted one by one so that none is left over when one fails."""
    running.append(start_fast_engine(place))
    running.append(start_gateway(place, None))


def start_fast_engine(place: Place, *options: str) -> Started:
    """The engine that computes nothing."""
    engine = _spawn([sys.executable, "-m", "support.fast_engine", str(place.engine_port), *options], place.logs / ENGINE_LOG)
    engine.wait_for(LISTENING)
    return engine


def read_forwarded(place: Place) -> set[str]:
    """Hashes of every request body that ever reached the fast engine of this place."""
    path = place.logs / ENGINE_LOG
    return {line for line in path.read_text("ascii").splitlines() if len(line) == 64} if path.exists() else set()


def start_real_engine(place: Place, model: Path) -> Started:
    """llama.cpp on a sample model."""
    command = [sys.executable, "-m", "proofbook.demo.engine", str(model), str(place.engine_port)]
    engine = _spawn(command, place.logs / ENGINE_LOG)
    engine.wait_for(f":{place.engine_port}")
    return engine


@contextmanager
def ending(processes: list[Started]) -> Iterator[list[Started]]:
    """Whatever is in the list at the end of the block is killed."""
    try:
        yield processes
    finally:
        for each in processes:
            each.kill()
        for each in processes:
            each.wait()
        time.sleep(0)


def _spawn(command: Sequence[str], log: Path) -> Started:
    with log.open("ab") as stream:
        start = stream.tell()
        child = subprocess.Popen(
            command, cwd=TESTS, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, start_new_session=True
        )
    return _Spawned(child.pid, log, start, child)


@dataclass(slots=True)
class _Spawned(Started):
    """A child of this very process, which has to be waited for."""

    child: subprocess.Popen[bytes]

    def alive(self) -> bool:
        """Whether it still runs."""
        return self.child.poll() is None
