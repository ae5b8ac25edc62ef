"""The middleware in an engine's own server keeps the gateway's promises: durable before forwarded, durable before complete."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from proofbook.capture.asgi.passage import ReplyCut
from proofbook.errors import StoreUnavailable
from proofbook.gateway.identity.keys import KeyIdentities
from proofbook.journal.receipt import Receipt, Submission
from support.asgi_engine import ASKED, EVENTS, STREAMED, WHOLE, AsgiCaller, ToldEngine, living, wrap
from support.memory_recorder import MemoryRecorder
from support.running_gateway import LOST_TOKEN, TOKEN, FixedKeys, SystemClock


def new_recorder() -> MemoryRecorder:
    """A recorder with today's clock."""
    return MemoryRecorder(SystemClock())


class HeldRecorder(MemoryRecorder):
    """Makes entries of one kind durable only when told."""

    def __init__(self, kind: str) -> None:
        super().__init__(SystemClock())
        self._kind = kind
        self.asked = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._waiting: list[tuple[Sequence[Submission], Future[tuple[Receipt, ...]]]] = []

    def submit(self, submissions: Sequence[Submission]) -> Future[tuple[Receipt, ...]]:
        if all(each.draft.kind != self._kind for each in submissions):
            return super().submit(submissions)
        future: Future[tuple[Receipt, ...]] = Future()
        self._waiting.append((submissions, future))
        self._loop.call_soon(self.asked.set)
        return future

    def release(self) -> None:
        for submissions, future in self._waiting:
            future.set_result(super().submit(submissions).result())
        self._waiting.clear()


def test_an_exchange_is_recorded_as_the_gateway_would() -> None:
    """One record model, whoever recorded."""

    async def work() -> None:
        recorder, engine = new_recorder(), ToldEngine()
        async with living(wrap(engine, recorder)):
            pass
        app = wrap(engine, recorder)
        async with living(app):
            heard = await AsgiCaller(headers=((b"x-openwebui-user-id", b"u-1"), (b"authorization", b"Bearer engine"))).call(app)
        assert (heard.status, heard.body, heard.complete, heard.error) == (200, WHOLE, True, None)
        (request,) = recorder.of_kind("exchange.request")
        (response,) = recorder.of_kind("exchange.response")
        assert (request.source, request.assurance.value) == ("asgi:main", "inline")
        assert request.body["principal"]["id"] == "unknown"
        assert request.body["claimed_user"] == {"value": "u-1", "method": "header"}
        assert (request.body["system"], request.body["engine"]["upstream"]) == ("support-desk", "main")
        assert request.body["model"]["status"] == "unknown"
        assert request.body["model"]["reason"]
        assert recorder.content_of(request, "request") == ASKED
        assert recorder.content_of(response, "response") == WHOLE
        assert (response.body["state"], response.body["usage"]["completion_tokens"]) == ("complete", 1)
        assert heard.headers[b"x-proofbook-exchange"].decode() == response.body["exchange"] == request.body["exchange"]
        assert [entry.seq for entry in recorder.entries] == list(range(1, len(recorder.entries) + 1))
        kinds = [entry.kind for entry in recorder.entries]
        assert kinds[:2] == ["source.started", "source.stopped"]
        assert kinds[-1] == "source.stopped"

    asyncio.run(work())


def test_the_engine_is_not_called_before_the_request_is_durable() -> None:
    """What is not on disk may not be computed."""

    async def work() -> None:
        recorder, engine = HeldRecorder("exchange.request"), ToldEngine()
        app = wrap(engine, recorder)
        async with living(app):
            caller = AsgiCaller()
            calling = asyncio.create_task(caller.call(app))
            await recorder.asked.wait()
            assert engine.asked == []
            recorder.release()
            assert (await calling).body == WHOLE
            assert engine.asked == [ASKED]

    asyncio.run(work())


