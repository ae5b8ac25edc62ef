"""Rooms made to mislead, to lead elsewhere or to exhaust whoever verifies them, by name; and what fuzzing makes them of.

Each is made of a copy of a sound sample room by one function, which gives the words that must stand in the place or the finding
of a problem. Sample data throughout.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from support.room_builder import FRONT
from support.sample_ledger import encode

MANIFEST: Final = f"{FRONT}/manifest.json"
TABLE: Final = "04_Populations/POP-15_ai-interactions/interactions.csv"
ROWS: Final = "04_Populations/POP-15_ai-interactions/interactions.json"
HEADER: Final = "04_Populations/POP-15_ai-interactions/header.json"
DEFINITION: Final = "10_IPE_and_tool_assurance/report_definitions/POP-15.json"
BUNDLES: Final = "10_IPE_and_tool_assurance/book/tile/entries"
Spoil = Callable[[Path], str]


def written(path: str, data: bytes, named: str = "") -> Spoil:
    """A file of the room replaced, or one added."""

    def spoil(room: Path) -> str:
        (room / path).parent.mkdir(parents=True, exist_ok=True)
        (room / path).write_bytes(data)
        return named or path

    return spoil


def stretched(path: str, length: int) -> Spoil:
    """A file of so many bytes that takes up no space on disk: what a bomb unpacks to."""

    def spoil(room: Path) -> str:
        with (room / path).open("r+b") as file:
            file.truncate(length)
        return path

    return spoil


def edited(change: Callable[[dict[str, Any]], object], named: str) -> Spoil:
    """The manifest changed and still canonical."""

    def spoil(room: Path) -> str:
        manifest = json.loads((room / MANIFEST).read_bytes())
        change(manifest)
        (room / MANIFEST).write_bytes(encode(manifest) + b"\n")
        return named

    return spoil


def listed(path: str, named: str) -> Spoil:
    """A row of the manifest with another path."""
    return edited(lambda manifest: manifest["files"][3].update(path=path), named)


def linked(path: str, target: str) -> Spoil:
    """A file replaced by a symbolic link."""

    def spoil(room: Path) -> str:
        (room / path).unlink()
        (room / path).symlink_to(target)
        return path

    return spoil


def many_files(room: Path) -> str:
    """Thousands of empty files beside the others."""
    folder = room / "04_Populations" / "many"
    folder.mkdir()
    for number in range(3000):
        (folder / f"{number}").touch()
    return "04_Populations/many/0"


def deep_folders(room: Path) -> str:
    """Folders within folders, deeper than any path may be."""
    folder = room
    for _ in range(60):
        folder = folder / "deep"
        folder.mkdir()
    return "path is too long or too deep"


def raw_name(name: bytes, named: str) -> Spoil:
    """A file whose name is these bytes."""

    def spoil(room: Path) -> str:
        with open(os.path.join(os.fsencode(room), name), "wb"):  # noqa: PTH118, PTH123 - a path of bytes
            pass
        return named

    return spoil


def _alike(files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two rows more, whose names some file systems take for one."""
    names = ("99_STRASSE", "99_straße")
    return [{**files[-1], "path": name, "id": f"EV-{len(files) + place:04d}"} for place, name in enumerate(names, 1)]


def _nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"0" + b"}" * depth + b"\n"


