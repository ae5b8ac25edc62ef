"""`proofbook demo`: the whole story on a labelled sample organisation, with a real model."""

from __future__ import annotations

import signal
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, print_lines, say
from proofbook.demo.organisation import SYSTEMS
from proofbook.demo.story import Outcome, telling
from proofbook.demo.year.cast import ENGAGEMENT as SAMPLE_YEAR
from proofbook.demo.year.generate import list_planted
from proofbook.demo.year.kit import KIT_YEAR, write_kit
from proofbook.demo.year.shown import SHOWN
from proofbook.errors import ConfigurationError
from proofbook.wiring.parts import LOG_FOLDER

EXIT_SHORTFALL: Final = 5


@click.command(short_help="A sample organisation with a real model, from traffic to verified evidence.")
@click.option("--once", is_flag=True, help="Do everything and end, instead of staying up.")
@click.option("--kit", is_flag=True, help="Only write the report test kit into --home: a fixed sample year with planted faults.")
@click.option(
    "--home",
    "demo_home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Home of the demonstration; default: a new folder.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Where the evidence room goes; default: beside the home."
)
@click.pass_obj
def demo(shared: Shared, once: bool, kit: bool, demo_home: Path | None, out: Path | None) -> None:
    """Run a labelled sample organisation: a real llama.cpp engine with a tiny model, real traffic, real evidence.

    Starts the engine, puts the gateway in front of it, drives it with the OpenAI SDK, scans the model files, exports an evidence
    room and verifies it offline. Ends with an error if anything fell short.
    """
    if kit:
        _write_kit(shared, demo_home)
        return
    stop = _Stop()
    folder = Path(tempfile.mkdtemp(prefix="proofbook-demo-")) if demo_home is None or out is None else None
    home = demo_home or _inside(folder, "home")
    room_parent = out or _inside(folder, "out")
    _check_apart(home, room_parent)
    room_parent.mkdir(parents=True, exist_ok=True)
    with telling(home.absolute(), room_parent.absolute(), stop.say) as outcome:
        stop.check()
        stays = not once and not outcome.shortfalls
        _print(shared, outcome, stays=stays)
        for shortfall in outcome.shortfalls:
            say(f"fell short: {shortfall}")
        if stays:
            say("Engine, gateway and page keep running. Stop with Ctrl-C.")
            _wait()
    if stays:
        say(f"Stopped. What was recorded stays in {home} and {room_parent}; remove them when you have seen enough.")
    if outcome.shortfalls:
        say(f"logs of gateway and page: {home / LOG_FOLDER}")
        sys.exit(EXIT_SHORTFALL)


class _Stop:
    """Ends the story at SIGINT or SIGTERM, so that what was started is stopped.

    Python drops an exception that is raised while an object is being taken apart. A signal that lands there is remembered, and
    ends the story at its next line.
    """

    def __init__(self) -> None:
        self._taken: int | None = None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._take)

    def say(self, text: str) -> None:
        """A line of the story."""
        self.check()
        say(text)

    def check(self) -> None:
        """Raise what a remembered signal asks for, once."""
        number, self._taken = self._taken, None
        if number is not None:
            self._end(number)

    def _take(self, number: int, _frame: object) -> None:
        self._taken = number
        self._end(number)

    def _end(self, number: int) -> None:
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(128 + number)


def _write_kit(shared: Shared, home: Path | None) -> None:
    """The fixed year, and what reports about it must say."""
    if home is None:
        raise ConfigurationError("the report test kit needs a folder", hint="name a new one with --home")
    write_kit(home.absolute())
    expected = list_planted(KIT_YEAR)
    if shared.json:
        listed = [{"check": each.check, "kind": each.kind, "id": each.id, "says": each.says} for each in expected]
        shown = [asdict(each) for each in SHOWN]
        year = {"engagement": SAMPLE_YEAR, "last": KIT_YEAR.last.isoformat()}
        print_json({"home": str(home), **year, "expected": listed, "populations": shown})
        return
    say(f"The report test kit is in {home}: engagement {SAMPLE_YEAR}, {KIT_YEAR.first} to {KIT_YEAR.last}, {KIT_YEAR.zone}.")
    print_lines([f"{each.check} {each.kind}/{each.id}: {each.says}" for each in expected])
    say("What the evidence headers of populations must name:")
    print_lines([f"{each.population} {each.check}, {each.about}: {each.says}" for each in SHOWN])


def _check_apart(home: Path, room_parent: Path) -> None:
    for path in (home, room_parent):
        if path.exists() and any(path.iterdir()):
            raise ConfigurationError(f"{path}: is not empty", hint="name a new folder")
    ends = home.absolute(), room_parent.absolute()
    if ends[0] == ends[1] or ends[0] in ends[1].parents or ends[1] in ends[0].parents:
        raise ConfigurationError(
            f"--home {home} and --out {room_parent} lie within each other", hint="name two folders side by side"
        )


def _inside(folder: Path | None, name: str) -> Path:
    if folder is None:
        raise RuntimeError("no folder was made for the demonstration")
    return folder / name


def _print(shared: Shared, outcome: Outcome, *, stays: bool) -> None:
    room, home = outcome.room, outcome.home
    exchange = outcome.account.sample_exchange
    program = f"{sys.argv[0]} --home {home}" if Path(sys.argv[0]).name == "proofbook" else f"proofbook --home {home}"
    running = [("page", outcome.page), ("gateway", outcome.gateway), ("engine", outcome.engine)] if stays else []
    if stays:
        running[1:1] = [
            ("sign in as", ", ".join(outcome.people.accounts)),
            ("with", f"{outcome.people.password}   (at {outcome.page.partition('?')[0]}sign-in; made for this demonstration)"),
        ]
        running.append(("a key for it", f"{program} key issue --principal you --kind person --system {SYSTEMS[0].id}"))
    kept = [
        ("evidence room", str(room / "00_README_and_index" / "index.html")),
        ("verify it", f"python3 {room}/00_README_and_index/verify.py --key '{outcome.vkey}'"),
        ("the book", f"{program} book status"),
        ("the sample year", f"{program} due --engagement {SAMPLE_YEAR}"),
        ("as a grid", f"{program} due --engagement {SAMPLE_YEAR} --grid"),
        ("its systems", f"{program} record list ai_system"),
        ("a question", f"{program} answer 16 --engagement {SAMPLE_YEAR}"),
    ]
    if exchange is not None:
        kept += [
            ("one proof", f"{program} book prove {exchange}"),
            ("one answer", f'{program} content show {exchange} --purpose "looking at the demonstration"'),
        ]
    if shared.json:
        accounts = [{"what": line.what, "book": line.book, "callers": line.callers} for line in outcome.account.lines]
        found = {"home": str(home), "room": str(room), "exchange": exchange, "verifier_key": outcome.vkey}
        print_json(
            {name: text for name, text in running if name in {"page", "gateway", "engine"}}
            | found
            | {"account": accounts, "shortfalls": list(outcome.shortfalls)}
        )
    else:
        print_lines(["", "What to look at:"])
        print_facts([*running, *kept], indent="  ")


def _wait() -> None:
    signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # never unblocked before the end: stopping is under way, once is enough
    signal.sigwait(signals)
