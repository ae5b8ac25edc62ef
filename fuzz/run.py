"""Fuzz every parser for a while each: `fuzz/run.py --seconds 60 [TARGET ...]`.

What was learnt stays under build/fuzz and is where the next run begins. An input that breaks a parser is kept there too; the run
names it and goes on with the next target.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from fuzz_targets import TARGETS  # noqa: E402 - the sample builders are beside the tests

MEMORY_MIB = 2048
ONE_INPUT_SECONDS = 20
WORK = ROOT / "build/fuzz"


def fuzz(name: str, seconds: int) -> Path | None:
    """Runs one target; gives the input that broke it, or None. Raises RuntimeError when the fuzzer could not start."""
    corpus, broken = WORK / name / "corpus", WORK / name / "broken"
    for folder in (corpus, broken):
        folder.mkdir(parents=True, exist_ok=True)
    for seed in TARGETS[name].seeds():
        (corpus / f"seed-{sha256(seed).hexdigest()[:16]}").write_bytes(seed)
    before = set(broken.iterdir())
    limits = [
        f"-max_total_time={seconds}",
        f"-timeout={ONE_INPUT_SECONDS}",
        f"-rss_limit_mb={MEMORY_MIB}",
        "-print_final_stats=1",
    ]
    command = [sys.executable, str(ROOT / "fuzz/fuzz_one.py"), name, *limits, f"-artifact_prefix={broken}/", str(corpus)]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'tests'}{os.pathsep}{ROOT / 'fuzz'}"}
    log = WORK / name / "log"
    with log.open("wb") as output:
        code = subprocess.run(command, env=environment, stdout=output, stderr=subprocess.STDOUT, check=False).returncode
    found = sorted(set(broken.iterdir()) - before)
    if code != 0 and not found:
        raise RuntimeError(f"{name}: the fuzzer ended with {code}; its words are in {log.relative_to(ROOT)}")
    runs = [line.split()[-1] for line in log.read_text("utf-8", "replace").splitlines() if "number_of_executed_units" in line]
    print(f"{'BROKEN' if found else 'ok    '} {name:<12} {runs[-1] if runs else '?'} inputs", flush=True)
    return found[0] if found else None


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="time for each target")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all when none is named")
    options = parser.parse_args()
    unknown = set(options.targets) - TARGETS.keys()
    if unknown:
        parser.error(f"no target {', '.join(sorted(unknown))}")
    broken = [path for name in options.targets or TARGETS if (path := fuzz(name, options.seconds)) is not None]
    for path in broken:
        print(f"kept: {path.relative_to(ROOT)}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
