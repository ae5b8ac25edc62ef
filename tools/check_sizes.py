"""The size gate: files of at most 400 lines, functions of at most 50, and no drawer names. There is no allow-list.

A file that has grown past the cap holds two things; a drawer (`utils`, `manager`, ...) is a room that was never named.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tracked import ROOT, Finding, print_findings, read_text, tracked_files

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50
CODE_FOLDERS = ("src", "tests", "tools", "bench", "fuzz")
SIZED = {".py", ".sql", ".html", ".css", ".typ", ".sh", ".js"}
VENDORED = "vendored"
"""A folder of this name holds other projects' files, unchanged and with their licences."""
_SINGULAR = ("util", "helper", "common", "misc", "base", "manager", "handler", "processor", "data", "info", "core", "service")
DRAWERS = frozenset(_SINGULAR) | {f"{word}s" for word in _SINGULAR}
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def check_sizes(root: Path) -> list[Finding]:
    """Everything too long or named for a drawer."""
    found: list[Finding] = []
    for path in tracked_files(root):
        place = path.relative_to(root)
        if place.parts[0] not in CODE_FOLDERS or VENDORED in place.parts or path.suffix not in SIZED:
            continue
        text = read_text(path) or ""
        if (lines := text.count("\n")) > MAX_FILE_LINES:
            found.append(Finding(str(place), 0, f"has {lines} lines, the cap is {MAX_FILE_LINES}: split it by what it is about"))
        found.extend(Finding(str(place), 0, f"is named for a drawer ({word!r})") for word in _drawers(place))
        if path.suffix == ".py":
            found.extend(_inside(place, text))
    return found


def _inside(place: Path, text: str) -> Iterator[Finding]:
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        yield Finding(str(place), error.lineno or 0, "is not Python")
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for word in _split(node.name) & DRAWERS:
                yield Finding(str(place), node.lineno, f"class {node.name} is named for a drawer ({word!r})")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and place.parts[0] == "src":
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                yield Finding(str(place), node.lineno, f"{node.name} has {length} lines, the cap is {MAX_FUNCTION_LINES}")


def _drawers(place: Path) -> set[str]:
    names = [*place.parts[1:-1], place.stem]
    return set().union(*(_split(name) for name in names)) & DRAWERS


def _split(name: str) -> set[str]:
    return {word.lower() for word in _WORDS.findall(name)}


if __name__ == "__main__":
    sys.exit(print_findings("size gate", check_sizes(ROOT)))
