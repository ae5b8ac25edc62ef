"""A system set to fail open: it is served while nothing can be recorded, and the book says so afterwards, exchange by exchange."""

from __future__ import annotations

import json

from proofbook.errors import LimitExceeded, StoreUnavailable
from proofbook.gateway.drafts import Opening, derive_actor, draft_refusal
from proofbook.gateway.outage import KEPT_BYTES, Outage
from proofbook.gateway.refusal import KEY_MISSING
from proofbook.journal.receipt import Content, Submission
from support.fault_engine import STREAM_END, STREAM_HEAD, Say, chunk, running_engine, whole
from support.running_gateway import KEY, ask, run, running_gateway

BODY = json.dumps({"model": "m", "messages": []}).encode()
ANSWER = b'{"choices":[]}'
NOW = "2026-06-01T00:00:00.000000Z"


def test_exchanges_of_an_outage_are_served_and_recorded_late() -> None:
    """Whoever chose availability gets it, and evidence that says which replies went out before their record."""

    async def scenario() -> None:
        async with (
            running_engine(lambda _: [Say(whole(ANSWER))]) as engine,
            running_gateway(engine.url, recording="fail_open") as gateway,
        ):
            gateway.recorder.fail_with = StoreUnavailable("disk is full")
            for _ in range(3):
                assert (await ask(gateway, BODY)).status == 200
            assert gateway.recorder.of_kind("exchange.request") == []
            gateway.recorder.fail_with = None
            assert (await ask(gateway, BODY)).status == 200
            (gap,) = await gateway.wait_for("source.gap")
            assert (gap.body["served_late"], gap.body["served_unrecorded"]) == (3, 0)
            ends = await gateway.wait_for("exchange.response", 4)
            requests = gateway.recorder.of_kind("exchange.request")
            assert {each.body["exchange"] for each in ends} == {each.body["exchange"] for each in requests}
            assert {each.body["recording_policy"] for each in requests} == {"fail_open"}
            late = [each for each in requests if each.occurred < gap.body["until"]]
            assert len(late) >= 3
            assert all(each.body["content"]["request"]["bytes"] == len(BODY) for each in requests)

    run(scenario())


def test_stream_goes_on_when_its_end_cannot_be_recorded() -> None:
    """The end mark is released too: a client of a system that fails open does not see the outage."""

    async def scenario() -> None:
        streamed = [Say(STREAM_HEAD + chunk(b'data: {"choices":[]}\n\n') + chunk(b"data: [DONE]\n\n") + STREAM_END)]
        async with running_engine(lambda _: streamed) as engine, running_gateway(engine.url, recording="fail_open") as gateway:
            gateway.recorder.fail_with = StoreUnavailable("disk is full")
            reply = await ask(gateway, BODY)
            assert (reply.status, reply.complete, reply.body[-8:]) == (200, True, b"[DONE]\n\n")
            gateway.recorder.fail_with = None
            assert (await ask(gateway, BODY)).complete
            assert len(await gateway.wait_for("exchange.response", 2)) == 2

    run(scenario())


def test_what_has_no_form_is_refused_all_the_same() -> None:
    """Fail open is about an unavailable store, not about requests that cannot be recorded at all."""

    async def scenario() -> None:
        async with (
            running_engine(lambda _: [Say(whole(ANSWER))]) as engine,
            running_gateway(engine.url, recording="fail_open") as gateway,
        ):
            gateway.recorder.fail_with = LimitExceeded("too large")
            assert (await ask(gateway, BODY)).status in {413, 503}
            assert engine.requests == []
            gateway.recorder.fail_with = None

    run(scenario())


def _submission(number: int, size: int) -> Submission:
    opening = Opening(f"x_{number}", "gateway:main", NOW, "POST", "/v1/models", KEY.caller, derive_actor(KEY.caller))
    draft = draft_refusal(opening, KEY_MISSING, None).draft
    return Submission(draft, (Content("request", b"x" * size, "c_1"),))


def test_what_is_held_is_bounded_and_counted_beyond() -> None:
    """An outage of hours must not take all memory; an exchange of which only half is kept does not count as recorded."""
    outage = Outage(NOW)
    outage.keep_served(_submission(1, 10))
    outage.keep_served(_submission(1, KEPT_BYTES))
    outage.keep_served(_submission(2, 10))
    earlier = Outage("2026-05-31T00:00:00.000000Z")
    earlier.keep_served(_submission(3, 10))
    outage.reopen(earlier)
    gap = outage.close("gateway:main", NOW).draft.body
    assert (gap["served_late"], gap["served_unrecorded"], gap["from"]) == (2, 1, earlier.since)
    assert [each.draft.subject for each in outage.late] == ["x_3", "x_1", "x_2"]
