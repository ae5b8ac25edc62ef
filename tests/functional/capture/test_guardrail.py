"""What LiteLLM is told to let pass is on record; everything else is blocked, in words that even a lax LiteLLM obeys."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from proofbook.errors import ConfigurationError, StoreUnavailable
from proofbook.gateway.running.lifecycle import PreviousRun
from support.guardrail_caller import SECRET, RunningGuardrail, call_body, running_guardrail

NONE = {"action": "NONE"}
Work = Callable[[RunningGuardrail], Coroutine[Any, Any, None]]


def run(folder: Path, work: Work, **settings: Any) -> None:
    """One endpoint for one piece of work."""

    async def both() -> None:
        async with running_guardrail(folder, **settings) as guardrail:
            await work(guardrail)

    asyncio.run(both())


def test_a_call_and_its_reply_are_one_exchange(tmp_path: Path) -> None:
    """What LiteLLM says is kept as its word: claimed, partial, reported."""

    async def work(guardrail: RunningGuardrail) -> None:
        asked, replied = call_body(), call_body("response")
        assert await guardrail.call(asked) == NONE
        (request,) = guardrail.recorder.of_kind("exchange.request")
        assert await guardrail.call(replied) == NONE
        (response,) = guardrail.recorder.of_kind("exchange.response")
        assert (request.source, request.assurance.value) == ("litellm:main", "inline_partial")
        assert request.body["principal"] == {
            "id": "litellm:main", "kind": "service", "method": "shared_secret", "key": None, "issuer": None,
        }  # fmt: skip
        assert request.body["claimed_user"] == {"value": "u-1", "method": "relay"}
        assert request.body["relayed"] == {
            "by": "litellm", "version": "1.106.2", "call": "call-1", "key": "sample-key", "team": "sample-team",
            "user": "sample@example.com", "end_user": "u-1",
        }  # fmt: skip
        assert (request.body["protocol"], request.body["stream"], request.body["messages"]) == ("litellm.guardrail", None, 2)
        assert request.body["system_prompt"].startswith("hmac-sha256:")
        assert request.body["model"]["asked"] == "sample-model"
        assert (request.body["model"]["status"], request.body["engine"]["product"]) == ("unknown", "unknown")
        assert (response.body["exchange"], response.body["state"]) == (request.body["exchange"], "reported")
        assert (response.body["http_status"], response.body["usage"]["origin"]) == (None, "unknown")
        assert json.loads(guardrail.recorder.content_of(request, "request")) == asked
        assert json.loads(guardrail.recorder.content_of(response, "response")) == replied
        assert "be kind" not in repr([entry.body for entry in guardrail.recorder.entries])

    run(tmp_path, work)


@pytest.mark.parametrize("moment", ["request", "response"])
def test_nothing_passes_while_the_book_cannot_be_written(tmp_path: Path, moment: str) -> None:
    """The disk is full: LiteLLM's caller gets an error, and afterwards the gap is on record."""

    async def work(guardrail: RunningGuardrail) -> None:
        if moment == "response":
            assert await guardrail.call(call_body()) == NONE
        guardrail.recorder.fail_with = StoreUnavailable("disk full")
        answer = await guardrail.call(call_body(moment))
        assert answer["action"] == "BLOCKED"
        assert "cannot be written" in answer["blocked_reason"]
        guardrail.recorder.fail_with = None
        assert await guardrail.call(call_body(call="call-2")) == NONE
        (gap,) = guardrail.recorder.of_kind("source.gap")
        assert gap.body["reason"] == "store_unavailable"
        if moment == "response":
            (lost,) = guardrail.recorder.of_kind("exchange.response")
            assert lost.body["state"] == "recorder_gap"

    run(tmp_path, work)


