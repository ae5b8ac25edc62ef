"""A small sample book for rooms: entries, tree and signatures in plain code of its own, so that tests share no mistake with the program.

Everything in it is sample data. Hash trees follow the recursive definition of RFC 6962 section 2.1, not the program's way.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

START = datetime(2026, 11, 2, 8, 0, 0)  # noqa: DTZ001  # the sample's own calendar, UTC throughout
ORIGIN = "example.com/proofbook/sample"
ARTIFACTS = tuple("sha256:" + sha256(f"sample weights {number}".encode()).hexdigest() for number in range(3))
AWKWARD = ("=1+1", "plain", "a,b", 'say "so"', "two\nlines", " led", "", "grüße ☃", "-7", "@home", "\tTab", "trail ")


def encode(value: Any) -> bytes:
    """RFC 8785 bytes of plain values without floats."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def b64(data: bytes) -> str:
    """Standard base64 as text."""
    return base64.b64encode(data).decode()


def tree_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + tree_root(leaves[:split]) + tree_root(leaves[split:])).digest()


class NoteKey:
    """An Ed25519 key that signs notes (kind 1) or cosigns checkpoints (kind 4)."""

    def __init__(self, name: str, seed: bytes, kind: int = 1) -> None:
        self.name = name
        self.kind = kind
        self._private = Ed25519PrivateKey.from_private_bytes(sha256(seed).digest())
        self.public = self._private.public_key().public_bytes_raw()
        self.key_id = sha256(name.encode() + b"\n" + bytes([kind]) + self.public).digest()[:4]
        self.vkey = f"{name}+{self.key_id.hex()}+{b64(bytes([kind]) + self.public)}"

    def line(self, text: bytes, time: int = 1_800_000_000) -> bytes:
        """The signature line over a text."""
        if self.kind == 4:
            signature = self._private.sign(b"cosignature/v1\ntime %d\n" % time + text)
            return f"— {self.name} {b64(self.key_id + time.to_bytes(8, 'big') + signature)}\n".encode()
        return f"— {self.name} {b64(self.key_id + self._private.sign(text))}\n".encode()

    def note(self, text: bytes, *more: bytes) -> bytes:
        """Text, empty line, this key's line, further lines."""
        return text + b"\n" + self.line(text) + b"".join(more)


@cache
def leaf_of(entry: bytes) -> bytes:
    """The leaf hash (RFC 6962 2.1); rooms are built again and again of the same entries."""
    return sha256(b"\x00" + entry).digest()


@dataclass
class Ledger:
    """Entries as bytes, numbered and dated as a writer would."""

    key: NoteKey
    entries: list[bytes] = field(default_factory=list)
    now: datetime = START
    seqs: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, subject: str, body: dict[str, Any], source: str = "gateway:main", **change: Any) -> int:
        """Appends an entry and gives its index. `change` replaces fields of the envelope."""
        self.now += timedelta(seconds=7)
        self.seqs[source] = self.seqs.get(source, 0) + 1
        moment = self.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        entry: dict[str, Any] = {
            "v": 1,
            "id": f"e_{len(self.entries):026d}",
            "kind": kind,
            "schema": 1,
            "subject": subject,
            "occurred": moment,
            "recorded": moment,
            "actor": {"id": "sample", "kind": "system", "method": "process"},
            "source": {"id": source, "seq": self.seqs[source], "assurance": "inline"},
            "supersedes": None,
            "body": body,
        }
        self.entries.append(encode({**entry, **change}))
        return len(self.entries) - 1

    @property
    def leaves(self) -> list[bytes]:
        return [leaf_of(entry) for entry in self.entries]

    def value(self, index: int) -> Any:
        return json.loads(self.entries[index])

    def checkpoint(self, size: int, *more: bytes, key: NoteKey | None = None) -> bytes:
        """The signed checkpoint at `size`."""
        return (key or self.key).note(self.checkpoint_text(size), *more)

    def checkpoint_text(self, size: int) -> bytes:
        return f"{self.key.name}\n{size}\n{b64(tree_root(self.leaves[:size]))}\n".encode()


def sample_ledger(exchanges: int = 140, key: NoteKey | None = None, *, rotate: tuple[NoteKey, int] | None = None) -> Ledger:
    """A book with every case the tables know.

    Awkward texts, a missing and a doubled response, refusals, superseded artifacts, a clock that went back, a gap, and with
    `rotate` a change of key once that many exchanges are in.
    """
    key = key or NoteKey(ORIGIN, b"sample log key")
    ledger = Ledger(key)
    opened = {"origin": key.name, "format": "proofbook-book/1", "entity": "Sample Ltd", "vkey": key.vkey}
    ledger.add("book.opened", "book:writer", opened, "book:writer")
    for number, artifact in enumerate((*ARTIFACTS, ARTIFACTS[0])):
        body = {
            "artifact": artifact,
            "name": f"Sample Model {number}",
            "files_total": number,
            "license": None if number else "unknown",
        }
        ledger.add("model.artifact", artifact, body, "collector:models")
    for number in range(exchanges):
        if rotate is not None and number == rotate[1]:
            body = {"old_vkey": key.vkey, "new_vkey": rotate[0].vkey, "size": len(ledger.entries), "reason": "sample"}
            ledger.add("log.key_rotated", "book:writer", body, "book:writer")
        add_exchange(ledger, number)
    ledger.now -= timedelta(minutes=3)
    ledger.add("clock.stepped", "book:writer", {"before": "later", "after": "earlier", "milliseconds": 180000}, "book:writer")
    ledger.add("source.gap", "gateway:main", {"from": "a", "until": "b", "reason": "unclean_stop", "detail": "sample"})
    ledger.add("content.erased", "c_1", {"conversation": "c_1", "commits": [], "blobs": 1}, "book:writer")
    return ledger


def add_exchange(ledger: Ledger, number: int) -> None:
    """One exchange: mostly a request and its response."""
    exchange = f"x_{number:026d}"
    text = AWKWARD[number % len(AWKWARD)]
    if number % 10 == 3:
        body: dict[str, Any] = {
            "exchange": exchange,
            "reason": "key_unknown",
            "detail": text,
            "http_status": 401,
            "request_bytes": None,
        }
        ledger.add("exchange.refused", exchange, body)
        return
    protocol = "openai.models" if number % 17 == 5 else "openai.chat"
    change = {"occurred": "2026-10-30T23:59:59.999999Z"} if number in (7, 8) else {}
    body = {
        "exchange": exchange,
        "protocol": protocol,
        "system": text,
        "stream": number % 2 == 0,
        "messages": number % 5 or None,
        "claimed_user": {"value": text} if number % 4 == 0 else None,
        "parameters": {"temperature": "0.7", "n": number} if number % 3 else {},
        "content": {"prompt": {"alg": "salted-sha256/1", "commit": sha256(exchange.encode()).hexdigest(), "bytes": 12}},
    }
    ledger.add("exchange.request", exchange, body, **change)
    for _ in range(0 if number % 13 == 6 else 2 if number == 20 else 1):
        answer = {"exchange": exchange, "state": "complete", "finish": ["stop"], "usage": {"completion_tokens": number}}
        ledger.add("exchange.response", exchange, answer)
