"""Before a room is handed over, the verifier that lies in it is run on it: by another process, isolated, standard library only.

Promises: what is handed over has been checked by the very file an auditor will run. Raises IntegrityError with the first
problem.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from proofbook.bundle.layout import VERIFIER
from proofbook.errors import IntegrityError


def check_room(root: Path, vkey: str) -> None:
    """Runs `verify.py` of the room with the log's key. Raises IntegrityError when anything does not check out."""
    command = [sys.executable, "-I", str(root / VERIFIER), str(root), "--key", vkey, "--json"]
    done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        place = _first_problem(done.stdout) or done.stderr.decode(errors="replace")[-300:]
        raise IntegrityError(
            f"the room that was written does not check out ({place}); it was not handed over",
            hint="run the book check; if the book is sound this is a fault of the exporter",
            place=place,
        )


def _first_problem(output: bytes) -> str:
    try:
        report = json.loads(output)
        problems = [f"step {each['step']}: {each['place']}: {each['what']}" for each in report["problems"]]
        problems += [f"step {each['number']}: {each['detail']}" for each in report["steps"] if each["outcome"] == "not_run"]
    except (ValueError, KeyError, TypeError):
        return ""
    return str(problems[0] if problems else report.get("unusable") or "")