HOSTILE: Final[dict[str, Spoil]] = {
    "traversal": listed("../../outside", "files[3]"),
    "traversal inside": listed("04_Populations/../../outside", "files[3]"),
    "absolute name": listed("/etc/passwd", "files[3]"),
    "drive": listed("C:/Windows/win.ini", "files[3]"),
    "network share": listed("\\\\server\\share", "files[3]"),
    "NUL in a name": listed("04_Populations/x\x00.csv", "files[3]"),
    "very long name": listed("a" * 5000, "files[3]"),
    "deep name": listed("a/" * 500 + "b", "files[3]"),
    "no name": listed("", "files[3]"),
    "trailing dot": listed("04_Populations/x.csv.", "files[3]"),
    "right-to-left name": listed("04_Populations/\u202efdp.csv", "files[3]"),
    "zero width": listed("04_Populations/x\u200b.csv", "files[3]"),
    "decomposed name": listed(unicodedata.normalize("NFD", "04_Populations/ü.csv"), "files[3]"),
    "look-alike name": listed("04_Populations/P\u041eP-15.csv", "04_Populations/P\u041eP-15.csv"),
    "lone surrogate": written(MANIFEST, b'{"a":"\\ud800"}\n'),
    "listed twice": edited(lambda m: m["files"].insert(3, m["files"][3]), "is listed twice"),
    "case collision": edited(
        lambda m: m["files"].insert(4, {**m["files"][3], "path": m["files"][3]["path"].swapcase()}), "capital letters"
    ),
    "case of a folder": edited(
        lambda m: m["files"].append({**m["files"][-1], "path": TABLE.replace("04_Populations", "04_POPULATIONS")}),
        "capital letters",
    ),
    "sharp s collision": edited(lambda m: m["files"].extend(_alike(m["files"])), "capital letters"),
    "negative size": edited(lambda m: m["files"][3].update(bytes=-1), "files[3]"),
    "size of another type": edited(lambda m: m["files"][3].update(bytes="12"), "files[3]"),
    "huge size": edited(lambda m: m["files"][3].update(bytes=2**53 - 1), "the manifest says 9007199254740991"),
    "tree of all there could be": edited(lambda m: m["checkpoint"].update(size=2**53 - 1), "cannot be in a room"),
    "tree of millions": edited(lambda m: m["checkpoint"].update(size=90_000_000), "tile"),
    "populations without end": edited(lambda m: m.update(populations=m["populations"] * 500), "at most 64"),
    "population twice": edited(lambda m: m.update(populations=m["populations"] * 2), MANIFEST),
    "table of the manifest itself": edited(lambda m: m["populations"][0]["tables"][0].update(csv=MANIFEST), MANIFEST),
    "definition elsewhere": edited(lambda m: m["populations"][0].update(definition="/etc/passwd"), "/etc/passwd"),
    "header of another": edited(lambda m: m["populations"][0].update(header=HEADER), HEADER),
    "artifact elsewhere": edited(lambda m: m["artifacts"].append("../../etc/passwd"), "../../etc/passwd"),
    "doubled keys": written(MANIFEST, b'{"files":[],"files":[]}\n'),
    "deep manifest": written(MANIFEST, _nested(200_000)),
    "many small values": written(MANIFEST, b"[" + b"[]," * 2_000_000 + b"[]]\n"),
    "huge number": written(MANIFEST, b'{"shredded":' + b"9" * 1_000_000 + b"}\n"),
    "huge exponent": written(MANIFEST, b'{"shredded":1e999999999}\n'),
    "not UTF-8": written(MANIFEST, b'{"a":"\xff\xfe"}\n'),
    "byte order mark": written(MANIFEST, b"\xef\xbb\xbf{}\n"),
    "manifest of a terabyte": stretched(MANIFEST, 1 << 40),
    "sums of a terabyte": stretched(f"{FRONT}/SHA256SUMS", 1 << 40),
    "index of a terabyte": stretched(f"{FRONT}/index.csv", 1 << 40),
    "index of one line": stretched(f"{FRONT}/index.csv", 1 << 28),
    "table of a terabyte": stretched(TABLE, 1 << 40),
    "rows of a terabyte": stretched(ROWS, 1 << 40),
    "header of a terabyte": stretched(HEADER, 1 << 40),
    "bundle of a terabyte": stretched(f"{BUNDLES}/000", 1 << 40),
    "signature of a terabyte": stretched(f"{FRONT}/manifest.sig", 1 << 40),
    "table of NULs": written(TABLE, bytes(100_000)),
    "index of NULs": written(f"{FRONT}/index.csv", bytes(100_000)),
    "index in one cell": written(f"{FRONT}/index.csv", b'"' + b"x,\r\n" * 100_000),
    "rows without end": written(ROWS, b"[\n" + b"{}" * 500_000),
    "deep definition": written(DEFINITION, _nested(100_000)),
    "definition of conditions": written(DEFINITION, b'{"or":[' * 60 + b"]}" * 60 + b"\n"),
    "deep header": written(HEADER, _nested(100_000)),
    "bundle of lengths": written(f"{BUNDLES}/000", b"\x00\x00" * 1_000_000),
    "bundle cut in a length": written(f"{BUNDLES}/000", b"\xff"),
    "signature of lines": written(f"{FRONT}/manifest.sig", "— x AAAA\n".encode() * 20_000),
    "keys of another log": written("10_IPE_and_tool_assurance/book/keys.json", b'{"keys":[],"origin":"x"}\n'),
    "a zip within": written("inner.zip", b"PK\x03\x04" + bytes(26)),
    "many files": many_files,
    "deep folders": deep_folders,
    "name that is no text": raw_name(b"\xff\xfe.csv", "name is not UTF-8"),
    "name with a line": raw_name(b"a\nb", "control or invisible"),
    "name that steers a terminal": raw_name(b"\x1b[2J", "control or invisible"),
    "link to itself": linked(TABLE, TABLE.rpartition("/")[2]),
    "link to a device": linked(TABLE, "/dev/zero"),
    "link out of the room": linked(TABLE, "../../../outside"),
}
