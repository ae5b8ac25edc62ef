"""Exchanges of the sample year: a compact request and response each, as a gateway would leave them; no content is sealed.

The source is `gateway:sample`; its first entry says that a generator with a set clock wrote what follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from proofbook.demo.year.calendar import DAY, Year
from proofbook.demo.year.cast import KEYS, SampleKey, model_of
from proofbook.demo.year.plan import GENERATOR, Step, mark_entry
from proofbook.primitives.instants import format_instant
from proofbook.records.envelope import Actor, ActorKind, Assurance

GATEWAY: Final = "gateway:sample"
RUN: Final = "r_sample_1"
PROGRAM: Final = "generated sample data, written with a set clock"
_PLACES: Final = (1, 3)
"""Exchanges of a day off and of a working day; about a thousand in a year."""
_SATURDAY: Final = 5
_SPREAD_SECONDS: Final = 60 * 55
_ANSWER: Final = timedelta(milliseconds=640)


def plan_traffic(year: Year) -> Iterator[Step]:
    """Recorder's start and stop, heartbeats, exchanges."""
    began, ended = year.at(year.day(-20), 5), year.at(year.last + DAY, 0, 0, 30)
    yield record("source.started", GATEWAY, began, run=RUN, program=PROGRAM, version="1", config=None, previous_end="none")
    for place in range((year.last - year.first).days + 1):
        day = year.day(place)
        beat = year.at(day, 0, 5)
        yield record("source.heartbeat", GATEWAY, beat, run=RUN, open_exchanges=0, refused=0, exchanges=4 * place)
        yield from _day(year, place, day)
    yield record("source.stopped", GATEWAY, ended, run=RUN, reason="end of the generated year")


def exchange(key: SampleKey, system: str, artifact: str, number: str, moment: datetime) -> tuple[Step, Step]:
    """A request and its response; `number` makes the id."""
    name = "x_" + mark_entry("exchange", number)[2:]
    instant, answered = format_instant(moment), format_instant(moment + _ANSWER)
    actor = Actor(key.principal, ActorKind(key.kind), "api_key")
    request: dict[str, Any] = {
        "exchange": name,
        "system": system,
        "protocol": "openai.chat",
        "method": "POST",
        "path": "/v1/chat/completions",
        "principal": {"id": key.principal, "kind": key.kind, "method": "api_key", "key": key.id, "issuer": None},
        "claimed_user": None, "verified_user": None, "relayed": None,
        "conversation": f"c_{name[2:]}",
        "model": {
            "asked": "sample-assistant", "artifact": artifact, "status": "resolved",
            "method": "stated by the generator of sample data", "reason": None, "resolved_at": instant, "remote_host": None,
        },
        "engine": {"upstream": "sample-engine", "product": "llama.cpp", "build": "b1-sample"},
        "stream": False,
        "parameters": {"max_tokens": 48},
        "messages": 1,
        "tools": None,
        "system_prompt": "none",
        "guardrail": "sample-guardrail-1",
        "flags": [], "recording_policy": "fail_closed",
        "content": {},
    }  # fmt: skip
    response: dict[str, Any] = {
        "exchange": name,
        "state": "complete",
        "reason": None,
        "http_status": 200,
        "model_answered": "sample-assistant",
        "upstream_id": None,
        "fingerprint": None,
        "remote_host": None,
        "finish": ["stop"],
        "usage": {"prompt_tokens": 20 + len(number) % 7, "completion_tokens": 18, "cached_tokens": None, "origin": "engine"},
        "chunks": 0,
        "forwarded_at": instant,
        "first_byte_at": answered,
        "last_byte_at": answered,
        "content": {},
    }
    assurance = Assurance.INLINE
    return (
        Step(moment, "exchange.request", name, request, instant, actor, GATEWAY, assurance),
        Step(moment + _ANSWER, "exchange.response", name, response, answered, actor, GATEWAY, assurance),
    )


def record(kind: str, source: str, moment: datetime, /, **body: Any) -> Step:
    """An entry of a recorder about itself."""
    return Step(moment, kind, source, body, format_instant(moment), GENERATOR, source, Assurance.INLINE)


def _day(year: Year, place: int, day: date) -> Iterator[Step]:
    open_keys = [each for each in KEYS if each.issued < place and (each.revoked is None or place < each.revoked)]
    for number in range(_PLACES[0] if day.weekday() >= _SATURDAY else _PLACES[1]):
        label = f"{day.isoformat()} {number}"
        if year.number(f"fewer {label}", 6) == 0:
            continue
        key = year.choose(f"caller {label}", open_keys)
        moment = year.at(day, 8 + 2 * number) + timedelta(seconds=year.number(f"second {label}", _SPREAD_SECONDS))
        yield from exchange(key, key.system, model_of(key.system, place).digest, label, moment)
