"""The endpoint that LiteLLM calls: records each call and only then says that it may go on.

Promises: `NONE` is said only after the request, or the reply, is durable; everything else - a wrong secret, bytes that cannot be
read, a full disk, a reply without a recorded request - is `BLOCKED`, with status 200, because LiteLLM can be set to go on after
an error status but not after this. No content is in any answer, log or entry; LiteLLM's bytes are sealed as they came.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from proofbook.capture.litellm.calls import Calls, OpenCall
from proofbook.capture.litellm.wire import NOTHING_BLOCKED, PATH, GuardrailCall, format_blocked, parse_call
from proofbook.capture.settings import LiteLLMCapture
from proofbook.errors import MalformedRecord
from proofbook.gateway.admission import ADMITTED
from proofbook.gateway.drafts import Ending, Opening, Served, derive_actor, draft_refusal, draft_request, draft_response
from proofbook.gateway.engines.binding import unseen
from proofbook.gateway.house import Tally
from proofbook.gateway.http.head import RequestHead, find_header
from proofbook.gateway.identity.caller import VerifiedCaller
from proofbook.gateway.knocking import Knocking
from proofbook.gateway.recording import Recording
from proofbook.gateway.refusal import GATEWAY_FULL, STORE_UNAVAILABLE, Refusal, malformed, path_not_served
from proofbook.gateway.wire.facts import NOTHING
from proofbook.gateway.wire.text import bounded_text
from proofbook.journal.receipt import Content
from proofbook.primitives.digest import sha256_digest
from proofbook.primitives.ids import IdSource
from proofbook.primitives.instants import Clock, format_instant
from proofbook.records.envelope import Assurance
from proofbook.records.exchange import RefusalReason, State

Answer = Callable[[bytes, str | None], None]
"""Sends an answer's body; the second is the exchange a caller can cite, if there is one."""

REPORTED: Final = "LiteLLM reported the reply's texts; whether it was whole and reached the caller is not known"
_WEIGHTS: Final = "LiteLLM does not say which engine or weights answer"
_IN_USE: Final = malformed("A call with this id is under way. Call ids must differ while calls are under way.", status=409)
_NO_REQUEST: Final = malformed("No recorded request has this call id, so its reply cannot be recorded.", status=409)
_AGAIN: Final = malformed(
    "The reply to this call was reported already. Set streaming_end_of_stream_only to true for this guardrail in LiteLLM.",
    status=409,
)
_SECRET_MISSING: Final = Refusal(RefusalReason.KEY_MISSING, 401, "LiteLLM sent no secret: set api_key for this guardrail.")
_SECRET_UNKNOWN: Final = Refusal(
    RefusalReason.KEY_UNKNOWN, 401, "The secret LiteLLM sent is not the one expected: check its api_key."
)
_ELSEWHERE: Final = path_not_served([("POST", PATH)])
_ANSWERED: Final = 200
"""Status of every answer; what counts is what it says."""
_LABEL: Final = b"proofbook/conversation/litellm/v1\0"


@dataclass(frozen=True, slots=True)
class Means:
    """What the desk works with."""

    recording: Recording
    knocking: Knocking
    calls: Calls
    clock: Clock
    ids: IdSource
    monotonic: Callable[[], float]
    fingerprint: Callable[[bytes], str]
    """Keyed fingerprint of a system prompt."""


