"""Acts under an idempotency key: done once, answered alike each time it is asked again.

Promises: the same key with the same request gives the answer that was given; with another request it is a conflict; while the
first one is under way, or when its outcome is not known, it is a conflict that may be asked about again. What certainly was not
done frees its key. Keys are the token holder's own and live a day. What is shown once (revealed content, a link, a token) is not
kept, sealed or not: its key only says that it was done. Does not: guess whether something that broke off was done.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from proofbook.errors import ConflictError, InputError, ProofbookError, RefusedError, UnavailableError
from proofbook.people.keeping import DoneOnce
from proofbook.people.visitor import Visitor

HEADER: Final = "idempotency-key"
NOT_KEPT: Final = "portal.answer_not_kept"
LOG = structlog.get_logger()
_LONGEST: Final = 200


class NotShownAgain(ConflictError):
    """The act of this key was done, and its answer is not kept."""

    code = "not_shown_again"


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it is kept. `body` None: it was done and is not shown again."""

    status: int
    body: str | None
    headers: dict[str, str]


def read_key(header: str | None) -> str | None:
    """The key that was sent. Raises InputError for one that is none."""
    if header is None:
        return None
    key = header.strip().strip('"')
    if not 1 <= len(key) <= _LONGEST or not key.isascii() or not key.isprintable():
        raise InputError(f"the idempotency key is not 1 to {_LONGEST} printable ASCII characters")
    return key


def do_once(
    keys: DoneOnce | None, visitor: Visitor, key: str | None, request: bytes, do: Callable[[], Kept], *, keep: bool
) -> Kept:
    """The answer of `do`, or the one that was given under this key before. `keep` False: its body is not kept.

    Raises:
        ConflictError: see above. UnavailableError: keys are not kept here. And what `do` raises.
    """
    if key is None:
        return do()
    if keys is None:
        raise UnavailableError("idempotency keys are not kept by this portal", hint="send it without one")
    owner = f"{visitor.method}:{visitor.account}"
    before = keys.recall(owner, key, request)
    if before is not None:
        return _read(before)
    try:
        made = do()
    except (InputError, RefusedError, ConflictError):
        keys.release(owner, key)
        raise
    try:
        keys.remember(owner, key, _write(made, keep=keep))
    except ProofbookError as error:
        LOG.warning(NOT_KEPT, code=error.code)
    return made


def _write(answer: Kept, *, keep: bool) -> bytes:
    body = answer.body if keep else None
    return json.dumps({"status": answer.status, "body": body, "headers": answer.headers}).encode()


def _read(data: bytes) -> Kept:
    found = json.loads(data)
    if found["body"] is None:
        raise NotShownAgain(
            "this was done under this key, and what it showed is not kept",
            hint="ask again under a new key: that is an act of its own",
        )
    return Kept(found["status"], found["body"], found["headers"] | {"idempotency-replayed": "true"})
