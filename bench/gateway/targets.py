"""What is measured, each started afresh on one core: the engine alone, nginx, this gateway, and its peers, one engine behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from building import find_litellm, find_nginx, find_portkey

from proofbook.wiring.access import issue_key
from proofbook.wiring.home import open_home
from proofbook.wiring.recording import open_door
from proofbook.wiring.starting import Proposal, Start, start_home

HOST = "127.0.0.1"
START_SECONDS = 90.0
TEXT = "sample words " * 78
_LITELLM_KEY = "sk-sample-key-of-this-benchmark-only"


@dataclass(frozen=True, slots=True)
class Target:
    """One server under measurement. `process` is the root of its processes; None for the bare engine, which is not measured."""

    name: str
    port: int
    headers: str = ""
    process: psutil.Process | None = None

    def request(self, plan: str) -> bytes:
        """A chat request of about a kilobyte; the engine reads the plan from its text."""
        words = {"role": "user", "content": f"plan={plan}; {TEXT}"}
        body = json.dumps({"model": "sample", "messages": [words], "stream": plan.startswith("s")}).encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: bench\r\n{self.headers}Content-Type: application/json\r\n"
        return head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body

    def family(self) -> list[psutil.Process]:
        """Its processes now."""
        return [] if self.process is None else [self.process, *self.process.children(recursive=True)]

    def seconds(self) -> float:
        """Processor seconds of its processes so far."""
        return sum(sum(each.cpu_times()[:2]) for each in self.family())

    def resident(self) -> float:
        """Resident mebibytes of its processes; what several of them map of one file, programs and libraries, counts once."""
        own, mapped = 0, Counter[str]()
        for each in self.family():
            with suppress(psutil.Error):
                own_here, mapped_here = _resident(each)
                own += own_here
                mapped |= mapped_here
        return float(own + mapped.total()) / 2**20


def _resident(process: psutil.Process) -> tuple[int, Counter[str]]:
    """Bytes of its own, and bytes that lie in memory of each file it maps."""
    own, mapped = 0, Counter[str]()
    for each in process.memory_maps(grouped=False):
        shared = 0 if not each.path.startswith("/") else each.shared_clean + each.private_clean
        own += each.rss - shared
        mapped[f"{each.path} {each.addr if each.path.startswith('/dev') else ''}"] += shared
    return own, mapped


@dataclass(frozen=True, slots=True)
class Bench:
    """Where things are: the folder for what is thrown away, tools and peers, and the cores of the measured and of all others."""

    folder: Path
    cache: Path
    tools: Path
    measured_core: int
    other_core: int
    install: bool


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def running_engine(bench: Bench) -> Iterator[int]:
    """The engine, on the core of the callers; its port."""
    port = free_port()
    with _running([str(bench.tools / "engine"), str(port)], bench.other_core, port):
        yield port


@contextmanager
def running(name: str, bench: Bench, engine: int) -> Iterator[Target]:
    """A target in front of the engine. Raises Missing when it is not here."""
    if name == "bare":
        yield Target(name, engine)
        return
    folder = bench.folder / f"{name}-{time.monotonic_ns()}"
    folder.mkdir()
    port = free_port()
    command, headers, extra = _STARTS[name](bench, folder, port, engine)
    with _running(command, bench.measured_core, port, folder=folder, extra=extra) as process:
        yield Target(name, port, headers, psutil.Process(process.pid))


@contextmanager
def _running(
    command: Sequence[str], core: int, port: int, *, folder: Path | None = None, extra: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    with Path(os.devnull if folder is None else folder / "log").open("wb") as log:
        pinned = ["taskset", "-c", str(core), *command]
        process = subprocess.Popen(pinned, stdout=log, stderr=log, cwd=folder, env={**os.environ, **(extra or {})})
    try:
        _await_port(process, port, folder)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_port(process: subprocess.Popen[bytes], port: int, folder: Path | None) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.1)
    said = "" if folder is None else (folder / "log").read_text("utf-8", "replace")[-600:]
    raise RuntimeError(f"{process.args!r} does not listen: {said}")


_Start = tuple[list[str], str, dict[str, str]]
"""Command, headers of each request, environment."""


def _start_nginx(bench: Bench, folder: Path, port: int, engine: int) -> _Start:
    del bench
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"worker_processes 1;\ndaemon off;\npid {folder}/pid;\nerror_log {folder}/errors;\n"
        "events { worker_connections 8192; }\n"
        f"http {{\naccess_log off;\nkeepalive_requests 1000000000;\n{temporary}"
        f"upstream engine {{ server {HOST}:{engine}; keepalive 2048; keepalive_requests 1000000000; }}\n"
        f"server {{ listen {HOST}:{port} backlog=4096; location / {{ proxy_pass http://engine; proxy_http_version 1.1;\n"
        'proxy_set_header Connection ""; proxy_buffering off; } }\n}\n'
    )
    return [find_nginx(), "-c", str(folder / "nginx.conf")], "", {}


def _start_proofbook(bench: Bench, folder: Path, port: int, engine: int) -> _Start:
    """Recording alone: classification is work for a process of its own, measured by `classifying`."""
    started = _start_classifying(bench, folder, port, engine)
    with (folder / "home" / "proofbook.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[classification]\nenabled = false\n")
    return started


def _start_classifying(bench: Bench, folder: Path, port: int, engine: int) -> _Start:
    """The product as it is set up by default."""
    del bench
    proposal = Proposal("engine", f"http://{HOST}:{engine}", "auto", (("sample", "Sample"),))
    entity = "Sample Organisation (bench)"
    start_home(folder / "home", Start(entity=entity, fence=folder / "fence", proposals=(proposal,), gateway_port=port))
    home = open_home(folder / "home")
    with open_door(home) as door:
        issued = issue_key(home, door.recorder, principal="sample", kind="service", system="sample", expires=None, note="bench")
    command = [sys.executable, "-m", "proofbook", "--home", str(folder / "home"), "gateway"]
    return command, f"Authorization: Bearer {issued.secret}\r\n", {}


def _start_litellm(bench: Bench, folder: Path, port: int, engine: int) -> _Start:
    program = find_litellm(bench.cache, install=bench.install)
    (folder / "litellm.yaml").write_text(
        "model_list:\n  - model_name: sample\n    litellm_params:\n"
        f"      {{model: openai/sample, api_base: 'http://{HOST}:{engine}/v1', api_key: none}}\n"
    )
    command = [str(program), "--config", str(folder / "litellm.yaml"), "--host", HOST, "--port", str(port), "--num_workers", "1"]
    extra = {"LITELLM_MASTER_KEY": _LITELLM_KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"}
    return command, f"Authorization: Bearer {_LITELLM_KEY}\r\n", extra


def _start_portkey(bench: Bench, folder: Path, port: int, engine: int) -> _Start:
    del folder
    script = find_portkey(bench.cache, install=bench.install)
    headers = f"x-portkey-provider: openai\r\nx-portkey-custom-host: http://{HOST}:{engine}/v1\r\nAuthorization: Bearer none\r\n"
    return ["node", str(script), f"--port={port}", "--headless"], headers, {}


_STARTS = {
    "nginx": _start_nginx,
    "proofbook": _start_proofbook,
    "classifying": _start_classifying,
    "litellm": _start_litellm,
    "portkey": _start_portkey,
}
NAMES = ("bare", *_STARTS)