class Desk:
    """Answers one LiteLLM proxy. Everything runs on the event loop; nothing waits."""

    def __init__(self, means: Means, settings: LiteLLMCapture, secret: str) -> None:
        self._means = means
        self._recording = means.recording
        self._calls = means.calls
        self._secret = secret.encode("ascii")
        self._guardrail = settings.guardrail
        self._proxy = VerifiedCaller(means.recording.source, "service", "shared_secret", None, settings.system)
        self.tally = Tally()

    def assess(self, head: RequestHead) -> tuple[Opening, Refusal | None]:
        """Who calls and whether for what is served here; nothing of the body is needed for that."""
        sent = find_header(head.headers, b"x-api-key")
        known = sent is not None and hmac.compare_digest(sent.strip(), self._secret)
        caller = self._proxy if known else None
        path = bounded_text(head.path, 512) or ""
        opening = Opening(
            self._means.ids.new("x"), self._recording.source, self._now(), head.method, path, caller, derive_actor(caller),
            Assurance.INLINE_PARTIAL,
        )  # fmt: skip
        if not known:
            return opening, _SECRET_UNKNOWN if sent else _SECRET_MISSING
        return opening, None if (head.method, head.path) == ("POST", PATH) else _ELSEWHERE

    def take(self, opening: Opening, body: bytes, answer: Answer) -> None:
        """A whole call of the proxy itself."""
        try:
            call = parse_call(body, self._means.fingerprint)
        except MalformedRecord as error:
            self.refuse(opening, malformed(error.message), len(body), answer)
            return
        if call.moment == "request":
            self._take_request(opening, call, body, answer)
        else:
            self._take_reply(opening, call, body, answer)

    def refuse(self, opening: Opening, refusal: Refusal, received: int | None, answer: Answer) -> None:
        """Block, with the refusal on record."""
        blocked = format_blocked(f"proofbook: {refusal.detail}")
        cited = self._means.knocking.counted(opening, refusal)
        if cited is not None:
            answer(blocked, cited)
            return
        submission = draft_refusal(opening, replace(refusal, status=_ANSWERED), received)

        def done(failure: Refusal | None) -> None:
            if failure is None:
                self.tally.refused += 1
            else:
                self._recording.keep_refusal(submission)
            answer(blocked, opening.exchange)

        self._recording.submit(submission, done)

    def expire(self, seconds: float) -> None:
        """End the calls of which no reply was reported within so many seconds."""
        for late in self._calls.expire(self._means.monotonic() - seconds):
            reason = f"LiteLLM reported no reply within {seconds:.0f} seconds: how the call ended is not known"
            ending = Ending(State.RECORDER_GAP, reason, None, None, None, None)
            submission = draft_response(late.opening, NOTHING, ending, self._now(), None)
            self._recording.submit(submission, partial(self._lost, late))

    @property
    def open_calls(self) -> int:
        """Calls under way."""
        return len(self._calls)

    def _take_request(self, opening: Opening, call: GuardrailCall, body: bytes, answer: Answer) -> None:
        if self._calls.full:
            self.refuse(opening, GATEWAY_FULL, len(body), answer)
            return
        opened = OpenCall(opening, self._conversation(opening, call), self._means.monotonic())
        if not self._calls.begin(call.call, opened):
            self.refuse(opening, _IN_USE, len(body), answer)
            return
        served = Served(
            system=self._proxy.system,
            conversation=opened.conversation,
            claimed=call.facts.claimed,
            model=unseen(_WEIGHTS).binding(call.facts.model),
            engine=unseen(_WEIGHTS).engine(self._recording.source),
            guardrail=self._guardrail,
            admitted=ADMITTED,
            relayed=call.relayed,
        )

        def done(failure: Refusal | None) -> None:
            if failure is None:
                opened.durable = True
                self.tally.exchanges += 1
                answer(NOTHING_BLOCKED, opening.exchange)
                return
            self._calls.forget(call.call)
            if failure.reason is RefusalReason.STORE_UNAVAILABLE:
                self._recording.keep_refusal(draft_refusal(opening, replace(failure, status=_ANSWERED), len(body)))
                answer(format_blocked(f"proofbook: {failure.detail}"), None)
            else:
                self.refuse(opening, failure, len(body), answer)

        self._recording.submit(draft_request(opening, call.facts, served, body), done)

    def _take_reply(self, opening: Opening, call: GuardrailCall, body: bytes, answer: Answer) -> None:
        seen = sha256_digest(body)
        opened = self._calls.answer(call.call, seen)
        if opened is None:
            if self._calls.repeats(call.call, seen):
                answer(NOTHING_BLOCKED, None)  # the very same bytes are on record
            else:
                self.refuse(opening, _AGAIN if self._calls.was_answered(call.call) else _NO_REQUEST, len(body), answer)
            return
        ending = Ending(State.REPORTED, REPORTED, None, None, None, None)
        content = Content("response", body, opened.conversation)

        def done(failure: Refusal | None) -> None:
            if failure is None:
                answer(NOTHING_BLOCKED, opened.opening.exchange)
                return
            self._calls.unanswer(call.call)
            self._lost(opened, failure)
            answer(format_blocked(f"proofbook: {STORE_UNAVAILABLE.detail}"), opened.opening.exchange)

        self._recording.submit(draft_response(opened.opening, NOTHING, ending, self._now(), content), done)

    def _lost(self, call: OpenCall, failure: Refusal | None) -> None:
        if failure is not None:
            self._recording.keep_lost_end(call.opening.exchange)

    def _conversation(self, opening: Opening, call: GuardrailCall) -> str:
        """Calls of one trace and one key share a unit of erasure; the trace is the caller's word, so it joins nobody else's."""
        key = call.relayed["key"]
        if call.trace is None or key is None:
            return "c_" + opening.exchange.partition("_")[2]
        parts = (self._recording.source, key, call.trace)
        named = b"\0".join(part.encode("utf-8") for part in parts)
        return "c_" + hashlib.sha256(_LABEL + named).hexdigest()[:32]

    def _now(self) -> str:
        return format_instant(self._means.clock.now())
