"""Acts on sealed content: erase, hold, release, dispose by retention, reveal. Each is an entry with actor and reason.

Promises: erasing destroys the conversation's key and blobs in the same transaction as its disposal record; a hold beats erasure
and retention; revealing is recorded before the content is handed out. Content leaves only through `reveal`, and without
sensitive data unless that is asked for.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

from proofbook.errors import DigestMismatch, InputError, RefusedError
from proofbook.gateway.wire.texts import texts_of_reply, texts_of_request
from proofbook.journal.receipt import Effect, EffectKind, Receipt, Recorder, Submission
from proofbook.primitives.instants import format_instant
from proofbook.readmodel import exchanges
from proofbook.records.content import ContentErased, ContentHeld, ContentReleased, ContentRevealed, RetentionRun
from proofbook.records.envelope import Actor, Assurance, Draft, parse_entry
from proofbook.sensitive.classes import SensitiveKind
from proofbook.sensitive.rule_set import rule_set
from proofbook.vault.reader import Absent
from proofbook.wiring.access import SOURCE, operator
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection, open_vault
from proofbook.wiring.system import CLOCK

RETENTION_POLICY: Final = "retention.default_days"
_FSCK: Final = "run `proofbook book fsck --content` to see what else is damaged"
SLOTS: Final = ("request", "response")


@dataclass(frozen=True, slots=True)
class RetentionResult:
    """What a retention run did."""

    older_than: str
    examined: int
    erased: int
    held: int


def find_conversation(home: Home, name: str) -> str:
    """The conversation of an id: c_…, records/KIND/ID (files of a record), or an exchange's (x_…). Raises InputError."""
    if name.startswith(("c_", "records/")):
        return name
    with open_projection(home) as (_, projection):
        found = exchanges.one(projection.reader, name)
    if found is None or found.conversation is None:
        raise InputError(f"{name!r} names no conversation", hint="give a conversation id (c_…) or an exchange id (x_…)")
    return found.conversation


def check_at_rest(home: Home, conversation: str) -> None:
    """Raises RefusedError while an exchange of the conversation is under way: its answer would outlive the erasure."""
    with open_projection(home) as (_, projection):
        still_open = exchanges.open_in(projection.reader, conversation)
    if still_open:
        raise RefusedError(
            f"conversation {conversation}: {still_open[0]} is still under way, and its answer would outlive the erasure",
            hint="erase when it has ended; one that a crash left open is closed when the gateway starts again",
        )


def erase(recorder: Recorder, conversation: str, *, reason: str, policy: str, trigger: str = "request") -> Receipt:
    """Destroy a conversation's content. Raises RefusedError while it is on hold, InputError when there is nothing to erase."""
    body = {
        "conversation": conversation,
        "reason": reason,
        "policy": policy,
        "trigger": trigger,
        "blobs": 0,
        "commits": [],
        "commits_total": 0,
    }
    draft = _draft("content.erased", conversation, ContentErased.model_validate(body).to_body())
    return _submit(recorder, Submission(draft, (), Effect(EffectKind.ERASE, conversation)))


def hold(recorder: Recorder, conversation: str, *, reason: str) -> Receipt:
    """Place a legal hold."""
    draft = _draft("content.held", conversation, ContentHeld(conversation=conversation, reason=reason).to_body())
    return _submit(recorder, Submission(draft, (), Effect(EffectKind.HOLD, conversation)))


def release(recorder: Recorder, conversation: str, *, reason: str) -> Receipt:
    """End a legal hold."""
    draft = _draft("content.released", conversation, ContentReleased(conversation=conversation, reason=reason).to_body())
    return _submit(recorder, Submission(draft, (), Effect(EffectKind.RELEASE, conversation)))