@pytest.mark.parametrize(
    ("asked", "pieces", "kind"),
    [(ASKED, (WHOLE,), b"application/json"), (STREAMED, (EVENTS[:-14], EVENTS[-14:]), b"text/event-stream")],
)
def test_no_reply_is_complete_before_its_record_is_durable(asked: bytes, pieces: tuple[bytes, ...], kind: bytes) -> None:
    """A client that has the end has a recorded exchange."""

    async def work() -> None:
        recorder = HeldRecorder("exchange.response")
        app = wrap(ToldEngine(pieces, kind), recorder)
        async with living(app):
            caller = AsgiCaller(asked)
            calling = asyncio.create_task(caller.call(app))
            await recorder.asked.wait()
            assert not caller.heard.complete
            assert caller.heard.body == b"".join(pieces[:-1])
            recorder.release()
            assert (await calling).body == b"".join(pieces)

    asyncio.run(work())


def test_the_engine_sees_the_body_and_nothing_that_was_not_recorded() -> None:
    """A query or an extension could carry what no record shows."""

    async def work() -> None:
        engine = ToldEngine()
        app = wrap(engine, new_recorder())
        async with living(app):
            await AsgiCaller(cut=5, headers=((b"content-encoding", b"gzip"), (b"authorization", b"Bearer x"))).call(app)
        (scope,) = engine.scopes
        assert engine.asked == [ASKED]
        assert scope["query_string"] == b""
        assert scope["extensions"] == {"tls": {}}
        names = dict(scope["headers"])
        assert b"content-encoding" not in names
        assert (names[b"accept-encoding"], names[b"authorization"]) == (b"identity", b"Bearer x")

    asyncio.run(work())


@pytest.mark.parametrize("after", [0, 1, 2])
def test_an_engine_that_raises_is_recorded_and_its_error_still_reaches_the_log(after: int) -> None:
    """Whoever runs the engine must not lose the trace; whoever audits must not lose the exchange."""

    async def work() -> None:
        recorder = new_recorder()
        app = wrap(ToldEngine((EVENTS[:100], EVENTS[100:150], EVENTS[150:]), b"text/event-stream", fail_after=after), recorder)
        async with living(app):
            heard = await AsgiCaller(STREAMED).call(app)
        assert isinstance(heard.error, ZeroDivisionError)
        (response,) = recorder.of_kind("exchange.response")
        assert (response.body["state"], response.body["reason"]) == ("upstream_error", "engine raised ZeroDivisionError")
        if after:
            assert not heard.complete
        else:
            assert (heard.status, heard.json["error"]["code"]) == (502, "upstream_unavailable")

    asyncio.run(work())


def test_an_engine_that_leaves_without_an_end_is_cut_and_recorded() -> None:
    """A reply without an end must not get one from us."""

    async def work() -> None:
        recorder = new_recorder()
        app = wrap(ToldEngine((EVENTS[:100],), b"text/event-stream", leaves=True), recorder)
        async with living(app):
            heard = await AsgiCaller(STREAMED).call(app)
        assert (heard.complete, type(heard.error)) == (False, ReplyCut)
        (response,) = recorder.of_kind("exchange.response")
        assert response.body["state"] == "upstream_error"
        assert recorder.content_of(response, "response") == EVENTS[:100]

    asyncio.run(work())


def test_a_client_that_leaves_is_recorded_at_once_and_the_engine_is_told() -> None:
    """The engine's silence afterwards must not keep the record back."""

    async def work() -> None:
        recorder, gate = new_recorder(), asyncio.Event()
        engine = ToldEngine((EVENTS[:100], EVENTS[100:]), b"text/event-stream", gate=gate)
        app = wrap(engine, recorder)
        async with living(app):
            calling = asyncio.create_task(AsgiCaller(STREAMED, leaves_after=1).call(app))
            await engine.left.wait()
            while not recorder.of_kind("exchange.response"):  # noqa: ASYNC110 - entries have no event
                await asyncio.sleep(0)
            gate.set()
            assert (await calling).error is None
        (response,) = recorder.of_kind("exchange.response")
        assert (response.body["state"], response.body["chunks"]) == ("client_aborted", 0)
        assert recorder.content_of(response, "response") == EVENTS[:100]

    asyncio.run(work())


