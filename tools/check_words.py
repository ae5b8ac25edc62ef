"""What no file of the project may say: a conclusion that belongs to the auditor, a path of one machine, a package index.

Conclusions are looked for where people read: documents, page templates, and texts in the source that are shown (string literals
other than docstrings). A sentence that needs such a word to say the opposite ("Proofbook never says that a control is effective")
is listed, whole, in `allowed_sentences.txt`; one that is no longer used is reported too.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tracked import ROOT, Finding, print_findings, read_text, tracked_files

CONCLUSIONS = re.compile(
    r"\b(?:non-?)?(?:compliant|certified|effective(?:ly|ness)?|passed(?! (?:on|to|through|over|along|into|down|from)\b))\b"
    r"|\btamper-?proof\b",
    re.IGNORECASE,
)
"""`passed on`, `passed to` and the like speak of transport, not of a verdict."""
MACHINE_PATHS = re.compile(r"(?<![\w.~-])/(?:work|root|opt/pypi\S*|opt/wheels|tmp/pb)(?:/|\b(?![\w.-]))|(?<![\w.~])/home/[a-z]")
INDEX_HOSTS = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org|proxy\.golang|--(?:extra-)?index-url\b|--find[-]links\b",
    re.IGNORECASE,
)
READ_BY_PEOPLE = {".md", ".html", ".typ", ".svg", ".txt", ".toml"}
ALLOWED = "tools/allowed_sentences.txt"
_SPACE = re.compile(r"\s+")


def check_words(root: Path) -> list[Finding]:
    """Everything said that must not be."""
    allowed = _allowed(root)
    used: set[str] = set()
    found: list[Finding] = []
    for path in tracked_files(root):
        place = path.relative_to(root)
        text = read_text(path)
        if text is None or str(place) == ALLOWED:
            continue
        found.extend(_matches(place, text, MACHINE_PATHS, "a path of one machine"))
        found.extend(_matches(place, text, INDEX_HOSTS, "the address of a package index"))
        for line, passage in _shown(place, text):
            found.extend(_conclusions(place, line, passage, allowed, used))
    found.extend(Finding(ALLOWED, 0, f"is not said anywhere any more: {sentence!r}") for sentence in sorted(allowed - used))
    return found


def _shown(place: Path, text: str) -> Iterator[tuple[int, str]]:
    if place.parts[0] in {"tests", "tools", "requirements", "fuzz"} or place.name in {"LICENSE", "pyproject.toml"}:
        return
    if place.suffix in READ_BY_PEOPLE:
        yield 1, text
    elif place.suffix == ".py":
        yield from _literals(text)


def _literals(text: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(text)
    spoken = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spoken:
            yield node.lineno, node.value


def _conclusions(place: Path, line: int, passage: str, allowed: set[str], used: set[str]) -> Iterator[Finding]:
    flat = _SPACE.sub(" ", passage)
    for sentence in allowed:
        if sentence in flat:
            used.add(sentence)
            flat = flat.replace(sentence, "")
    words = CONCLUSIONS.findall(flat)
    if not words:
        return
    for match in CONCLUSIONS.finditer(passage):
        if match.group() in words:
            at = line + passage.count("\n", 0, match.start())
            yield Finding(str(place), at, f"a conclusion that is not ours: {match.group()!r}")


def _matches(place: Path, text: str, pattern: re.Pattern[str], what: str) -> Iterator[Finding]:
    for match in pattern.finditer(text):
        yield Finding(str(place), text.count("\n", 0, match.start()) + 1, f"{what}: {match.group()!r}")


def _allowed(root: Path) -> set[str]:
    path = root / ALLOWED
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


if __name__ == "__main__":
    sys.exit(print_findings("words", check_words(ROOT)))