@pytest.mark.parametrize("secret", [None, "another-secret-of-somebody", SECRET + "x"])
def test_only_the_proxy_itself_may_tell(tmp_path: Path, secret: str | None) -> None:
    """Otherwise anybody who reaches the port could write evidence."""

    async def work(guardrail: RunningGuardrail) -> None:
        answer = await guardrail.call(call_body(), secret=secret)
        assert answer["action"] == "BLOCKED"
        (refused,) = guardrail.recorder.of_kind("exchange.refused")
        assert refused.body["reason"] == ("key_missing" if secret is None else "key_unknown")
        assert refused.body["principal"]["id"] == "unknown"
        assert not guardrail.recorder.of_kind("exchange.request")

    run(tmp_path, work)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"input_type":"request","input_type":"response","litellm_call_id":"a"}',
        json.dumps(call_body("verdict")).encode(),
        json.dumps(call_body(call="")).encode(),
        json.dumps(call_body(call="a" * 129)).encode(),
        json.dumps(call_body(call="a\nb")).encode(),
        json.dumps(call_body() | {"litellm_call_id": 7}).encode(),
    ],
)
def test_what_cannot_be_read_is_blocked(tmp_path: Path, body: bytes) -> None:
    """Hostile bytes cause a refusal on record and nothing else."""

    async def work(guardrail: RunningGuardrail) -> None:
        assert (await guardrail.call(body))["action"] == "BLOCKED"
        (refused,) = guardrail.recorder.of_kind("exchange.refused")
        assert refused.body["reason"] == "malformed_request"

    run(tmp_path, work)


def test_odd_values_inside_a_call_become_unknown(tmp_path: Path) -> None:
    """A field of a wrong type is not a reason to lose the call."""
    odd: dict[str, Any] = {
        "request_data": ["x"],
        "structured_messages": "x",
        "tools": 7,
        "model": {},
        "litellm_version": 1,
        "litellm_trace_id": [],
    }

    async def work(guardrail: RunningGuardrail) -> None:
        assert await guardrail.call(call_body(**odd)) == NONE
        (request,) = guardrail.recorder.of_kind("exchange.request")
        assert request.body["claimed_user"] is None
        assert {request.body["messages"], request.body["tools"], request.body["model"]["asked"]} == {None}
        assert request.body["system_prompt"] == "unknown"

    run(tmp_path, work)


def test_bodies_paths_and_calls_are_bounded(tmp_path: Path) -> None:
    """Neither a huge call nor many calls take the memory."""
    from proofbook.gateway.settings import Limits

    async def work(guardrail: RunningGuardrail) -> None:
        huge = await guardrail.call(b"x" * 5000)
        assert "larger than 4000 bytes" in huge["blocked_reason"]
        assert (await guardrail.call(call_body(), path="/v1/chat/completions"))["action"] == "BLOCKED"
        assert await guardrail.call(call_body(call="one")) == NONE
        full = await guardrail.call(call_body(call="two"))
        assert full["action"] == "BLOCKED"
        reasons = [entry.body["reason"] for entry in guardrail.recorder.of_kind("exchange.refused")]
        assert reasons == ["request_too_large", "path_not_served", "gateway_full"]

    run(tmp_path, work, open_calls=1, limits=Limits(body_bytes=4000))


def test_an_id_under_way_cannot_be_taken_by_another_call(tmp_path: Path) -> None:
    """Callers can choose LiteLLM's call ids: a reply must never be put to another's request."""

    async def work(guardrail: RunningGuardrail) -> None:
        assert await guardrail.call(call_body()) == NONE
        taken = await guardrail.call(call_body(texts=["something else"]))
        assert (taken["action"], "id is under way" in taken["blocked_reason"]) == ("BLOCKED", True)
        assert await guardrail.call(call_body("response")) == NONE
        assert await guardrail.call(call_body()) == NONE  # after its reply an id may come again
        exchanges = {entry.body["exchange"] for entry in guardrail.recorder.of_kind("exchange.request")}
        assert len(exchanges) == 2

    run(tmp_path, work)