def test_a_request_the_server_cancels_is_recorded_as_a_gap() -> None:
    """A server that is told to stop now cancels what it serves."""

    async def work() -> None:
        recorder, gate = new_recorder(), asyncio.Event()
        engine = ToldEngine((EVENTS[:100], EVENTS[100:]), b"text/event-stream", gate=gate)
        app = wrap(engine, recorder)
        async with living(app):
            caller = AsgiCaller(STREAMED)
            calling = asyncio.create_task(caller.call(app))
            while not caller.heard.body:  # noqa: ASYNC110 - what a caller hears has no event
                await asyncio.sleep(0)
            calling.cancel()
            with pytest.raises(asyncio.CancelledError):
                await calling
        (response,) = recorder.of_kind("exchange.response")
        assert response.body["state"] == "recorder_gap"
        assert recorder.entries[-1].kind == "source.stopped"

    asyncio.run(work())


def test_nothing_is_served_while_the_book_cannot_be_written_and_the_gap_is_recorded() -> None:
    """Fail closed, and say so afterwards."""

    async def work() -> None:
        recorder, engine = new_recorder(), ToldEngine()
        app = wrap(engine, recorder)
        async with living(app):
            recorder.fail_with = StoreUnavailable("disk full")
            refused = await AsgiCaller().call(app)
            assert (refused.status, refused.json["error"]["code"]) == (503, "store_unavailable")
            assert engine.asked == []
            recorder.fail_with = None
            assert (await AsgiCaller().call(app)).body == WHOLE
        (gap,) = recorder.of_kind("source.gap")
        assert gap.body["reason"] == "store_unavailable"
        (kept,) = recorder.of_kind("exchange.refused")
        assert kept.body["reason"] == "store_unavailable"

    asyncio.run(work())


def test_a_reply_whose_record_fails_is_not_completed() -> None:
    """The client must be able to tell that it has no recorded reply."""

    async def work() -> None:
        recorder, gate = new_recorder(), asyncio.Event()
        app = wrap(ToldEngine((EVENTS[:100], EVENTS[100:]), b"text/event-stream", gate=gate), recorder)
        async with living(app):
            caller = AsgiCaller(STREAMED)
            calling = asyncio.create_task(caller.call(app))
            while not caller.heard.body:  # noqa: ASYNC110 - what a caller hears has no event
                await asyncio.sleep(0)
            recorder.fail_with = StoreUnavailable("disk full")
            gate.set()
            heard = await calling
            assert (heard.complete, type(heard.error)) == (False, ReplyCut)
            recorder.fail_with = None
            await AsgiCaller().call(app)
        states = [entry.body["state"] for entry in recorder.of_kind("exchange.response")]
        assert sorted(states) == ["complete", "recorder_gap"]

    asyncio.run(work())


def test_an_endless_reply_is_cut_at_the_cap() -> None:
    """What cannot be recorded whole must not pass whole."""

    async def work() -> None:
        recorder = new_recorder()
        engine = ToldEngine((b"data: x\n\n",) * 100, b"text/event-stream")
        app = wrap(engine, recorder, reply_bytes=300, hold_bytes=100)
        async with living(app):
            heard = await AsgiCaller(STREAMED).call(app)
        assert (heard.complete, type(heard.error)) == (False, ReplyCut)
        (response,) = recorder.of_kind("exchange.response")
        assert response.body["reason"] == "reply larger than the recording cap of 300 bytes"

    asyncio.run(work())


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"path": "/v1/unheard-of"}, 404, "path_not_served"),
        ({"path": "/generate"}, 404, "path_not_served"),
        ({"body": b"{not json"}, 400, "malformed_request"),
        ({"body": b"x" * 2000}, 413, "request_too_large"),
    ],
)
def test_what_cannot_be_recorded_for_what_it_is_is_refused_on_record(asked: dict[str, Any], status: int, code: str) -> None:
    """Nothing passes silently."""

    async def work() -> None:
        recorder, engine = new_recorder(), ToldEngine()
        app = wrap(engine, recorder, body_bytes=1000)
        async with living(app):
            heard = await AsgiCaller(**asked).call(app)
        assert (heard.status, heard.json["error"]["code"], engine.asked) == (status, code, [])
        (refused,) = recorder.of_kind("exchange.refused")
        assert refused.body["reason"] == code

    asyncio.run(work())


