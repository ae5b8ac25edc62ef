"""Feed one target under the coverage-guided fuzzer. Started by `run.py`: `fuzz_one.py TARGET [libFuzzer options] CORPUS`."""

from __future__ import annotations

import sys

import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]

with atheris.instrument_imports(include=["proofbook"]):
    from fuzz_targets import TARGETS, survive


def main() -> None:
    """The command."""
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, lambda data: survive(target, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
