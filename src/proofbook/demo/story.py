"""The demonstration from beginning to end: a real model's traffic becomes evidence that verifies offline.

Every step is the product itself. What fell short is said and makes the exit code non-zero; nothing is retried until it looks
right.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from proofbook.demo.account import Account, take_account
from proofbook.demo.counters import counted, hold_counters
from proofbook.demo.engine import check_parts, running_engine
from proofbook.demo.organisation import ENGAGEMENT, FIRST_MODEL, SECOND_MODEL, read_questions
from proofbook.demo.people import SamplePeople, add_people
from proofbook.demo.permissions import UNGRANTED, plan_permissions
from proofbook.demo.scene import Ports, choose_ports, choose_year, issue_keys, make_home, models_folder, running_parts
from proofbook.demo.traffic import Callers, ClientSide
from proofbook.wiring.exporting import export_engagement
from proofbook.wiring.home import Home
from proofbook.wiring.inspecting import inspect_home
from proofbook.wiring.looking import collect_models, look_around
from proofbook.wiring.recording import open_door

ROOM: Final = "evidence-room"
_LOOK_SECONDS: Final = 3.0
"""A gateway looks at an engine it lost about once a second; this leaves room for a look and a hash."""
_QUESTIONS_FIRST: Final = 6
_QUESTIONS_SECOND: Final = 12
_LEAST_ANSWERS: Final = 60
_MODELS: Final = 2
Say: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out: where things are, and what fell short (nothing, when all is well)."""

    home: Path
    room: Path
    page: str
    engine: str
    gateway: str
    vkey: str
    seen: ClientSide
    account: Account
    people: SamplePeople
    shortfalls: tuple[str, ...]


@contextmanager
def telling(home_path: Path, out: Path, say: Say) -> Iterator[Outcome]:
    """Tell the story; the outcome is yielded while engine, gateway and page still run."""
    check_parts("xllamacpp", "openai")
    ports = choose_ports()
    year = choose_year()
    home = make_home(home_path, ports, year)
    say(f"1. A home for the sample organisation, its book and keys: {home_path}")
    say(
        f"   Its book holds a year of sample records, {year.first} to {year.last}, made by a generator with a set clock, "
        "with planted faults; what follows is real"
    )
    with ExitStack() as stack:
        gateway, page = stack.enter_context(running_parts(home))
        seen = _play(home, ports, gateway, say)
        engine = stack.enter_context(running_engine(models_folder() / SECOND_MODEL, ports.engine))
        shortfalls, account = _hand_over(home, out, seen, say)
        shortfalls += _hold_counters(home, ports.engine, say)
        people = add_people(home)
        vkey = home.identity().vkey
        yield Outcome(home_path, out / ROOM, page, engine, gateway, vkey, seen, account, people, shortfalls)


def _play(home: Home, ports: Ports, base_url: str, say: Say) -> ClientSide:
    keys, questions = issue_keys(home, plan_permissions()), read_questions()
    say(f"2. The gateway listens on {base_url}; {len(keys.tokens)} keys issued, one more issued and revoked")
    say(f"   Access and both sample models are approved on record, but for {UNGRANTED}: the gateway flags what is lacking")
    callers = Callers(base_url, keys.tokens)
    with running_engine(models_folder() / FIRST_MODEL, ports.engine):
        time.sleep(_LOOK_SECONDS)
        with counted(home):
            callers.list_models()
            callers.ask_all("1.0", questions, _QUESTIONS_FIRST)
            callers.hang_up()
            callers.ask_too_much()
            callers.knock_with(base_url, keys.revoked)
    callers.ask_while_down()
    with running_engine(models_folder() / SECOND_MODEL, ports.engine):
        time.sleep(_LOOK_SECONDS)
        with counted(home):
            callers.ask_all("1.1", questions, _QUESTIONS_SECOND)
    seen = callers.seen
    say(
        f"3. Traffic: {seen.answered} answers, {seen.streamed} of them streamed; hang-ups: {seen.hung_up}, revoked keys: "
        f"{seen.refused}, engine errors: {seen.engine_errors}, calls to a dead engine: {seen.unreachable}"
    )
    for version in ("1.0", "1.1"):
        say(f"   sample model {version}: {seen.right[version]} of {seen.asked[version]} answers as expected")
    return seen


