"""How one process hands submissions to the one that writes: frames over a Unix socket.

A frame is a 4-byte big-endian length and canonical JSON, followed by the content blobs it announces, each as long as announced.
Both ends are this program under one user; the caps bound what a confused peer can make us allocate. Malformed frames raise
`MalformedRecord` or `LimitExceeded`.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from typing import Any, Final

from proofbook import errors
from proofbook.errors import IntegrityError, LimitExceeded, MalformedRecord, ProofbookError, StoreUnavailable
from proofbook.journal.receipt import Content, Effect, EffectKind, Receipt, Submission
from proofbook.primitives.canonical import JsonValue, canonical_bytes, parse_canonical
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft

MAX_HEADER_BYTES: Final = 64 * 1024 * 1024
"""A batch of 1,000 entries of 48 KiB, with room."""
MAX_CONTENT_BYTES: Final = 512 * 1024 * 1024
_LENGTH: Final = 4


class PeerGone(Exception):
    """The other end closed the connection between two frames."""


class BrokenOff(StoreUnavailable):
    """The other end closed the connection, or lost its way, inside a frame."""


def send_submissions(peer: socket.socket, submissions: Sequence[Submission]) -> None:
    """Send one call. Raises LimitExceeded or MalformedRecord before anything was sent."""
    blobs = [content.data for item in submissions for content in item.contents]
    total = sum(map(len, blobs))
    if total > MAX_CONTENT_BYTES:
        raise LimitExceeded(f"a call with {total} bytes of content is larger than {MAX_CONTENT_BYTES}")
    send_frame(peer, {"submissions": [_plain_submission(item) for item in submissions]}, blobs)


def receive_submissions(peer: socket.socket) -> tuple[Submission, ...]:
    """Receive one call. Raises PeerGone when there is none to come, MalformedRecord, LimitExceeded."""
    header = receive_header(peer)
    try:
        plain: Any = header["submissions"]
        total = sum(content["bytes"] for item in plain for content in item["contents"])
        if total > MAX_CONTENT_BYTES:
            raise LimitExceeded(f"a call with {total} bytes of content is larger than {MAX_CONTENT_BYTES}")
        return tuple(_submission(peer, item) for item in plain)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise MalformedRecord(f"hand-over frame: {error!r}") from error


def send_receipts(peer: socket.socket, receipts: Sequence[Receipt]) -> None:
    """Answer a call that is durable."""
    plain: list[JsonValue] = [
        [receipt.entry_id, receipt.index, receipt.source, receipt.seq, receipt.recorded, receipt.leaf_hash.hex()]
        for receipt in receipts
    ]
    send_frame(peer, {"receipts": plain}, ())


def send_error(peer: socket.socket, error: ProofbookError) -> None:
    """Answer a call that failed."""
    place = error.place if isinstance(error, IntegrityError) else None
    send_frame(peer, {"error": [type(error).__name__, error.message, error.hint, place]}, ())


def receive_receipts(peer: socket.socket) -> tuple[Receipt, ...]:
    """The answer to a call. Raises the error the writer answered with."""
    header: Any = receive_header(peer)
    try:
        if "error" in header:
            kind, message, hint, place = header["error"]
            failure = _error(str(kind), str(message), hint, place)
        else:
            return tuple(Receipt(row[0], row[1], row[2], row[3], row[4], bytes.fromhex(row[5])) for row in header["receipts"])
    except (LookupError, TypeError, ValueError) as error:
        raise BrokenOff(f"the process that writes the book answered in another form: {error!r}") from error
    raise failure


def _error(kind: str, message: str, hint: str | None, place: str | None) -> ProofbookError:
    found: Any = getattr(errors, kind, None)
    if isinstance(found, type) and issubclass(found, IntegrityError):
        return found(message, hint=hint, place=place)
    if isinstance(found, type) and issubclass(found, ProofbookError):
        return found(message, hint=hint)
    return StoreUnavailable(message, hint=hint)


def send_frame(peer: socket.socket, header: Mapping[str, JsonValue], blobs: Sequence[bytes]) -> None:
    """Header and blobs in one go."""
    data = canonical_bytes(header)
    if len(data) > MAX_HEADER_BYTES:
        raise LimitExceeded(f"a hand-over frame of {len(data)} bytes is larger than {MAX_HEADER_BYTES}")
    peer.sendall(len(data).to_bytes(_LENGTH, "big") + data)
    for blob in blobs:
        peer.sendall(blob)


def receive_header(peer: socket.socket) -> Mapping[str, JsonValue]:
    """The JSON object of the next frame."""
    length = int.from_bytes(_receive(peer, _LENGTH, may_end=True), "big")
    if length > MAX_HEADER_BYTES:
        raise LimitExceeded(f"a hand-over frame of {length} bytes is larger than {MAX_HEADER_BYTES}")
    value = parse_canonical(_receive(peer, length))
    if not isinstance(value, dict):
        raise MalformedRecord("a hand-over frame is not an object")
    return value


def _receive(peer: socket.socket, length: int, *, may_end: bool = False) -> bytes:
    parts: list[bytes] = []
    missing = length
    while missing:
        part = peer.recv(min(missing, 1 << 20))
        if not part:
            if may_end and missing == length:
                raise PeerGone
            raise BrokenOff("the other process went away in the middle of a hand-over")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _plain_submission(item: Submission) -> JsonValue:
    draft = item.draft
    return {
        "draft": {
            "kind": draft.kind,
            "subject": draft.subject,
            "occurred": draft.occurred,
            "actor": [draft.actor.id, draft.actor.kind.value, draft.actor.method],
            "source": draft.source,
            "assurance": draft.assurance.value,
            "body": draft.body,
            "supersedes": draft.supersedes,
            "schema": draft.schema,
        },
        "contents": [
            {"slot": each.slot, "bytes": len(each.data), "conversation": each.conversation, "retention": each.retention}
            for each in item.contents
        ],
        "effect": None if item.effect is None else [item.effect.kind.value, item.effect.conversation],
    }


def _submission(peer: socket.socket, plain: Any) -> Submission:
    fields = dict(plain["draft"])
    actor, kind, method = fields.pop("actor")
    fields["actor"] = Actor(actor, ActorKind(kind), method)
    fields["assurance"] = Assurance(fields["assurance"])
    contents = tuple(
        Content(each["slot"], _receive(peer, each["bytes"]), each["conversation"], each["retention"])
        for each in plain["contents"]
    )
    effect = plain["effect"]
    return Submission(Draft(**fields), contents, None if effect is None else Effect(EffectKind(effect[0]), effect[1]))
