"""Runs mixed traffic against the installed gateway while its engine dies, stalls and comes back, then judges the whole book.

    make soak SOAK_SECONDS=3600

Prints a line a minute, writes samples.csv and samples.svg, and ends with what the clients saw, what the book says, and whether memory or
descriptors grew. Exit code 1 when anything does not fit.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from soak.drawing import draw_samples
from soak.judging import Verdict, judge
from soak.traffic import Crowd
from soak.watching import Sample, compare, look, write_samples
from support.crash_home import Place, ending, make_place, read_forwarded, start_fast_engine, start_gateway
from support.nursery import Started

SAMPLE_SECONDS = 5.0
GROWTH = {"resident_mib": 1.15, "descriptors": 1.25, "threads": 1.25}
"""How much larger than in the second sixth the last sixth may be."""


async def _disturb(place: Place, running: list[Started], crowd: Crowd, mean: float) -> None:
    """Faults one after the other: the engine is killed and comes back, or stands still; the gateway reads its settings anew."""
    chance = crowd.chance
    while True:
        await asyncio.sleep(chance.expovariate(1 / mean))
        act = chance.choice(("engine killed", "engine stalled", "settings read anew"))
        crowd.counts[act] = crowd.counts.get(act, 0) + 1
        if act == "engine killed":
            running[0].kill()
            await asyncio.to_thread(running[0].wait)
            await asyncio.sleep(chance.random() * 2)
            running[0] = await asyncio.to_thread(start_fast_engine, place)
        elif act == "engine stalled":
            running[0].kill(signal.SIGSTOP)
            await asyncio.sleep(chance.random() * 4)
            running[0].kill(signal.SIGCONT)
        else:
            running[1].kill(signal.SIGHUP)


async def _watch(place: Place, running: list[Started], crowd: Crowd, seconds: float, samples: list[Sample]) -> None:
    started = time.monotonic()
    disturbing = asyncio.create_task(_disturb(place, running, crowd, mean=20))
    try:
        while time.monotonic() - started < seconds:
            await asyncio.sleep(SAMPLE_SECONDS)
            samples.append(look(running[1].pid, started, len(crowd.steady.received)))
            newest = samples[-1]
            if len(samples) % 12 == 0:
                print(
                    f"{newest.seconds:7.0f} s  {newest.resident_mib:6.1f} MiB  {newest.descriptors:4d} descriptors"
                    f"  {newest.received:7d} replies received whole",
                    flush=True,
                )
    finally:
        disturbing.cancel()
        await asyncio.gather(disturbing, return_exceptions=True)
        running[0].kill(signal.SIGCONT)


def _tell(crowd: Crowd, verdict: Verdict, samples: list[Sample]) -> bool:
    growth = compare(samples)
    print(f"\nclients: {dict(crowd.steady.counts)}; trouble: {crowd.counts}")
    print(f"book: {verdict.entries} entries, {verdict.exchanges} exchanges: {dict(verdict.states)}")
    print(f"kinds: {dict(verdict.kinds)}")
    grown = [name for name, (early, late) in growth.items() if late > early * GROWTH[name]]
    for name, (early, late) in growth.items():
        print(f"{name}: {early:g} in the second sixth, {late:g} in the last{'  <- grown' if name in grown else ''}")
    print(f"problems: {len(verdict.problems)}")
    for each in verdict.problems[:20]:
        print(f"  {each}")
    return not grown and not verdict.problems


def main() -> int:
    """Run and judge."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=3600)
    arguments.add_argument("--rate", type=float, default=20, help="requests a second of the steady clients")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--out", type=Path, help="where samples.csv goes; a temporary folder otherwise")
    chosen = arguments.parse_args()
    samples: list[Sample] = []
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, ending([]) as running:
        place = make_place(Path(folder))
        running += [start_fast_engine(place), start_gateway(place, None)]
        crowd = Crowd("127.0.0.1", place.gateway_port, place.tokens, random.Random(chosen.seed), chosen.rate)
        asyncio.run(crowd.run(_watch(place, running, crowd, chosen.seconds, samples)))
        running[1].kill(signal.SIGTERM)
        running[1].wait()
        write_samples(samples, (chosen.out or Path(folder)) / "samples.csv")
        draw_samples(samples, (chosen.out or Path(folder)) / "samples.svg")
        sound = _tell(crowd, judge(place.home, crowd.steady.received, read_forwarded(place)), samples)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
