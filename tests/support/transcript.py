"""Transcripts of the command line: text files that say what is done to a sample home, what is run, and what must come back.

A file holds scenes, each after an empty line. A scene is `# its name`, then `harm: NAME ARGUMENT…` lines (functions of `HARMS`), one
line `$ proofbook …` and the exit code as `-> 2`, then the expected output: lines of standard error as they are, lines of standard
output behind `| `. In an expected line `[..]` stands for any text. Everything happens in a folder of its own with the home in `home`.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from support.forked_program import run_program

SECONDS = 60
_ANY = re.escape("[..]")
_ESCAPE = re.compile(rb"\\(n|x[0-9a-f]{2})")
_DISPOSABLE = re.compile(r"home/(run|readmodel)(/|$)|.*-(shm|wal)$|fence/.*\.lock$")
"""What a command may touch even when it refuses: locks, the projection, the database's working files."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that goes wrong, and how it must be told."""

    name: str
    harms: tuple[tuple[str, ...], ...]
    command: tuple[str, ...]
    code: int
    errors: tuple[str, ...]
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str


def read_scenes(path: Path) -> list[Scene]:
    """The scenes of a file."""
    blocks = path.read_text("utf-8").strip("\n").split("\n\n# ")
    return [_parse_scene(block.splitlines()) for block in blocks]


def _parse_scene(lines: list[str]) -> Scene:
    name = lines[0].removeprefix("# ")
    harms: list[tuple[str, ...]] = []
    errors: list[str] = []
    results: list[str] = []
    command: tuple[str, ...] = ()
    code: int | None = None
    for line in lines[1:]:
        if line.startswith("harm: "):
            harms.append(tuple(shlex.split(line.removeprefix("harm: "))))
        elif line.startswith("$ proofbook"):
            command = tuple(_unescape(word).decode() for word in shlex.split(line)[2:])
        elif line.startswith("-> "):
            code = int(line.removeprefix("-> "))
        elif line.startswith("| "):
            results.append(line.removeprefix("| "))
        else:
            errors.append(line)
    if not command or code is None:
        raise ValueError(f"scene {name!r} has no command or no exit code")
    return Scene(name, tuple(harms), command, code, tuple(errors), tuple(results))


def play(folder: Path, command: tuple[str, ...]) -> Outcome:
    """Run the program there."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PROOFBOOK")} | {"COLUMNS": "200"}
    done = run_program(command, cwd=folder, env=environment, timeout=SECONDS)
    return Outcome(done.returncode, done.stdout, done.stderr)


def differences(scene: Scene, outcome: Outcome) -> list[str]:
    """In what an outcome is not the one the scene tells."""
    found = [] if outcome.code == scene.code else [f"exit code {outcome.code}, not {scene.code}"]
    for name, expected, got in (
        ("standard error", scene.errors, outcome.err.splitlines()),
        ("standard output", scene.results, outcome.out.splitlines()),
    ):
        if len(expected) != len(got) or not all(map(_fits, expected, got)):
            found.append(f"{name}:\n" + "\n".join(got) + "\nexpected:\n" + "\n".join(expected))
    return found


def differences_as_json(scene: Scene, outcome: Outcome) -> list[str]:
    """In what the same with `--json` does not say the same: one document with code, message and hint."""
    try:
        error = json.loads(outcome.out)["error"]
    except (ValueError, KeyError, TypeError):
        return [f"standard output is not an error document: {outcome.out[:500]!r}"]
    said = [f"error: {error['message']}", *([f"  fix: {error['hint']}"] if error["hint"] else [])]
    told = Outcome(outcome.code, "", "\n".join(said))
    return [*differences(scene, told), *([] if error["exit"] == outcome.code else ["`exit` is not the exit code"])]


def list_folder(folder: Path) -> dict[str, str]:
    """Every path below, with its kind, mode and hash, but for what is disposable."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not _DISPOSABLE.match(name):
            content = sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder" if path.is_dir() else "other"
            found[name] = f"{path.lstat().st_mode:o} {content}"
    return found


def _fits(expected: str, got: str) -> bool:
    return re.fullmatch(re.escape(expected).replace(_ANY, ".*"), got) is not None


def _replace(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{name} has {old!r} {text.count(old)} times")
    path.write_text(text.replace(old, _unescape(new).decode()), "utf-8")


def _unescape(text: str) -> bytes:
    """Characters as UTF-8; a backslash with `n`, or with `x` and two digits, is the byte it names."""
    return _ESCAPE.sub(lambda found: b"\n" if found[1] == b"n" else bytes.fromhex(found[1][1:].decode()), text.encode())


def _write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(_unescape(text))


def _append(folder: Path, name: str, text: str) -> None:
    with (folder / name).open("ab") as stream:
        stream.write(_unescape(text))


def _remove(folder: Path, name: str) -> None:
    path = folder / name
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _link(folder: Path, name: str, target: str) -> None:
    (folder / name).unlink()
    (folder / name).symlink_to(target)


def _other_key(folder: Path, name: str) -> None:
    """A key of the right kind that is not this home's."""
    path = folder / name
    if "vault" in name:
        path.write_bytes(b"proofbook-vault-key/1 " + base64.b64encode(bytes(range(32))) + b"\n")
        return
    from proofbook.signing.keys import make_log_key

    path.unlink()
    make_log_key(path)


def _other_database(folder: Path, name: str) -> None:
    path = folder / name
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE addresses (name TEXT)")
    connection.commit()
    connection.close()


def _damage_page(folder: Path, name: str, number: str) -> None:
    """Overwrite one page of a database by noise that is the same each time."""
    with (folder / name).open("r+b") as stream:
        stream.seek(int(number) * 4096)
        stream.write(b"".join(sha256(b"%d" % part).digest() for part in range(128)))


def _sql(folder: Path, name: str, statement: str) -> None:
    """What somebody with the file and a database program can do."""
    connection = sqlite3.connect(folder / name)
    try:
        if connection.execute(statement).rowcount == 0:
            raise ValueError(f"{statement!r} changed nothing")
        connection.commit()
    finally:
        connection.close()


HARMS: dict[str, Callable[..., None]] = {
    "replace": _replace,
    "write": _write,
    "append": _append,
    "remove": _remove,
    "link": _link,
    "mode": lambda folder, name, mode: (folder / name).chmod(int(mode, 8)),
    "folder": lambda folder, name: (folder / name).mkdir(parents=True),
    "other-key": _other_key,
    "other-database": _other_database,
    "damage-page": _damage_page,
    "sql": _sql,
}