def test_paths_without_content_pass_without_a_record() -> None:
    """A load balancer's questions are no exchanges."""

    async def work() -> None:
        recorder = new_recorder()
        app = wrap(ToldEngine(), recorder)
        async with living(app):
            assert (await AsgiCaller(b"", "/health", "GET").call(app)).status == 404  # the engine's own answer
            assert (await AsgiCaller(b"{}", "/health").call(app)).json["error"]["code"] == "path_not_served"
        assert len(recorder.of_kind("exchange.refused")) == 1
        assert not recorder.of_kind("exchange.request")

    asyncio.run(work())


@pytest.mark.parametrize(
    ("token", "status", "principal"),
    [(TOKEN, 200, "sample-service"), (None, 401, "unknown"), (LOST_TOKEN, 503, "sample-service")],
)
def test_with_keys_of_this_book_the_principal_is_verified(token: str | None, status: int, principal: str) -> None:
    """The same keys as at the gateway; one that belongs to another system does not open this one."""

    async def work() -> None:
        recorder = new_recorder()
        app = wrap(ToldEngine(), recorder, identities=KeyIdentities(FixedKeys()))
        async with living(app):
            headers = () if token is None else ((b"authorization", b"Bearer " + token.encode()),)
            assert (await AsgiCaller(headers=headers).call(app)).status == status
        (entry,) = recorder.of_kind("exchange.request" if status == 200 else "exchange.refused")
        assert entry.body["principal"]["id"] == principal

    asyncio.run(work())


def test_many_at_once_are_told_apart() -> None:
    """Each caller gets the reply and the exchange of its own."""

    async def echo(scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        await asyncio.sleep(0)
        reply = json.dumps({"id": json.loads(body)["model"], "model": json.loads(body)["model"], "choices": []}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": reply})

    async def work() -> None:
        recorder = new_recorder()
        app = wrap(echo, recorder)
        asked = [json.dumps({"model": f"m-{number}", "messages": []}).encode() for number in range(60)]
        heard = await asyncio.gather(*(AsgiCaller(body).call(app) for body in asked))
        requests = {entry.body["exchange"]: entry for entry in recorder.of_kind("exchange.request")}
        responses = {entry.body["exchange"]: entry for entry in recorder.of_kind("exchange.response")}
        for body, reply in zip(asked, heard, strict=True):
            exchange = reply.headers[b"x-proofbook-exchange"].decode()
            assert recorder.content_of(requests[exchange], "request") == body
            assert recorder.content_of(responses[exchange], "response") == reply.body
            assert requests[exchange].body["model"]["asked"] == responses[exchange].body["model_answered"]

    asyncio.run(work())


def test_an_engine_that_states_its_model_is_bound_to_its_weights() -> None:
    """The question which weights answered is asked from inside, too."""

    async def stating(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await ToldEngine()(scope, receive, send)
            return
        models = {"data": [{"id": "sample", "owned_by": "vllm", "root": "/models/sample"}]}
        found = {"/v1/models": models, "/version": {"version": "9.9"}}.get(scope["path"])
        body = json.dumps(found).encode() if found else b"{}" if scope["method"] == "GET" else WHOLE
        status = 404 if scope["method"] == "GET" and found is None else 200
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": body})

    async def work() -> None:
        recorder = new_recorder()
        app = wrap(stating, recorder)
        async with living(app):
            while app.sighted == "unknown":  # noqa: ASYNC110 - a look has no event
                await asyncio.sleep(0)
            await AsgiCaller().call(app)
        (request,) = recorder.of_kind("exchange.request")
        assert (request.body["engine"]["product"], request.body["engine"]["build"]) == ("vllm", "9.9")
        assert request.body["model"]["method"] == "/v1/models root"

    asyncio.run(work())
