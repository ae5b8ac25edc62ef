"""Parsers that meet bytes from strangers, each with seeds and with what must hold whatever the bytes are.

A target takes bytes and returns, or raises one of our errors; any other exception is a defect. Where a format goes both ways,
what was accepted must format back to the same bytes. `fuzz/run.py` feeds them under a coverage-guided fuzzer.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from proofbook.bundle.manifest import parse_manifest
from proofbook.errors import ProofbookError
from proofbook.gateway.wire.openai_reply import parse_reply
from proofbook.gateway.wire.openai_request import parse_request
from proofbook.gateway.wire.routes import ROUTES
from proofbook.primitives.canonical import JsonValue, canonical_bytes, parse_canonical
from proofbook.records.envelope import parse_entry
from proofbook.tlog.note import format_note, parse_note
from proofbook.tlog.proof_file import format_proof_file, parse_proof_file
from proofbook.tlog.tile import format_path, parse_path
from proofbook.verify.program import verify_room
from proofbook.verify.report import Report
from proofbook.weights.card import parse_card
from proofbook.weights.gguf import parse_gguf
from proofbook.weights.safetensors import read_safetensors
from support.gguf_builder import sample_gguf
from support.room_builder import build_room
from support.safetensors_builder import safetensors_bytes
from support.sample_entries import SampleEntries

NOTE = b"example.org/log\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\xe2\x80\x94 example.org/log AAAAAAAAAAAA\n"
PROOF = b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + NOTE
REQUEST = b'{"model":"sample","messages":[{"role":"user","content":"hello"}],"stream":true,"temperature":0.5}'
ENDS = (
    b'event: message_stop\ndata: {"type":"message_stop"}\n\n',
    b'data: {"type":"response.completed","response":{"id":"r","status":"completed"}}\n\n',
    b'{"model":"m","done":false}\n{"model":"m","done":true,"eval_count":3}\n',
)
EVENTS = b'data: {"id":"a","choices":[{"index":0,"delta":{"content":"hi"}}]}\n\ndata: [DONE]\n\n'
_DIALECTS = tuple(dict.fromkeys(ROUTES.values()))
MEMBERS, MEMBER_BYTES = 50, 64 * 1024
"""Of an archive: as much as shows what it does."""
CARD = b"---\nlicense: apache-2.0\nbase_model: sample/base\n---\n# Sample\n"


@dataclass(frozen=True, slots=True)
class Target:
    """Bytes in, nothing out; `seeds` are good inputs to start from."""

    feed: Callable[[bytes], None]
    seeds: Callable[[], tuple[bytes, ...]]


class RoundTripError(AssertionError):
    """Something was accepted that does not format back to itself."""


def survive(target: Target, data: bytes) -> None:
    """Feeds one input; our own errors are the expected answer to bad bytes."""
    try:
        target.feed(data)
    except ProofbookError:
        return


def _same(before: object, after: object) -> None:
    if before != after:
        raise RoundTripError(f"{before!r} was read and would be written as {after!r}")


def _entry(data: bytes) -> None:
    parse_entry(data)
    _same(data, canonical_bytes(parse_canonical(data)))


def _note(data: bytes) -> None:
    _same(data, format_note(parse_note(data)))


def _proof(data: bytes) -> None:
    _same(data, format_proof_file(parse_proof_file(data)))


def _tile_path(data: bytes) -> None:
    path = data.decode("utf-8", "surrogateescape")
    _same(path, format_path(parse_path(path)))


def _gguf(data: bytes) -> None:
    descriptor = os.memfd_create("sample")
    try:
        os.write(descriptor, data)
        parse_gguf(descriptor, name="sample", size=len(data))
    finally:
        os.close(descriptor)


def _safetensors(data: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        read_safetensors(Path(file.name))


def _card(data: bytes) -> None:
    parse_card(data, name="sample")


def _request(data: bytes) -> None:
    parse_request(data, "openai.chat", lambda text: f"{len(text)}")


def _any_request(data: bytes) -> None:
    """The first byte picks the API."""
    dialect = _DIALECTS[data[0] % len(_DIALECTS)] if data else _DIALECTS[0]
    if dialect.read_request is not None:
        dialect.read_request(data[1:], lambda text: f"{len(text)}")


def _any_reply(data: bytes) -> None:
    """The first byte picks the API. A mark that is noticed in the whole must be noticed when it comes in two pieces."""
    dialect = _DIALECTS[data[0] % len(_DIALECTS)] if data else _DIALECTS[0]
    reply = data[1:]
    dialect.read_reply(reply, streamed=False)
    dialect.read_reply(reply, streamed=True)
    watch = dialect.make_watch()
    in_two = [watch.completes_in(piece) for piece in (reply[: len(reply) // 2], reply[len(reply) // 2 :])]
    if any(in_two) != dialect.make_watch().completes_in(reply):
        raise RoundTripError(f"{dialect.protocol}: whether the end is noticed depends on how the bytes were cut")


def _reply(data: bytes) -> None:
    parse_reply(data, streamed=False)
    parse_reply(data, streamed=True)


def _manifest(data: bytes) -> None:
    parse_manifest(data)


@functools.cache
def _room() -> tuple[tempfile.TemporaryDirectory[str], Path, tuple[Path, ...]]:
    holder = tempfile.TemporaryDirectory(prefix="proofbook-fuzz-")
    folder = Path(holder.name) / "room"
    build_room(folder)
    return holder, folder, tuple(sorted(path for path in folder.rglob("*") if path.is_file()))


def _room_file(data: bytes) -> None:
    """The first byte picks a file of a good room; the rest becomes its content. The verifier must report, never raise."""
    _, folder, files = _room()
    path = files[data[0] % len(files)] if data else files[0]
    before = path.read_bytes()
    path.write_bytes(data[1:])
    try:
        report = verify_room(str(folder))
    finally:
        path.write_bytes(before)
    if data[1:] != before and report.exit_code == 0:
        raise RoundTripError(f"{path.relative_to(folder)} was changed and nothing was reported")


def _room_claims(data: bytes) -> None:
    """A JSON object laid over the manifest (RFC 7396): a room that claims anything else must never be found whole."""
    try:
        patch = parse_canonical(data)
    except ProofbookError:
        return
    _, folder, _ = _room()
    path = folder / "00_README_and_index/manifest.json"
    before = path.read_bytes()
    changed = canonical_bytes(_laid_over(parse_canonical(before[:-1]), patch)) + b"\n"
    path.write_bytes(changed)
    try:
        report = verify_room(str(folder))
    finally:
        path.write_bytes(before)
    _judge(report, same=changed == before)


def _laid_over(value: JsonValue, patch: JsonValue) -> JsonValue:
    if not isinstance(patch, dict):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for name, each in patch.items():
        result[name] = _laid_over(result.get(name), each)
        if each is None:
            del result[name]
    return result


def _room_archive(data: bytes) -> None:
    """A ZIP archive unpacked over a good room, as far as its names can be files there: whatever came must be reported."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(each.filename, archive.open(each).read(MEMBER_BYTES)) for each in archive.infolist()[:MEMBERS]]
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, NotImplementedError, struct.error):
        return
    with tempfile.TemporaryDirectory(prefix="proofbook-fuzz-") as name:
        folder = Path(name) / "room"
        shutil.copytree(_room()[1], folder)
        same = True
        for path, content in members:
            target = folder / path.lstrip("/")
            if ".." in path.split("/") or "\0" in path or not target.name or (target.exists() and not target.is_file()):
                continue
            with contextlib.suppress(OSError, UnicodeError):
                before = target.read_bytes() if target.exists() else None
                target.parent.mkdir(parents=True, exist_ok=True)
                same = False if before != content else same
                target.write_bytes(content)
        _judge(verify_room(str(folder)), same=same)


