"""The modes: what is asked of each target, and the figures that come of it."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from targets import Bench, Target

REQUEST_CONNECTIONS, LIGHT_RATE = 48, 100
STREAMS, CHUNKS_A_SECOND = 500, 50
BURST_STREAMS, BURST_CHUNKS, TOGETHER = 8, 20_000, 16
OPEN_STREAMS = 1_000

Figures = dict[str, float]
"""Name of a figure -> value. One that could not be had is not there."""


@dataclass(slots=True)
class Ledger:
    """Figures by target and name, one for each round, and what went wrong."""

    rounds: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def add(self, target: str, figures: Figures) -> None:
        """One more round."""
        for name, value in figures.items():
            self.rounds.setdefault((target, name), []).append(value)

    def median(self, target: str, name: str) -> float | None:
        """The median over the rounds."""
        found = self.rounds.get((target, name))
        return None if found is None else statistics.median(found)


class Refused(Exception):
    """The target answered with errors, or not at all."""


def _load(bench: Bench, target: Target, plan: str, *given: float) -> tuple[dict[str, Any], float]:
    """What the callers saw, and the target's processor seconds meanwhile. `given`: connections, seconds, rate, each."""
    command = ["taskset", "-c", str(bench.other_core), str(bench.tools / "load"), str(target.port), *map(str, given)]
    before = target.seconds()
    said = subprocess.run(command, input=target.request(plan), capture_output=True, check=False, timeout=300)
    spent = target.seconds() - before
    if said.returncode:
        raise Refused(said.stderr.decode("utf-8", "replace").strip())
    found: dict[str, Any] = json.loads(said.stdout)
    if found["errors"]:
        raise Refused(f"{found['errors']} of {found['errors'] + found['done']}: {found['error']}")
    return found, spent


def measure_requests(bench: Bench, target: Target, seconds: float) -> Figures:
    """Whole replies as fast as they are taken, over a fixed number of connections."""
    _load(bench, target, "r", REQUEST_CONNECTIONS, min(1.0, seconds), 0, 0)  # connections and caches are warm
    found, spent = _load(bench, target, "r", REQUEST_CONNECTIONS, seconds, 0, 0)
    if found["done"] < 4 * REQUEST_CONNECTIONS:  # too slow for so short a look
        found, spent = _load(bench, target, "r", REQUEST_CONNECTIONS, 6 * seconds, 0, 0)
    if not found["done"]:
        raise Refused("no request was answered")
    figures = {
        "requests/s": found["done"] / found["seconds"],
        "request p50 ms": found["latency_p50"],
        "request p99 ms": found["latency_p99"],
    }
    if spent and found["done"]:
        figures["CPU s per 10k requests"] = spent / found["done"] * 1e4
    return figures


def measure_light(bench: Bench, target: Target, seconds: float) -> Figures:
    """A few requests: what one of them takes when nothing else is going on."""
    found, spent = _load(bench, target, "r", 4, seconds, LIGHT_RATE, 0)
    first, _ = _load(bench, target, "s,8,2000,1", 8, seconds, LIGHT_RATE / 2, 0)
    figures = {
        "light p50 ms": found["latency_p50"],
        "light p99 ms": found["latency_p99"],
        "first token p50 ms": first["first_p50"],
        "first token p99 ms": first["first_p99"],
    }
    if spent and found["done"]:
        figures["light CPU ms"] = spent / found["done"] * 1e3
    return figures


def measure_streams(bench: Bench, target: Target, seconds: float) -> Figures:
    """Many paced streams at once."""
    chunks = int(seconds * CHUNKS_A_SECOND)
    plan = f"s,{chunks},{1_000_000 // CHUNKS_A_SECOND},1"
    found, spent = _load(bench, target, plan, STREAMS, seconds * 4 + 10, 0, 1)
    figures = {
        "chunks/s": found["chunks"] / found["seconds"],
        "chunk lag p50 ms": found["lag_p50"],
        "chunk lag p99 ms": found["lag_p99"],
        "slowest stream": found["fewest"] / chunks,
    }
    if spent and found["chunks"]:
        figures["CPU s per 1M chunks"] = spent / found["chunks"] * 1e6
    return figures


def measure_burst(bench: Bench, target: Target, seconds: float) -> Figures:
    """A few streams whose engine has everything ready at once."""
    found, spent = _load(bench, target, f"s,{BURST_CHUNKS},0,{TOGETHER}", BURST_STREAMS, seconds * 4 + 10, 0, 2)
    figures = {"burst chunks/s": found["chunks"] / found["seconds"]}
    if spent:
        figures["burst chunks per CPU s"] = found["chunks"] / spent
    return figures


def measure_memory(bench: Bench, target: Target, seconds: float) -> Figures:
    """Resident memory while many streams are open (in the middle of their time), and at its highest, when all end at once."""
    found, over = [target.resident()], threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            found.append(target.resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        _load(bench, target, f"s,{int(seconds * 10)},100000,1", OPEN_STREAMS, seconds * 4 + 20, 0, 1)
    finally:
        over.set()
        watcher.join()
    return {"RSS with open streams MiB": statistics.median(found), "RSS highest MiB": max(found)}


MODES: Mapping[str, Callable[[Bench, Target, float], Figures]] = {
    "memory": measure_memory,
    "requests": measure_requests,
    "light": measure_light,
    "streams": measure_streams,
    "burst": measure_burst,
}


def time_sync(folder: Path, times: int = 200) -> Figures:
    """What this disk takes to sync 8 KiB that were written before: the floor of every durable answer."""
    path = folder / "sync"
    block, found = os.urandom(8192), []
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        for measured in (False, True):
            for at in range(times):
                os.pwrite(descriptor, block, at * len(block))
                began = time.perf_counter()
                os.fdatasync(descriptor)
                if measured:
                    found.append((time.perf_counter() - began) * 1000)
    finally:
        os.close(descriptor)
        path.unlink()
    found.sort()
    return {"disk sync p50 ms": found[times // 2], "disk sync p99 ms": found[int(times * 0.99)]}


def time_rest(bench: Bench, kibibytes: int = 256) -> Figures:
    """What a line of memory costs on the measured core, read again at once and after as long a rest as light load leaves."""
    pause = 1000 // LIGHT_RATE
    command = ["taskset", "-c", str(bench.measured_core), str(bench.tools / "rest"), str(kibibytes), str(pause), "60"]
    warm, rested = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()
    return {"memory warm ns": float(warm), "memory rested ns": float(rested)}
