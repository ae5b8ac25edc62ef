"""WebSocket connections to an engine that records: what passes over them cannot be read here, so they are refused or are a gap.

Promises: a refusal is recorded; a connection that may pass is let in only after its beginning is on record as a gap, and the
whole gap is recorded when it ends.
"""

from __future__ import annotations

from typing import Final

from proofbook.capture.asgi.post import Post
from proofbook.capture.asgi.scope import App, Receive, Scope, Send, engine_path
from proofbook.gateway.drafts import Opening, derive_actor, draft_refusal, process_actor
from proofbook.gateway.refusal import Refusal
from proofbook.gateway.wire.text import bounded_text
from proofbook.journal.receipt import Submission
from proofbook.primitives.instants import format_instant
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.exchange import RefusalReason
from proofbook.records.operations import SourceGap

NOT_RECORDABLE: Final = Refusal(
    RefusalReason.PATH_NOT_SERVED, 403, "WebSocket connections are not served here: what passes over them cannot be recorded."
)


async def refuse_websocket(post: Post, scope: Scope, receive: Receive, send: Send) -> None:
    """Close it before it opens, with the refusal on record. Raises what the recorder raises."""
    await receive()  # websocket.connect
    now = format_instant(post.around.clock.now())
    path = bounded_text(engine_path(scope), 512) or ""
    opening = Opening(post.around.ids.new("x"), post.recording.source, now, "WEBSOCKET", path, None, derive_actor(None))
    if post.knocking.counted(opening, NOT_RECORDABLE) is None:
        await post.recording.record((draft_refusal(opening, NOT_RECORDABLE, None),))
        post.tally.refused += 1
    await send({"type": "websocket.close", "code": 1008, "reason": "not recorded here"})


async def pass_with_gap(post: Post, app: App, scope: Scope, receive: Receive, send: Send) -> None:
    """Let it pass, and record that it was not seen. Raises what the recorder raises, before it opens."""
    began = format_instant(post.around.clock.now())
    await post.recording.record((_gap(post, began, began, "a WebSocket connection is let pass unseen from here on"),))
    try:
        await app(scope, receive, send)
    finally:
        ended = format_instant(post.around.clock.now())
        await post.recording.record((_gap(post, began, ended, "a WebSocket connection was let pass unseen"),))


def _gap(post: Post, since: str, until: str, detail: str) -> Submission:
    gap = SourceGap.model_validate({
        "from": since, "until": until, "reason": "unknown", "detail": detail, "served_late": 0, "served_unrecorded": None,
    })  # fmt: skip
    source = post.recording.source
    return Submission(Draft("source.gap", source, until, process_actor(source), source, Assurance.INLINE, gap.to_body()))
