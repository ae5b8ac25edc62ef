"""The room beside compliance-trestle, which signs JSON files, and beside auditree's evidence locker, which is a git repository.

    python bench/room/peers.py [--install] [--rounds 3] [--room DIR] [--items 200,1000,2000]

Sealing: trestle's signed package manifest of 1,000 small JSON files and of all JSON files of a room, against the same files
sealed as a room is; for the room, the check of either too, and what each finds of four damages. Items: so many items of 1 KB
added one after the other, to a locker (one folder, and folders of 100) and to a book with the disk waited for. All take turns in
each round; figures are medians. --install fetches the peers, each into a folder of its own below --cache; without it one that is
not there is left out. The product needs none of them.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from watched import Spent, run_watched

HERE = Path(__file__).parent
TRESTLE, AUDITREE = "compliance-trestle==5.2.0", "auditree-framework==2.0.0"
VERIFIER = "00_README_and_index/verify.py"
TABLE = "04_Populations/POP-15_ai-interactions/interactions.json"
SMALL = 1_000
ONE_FOLDER = 1_000_000
SPREAD_UP_TO = 1_000
"""More items in folders of 100 take as long as in one."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where things lie; a peer that is not here is None."""

    folder: Path
    trestle: Path | None
    auditree: Path | None
    rounds: int


def find_peer(cache: Path, package: str, *, install: bool) -> Path | None:
    """The Python a peer is installed for."""
    folder = cache / package.replace("==", "-")
    python = folder / "bin" / "python"
    if not python.exists() and install:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", package], check=True)
    return python if python.exists() else None


def in_turns(rounds: int, jobs: dict[str, Callable[[int], Spent]]) -> dict[str, Spent]:
    """Medians of jobs that take turns."""
    found: dict[str, list[Spent]] = {name: [] for name in jobs}
    for number in range(rounds):
        for name, job in jobs.items():
            found[name].append(job(number))
    return {name: _median(each) for name, each in found.items()}


def _median(spent: Sequence[Spent]) -> Spent:
    median = statistics.median
    return Spent(*(median(getattr(each, name) for each in spent) for name in ("seconds", "processor", "mebibytes")))


def write_manifest(root: Path, files: Sequence[Path], path: Path) -> None:
    """What trestle is to sign."""
    artifacts = [
        {"name": each.relative_to(root).as_posix(), "uri": os.path.relpath(each, path.parent), "mediaType": "application/json"}
        for each in files
    ]
    path.write_text(json.dumps({"primaryArtifact": artifacts[0]["name"], "artifacts": artifacts}))


def write_keys(folder: Path) -> None:
    """A key pair for trestle."""
    key = Ed25519PrivateKey.generate()
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "key.pub").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def compare_sealing(bench: Bench, root: Path, name: str) -> Iterator[tuple[str, Spent]]:
    """Trestle's signing and checking of the JSON files below a folder, and the same files sealed as a room is."""
    folder = bench.folder / name
    shutil.copytree(root, folder / "files")
    root = folder / "files"
    words, jobs = folder / "words", dict[str, Callable[[int], Spent]]()
    ours = [sys.executable, str(HERE / "sealing.py"), str(root), str(folder / "sealed")]
    jobs["Proofbook, the same files"] = lambda _: run_watched([*ours, ".json"], words)
    if bench.trestle is not None:
        sign, check = prepare_trestle(bench.trestle, root, folder)
        jobs["trestle, sign"] = lambda _: run_watched(sign, words)
        jobs["trestle, verify"] = lambda _: run_watched(check, words)
    if (root / VERIFIER).exists():
        jobs["Proofbook, all files of the room"] = lambda _: run_watched(ours, words)
        verify = [sys.executable, "-I", "-S", str(root / VERIFIER), str(root), "--json"]
        jobs["Proofbook, verify.py over the room"] = lambda _: run_watched(verify, words)
    yield from in_turns(bench.rounds, jobs).items()


def prepare_trestle(python: Path, root: Path, folder: Path) -> tuple[list[str], list[str]]:
    """The commands that sign and that check the JSON files below a folder."""
    manifest, envelope = folder / "package.json", folder / "package.dsse.json"
    subprocess.run([str(python.parent / "trestle"), "init", "-tr", str(folder)], check=True, capture_output=True)
    write_manifest(root, sorted(each for each in root.rglob("*.json") if each.is_file()), manifest)
    write_keys(folder)
    program = [str(python.parent / "trestle")]
    rest = ["--beta", "-tr", str(folder)]
    sign = [*program, "sign-manifest", "--manifest", str(manifest), "--private-key", str(folder / "key.pem")]
    check = [*program, "verify-manifest", "--manifest", str(manifest), "--public-key", str(folder / "key.pub")]
    return [*sign, "-o", str(envelope), "--overwrite", *rest], [*check, "--signature", str(envelope), *rest]


