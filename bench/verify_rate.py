"""How long it takes to check a book: `book fsck` over the database, and the room's verifier over the files an auditor gets.

Both are held against the interpreter's bare SHA-256 over the same entry bytes, alternating in one run, medians. The book is of
sample exchanges without content; every entry is written by the journal and signed as in production. Times for a million entries
are extrapolated from the size measured (everything here is linear in it). Keeps nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from proofbook.book.fsck import inspect_book
from proofbook.book.reader import BookReader
from proofbook.journal.receipt import Submission
from proofbook.primitives.canonical import JsonValue
from proofbook.primitives.instants import format_instant
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft
from proofbook.wiring.exporting import export_engagement
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.recording import open_door
from proofbook.wiring.starting import Start, start_home
from proofbook.wiring.system import CLOCK, IDS

MILLION: Final = 1_000_000
BATCH: Final = 500
CALLER: Final = Actor("sample-service", ActorKind.SERVICE, "api_key")
REQUEST: Final[dict[str, JsonValue]] = {
    "system": "sample-desk", "protocol": "openai.chat", "method": "POST", "path": "/v1/chat/completions",
    "principal": {"id": "sample-service", "kind": "service", "method": "api_key", "key": "k_sample", "issuer": None},
    "claimed_user": None, "verified_user": None, "conversation": "c_sample",
    "model": {"asked": "sample", "artifact": None, "status": "unknown", "method": "none", "reason": "bench", "resolved_at": None,
              "remote_host": None},
    "engine": {"upstream": "engine", "product": "unknown", "build": "unknown"},
    "stream": True, "parameters": {"temperature": "0.7"}, "messages": 3, "tools": 0, "system_prompt": "none",
    "guardrail": "unknown", "flags": [], "recording_policy": "fail_closed", "content": {},
}  # fmt: skip
RESPONSE: Final[dict[str, JsonValue]] = {
    "state": "complete", "reason": None, "http_status": 200, "model_answered": "sample", "upstream_id": "chatcmpl-sample",
    "fingerprint": "fp-sample", "remote_host": None, "finish": ["stop"],
    "usage": {"prompt_tokens": 120, "completion_tokens": 40, "cached_tokens": None, "origin": "engine"},
    "chunks": 41, "content": {},
}  # fmt: skip


def make_exchanges(count: int) -> Iterator[Submission]:
    """Requests and responses as the gateway records them, without their content."""
    for _ in range(count):
        now, exchange = format_instant(CLOCK.now()), IDS.new("x")
        times: dict[str, JsonValue] = {"forwarded_at": now, "first_byte_at": now, "last_byte_at": now}
        for kind, body in (("exchange.request", REQUEST), ("exchange.response", RESPONSE | times)):
            yield Submission(Draft(kind, exchange, now, CALLER, "gateway:main", Assurance.INLINE, {"exchange": exchange} | body))


def fill(home: Home, entries: int) -> None:
    """Record so many entries."""
    made = list(make_exchanges(entries // 2))
    with open_door(home) as door:
        for done in [door.recorder.submit(made[at : at + BATCH]) for at in range(0, len(made), BATCH)]:
            done.result()


def timed(work: Callable[[], object]) -> float:
    """Seconds of wall clock."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def hash_bare(entries: list[bytes]) -> None:
    """What cannot be avoided: every byte through SHA-256 once."""
    for entry in entries:
        hashlib.sha256(entry).digest()


def inspect(home: Home) -> None:
    """What `proofbook book fsck` does."""
    assert not inspect_book(home.book, fence=home.fence(home.identity().origin)).damages_total


def verify(room: Path) -> None:
    """What an auditor does: the verifier that lies in the room, in a process of its own."""
    program = room / "00_README_and_index" / "verify.py"
    subprocess.run([sys.executable, str(program), "--json"], stdout=subprocess.DEVNULL, check=True)


def measure(folder: Path, entries: int, rounds: int) -> None:
    """Make a book and a room, check them in turns, print."""
    today = CLOCK.now().date().isoformat()
    start = Start(entity="Sample Organisation (bench)", fence=folder / "fence", proposals=(), engagement=("bench", today, today))
    start_home(folder / "home", start)
    home = open_home(folder / "home")
    filled = timed(lambda: fill(home, entries))
    with BookReader(home.book) as book:
        data = [entry for _, entry in book.entries(0, book.size())]
    with open_door(home) as door:
        exported = timed(lambda: export_engagement(home, door.recorder, "bench", folder / "room"))
    runs: dict[str, list[float]] = {"bare": [], "fsck": [], "verify": []}
    for _ in range(rounds):
        runs["bare"].append(timed(lambda: hash_bare(data)))
        runs["fsck"].append(timed(lambda: inspect(home)))
        runs["verify"].append(timed(lambda: verify(folder / "room")))
    size = sum(map(len, data))
    print(f"{len(data)} entries of {size / len(data):.0f} bytes; written in {filled:.1f} s, exported in {exported:.1f} s")
    bare = statistics.median(runs["bare"])
    for what, name in (("bare", "bare SHA-256"), ("fsck", "book fsck"), ("verify", "verify.py over the room")):
        seconds = statistics.median(runs[what])
        per_million = seconds / len(data) * MILLION
        print(f"{name:26}{len(data) / seconds:12,.0f} entries/s{per_million:9.1f} s per million{seconds / bare:8.1f} x bare")


def main() -> None:
    """Options, then the measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=None, help="where the throw-away home goes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        measure(Path(name), options.entries, options.rounds)


if __name__ == "__main__":
    main()