def _judge(report: Report, *, same: bool) -> None:
    if not same and report.exit_code == 0:
        raise RoundTripError("a room was changed and nothing was reported")
    if any("could not be finished" in each.what for each in report.problems):
        raise RoundTripError(f"unforeseen: {[each.what for each in report.problems]}")


def _archives() -> tuple[bytes, ...]:
    made = []
    for names in (("04_Populations/x.csv",), ("00_README_and_index/README.md",), ("../x", "/y", "a/b", "A/B")):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name in names:
                archive.writestr(name, b"sample")
        made.append(packed.getvalue())
    return tuple(made)


def _room_seeds() -> tuple[bytes, ...]:
    _, _, files = _room()
    return tuple(bytes([place]) + path.read_bytes() for place, path in enumerate(files[:256]))


def _entries() -> tuple[bytes, ...]:
    made = SampleEntries(datetime(2026, 11, 21, tzinfo=UTC))
    made.opened("example.test/book", "example.test/book+00000000+AA")
    made.started()
    made.exchange()
    made.refused()
    return tuple(made.raw)


def _fixed(*seeds: bytes) -> Callable[[], tuple[bytes, ...]]:
    return lambda: seeds


TARGETS: dict[str, Target] = {
    "entry": Target(_entry, _entries),
    "note": Target(_note, _fixed(NOTE)),
    "proof": Target(_proof, _fixed(PROOF)),
    "tile_path": Target(_tile_path, _fixed(b"tile/0/000", b"tile/entries/x001/234.p/8", b"tile/3/x123/456.p/255")),
    "gguf": Target(
        _gguf, lambda: tuple(sample_gguf(version=version, big_endian=big) for version in (1, 2, 3) for big in (False, True))
    ),
    "safetensors": Target(_safetensors, lambda: (safetensors_bytes({"a": b"123", "b": b"4567"}, {"format": "pt"}),)),
    "model_card": Target(_card, _fixed(CARD)),
    "request": Target(_request, _fixed(REQUEST)),
    "reply": Target(_reply, _fixed(EVENTS, EVENTS[6:].split(b"\n")[0])),
    "any_request": Target(_any_request, lambda: tuple(bytes([place]) + REQUEST for place in range(len(_DIALECTS)))),
    "any_reply": Target(
        _any_reply, lambda: tuple(bytes([place]) + seed for place in range(len(_DIALECTS)) for seed in (EVENTS, *ENDS))
    ),
    "manifest": Target(_manifest, lambda: (next(seed[1:] for seed in _room_seeds() if b'"files"' in seed),)),
    "room": Target(_room_file, _room_seeds),
    "room_claims": Target(
        _room_claims,
        _fixed(b'{"artifacts":["x"]}', b'{"checkpoint":{"size":5}}', b'{"files":[{"path":"../x"}]}', b'{"period":null}'),
    ),
    "room_archive": Target(_room_archive, _archives),
}
