"""`proofbook artifact` as a person runs it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from proofbook.demo.year.cast import ENGAGEMENT
from support.command_line import Done
from support.forked_program import run_program

AS_OF: Final = "2025-07-05"
"""Some days after the kit's year."""


def draw(home: Path, out: Path, *arguments: str, engagement: str = ENGAGEMENT, env: dict[str, str] | None = None) -> Done:
    """Run the command to its end."""
    line = ["--home", str(home), "artifact", "--engagement", engagement, "--out", str(out), *arguments]
    done = run_program(line, cwd=Path.cwd(), env=os.environ | (env or {}))
    return Done(done.returncode, done.stdout, done.stderr)