def damage(room: Path, how: str) -> None:
    """One of four damages."""
    json_file = room / TABLE
    match how:
        case "a JSON file edited":
            json_file.write_bytes(json_file.read_bytes().replace(b"2026", b"2025", 1))
        case "a JSON file removed":
            json_file.unlink()
        case "a JSON file added":
            (json_file.parent / "added.json").write_text("{}")
        case _:
            sheet = json_file.with_suffix(".csv")
            sheet.write_bytes(sheet.read_bytes().replace(b"2026", b"2025", 1))


def compare_damages(bench: Bench, room: Path) -> Iterator[tuple[str, str, str]]:
    """What either finds: the damage, trestle's word, the verifier's."""
    for number, how in enumerate(("none", "a JSON file edited", "a JSON file removed", "a JSON file added", "a CSV file edited")):
        copy = bench.folder / f"damaged-{number}"
        shutil.copytree(room, copy / "room")
        said = "not here"
        if bench.trestle is not None:
            sign, check = prepare_trestle(bench.trestle, copy / "room", copy)
            subprocess.run(sign, check=True, capture_output=True)
        if how != "none":
            damage(copy / "room", how)
        if bench.trestle is not None:
            said = _word(subprocess.run(check, capture_output=True, check=False).returncode)
        verify = [sys.executable, "-I", "-S", str(room / VERIFIER), str(copy / "room")]
        yield how, said, _word(subprocess.run(verify, capture_output=True, check=False).returncode)
        shutil.rmtree(copy)


def _word(code: int) -> str:
    return "accepted" if code == 0 else "found"


def compare_items(bench: Bench, count: int) -> Iterator[tuple[str, float, float, float]]:
    """Milliseconds of one item, of one of the last tenth, and of processor time: a book, a locker, a locker of many folders."""
    jobs = {"Proofbook, on disk before the next": [sys.executable, str(HERE / "book_items.py"), "FOLDER", str(count)]}
    if bench.auditree is not None:
        locker = [str(bench.auditree), str(HERE / "locker_items.py"), "FOLDER", str(count)]
        jobs["auditree, one folder"] = [*locker, str(ONE_FOLDER)]
        if count <= SPREAD_UP_TO:
            jobs["auditree, folders of 100"] = [*locker, "100"]
    found: dict[str, list[dict[str, float]]] = {name: [] for name in jobs}
    for number in range(bench.rounds):
        for place, (name, command) in enumerate(jobs.items()):
            folder = bench.folder / f"items-{count}-{number}-{place}"
            words = [str(folder) if each == "FOLDER" else each for each in command]
            done = subprocess.run(words, check=True, capture_output=True, text=True)
            found[name].append(json.loads(done.stdout.splitlines()[-1]))
            shutil.rmtree(folder)
    for name, each in found.items():
        yield name, *(statistics.median(one[which] for one in each) for which in ("each", "last", "cpu"))


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--cache", type=Path, default=Path("build/bench/peers"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--room", type=Path)
    parser.add_argument("--items", default="200,1000,2000")
    options = parser.parse_args()
    cache = options.cache.absolute()
    peers = [find_peer(cache, each, install=options.install) for each in (TRESTLE, AUDITREE)]
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), *peers, options.rounds)
        small = bench.folder / "files"
        small.mkdir()
        for number in range(SMALL):
            (small / f"item-{number:04}.json").write_text(json.dumps({"number": number, "text": os.urandom(512).hex()}))
        print("| What | s | processor s | MiB |\n|---|---:|---:|---:|")
        for title, root in ((f"{SMALL:,} JSON files of 1 KB", small), ("a room", options.room)):
            for what, spent in () if root is None else compare_sealing(bench, root, title.replace(" ", "-")):
                print(f"| {title}: {what} | {spent.seconds:.2f} | {spent.processor:.2f} | {spent.mebibytes:.0f} |", flush=True)
        if options.room is not None:
            print("\n| Damage | trestle | verify.py |\n|---|---|---|")
            for row in compare_damages(bench, options.room):
                print(f"| {' | '.join(row)} |", flush=True)
        print("\n| Items of 1 KB | where | ms each | ms each of the last tenth | processor ms each |\n|---:|---|---:|---:|---:|")
        for count in (int(each) for each in options.items.split(",") if each):
            for what, each, last, processor in compare_items(bench, count):
                print(f"| {count:,} | {what} | {each:.1f} | {last:.1f} | {processor:.1f} |", flush=True)


if __name__ == "__main__":
    main()
