"""A home with the sample year and as many synthetic exchanges as wanted, written fast: what the pages are timed on.

Synthetic and labelled as such: the entries have the form of a gateway's, with ids and instants spread over the year, in the order
of time; of every eight exchanges one is classified, and some are refused, flagged, broken off or left open. They go into the book
in transactions of many thousands with their tree and a checkpoint at the end, past the checks of the one door in, which are for
entries that were not made here. Nothing is sealed: the commitments are of no content.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from proofbook.book.sqlite import transaction
from proofbook.book.writer import Row
from proofbook.demo.year.cast import KEYS, SampleKey, model_of
from proofbook.demo.year.kit import KIT_YEAR
from proofbook.journal.store import open_store
from proofbook.primitives.instants import format_instant
from proofbook.wiring.home import Home
from proofbook.wiring.system import ENTROPY

LAST = KIT_YEAR.last
SEED = 20_261_031
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
SOURCE = "gateway:synthetic"
PEOPLE = 400
MODELS = ("sample-assistant", "sample-assistant:latest", "sample-embedder", "sample-coder")
PROTOCOLS = ("openai.chat",) * 12 + ("openai.embeddings", "openai.completions", "ollama.chat", "anthropic.messages")
BATCH = 20_000
"""Entries in one transaction."""


@dataclass(slots=True)
class Synthetic:
    """Exchanges of the year before `LAST`, `total` of them; deterministic."""

    total: int
    seq: int = 0

    def rows(self, start: int, stop: int) -> Iterator[Row]:
        """Entries of the exchanges [start, stop), in order."""
        chance = random.Random(SEED + start)
        for number in range(start, stop):
            yield from self._exchange(number, chance)

    def _exchange(self, number: int, chance: random.Random) -> Iterator[Row]:
        moment = moment_of(number, self.total)
        mark = int(moment.timestamp() * 1000) << 80 | number
        exchange, at = f"x_{base32(mark)}", format_instant(moment)
        key = KEYS[number % len(KEYS)]
        principal = caller(key, chance.randrange(PEOPLE) if number % 3 else None)
        actor = {"id": principal["id"], "kind": principal["kind"], "method": principal["method"]}
        if number % 97 == 0:
            yield self._row("exchange.refused", exchange, at, actor, refusal(number, exchange, at, principal, key.system))
            return
        artifact = model_of(key.system, (moment.date() - LAST).days + 364).digest
        asked = request(number, exchange, at, chance) | {"principal": principal, "system": key.system}
        asked["model"] |= {"artifact": artifact, "resolved_at": at}
        yield self._row("exchange.request", exchange, at, actor, asked)
        if number % 50_000 == 49_999 or number == self.total - 1:
            return
        later = format_instant(moment + timedelta(seconds=9))
        yield self._row("exchange.response", exchange, later, actor, reply(number, exchange, moment, chance))
        if number % 8 == 0:
            yield self._row("exchange.classified", exchange, later, actor, classified(number, exchange, key.system))

    def _row(self, kind: str, exchange: str, recorded: str, actor: dict[str, Any], body: dict[str, Any]) -> Row:
        self.seq += 1
        entry = {
            "v": 1, "id": f"e_{base32(self.seq)}", "kind": kind, "schema": 1, "subject": exchange, "occurred": recorded,
            "recorded": recorded, "actor": actor, "source": {"id": SOURCE, "seq": self.seq, "assurance": "inline"},
            "supersedes": None, "body": body,
        }  # fmt: skip
        data = json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()
        return Row(data, kind, SOURCE, self.seq, recorded)


def moment_of(number: int, total: int) -> datetime:
    """Spread over the year, most of it by day."""
    span = timedelta(days=365) * number / total
    day, rest = divmod(span, timedelta(days=1))
    begin = datetime(LAST.year, LAST.month, LAST.day, tzinfo=UTC) - timedelta(days=364)
    return begin + timedelta(days=day) + timedelta(hours=7) + rest / 2


def caller(key: SampleKey, person: int | None) -> dict[str, Any]:
    """A principal: a person with a token, or whoever holds a key."""
    if person is None:
        return {"id": key.principal, "kind": key.kind, "method": "api_key", "key": key.id, "issuer": None}
    return {
        "id": f"sample-member-{person:03}",
        "kind": "person",
        "method": "oidc",
        "key": None,
        "issuer": "https://sample.invalid",
    }


def refusal(number: int, exchange: str, at: str, principal: dict[str, Any], system: str) -> dict[str, Any]:
    """Body of `exchange.refused`."""
    return {
        "exchange": exchange, "reason": ("grant_missing", "rate_limited", "upstream_unavailable")[number % 3],
        "detail": "synthetic", "http_status": 403, "method": "POST", "path": "/v1/chat/completions",
        "principal": principal, "system": system, "request_bytes": 800, "count": 1 + number % 5, "until": at,
    }  # fmt: skip


def request(number: int, exchange: str, at: str, chance: random.Random) -> dict[str, Any]:
    """Body of `exchange.request`, but for who asked and what answers."""
    claimed = {"value": f"end-user-{chance.randrange(5000)}", "method": "body.user"}
    verified = {"value": f"member-{chance.randrange(2000)}", "method": "openwebui_jwt", "issuer": "sample"}
    return {
        "exchange": exchange, "protocol": PROTOCOLS[number % len(PROTOCOLS)], "method": "POST", "path": "/v1/chat/completions",
        "claimed_user": claimed if number % 7 == 0 else None, "verified_user": verified if number % 5 == 0 else None,
        "relayed": None, "conversation": f"c_{base32(number // 4)}",
        "model": {
            "asked": MODELS[number % 40 // 13], "status": "resolved", "method": "synthetic", "reason": None, "remote_host": None,
        },
        "engine": {"upstream": "sample-engine", "product": "llama.cpp", "build": "b1-sample"}, "stream": number % 2 == 0,
        "parameters": {"max_tokens": 512, "temperature": "0.2"}, "messages": 1 + number % 9, "tools": None,
        "system_prompt": "none", "guardrail": "sample-guardrail-1", "flags": ["grant_missing"] if number % 61 == 0 else [],
        "recording_policy": "fail_closed", "content": {"request": commitment(at, 200 + number % 4000)},
    }  # fmt: skip


def reply(number: int, exchange: str, moment: datetime, chance: random.Random) -> dict[str, Any]:
    """Body of `exchange.response`."""
    state = "complete" if number % 20 else ("client_aborted", "upstream_error", "upstream_timeout")[number // 20 % 3]
    forwarded = format_instant(moment + timedelta(milliseconds=4))
    first, last = (moment + timedelta(milliseconds=chance.randrange(20, top)) for top in (400, 9000))
    long = 90_000 if number % 250_007 == 1 else 0
    usage = {"prompt_tokens": 20 + number % 900, "completion_tokens": chance.randrange(600) + long, "cached_tokens": None}
    return {
        "exchange": exchange, "state": state, "reason": None if state == "complete" else "synthetic", "http_status": 200,
        "model_answered": "sample-assistant", "upstream_id": None, "fingerprint": None, "remote_host": None,
        "finish": ["length" if number % 33 == 0 else "stop"], "usage": usage | {"origin": "engine"},
        "chunks": number % 2 * 40, "forwarded_at": forwarded, "first_byte_at": format_instant(first),
        "last_byte_at": format_instant(max(first, last)), "content": {"response": commitment(forwarded, 100 + number % 9000)},
    }  # fmt: skip


def commitment(of: str, length: int) -> dict[str, Any]:
    """To content that never was."""
    return {"alg": "salted-sha256/1", "commit": sha256(of.encode()).hexdigest(), "bytes": length}


def classified(number: int, exchange: str, system: str) -> dict[str, Any]:
    """Body of `exchange.classified`."""
    counts = {"email": 1 + number % 3} if number % 24 == 0 else {"iban": 1} if number % 4000 == 0 else {}
    side = {"state": "examined", "bytes": 500, "counts": counts, "not_examined": []}
    return {
        "exchange": exchange, "system": system, "rule_set": "sha256:" + "7" * 64, "looked_for": ["email", "iban", "person"],
        "by": "gateway", "request": side, "response": {**side, "counts": {}},
    }  # fmt: skip


def base32(number: int) -> str:
    """The 26 characters of an id."""
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def write_exchanges(home: Home, synthetic: Synthetic, start: int, stop: int) -> int:
    """The exchanges [start, stop), and a checkpoint over them; how many entries."""
    origin, before = home.identity().origin, synthetic.seq
    store = open_store(home.book, signer=home.signer(), fence=home.fence(origin), vault_key=home.vault_key(), entropy=ENTROPY)
    try:
        batch: list[Row] = []
        for row in synthetic.rows(start, stop):
            batch.append(row)
            if len(batch) == BATCH:
                with transaction(store.connection, store.path):
                    store.book.append(batch)
                batch = []
        if batch:
            with transaction(store.connection, store.path):
                store.book.append(batch)
        store.book.sign_checkpoint(store.book.recorded)
    finally:
        store.connection.close()
    return synthetic.seq - before
