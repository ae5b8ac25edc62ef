"""A part of the gateway that fails for one request: that one ends, and the gateway goes on."""

from __future__ import annotations

from dataclasses import replace

from proofbook.gateway.admission import Admitted, Asked, NoPolicy
from proofbook.gateway.identity.caller import VerifiedCaller
from proofbook.gateway.reading import read_request
from proofbook.gateway.refusal import GATEWAY_FULL
from proofbook.gateway.wire.facts import Fingerprint, RequestFacts
from proofbook.gateway.wire.generic import OTHER
from support.fault_engine import Say, running_engine, whole
from support.running_gateway import ask, run, running_gateway, sample_fingerprint


class FailingPolicy(NoPolicy):
    """Cannot judge one model."""

    def assess_request(self, caller: VerifiedCaller, asked: Asked) -> Admitted:
        if asked.binding["asked"] == "odd":
            raise KeyError(asked.binding["asked"])
        return super().assess_request(caller, asked)


def test_request_that_nobody_can_judge_is_cut_off_instead_of_waiting_for_ever() -> None:
    """It would hold its connection, and a drain, for as long as its client likes."""

    async def scenario() -> None:
        async with (
            running_engine(lambda _: [Say(whole(b"{}"))]) as engine,
            running_gateway(engine.url, admission=FailingPolicy()) as gateway,
        ):
            assert (await ask(gateway, b'{"model":"odd","messages":[]}')).raw == b""
            assert (await ask(gateway, b'{"model":"usual","messages":[]}')).status == 200
            assert len(engine.requests) == len(gateway.recorder.of_kind("exchange.request")) == 1

    run(scenario())


def test_body_for_which_there_is_no_memory_is_refused() -> None:
    """It is read in a thread, from where nothing else would tell its client."""

    def without_memory(body: bytes, fingerprint: Fingerprint) -> RequestFacts:
        raise MemoryError

    assert read_request(b"{}", replace(OTHER, read_request=without_memory), sample_fingerprint) is GATEWAY_FULL
