"""`proofbook demo`: the whole story on a labelled sample organisation, with a real model."""

from __future__ import annotations

import signal
import sys
import tempfile
from pathlib import Path
from typing import Final

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, say
from proofbook.demo.story import Outcome, telling
from proofbook.errors import ConfigurationError

EXIT_SHORTFALL: Final = 5


@click.command()
@click.option("--once", is_flag=True, help="Do everything and end, instead of staying up.")
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
def demo(shared: Shared, once: bool, demo_home: Path | None, out: Path | None) -> None:
    """Run a labelled sample organisation: a real llama.cpp engine with a tiny model, real traffic, real evidence.

    Starts the engine, puts the gateway in front of it, drives it with the OpenAI SDK, scans the model files, exports an evidence
    room and verifies it offline. Ends with an error if anything fell short.
    """
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # so that what was started is stopped
    folder = Path(tempfile.mkdtemp(prefix="proofbook-demo-")) if demo_home is None or out is None else None
    home = demo_home or _inside(folder, "home")
    room_parent = out or _inside(folder, "out")
    for path in (home, room_parent):
        if path.exists() and any(path.iterdir()):
            raise ConfigurationError(f"{path}: is not empty", hint="name a new folder")
    room_parent.mkdir(parents=True, exist_ok=True)
    with telling(home.absolute(), room_parent.absolute(), say) as outcome:
        _print(shared, outcome)
        if not once and not outcome.shortfalls:
            say("Everything keeps running. Stop with Ctrl-C.")
            _wait()
    if outcome.shortfalls:
        for shortfall in outcome.shortfalls:
            say(f"fell short: {shortfall}")
        sys.exit(EXIT_SHORTFALL)


def _inside(folder: Path | None, name: str) -> Path:
    if folder is None:
        raise RuntimeError("no folder was made for the demonstration")
    return folder / name


def _print(shared: Shared, outcome: Outcome) -> None:
    room, home = outcome.room, outcome.home
    exchange = outcome.account.sample_exchange
    facts = [
        ("page", outcome.page),
        ("evidence room", str(room / "00_README_and_index" / "index.html")),
        ("verify it", f"python3 {room}/00_README_and_index/verify.py"),
        ("the book", f"proofbook --home {home} book status"),
        ("one proof", f"proofbook --home {home} book prove {exchange}"),
        ("one answer", f'proofbook --home {home} content show {exchange} --purpose "looking at the demonstration"'),
        ("the gateway", outcome.gateway),
    ]
    if shared.json:
        accounts = [{"what": line.what, "book": line.book, "callers": line.callers} for line in outcome.account.lines]
        print_json(dict(facts) | {"account": accounts, "shortfalls": list(outcome.shortfalls)})
    else:
        click.echo("\nWhat to look at:")
        print_facts(facts)


def _wait() -> None:
    signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    signal.sigwait(signals)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
