"""How an evidence room and its verifier grow with the book: time, memory and size, from ten thousand exchanges on.

    python bench/room [--folder DIR] [--sizes 10000,100000] [--points FILE] [--svg FILE] [--verifier FILE]

For each size a home is made with the sample year and so many synthetic exchanges (see `bench/portal/year.py`), all before the
checkpoint; its projection is caught up; then the room of the year is exported with all thirty populations in a process of its
own, and the finished room is verified twice in processes of their own: with the verifier that lies in it, as an auditor does,
and bare SHA-256 of every file by `sha256sum`, below which no verifier can go. Memory is that of all processes together. A home
in --folder that is there already is used again; its room is made anew. --verifier takes another verifier than the room's own.
--points keeps what was measured, so that sizes measured in several runs (a million takes a quarter of an hour of processor time)
stand in one table and one picture.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "portal"))

from growth import Point, draw_growth
from watched import Spent, run_watched
from year import SOURCE, Synthetic, moment_of, write_exchanges

from proofbook.book.reader import BookReader
from proofbook.book.writer import Row
from proofbook.demo.year.cast import ENGAGEMENT
from proofbook.demo.year.kit import write_kit
from proofbook.primitives.instants import format_instant
from proofbook.wiring.exporting import export_engagement
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.recording import open_door

VERIFIER = "00_README_and_index/verify.py"


@dataclass(frozen=True, slots=True)
class Measured:
    """One size. `entries` is the tree's; `mebibytes` and `files` the room's; `populations` in MiB, too."""

    exchanges: int
    entries: int
    files: int
    mebibytes: float
    populations: float
    export: Spent
    verifier: Spent
    hashing: Spent


class _Year(Synthetic):
    """The synthetic year, after the clock went back to its beginning, which a book has to say."""

    def rows(self, start: int, stop: int) -> Iterator[Row]:
        """Entries of the exchanges [start, stop), in order."""
        first = format_instant(moment_of(start, self.total) - timedelta(seconds=1))
        actor = {"id": SOURCE, "kind": "system", "method": "process"}
        yield self._row("clock.stepped", SOURCE, first, actor, {"before": first, "after": first, "milliseconds": 0})
        yield from super().rows(start, stop)


def make(folder: Path, size: int) -> Home:
    """The home of a size, made when it is not there; its projection caught up."""
    path = folder / f"r{size}" / "home"
    began = time.perf_counter()
    if not path.exists():
        home = write_kit(path)
        write_exchanges(home, _Year(size), 0, size)
    home = open_home(path)
    with open_projection(home) as (book, _):
        print(f"{size:,} exchanges: {book.size():,} entries at hand after {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return home


def export(path: Path, out: Path) -> None:
    """What `proofbook export` does, as of everything that was recorded before it."""
    home = open_home(path)
    with BookReader(home.book) as book:
        size = max(each.size for each in book.checkpoints())
    with open_door(home) as door:
        made = export_engagement(home, door.recorder, ENGAGEMENT, out, as_of_size=size)
    print(json.dumps({"entries": made.checkpoint.size, "files": made.files}))


def measure(folder: Path, size: int, verifier: Path | None) -> Measured:
    """Export the room of a size and verify it."""
    make(folder, size)
    room, words = folder / f"r{size}" / "room", folder / f"r{size}" / "words"
    if room.exists():
        shutil.rmtree(room)
    exported = run_watched([sys.executable, __file__, "--export", str(folder / f"r{size}" / "home"), str(room)], words)
    said = json.loads(words.read_text().splitlines()[-1])
    program = verifier or room / VERIFIER
    verified = run_watched([sys.executable, "-I", "-S", str(program), str(room), "--json"], folder / f"r{size}" / "report")
    sums = 'cd "$1" && sha256sum --check --quiet 00_README_and_index/SHA256SUMS'
    hashed = run_watched(["sh", "-c", sums, "sh", str(room)], words)
    lists = sum(each.stat().st_size for each in (room / "04_Populations").rglob("*") if each.is_file())
    whole = sum(each.stat().st_size for each in room.rglob("*") if each.is_file())
    return Measured(size, said["entries"], said["files"], whole / 2**20, lists / 2**20, exported, verified, hashed)


def table(found: list[Measured]) -> Iterator[str]:
    """The figures as a table of the documents."""
    yield f"| | {' | '.join(f'{each.exchanges:,}' for each in found)} |"
    yield f"|---|{'---:|' * len(found)}"
    rows = (
        ("entries in the book", [f"{each.entries:,}" for each in found]),
        ("files in the room", [f"{each.files:,}" for each in found]),
        ("size, MiB", [f"{each.mebibytes:,.0f}" for each in found]),
        ("of it the populations", [f"{each.populations:,.0f}" for each in found]),
        ("export, s", [f"{each.export.seconds:,.0f}" for each in found]),
        ("processor s", [f"{each.export.processor:,.0f}" for each in found]),
        ("memory of all processes, MiB", [f"{each.export.mebibytes:,.0f}" for each in found]),
        ("verifier, s", [f"{each.verifier.seconds:,.1f}" for each in found]),
        ("processor s", [f"{each.verifier.processor:,.1f}" for each in found]),
        ("memory of all processes, MiB", [f"{each.verifier.mebibytes:,.0f}" for each in found]),
        ("`sha256sum --check` of the same files, s", [f"{each.hashing.seconds:,.1f}" for each in found]),
    )
    for name, cells in rows:
        yield f"| {name} | {' | '.join(cells)} |"


def read_points(path: Path | None) -> dict[int, Measured]:
    """What earlier runs measured."""
    known = json.loads(path.read_text("utf-8")) if path is not None and path.exists() else []
    times = ("export", "verifier", "hashing")
    made = (Measured(**(each | {name: Spent(**each[name]) for name in times})) for each in known)
    return {each.exchanges: each for each in made}


def main() -> None:
    """Make, export, verify, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--points", type=Path)
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--verifier", type=Path)
    parser.add_argument("--make", action="store_true", help="make the homes and stop")
    parser.add_argument("--export", nargs=2, type=Path, metavar=("HOME", "ROOM"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.export:
        export(*options.export)
        return
    known = read_points(options.points)
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        for size in (int(each) for each in options.sizes.split(",") if each):
            if options.make:
                make(folder, size)
                continue
            known[size] = measure(folder, size, options.verifier)
            if options.points:
                options.points.write_text(json.dumps([asdict(known[each]) for each in sorted(known)], indent=1), encoding="utf-8")
            print("\n".join(table([known[each] for each in sorted(known)])), flush=True)
    if options.svg and known:
        options.svg.write_text(draw_growth([_curves(known[each]) for each in sorted(known)]), encoding="utf-8")


def _curves(each: Measured) -> Point:
    seconds = {"export": each.export.processor, "verifier": each.verifier.processor}
    memory = {"export": each.export.mebibytes, "verifier": each.verifier.mebibytes}
    return Point(each.exchanges, seconds, memory)


if __name__ == "__main__":
    main()