def run_retention(home: Home, recorder: Recorder, *, retention: str = "default") -> RetentionResult:
    """Erase what is older than the retention class allows, except what is on hold; recorded even when nothing was due."""
    cutoff = format_instant(CLOCK.now() - timedelta(days=home.settings.retention.default_days))
    with open_vault(home) as vault:
        due = vault.due(retention, cutoff)
    free = [each.id for each in due if not each.held]
    for conversation in free:
        erase(recorder, conversation, reason="retention period over", policy=RETENTION_POLICY, trigger="retention")
    result = RetentionResult(cutoff, len(due), len(free), len(due) - len(free))
    body = RetentionRun(retention=retention, older_than=cutoff, examined=result.examined, erased=result.erased, held=result.held)
    recorder.record(_draft("retention.run", retention, body.to_body()))
    return result


@dataclass(frozen=True, slots=True)
class Shown:
    """Content as somebody is shown it. Redacted: the texts in it one after another, with markers for sensitive data."""

    text: str
    redacted: bool
    counts: tuple[tuple[str, int], ...]
    """Class -> spans that were replaced."""
    left_out: int
    """Parts that are not text or could not be examined, which a redacted view does not show."""


def reveal(
    home: Home,
    recorder: Recorder,
    exchange: str,
    slot: str,
    *,
    purpose: str,
    unredacted: bool = False,
    actor: Actor | None = None,
) -> Shown | Absent:
    """The content of an exchange, after recording who looked, why, and at what. `Absent` when it was shredded or never sealed.

    Sensitive data is replaced by markers, all classes of it, unless `unredacted`: then the exact bytes are shown as text.
    `actor`: who looks; None: whoever runs this program.

    Raises:
        InputError: no such exchange or slot. DigestMismatch: the sealed content is not what the entry committed to.
    """
    with open_projection(home) as (book, projection):
        found = exchanges.one(projection.reader, exchange)
        if found is None:
            raise InputError(f"exchange {exchange!r}: there is none in this book")
        index = found.index if slot == "request" else found.response_index
        body = {} if index is None else parse_entry(book.entry(index)).body
        commitment = body.get("content", {}).get(slot, {})
    if index is None or not commitment:
        raise InputError(f"exchange {exchange!r} has no {slot} content", hint=f"slots: {', '.join(SLOTS)}")
    view: Literal["redacted", "unredacted"] = "unredacted" if unredacted else "redacted"
    rules = None if unredacted else rule_set()
    look = ContentRevealed(exchange=exchange, slot=slot, purpose=purpose, view=view, rule_set=rules)
    recorder.record(_draft("content.revealed", exchange, look.to_body(), actor))
    try:
        with open_vault(home) as vault:
            content = vault.content(index, slot, bytes.fromhex(commitment["commit"]))
    except DigestMismatch as error:
        raise DigestMismatch(f"{slot} of {exchange}: {error.message}", hint=_FSCK, place=f"entry {index}") from error
    if isinstance(content, Absent):
        return content
    if unredacted:
        return Shown(content.decode("utf-8", "backslashreplace"), redacted=False, counts=(), left_out=0)
    return redact_content(slot, found.protocol, content, streamed=bool(body.get("chunks")))


def redact_content(slot: str, protocol: Any, content: bytes, *, streamed: bool) -> Shown:
    """The redacted view of one side of an exchange: for looks and for exports. Pure."""
    from proofbook.sensitive.redaction import redact  # the rules take longer to load than most commands to run

    texts = texts_of_request(protocol, content) if slot == "request" else texts_of_reply(protocol, content, streamed=streamed)
    shown = [redact(text) for text in texts.texts]
    counts = sum((Counter(each.counts) for each in shown), Counter[SensitiveKind]())
    hidden = sum(not each.whole for each in shown)
    return Shown(
        "\n".join(each.text for each in shown).encode("utf-8", "replace").decode(),
        redacted=True,
        counts=tuple((kind.value, counts[kind]) for kind in SensitiveKind if counts[kind]),
        left_out=texts.media + texts.undecodable + hidden,
    )


def _submit(recorder: Recorder, submission: Submission) -> Receipt:
    return recorder.submit([submission]).result()[0]


def _draft(kind: str, subject: str, body: dict[str, Any], actor: Actor | None = None) -> Draft:
    return Draft(kind, subject, format_instant(CLOCK.now()), actor or operator(), SOURCE, Assurance.MANUAL, body)
