"""Asking one witness to cosign one checkpoint: the log's side of the C2SP witness protocol.

Promises: a cosignature is given back only when it verifies under the configured key over exactly this checkpoint; every other
answer, or none, becomes an outcome with words. A witness that refuses is asked what it holds, and what it shows counts only when
this log's own key signed it. Hostile input: any status and body within the sender's bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from proofbook.book.interface import BookReading, KeyPeriod, StoredCheckpoint
from proofbook.book.receipts import check_held_checkpoint
from proofbook.errors import HistoryDiverged, ProofbookError, SourceUnavailable
from proofbook.openid.fetching import Reply, Send
from proofbook.records.outside import WitnessOutcome
from proofbook.tlog.cosignature import CosignatureVerifier, cosignature_time
from proofbook.tlog.note import Note, check_note, format_signature_line, parse_note, parse_signature_lines
from proofbook.tlog.vkey import VerifierKey
from proofbook.tlog.witness import ADD_CHECKPOINT_PATH, format_add_checkpoint, monitoring_path, parse_size_conflict

_TRIES: Final = 3
"""Sizes tried: what we remember, what the witness says, and once more when somebody else asked in between."""
_BODY: Final = {"content-type": "text/plain; charset=utf-8", "accept": "text/plain"}
_WORDS: Final = {
    400: "it could not read the request",
    403: "it does not accept the log's signature: tell it the log's present verifier key",
    404: "it does not watch this log: have it watch the log's verifier key",
    422: "it does not accept the proof that this checkpoint extends the one it cosigned",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of asking. `line` (with its newline) and `seconds` only of a cosignature.

    `ahead`: it holds a newer checkpoint of this very book, so nothing is to be done.
    """

    outcome: WitnessOutcome
    detail: str
    line: str | None = None
    seconds: int | None = None
    ahead: bool = False


def ask_witness(book: BookReading, checkpoint: StoredCheckpoint, key: VerifierKey, url: str, send: Send, *, last: int) -> Asked:
    """Ask the witness with this key at this prefix. `last`: the size it is believed to have cosigned before; 0 when unknown."""
    prefix, old = url.rstrip("/"), last if last <= checkpoint.size else 0
    plain = log_note(checkpoint.note, book.origin)
    try:
        for _ in range(_TRIES):
            proof = book.consistency(old, checkpoint.size) if 0 < old < checkpoint.size else ()
            body = format_add_checkpoint(old, proof, plain)
            reply = send(f"{prefix}/{ADD_CHECKPOINT_PATH}", form=body, headers=_BODY)
            if reply.status != 409:
                return _understand(book, plain, key, prefix, send, reply)
            old = parse_size_conflict(reply.body)
            if old > checkpoint.size:
                return _look_back(book, prefix, send) or Asked(
                    WitnessOutcome.COSIGNED, f"it has cosigned {old} entries of this book already", ahead=True
                )
    except SourceUnavailable as error:
        return Asked(WitnessOutcome.NO_ANSWER, error.message.removeprefix(f"{prefix}/{ADD_CHECKPOINT_PATH}: "))
    except ProofbookError as error:
        return Asked(WitnessOutcome.UNUSABLE, error.message)
    return Asked(WitnessOutcome.REFUSED, "it named another size each time it was asked")


def log_note(note: bytes, origin: str) -> bytes:
    """The checkpoint as the log signed it, without cosignatures."""
    text, _, signatures = note.rpartition(b"\n\n")
    ours = f"— {origin} ".encode()
    return text + b"\n\n" + b"".join(line for line in signatures.splitlines(keepends=True) if line.startswith(ours))


def _understand(book: BookReading, plain: bytes, key: VerifierKey, prefix: str, send: Send, reply: Reply) -> Asked:
    if reply.status == 200:
        checked = Note(parse_note(plain).text, parse_signature_lines(reply.body))
        line = check_note(checked, [CosignatureVerifier(key)])[-1]
        return Asked(WitnessOutcome.COSIGNED, "cosigned", format_signature_line(line).decode(), cosignature_time(line.signature))
    if reply.status == 422:
        found = _look_back(book, prefix, send)
        if found is not None:
            return found
    return Asked(WitnessOutcome.REFUSED, _WORDS.get(reply.status, f"it answered {reply.status}"))


def _history(book: BookReading) -> tuple[KeyPeriod, ...]:
    return book.keys()


def _look_back(book: BookReading, prefix: str, send: Send) -> Asked | None:
    """What it holds of this log, when that is signed by this log and this book does not lead to it; else None."""
    reply = send(f"{prefix}/{monitoring_path(book.origin)}", headers={"accept": "text/plain"})
    if reply.status != 200:
        return None
    try:
        check_held_checkpoint(book, reply.body, [each.vkey for each in _history(book)])
    except HistoryDiverged as error:
        return Asked(WitnessOutcome.DIVERGED, error.message)
    return None
