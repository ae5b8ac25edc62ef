"""Carries one exchange out: turns what sockets and the journal report into its events, and its commands into bytes and records.

Promises: commands are carried out in order; what is sent in one turn is written at once; replies are read for their facts only
after their end, large ones in a thread. Nothing is decided here: `exchange.Exchange` decides. What llhttp let through is the
only thing hostile peers can put in, and it goes out as body bytes only.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from proofbook.gateway import exchange as ex
from proofbook.gateway.admission import Admitted, Asked, Used
from proofbook.gateway.drafts import Ending, Opening, Served, draft_refusal, draft_request, draft_response
from proofbook.gateway.engines.upstream import Upstream
from proofbook.gateway.house import House
from proofbook.gateway.http.head import ReplyHead, RequestHead, format_forwarded_head
from proofbook.gateway.http.outbound import Outbound
from proofbook.gateway.http.reply_writer import ReplyWriter
from proofbook.gateway.http.visit import Client
from proofbook.gateway.reading import read_reply, read_request
from proofbook.gateway.refusal import STORE_UNAVAILABLE, UPSTREAM_NOT_CONFIGURED, Refusal
from proofbook.gateway.settings import KIB
from proofbook.gateway.wire.claims import derive_claimed_user, derive_conversation
from proofbook.gateway.wire.dialect import Dialect
from proofbook.gateway.wire.facts import NOTHING, ReplyFacts, RequestFacts
from proofbook.journal.receipt import Content, Submission
from proofbook.primitives.instants import format_instant
from proofbook.records.exchange import RefusalReason, State

_THREAD_FROM = 64 * KIB
"""Bytes from which JSON is read in a thread, so that one long text does not hold up every other stream."""

_SAID = frozenset((ex.Send, ex.Finish, ex.SendHead, ex.Answer))  # commands that put bytes on the wire to the client


class Passage:
    """One request on its way: the client's visit and the engine's listener in one."""

    __slots__ = (
        "_admitted", "_binding", "_body", "_client", "_connection", "_conversation", "_dialect", "_exchange", "_facts",
        "_first_byte", "_forwarded", "_head", "_house", "_last_byte", "_opening", "_received", "_stalled", "_streamed",
        "_tried", "_upstream", "_writer", "wants_body",
    )  # fmt: skip

    def __init__(self, house: House, client: Client, head: RequestHead, opening: Opening, dialect: Dialect) -> None:
        self.wants_body = True
        self._house = house
        self._client: Client | None = client
        self._head = head
        self._opening = opening
        self._dialect = dialect
        fail_open = opening.caller is not None and opening.caller.system in house.fail_open
        self._exchange = ex.Exchange(house.bounds, dialect.make_watch, fail_open=fail_open)
        self._upstream: Upstream | None = None
        self._tried: tuple[Upstream, ...] = ()
        self._connection: Outbound | None = None
        self._facts: RequestFacts | None = None
        self._admitted: Admitted | None = None
        self._binding: dict[str, Any] = {}
        self._streamed = False
        self._writer = ReplyWriter(opening.exchange, modern=head.modern)
        self._body = b""
        self._received: int | None = None
        self._conversation = ""
        self._stalled = False
        self._forwarded: datetime | None = None
        self._first_byte: datetime | None = None
        self._last_byte: datetime | None = None
        house.open.enter(self)

    # -- the client's side --

    def request_read(self, body: bytes) -> None:
        """The whole request arrived."""
        self._body, self._received = body, len(body)
        if self._exchange.phase is not ex.Phase.OPEN:
            return  # refused before its body came
        if len(body) < _THREAD_FROM or self._dialect.read_request is None:
            self._screen(read_request(body, self._dialect, self._house.fingerprint))
        else:
            waiting = self._house.loop.run_in_executor(None, read_request, body, self._dialect, self._house.fingerprint)
            waiting.add_done_callback(lambda done: self._screen(done.result()))

    def refuse(self, refusal: Refusal, received: int) -> None:
        """The request is not served. `received`: how many body bytes came."""
        self._received = received
        self._perform(self._exchange.refuse(refusal))

    def turn_away(self, refusal: Refusal) -> None:
        """The request is not served, whatever its body holds."""
        self.wants_body = False
        self._perform(self._exchange.refuse(refusal))

    def client_gone(self, reason: str) -> None:
        """The client cannot be answered any more."""
        self._client = None
        self._perform(self._exchange.client_gone(reason))

    def client_stalled(self) -> None:
        """The client does not read: neither do we."""
        self._stalled = True
        if self._connection is not None:
            self._connection.pause()

    def client_reads(self) -> None:
        """The client reads again."""
        self._stalled = False
        if self._connection is not None:
            self._connection.resume()

    def stop(self) -> None:
        """The gateway must stop now."""
        self._perform(self._exchange.stopped())

    @property
    def held(self) -> int:
        """Bytes of the reply that are in memory until it is recorded."""
        return self._exchange.size

    def make_room(self) -> None:
        """Break this one off: all together hold more than they may."""
        self._perform(self._exchange.break_off("the gateway held as many bytes of replies as it may"))

    # -- the engine's side --

    def upstream_connected(self, connection: Outbound) -> None:
        """A connection is free: the engine can be reached, so the request is recorded as going to it; then it is sent."""
        self._connection = connection
        if self._exchange.phase is ex.Phase.OPEN:
            self._perform(self._exchange.request_read())
        elif self._upstream is not None:
            self._forward(self._upstream)

    def _forward(self, upstream: Upstream) -> None:
        """On the connection that was found before the request was recorded, unless it broke meanwhile."""
        connection = self._connection
        while connection is not None and not upstream.pool.is_fit(connection):
            connection = upstream.pool.take()
        self._connection = connection
        if connection is None:
            upstream.pool.acquire(self)
            return
        self._forwarded = self._house.clock.now()
        head = format_forwarded_head(self._head, engine_lines=upstream.lines, body_bytes=len(self._body))
        connection.send((head, self._body) if self._body else (head,), self, bodiless=self._head.method == "HEAD")
        self._body = b""
        if self._client is not None:
            self._client.let_go_of_body()

    def upstream_read(self, head: ReplyHead | None, body: bytes, *, ended: bool) -> None:
        """What one read from the engine held."""
        exchange = self._exchange
        commands: ex.Commands = ()
        if head is not None:
            self._first_byte = self._house.clock.now()
            self._writer.reply = head
            self._streamed = not head.bodiless and self._dialect.is_stream(head.content_type)
            commands = exchange.upstream_head(head.status, streamed=self._streamed, length=head.length)
        if body:
            commands += exchange.upstream_body(body)
        if ended and exchange.phase is ex.Phase.PASSING:
            # one read is one moment, and a whole reply mostly comes in one
            self._last_byte = self._first_byte if head is not None else self._house.clock.now()
            self._connection = None
            commands += exchange.upstream_end()
        self._perform(commands)
        if self._stalled and self._connection is not None:
            self._connection.pause()

    def upstream_failed(self, reason: str, *, timed_out: bool = False) -> None:
        """There will be no (further) reply."""
        self._connection = None
        if self._exchange.phase is ex.Phase.OPEN and self._facts is not None and self._upstream is not None:
            self._tried += (self._upstream,)  # nothing was sent, nothing recorded: another engine may be asked
            self._admit(self._facts)
        else:
            self._perform(self._exchange.upstream_failed(reason, timed_out=timed_out))

    # -- carrying out --

    def _screen(self, found: RequestFacts | Refusal) -> None:
        """Go on when the request was looked at, where its system asks for that."""
        caller, screening = self._opening.caller, self._house.screening
        if screening is None or caller is None or isinstance(found, Refusal):
            self._read(found)
        else:
            screening.assess(caller.system, found, self._body, self._read)

    def _read(self, found: RequestFacts | Refusal) -> None:
        if self._exchange.phase is not ex.Phase.OPEN:
            return  # the client hung up while its request was being read
        if isinstance(found, Refusal):
            self._perform(self._exchange.refuse(found))
        else:
            self._admit(found)

    def _admit(self, facts: RequestFacts) -> None:
        """Find an engine for it, ask whether it may pass, and reach that engine; only then is it recorded."""
        caller = self._opening.caller
        if caller is None:
            raise RuntimeError("only a verified caller's request is read")
        self._facts = facts
        self._leave_admission()
        engines = self._house.upstreams.get(caller.system)
        upstream = UPSTREAM_NOT_CONFIGURED if engines is None else engines.choose(facts.model, self._tried)
        if isinstance(upstream, Refusal):
            self._perform(self._exchange.refuse(upstream))
            return
        self._upstream, self._binding = upstream, upstream.sighting.binding(facts.model)
        verdict = self._house.admission.assess_request(caller, Asked(facts.protocol, self._binding, len(self._body)))
        if isinstance(verdict, Refusal):
            self._perform(self._exchange.refuse(verdict))
            return
        self._admitted = verdict
        if upstream.pool.full:  # all its connections serve others, so it can be reached; this one waits on record
            self._perform(self._exchange.request_read())
        else:
            upstream.pool.acquire(self)

    def _leave_admission(self) -> None:
        if self._admitted is not None and self._opening.caller is not None:
            self._house.admission.finished(self._opening.caller)
            self._admitted = None

    def _perform(self, commands: ex.Commands) -> None:
        """In order, and what is said in one turn is written at once."""
        if len(commands) == 1 and type(commands[0]) is ex.Send:  # a piece of a stream, which is most of what passes
            if self._client is not None:
                self._client.write(self._writer.piece(commands[0].data))
            return
        out: list[bytes] = []
        for command in commands:
            if type(command) in _SAID:
                self._say(command, out)
            else:
                self._write(out)
                self._act(command)
        self._write(out)

    def _say(self, command: ex.Command, out: list[bytes]) -> None:
        match command:
            case ex.Send():
                out += self._writer.piece(command.data)
            case ex.Finish():
                out += self._writer.last(command.data)
            case ex.SendHead(length):
                out.append(self._writer.head(length, close=self._client is None or self._client.will_close))
            case ex.Answer(status, code, message, retry_after):
                close = self._client is None or self._client.will_close
                body = self._dialect.format_error(status, code, message)
                answer = self._writer.answer(status, body, close=close, retry_after=retry_after)
                out.append(answer if self._head.method != "HEAD" else answer[: answer.index(b"\r\n\r\n") + 4])
            case _:
                raise RuntimeError(f"{type(command).__name__} is not said")

    def _act(self, command: ex.Command) -> None:
        match command:
            case ex.RecordResponse():
                self._record_response(command.state, command.reason)
            case ex.RecordRequest():
                self._record_request()
            case ex.Done():
                self._close()
            case ex.Forward() if self._upstream is not None:
                self._forward(self._upstream)
            case ex.CutUpstream():
                self._cut_upstream()
            case ex.CutClient():
                self._cut_client()
            case ex.RecordRefusal():
                self._record_refusal(command.refusal)
            case _:
                raise RuntimeError(f"no such command here: {type(command).__name__}")

    def _write(self, out: list[bytes]) -> None:
        if out and self._client is not None:
            self._client.write(out)
        out.clear()

    def _cut_upstream(self) -> None:
        if self._connection is not None:
            self._connection.cut()
            self._connection = None
        elif self._upstream is not None:
            self._upstream.pool.forget(self)

    def _cut_client(self) -> None:
        if self._client is not None:
            self._client.cut()
            self._client = None

    def _close(self) -> None:
        self._house.open.leave(self)
        self._leave_admission()
        if self._upstream is not None and self._forwarded is None:
            self._upstream.pool.leave(self, self._connection)
        client, self._client = self._client, None
        if client is not None:
            client.finish()

    # -- recording --

    def _record_request(self) -> None:
        caller, upstream, facts, admitted = self._opening.caller, self._upstream, self._facts, self._admitted
        if caller is None or upstream is None or facts is None or admitted is None:
            raise RuntimeError("only a verified caller of a configured engine gets this far")
        self._conversation = derive_conversation(self._opening.exchange, caller.anchor, self._head.headers)
        served = Served(
            system=caller.system,
            conversation=self._conversation,
            claimed=facts.claimed or derive_claimed_user(self._head.headers),
            model=self._binding,
            engine=upstream.sighting.engine(upstream.settings.name),
            guardrail=self._house.guardrail,
            admitted=admitted,
            fail_open=self._exchange.fail_open,
        )
        submission = draft_request(self._opening, facts, served, self._body)
        self._house.recording.submit(submission, lambda refusal: self._request_settled(refusal, submission))

    def _request_settled(self, refusal: Refusal | None, submission: Submission) -> None:
        if refusal is None:
            self._house.tally.exchanges += 1
            self._perform(self._exchange.recorded())
            return
        if self._exchange.fail_open and refusal.reason is RefusalReason.STORE_UNAVAILABLE:
            self._house.tally.exchanges += 1
            self._house.recording.keep_served(submission)
        else:
            self._keep_unserved(refusal)
        self._perform(self._exchange.not_recorded(refusal))

    def _record_refusal(self, refusal: Refusal) -> None:
        counted = self._house.knocking.counted(self._opening, refusal)
        if counted is not None:
            self._writer = ReplyWriter(counted, modern=self._head.modern)
            self._house.loop.call_soon(self._refusal_settled, None)  # later, as for one that is recorded by itself
            return
        self._house.recording.submit(draft_refusal(self._opening, refusal, self._received), self._refusal_settled)

    def _refusal_settled(self, refusal: Refusal | None) -> None:
        if refusal is None:
            self._house.tally.refused += 1
            self._perform(self._exchange.recorded())
            return
        self._keep_unserved(refusal)
        self._perform(self._exchange.not_recorded(STORE_UNAVAILABLE))

    def _keep_unserved(self, refusal: Refusal) -> None:
        if refusal.reason is RefusalReason.STORE_UNAVAILABLE:
            self._house.recording.keep_refusal(draft_refusal(self._opening, refusal, self._received))

    def _record_response(self, state: State, reason: str | None) -> None:
        body = self._exchange.captured()
        if self._writer.reply is None or not body:
            self._submit_response(NOTHING, body, state, reason)
            return
        read, streamed = partial(read_reply, self._dialect), self._streamed
        if len(body) < _THREAD_FROM:
            self._submit_response(read(body, streamed=streamed), body, state, reason)
            return
        waiting = self._house.loop.run_in_executor(None, lambda: read(body, streamed=streamed))
        waiting.add_done_callback(lambda done: self._submit_response(done.result(), body, state, reason))

    def _submit_response(self, facts: ReplyFacts, body: bytes, state: State, reason: str | None) -> None:
        if self._opening.caller is not None:
            used = Used(self._dialect.protocol, facts, self._received or 0, len(body))
            self._house.admission.spent(self._opening.caller, used)
        if state is State.COMPLETE:
            state, reason = self._judge(facts)
        first = _instant(self._first_byte)
        last = first if self._last_byte is self._first_byte else _instant(self._last_byte)
        occurred = last or format_instant(self._house.clock.now())
        ending = Ending(state, reason, self._exchange.status, _instant(self._forwarded), first, last)
        content = Content("response", body, self._conversation) if body else None
        submission = draft_response(self._opening, facts, ending, occurred, content)
        hurried = self._exchange.fail_open  # who must have its record waits for it, however long the store takes
        self._house.recording.submit(submission, lambda refusal: self._response_settled(refusal, submission), hurried=hurried)

    def _judge(self, facts: ReplyFacts) -> tuple[State, str | None]:
        """Whether a reply that ended by its framing was complete by its content, too."""
        reply = self._writer.reply
        return self._dialect.judge_end(facts, streamed=self._streamed, until_close=reply is not None and reply.until_close)

    def _response_settled(self, refusal: Refusal | None, submission: Submission) -> None:
        if refusal is None:
            self._perform(self._exchange.recorded())
            return
        if self._exchange.fail_open and refusal.reason is RefusalReason.STORE_UNAVAILABLE:
            self._house.recording.keep_served(submission)
        else:
            self._house.recording.keep_lost_end(self._opening.exchange)
        self._perform(self._exchange.not_recorded(refusal))


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else format_instant(moment)