def test_a_reply_without_a_recorded_request_is_blocked(tmp_path: Path) -> None:
    """LiteLLM does not tell of requests without text; their replies must not pass either."""

    async def work(guardrail: RunningGuardrail) -> None:
        answer = await guardrail.call(call_body("response", "unheard-of"))
        assert (answer["action"], "No recorded request" in answer["blocked_reason"]) == ("BLOCKED", True)
        assert not guardrail.recorder.of_kind("exchange.response")

    run(tmp_path, work)


def test_a_reply_told_again_passes_only_if_it_is_the_same(tmp_path: Path) -> None:
    """A growing reply means that LiteLLM samples its streams: its first sample is not the reply."""

    async def work(guardrail: RunningGuardrail) -> None:
        await guardrail.call(call_body())
        assert await guardrail.call(call_body("response")) == NONE
        assert await guardrail.call(call_body("response")) == NONE
        grown = await guardrail.call(call_body("response", texts=["hi, and more"]))
        assert (grown["action"], "streaming_end_of_stream_only" in grown["blocked_reason"]) == ("BLOCKED", True)
        assert len(guardrail.recorder.of_kind("exchange.response")) == 1

    run(tmp_path, work)


def test_a_call_without_a_reply_ends_as_unknown(tmp_path: Path) -> None:
    """LiteLLM tells nothing of calls that failed: how they ended is not known, and that is what is recorded."""

    async def work(guardrail: RunningGuardrail) -> None:
        assert await guardrail.call(call_body()) == NONE
        async with asyncio.timeout(10):
            while not guardrail.recorder.of_kind("exchange.response"):  # noqa: ASYNC110 - the sweep has no event
                await asyncio.sleep(0.02)
        (response,) = guardrail.recorder.of_kind("exchange.response")
        assert (response.body["state"], "no reply within" in response.body["reason"]) == ("recorder_gap", True)
        assert (await guardrail.call(call_body("response")))["action"] == "BLOCKED"

    run(tmp_path, work, open_seconds=0.01)


def test_many_calls_at_once_are_told_apart(tmp_path: Path) -> None:
    """Each reply ends the exchange of its own request."""

    async def work(guardrail: RunningGuardrail) -> None:
        async def whole(number: int) -> None:
            call = f"call-{number}"
            assert await guardrail.call(call_body(call=call, model=f"m-{number}")) == NONE
            assert await guardrail.call(call_body("response", call, texts=[f"r-{number}"])) == NONE

        await asyncio.gather(*(whole(number) for number in range(30)))
        recorder = guardrail.recorder
        requests = {entry.body["exchange"]: entry for entry in recorder.of_kind("exchange.request")}
        for response in recorder.of_kind("exchange.response"):
            request = requests.pop(response.body["exchange"])
            reply = json.loads(recorder.content_of(response, "response"))
            assert reply["litellm_call_id"] == request.body["relayed"]["call"]
        assert not requests

    run(tmp_path, work)


def test_its_life_is_recorded_and_what_a_crash_left_open_is_closed(tmp_path: Path) -> None:
    """A source like every other."""

    async def work() -> None:
        previous = PreviousRun("2026-06-01T00:00:00.000000Z", False, ("x_left",))
        async with running_guardrail(tmp_path, previous=previous) as guardrail:
            assert await guardrail.call(call_body()) == NONE
        entries = guardrail.recorder.entries
        assert [entry.kind for entry in entries] == [
            "source.started", "source.gap", "exchange.response", "exchange.request", "source.stopped",
        ]  # fmt: skip
        assert (entries[0].body["program"], entries[0].assurance.value) == ("proofbook guardrail", "inline_partial")
        assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5]

    asyncio.run(work())


@pytest.mark.parametrize("secret", ["short", "", "two words that are long", "é" * 20])
def test_a_weak_secret_is_refused_before_anything_is_recorded(tmp_path: Path, secret: str) -> None:
    """Who guesses it can write evidence."""
    from proofbook.capture.litellm.server import read_secret
    from proofbook.capture.settings import LiteLLMCapture

    (tmp_path / "secret").write_text(secret, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="secret_file"):
        read_secret(LiteLLMCapture(system="s", secret_file=str(tmp_path / "secret")))
