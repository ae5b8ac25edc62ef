"""Which files belong to the project: what Git tracks, and what is new and not ignored.

Without Git (an unpacked source archive) it is every file outside hidden and build folders.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
_NOT_OURS = {"build", "dist", "__pycache__", "proofbook-home", "demo-out"}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong: file, line (0: the file as a whole), and what it is."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}" if self.line else f"{self.path}: {self.text}"


def tracked_files(root: Path) -> tuple[Path, ...]:
    """Every file of the project that exists, in path order."""
    listing = ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        done = subprocess.run(listing, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        found = [path for path in root.rglob("*") if _ours(path.relative_to(root))]
    else:
        found = [root / name for name in done.stdout.decode().split("\0") if name]
    return tuple(sorted(path for path in found if path.is_file() and not path.is_symlink()))


def read_text(path: Path) -> str | None:
    """The file as text; None for anything that is not UTF-8."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return None


def print_findings(title: str, findings: list[Finding]) -> int:
    """Prints them, and gives the exit code."""
    for finding in sorted(findings):
        print(finding)
    if findings:
        print(f"{title}: {len(findings)} found")
    return 1 if findings else 0


def _ours(path: Path) -> bool:
    return not any(part.startswith(".") or part in _NOT_OURS for part in path.parts)
