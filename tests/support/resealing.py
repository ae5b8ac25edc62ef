"""Sealing an exported room again after it was changed, with its own log key: what somebody who holds that key could hand over."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from proofbook.tlog.encoding import format_base64
from proofbook.tlog.note import Signer, sign_note
from support.sample_ledger import encode

FRONT = "00_README_and_index"


def change_json(path: str, change: Callable[[dict[str, Any]], object]) -> Callable[[Path], Mapping[str, bytes]]:
    """A JSON file of the room with something else in it, in canonical form."""

    def changed(room: Path) -> Mapping[str, bytes]:
        value = json.loads((room / path).read_bytes())
        change(value)
        return {path: encode(value) + b"\n"}

    return changed


def reseal(room: Path, signer: Signer, changed: Mapping[str, bytes], change: Callable[[dict[str, Any]], object] = dict) -> None:
    """Writes changed files, then index, manifest (with `change`), sums and both signatures so that they fit."""
    manifest = json.loads((room / FRONT / "manifest.json").read_bytes())
    index = (room / FRONT / "index.csv").read_bytes()
    by_path = {each["path"]: each for each in manifest["files"]}
    for path, data in changed.items():
        (room / path).write_bytes(data)
        index = index.replace(by_path[path]["sha256"].encode(), sha256(data).hexdigest().encode())
    (room / FRONT / "index.csv").write_bytes(index)
    for path in (*changed, f"{FRONT}/index.csv"):
        data = (room / path).read_bytes()
        by_path[path] |= {"bytes": len(data), "sha256": sha256(data).hexdigest()}
    change(manifest)
    made = encode(manifest) + b"\n"
    sums = "".join(f"{each['sha256']}  {each['path']}\n" for each in manifest["files"]).encode()
    (room / FRONT / "manifest.json").write_bytes(made)
    (room / FRONT / "SHA256SUMS").write_bytes(sums)
    root = format_base64(bytes.fromhex(manifest["checkpoint"]["root"]))
    run = sha256((room / FRONT / "run.json").read_bytes()).hexdigest()
    digest = sha256(made).hexdigest()
    size = str(manifest["checkpoint"]["size"])
    _sign(room, "manifest.sig", signer, (f"{manifest['origin']}/room", digest, sha256(sums).hexdigest(), size, root))
    _sign(room, "run.sig", signer, (f"{manifest['origin']}/run", run, digest))


def _sign(room: Path, name: str, signer: Signer, lines: tuple[str, ...]) -> None:
    (room / FRONT / name).write_bytes(sign_note("".join(f"{line}\n" for line in lines).encode(), [signer]))
