"""Relative links in documents lead somewhere, anchors included, and commands that documents show exist.

Addresses on the web are not fetched: a check must not depend on somebody else's server.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tracked import ROOT, Finding, print_findings, tracked_files

_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)|(?:src|href|srcset)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_MAKE = re.compile(r"^\s*(?:\$ )?make ([a-z]+)|`make ([a-z]+)", re.MULTILINE)
_TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)
_ELSEWHERE = ("http:", "https:", "mailto:", "urn:")


def check_links(root: Path) -> list[Finding]:
    """Every link that leads nowhere, and every make target that is shown and does not exist."""
    found: list[Finding] = []
    makefile = root / "Makefile"
    targets = set(_TARGET.findall(makefile.read_text("utf-8"))) if makefile.exists() else set()
    for path in tracked_files(root):
        if path.suffix != ".md":
            continue
        text = path.read_text("utf-8")
        found.extend(_links(root, path, text))
        for match in _MAKE.finditer(text):
            target = match.group(1) or match.group(2)
            if target not in targets:
                found.append(_finding(root, path, text, match, f"make has no target {target!r}"))
    return found


def _links(root: Path, path: Path, text: str) -> Iterator[Finding]:
    prose = _FENCE.sub(lambda block: re.sub(r"[^\n]", " ", block.group()), text)
    for match in _LINK.finditer(prose):
        link = match.group(1) or match.group(2)
        if link.startswith(_ELSEWHERE):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists() or not target.is_relative_to(root.resolve()):
            yield _finding(root, path, text, match, f"the link {link!r} leads nowhere")
        elif anchor and target.suffix == ".md" and anchor not in anchors(target.read_text("utf-8")):
            yield _finding(root, path, text, match, f"{name or path.name} has no heading {anchor!r}")


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings, as repository pages make them."""
    found: set[str] = set()
    for heading in _HEADING.findall(_FENCE.sub("", text)):
        plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        name = "".join(letter for letter in plain.replace(" ", "-") if letter.isalnum() or letter in "-_")
        counted, number = name, 0
        while counted in found:
            number += 1
            counted = f"{name}-{number}"
        found.add(counted)
    return found


def _finding(root: Path, path: Path, text: str, match: re.Match[str], what: str) -> Finding:
    return Finding(str(path.relative_to(root)), text.count("\n", 0, match.start()) + 1, what)


if __name__ == "__main__":
    sys.exit(print_findings("links", check_links(ROOT)))
