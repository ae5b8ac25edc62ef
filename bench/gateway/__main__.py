"""What the recording gateway costs, beside nginx, LiteLLM, Portkey and nothing at all, in turns on the same two cores.

    python bench/gateway [--rounds 3] [--seconds 3] [--targets bare,nginx] [--modes requests,light] [--install] [--write]

The measured server has one core for itself; the engine and the callers, which cost almost nothing, share the other. The gateway
is the product as it is run: content sealed whole, every record on disk before the reply. Costs are processor seconds of all of a
server's processes; medians over the rounds. `--install` fetches LiteLLM and Portkey into the cache folder; without it, a peer
that is not there is said so. `--write` puts table and pictures into docs/.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from building import Missing, build_tools
from measuring import MODES, Ledger, Refused, measure_requests, time_rest, time_sync
from reporting import format_table, write_report
from targets import NAMES, Bench, Target, running, running_engine

ROOT = Path(__file__).parents[2]


def measure(bench: Bench, names: list[str], modes: list[str], rounds: int, seconds: float) -> Ledger:
    """Visit every target in turn, so many times."""
    ledger = Ledger()
    for number in range(rounds):
        for name in names:
            if name in ledger.notes and not ledger.rounds.get((name, "RSS idle MiB")):
                continue
            print(f"round {number + 1} of {rounds}: {name}", file=sys.stderr)
            try:
                visit(bench, name, modes, seconds, ledger)
            except Missing as error:
                ledger.notes[name] = str(error)
        ledger.add("disk", time_sync(bench.folder))
        ledger.add("memory", time_rest(bench))
    return ledger


def visit(bench: Bench, name: str, modes: list[str], seconds: float, ledger: Ledger) -> None:
    """One target through every mode; memory by a process of its own, so that neither side finds what the other left."""
    for own in ([mode for mode in modes if mode != "memory"], [mode for mode in modes if mode == "memory" and name != "bare"]):
        if not own:
            continue
        with running_engine(bench) as engine, running(name, bench, engine) as target:
            if target.process is not None:
                ledger.add(name, {"RSS idle MiB": target.resident()})
            warm(bench, target)
            for mode in own:
                try:
                    ledger.add(name, MODES[mode](bench, target, seconds))
                except Refused as error:
                    ledger.notes[name] = f"{mode}: {error}"


def warm(bench: Bench, target: Target) -> None:
    """Nothing to be kept: first requests pay for what later ones find ready."""
    with suppress(Refused):
        measure_requests(bench, target, 0.5)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="length of one measurement")
    parser.add_argument("--targets", default=",".join(NAMES))
    parser.add_argument("--modes", default=",".join(MODES))
    parser.add_argument("--folder", type=Path, default=None, help="where throw-away homes go; its disk is what is synced to")
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "bench", help="where tools and peers are kept")
    parser.add_argument("--cores", default="0,1", help="of the measured server, and of engine and callers")
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    try:
        tools = build_tools(options.cache)
    except Missing as error:
        print(f"not measured: {error}")
        return
    measured, others = map(int, options.cores.split(","))
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        bench = Bench(Path(name), options.cache, tools, measured, others, options.install)
        ledger = measure(bench, options.targets.split(","), options.modes.split(","), options.rounds, options.seconds)
    print(format_table(ledger))
    if options.write:
        write_report(ledger, ROOT / "docs")


if __name__ == "__main__":
    main()