def _hand_over(home: Home, out: Path, seen: ClientSide, say: Say) -> tuple[tuple[str, ...], Account]:
    shortfalls: list[str] = []
    with open_door(home) as door:
        scan = collect_models(home, door.recorder)
        say(f"4. Model store scanned: {scan.found} artifacts hashed and recorded, {scan.skipped} skipped")
        around = look_around(home, door.recorder)
        say(
            f"5. This machine looked at: engines that answer on loopback: {len(around.engines)}, the sample's and others that "
            f"run here; differences from the inventory recorded: {len(around.differences)}"
        )
        room = export_engagement(home, door.recorder, ENGAGEMENT, out / ROOM)
    say(f"6. Evidence room written: {room.files} files, {len(room.omissions)} omissions named: {out / ROOM}")
    shortfalls += _verify(home, out / ROOM, say)
    report = inspect_home(home, content=True)
    say(f"8. The book re-derived: {report.entries} entries, {report.checkpoints} checkpoints, {report.damages_total} damages")
    shortfalls += [f"book: {damage.place}: {damage.what}" for damage in report.damages]
    account = take_account(home, seen)
    say("9. The book against what the callers saw:")
    for line in account.lines:
        say(
            f"   {line.book:4d} = {line.callers:<4d} {line.what}"
            if line.agrees
            else f"   {line.book:4d} ≠ {line.callers:<4d} {line.what}"
        )
    if account.strangers:
        say(f"   {account.strangers:4d}          refusals of other programs on this machine that tried the gateway's port")
    shortfalls += [f"{line.what}: the book has {line.book}, the callers saw {line.callers}" for line in account.shortfalls]
    if seen.answered < _LEAST_ANSWERS or len(account.artifacts) != _MODELS:
        shortfalls.append(f"{seen.answered} answers by {len(account.artifacts)} models are fewer than the demonstration promises")
    shortfalls += [f"{count} x {what}" for what, count in Counter(seen.failures).items()]
    rows = {each.population: each.rows for each in room.populations}
    if rows.get("POP-15", 0) < seen.answered:
        shortfalls.append(f"POP-15 has {rows.get('POP-15')} rows, the callers saw {seen.answered} answers")
    if scan.found < _MODELS:
        shortfalls.append(f"{scan.found} model artifacts were found, {_MODELS} are there")
    return tuple(shortfalls), account


def _hold_counters(home: Home, port: int, say: Say) -> tuple[str, ...]:
    held = hold_counters(home, port)
    say(f"10. The engine's own counters against the book: {held.describe()}")
    return () if held.agree >= _MODELS and not held.differ else (f"the engine's own counters: {held.describe()}",)


def _verify(home: Home, room: Path, say: Say) -> list[str]:
    """The verifier that lies in the room, run as an auditor would: plain Python, isolated, no network where that can be had."""
    script = room / "00_README_and_index" / "verify.py"
    command = [sys.executable, "-I", "-S", str(script), str(room), "--key", home.identity().vkey]
    unshare = shutil.which("unshare")
    possible = unshare and subprocess.run([unshare, "-rn", "true"], check=False, capture_output=True).returncode == 0
    prefix = [unshare, "-rn"] if unshare and possible else []
    done = subprocess.run([*prefix, *command], check=False, capture_output=True, text=True)
    where = "in a network namespace with nothing in it" if prefix else "(no empty network namespace could be had here)"
    say(f"7. The room's own verifier, plain Python, {where}: exit {done.returncode}")
    return [] if done.returncode == 0 else [f"verify.py exited {done.returncode}: {done.stdout[-500:]}{done.stderr[-500:]}"]
