"""What one exchange in an engine's server puts into the book, and what is kept for later when the book cannot be written.

Promises: `settled` is called exactly once for each of the three, on the event loop, never from within the call; large replies are
read for their facts in a thread. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from proofbook.capture.asgi.post import Post
from proofbook.gateway.admission import ADMITTED
from proofbook.gateway.drafts import Ending, Opening, Served, draft_refusal, draft_request, draft_response
from proofbook.gateway.exchange import Exchange
from proofbook.gateway.http.head import RequestHead
from proofbook.gateway.reading import read_reply
from proofbook.gateway.refusal import STORE_UNAVAILABLE, Refusal
from proofbook.gateway.wire.claims import derive_claimed_user, derive_conversation
from proofbook.gateway.wire.dialect import Dialect
from proofbook.gateway.wire.facts import NOTHING, ReplyFacts, RequestFacts
from proofbook.journal.receipt import Content
from proofbook.primitives.instants import format_instant
from proofbook.records.exchange import RefusalReason, State

Settled = Callable[[Refusal | None], None]
_THREAD_FROM = 64 * 1024


class Recorder:
    """Records one exchange. What it is told is put into fields before it is asked to record."""

    def __init__(self, post: Post, opening: Opening, head: RequestHead, dialect: Dialect) -> None:
        self._post = post
        self._opening = opening
        self._head = head
        self._dialect = dialect
        self._conversation = ""
        self.cited = opening.exchange
        """The exchange a caller can cite: its own, or the one under which its refusal is counted."""
        self.facts: RequestFacts | None = None
        self.received: int | None = None
        """Bytes of the body that came; None when none was read."""
        self.streamed = False
        self.forwarded: datetime | None = None
        self.first_byte: datetime | None = None
        self.last_byte: datetime | None = None

    def record_request(self, body: bytes, settled: Settled) -> None:
        """The request, before the engine gets it."""
        facts, caller, post = self.facts, self._opening.caller, self._post
        if facts is None:
            raise RuntimeError("a request is recorded after it was read")
        # without a verified caller no claimed chat may join the content of several calls under one key
        self._conversation = derive_conversation(
            self._opening.exchange, "" if caller is None else caller.anchor, () if caller is None else self._head.headers
        )
        served = Served(
            system=post.settings.system if caller is None else caller.system,
            conversation=self._conversation,
            claimed=facts.claimed or derive_claimed_user(self._head.headers),
            model=post.sighting.binding(facts.model),
            engine=post.sighting.engine(post.settings.name),
            guardrail=post.settings.guardrail,
            admitted=ADMITTED,
        )

        def done(refusal: Refusal | None) -> None:
            if refusal is None:
                post.tally.exchanges += 1
            else:
                self._keep_unserved(refusal)
            settled(refusal)

        post.recording.submit(draft_request(self._opening, facts, served, body), done)

    def record_refusal(self, refusal: Refusal, settled: Settled) -> None:
        """A refusal; of callers nobody knows, beyond so many a minute, only their count."""
        post = self._post
        counted = post.knocking.counted(self._opening, refusal)
        if counted is not None:
            self.cited = counted
            post.loop.call_soon(settled, None)
            return

        def done(failure: Refusal | None) -> None:
            if failure is None:
                post.tally.refused += 1
                settled(None)
                return
            self._keep_unserved(failure)
            settled(STORE_UNAVAILABLE)

        post.recording.submit(draft_refusal(self._opening, refusal, self.received), done)

    def record_response(self, exchange: Exchange, state: State, reason: str | None, settled: Settled) -> None:
        """How it ended, with every byte the engine sent."""
        body, status = exchange.captured(), exchange.status
        read, streamed = partial(read_reply, self._dialect), self.streamed

        def submit(facts: ReplyFacts) -> None:
            self._submit_response(facts, body, status, (state, reason), settled)

        if status is None or not body:
            submit(NOTHING)
        elif len(body) < _THREAD_FROM:
            submit(read(body, streamed=streamed))
        else:
            waiting = self._post.loop.run_in_executor(None, lambda: read(body, streamed=streamed))
            waiting.add_done_callback(lambda done: submit(done.result()))

    def _submit_response(
        self, facts: ReplyFacts, body: bytes, status: int | None, ended: tuple[State, str | None], settled: Settled
    ) -> None:
        state, reason = ended
        if state is State.COMPLETE:
            state, reason = self._dialect.judge_end(facts, streamed=self.streamed, until_close=False)
        last = _instant(self.last_byte)
        ending = Ending(state, reason, status, _instant(self.forwarded), _instant(self.first_byte), last)
        content = Content("response", body, self._conversation) if body else None
        occurred = last or format_instant(self._post.around.clock.now())

        def done(refusal: Refusal | None) -> None:
            if refusal is not None:
                self._post.recording.keep_lost_end(self._opening.exchange)
            settled(refusal)

        self._post.recording.submit(draft_response(self._opening, facts, ending, occurred, content), done)

    def _keep_unserved(self, refusal: Refusal) -> None:
        if refusal.reason is RefusalReason.STORE_UNAVAILABLE:
            self._post.recording.keep_refusal(draft_refusal(self._opening, refusal, self.received))


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else format_instant(moment)
