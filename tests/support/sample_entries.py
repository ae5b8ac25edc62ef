"""Plausible entries of every kind, in the order a gateway, a collector and an operator would leave them. Sample data throughout."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from proofbook.primitives.canonical import JsonValue
from proofbook.primitives.ids import CountingIds
from proofbook.primitives.instants import format_instant
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft, format_entry
from proofbook.records.kinds import check_body

GATEWAY = "gateway:main"
COLLECTOR = "collector:models"
WRITER = "book:writer"
SAMPLE_ARTIFACT = "sha256:" + sha256(b"sample weights").hexdigest()
_PROCESS = Actor("proofbook", ActorKind.SYSTEM, "process")


class SampleEntries:
    """Builds entries one after another; `now` is the clock and moves only when told."""

    def __init__(self, start: datetime, raw: list[bytes] | None = None) -> None:
        self.now = start
        self.raw: list[bytes] = [] if raw is None else raw
        self._ids = CountingIds()
        self._seq: defaultdict[str, int] = defaultdict(int)

    def wait(self, **step: float) -> None:
        """Moves the clock: `wait(minutes=5)`."""
        self.now += timedelta(**step)

    def instant(self) -> str:
        """Now, as entries state it."""
        return format_instant(self.now)

    def new_id(self, prefix: str) -> str:
        """A fresh id."""
        return self._ids.new(prefix)

    def add(
        self,
        kind: str,
        subject: str,
        body: Mapping[str, JsonValue],
        *,
        source: str = GATEWAY,
        assurance: Assurance = Assurance.INLINE,
        actor: Actor = _PROCESS,
        occurred: datetime | None = None,
        skip_numbers: int = 0,
    ) -> int:
        """One entry of any kind, held against its model; gives its index. `skip_numbers` leaves a hole in the source's count."""
        check_body(kind, body)
        self._seq[source] += 1 + skip_numbers
        draft = Draft(kind, subject, format_instant(occurred or self.now), actor, source, assurance, body)
        self.raw.append(format_entry(draft, entry_id=self._ids.new("e"), recorded=self.instant(), seq=self._seq[source]))
        return len(self.raw) - 1

    def opened(self, origin: str, vkey: str) -> int:
        """`book.opened`."""
        body = {"origin": origin, "format": "proofbook-book/1", "entity": "Sample Company", "vkey": vkey}
        return self.add("book.opened", origin, body, source=WRITER)

    def started(self, run: str = "r_1", previous_end: str = "none", source: str = GATEWAY) -> int:
        """`source.started`."""
        body: dict[str, Any] = {
            "run": run,
            "program": "proofbook gateway",
            "version": "0.1.0",
            "config": None,
            "previous_end": previous_end,
        }
        return self.add("source.started", source, body, source=source)

    def stopped(self, run: str = "r_1", source: str = GATEWAY) -> int:
        """`source.stopped`."""
        return self.add("source.stopped", source, {"run": run, "reason": "asked to stop"}, source=source)

    def beat(self, run: str = "r_1", source: str = GATEWAY, open_exchanges: int = 0) -> int:
        """`source.heartbeat`."""
        body: dict[str, Any] = {"run": run, "open_exchanges": open_exchanges, "refused": 0, "exchanges": 0}
        return self.add("source.heartbeat", source, body, source=source)

    def beats(self, count: int, every: timedelta = timedelta(seconds=60)) -> None:
        """Heartbeats with the clock moving in between."""
        for _ in range(count):
            self.now += every
            self.beat()

    def gap(self, since: datetime, reason: str = "unclean_stop", source: str = GATEWAY) -> int:
        """`source.gap` from `since` to now."""
        body: dict[str, Any] = {
            "from": format_instant(since),
            "until": self.instant(),
            "reason": reason,
            "detail": "sample gap",
            "served_late": 0,
            "served_unrecorded": 0,
        }
        return self.add("source.gap", source, body, source=source)

    def request(self, exchange: str, *, occurred: datetime | None = None, **changes: Any) -> int:
        """`exchange.request`; `changes` replace fields of the body."""
        body = request_body(exchange) | changes
        actor = Actor(body["principal"]["id"], ActorKind(body["principal"]["kind"]), body["principal"]["method"])
        return self.add("exchange.request", exchange, body, actor=actor, occurred=occurred)

    def response(self, exchange: str, **changes: Any) -> int:
        """`exchange.response`."""
        body = response_body(exchange, self.instant()) | changes
        return self.add("exchange.response", exchange, body)

    def exchange(self, *, occurred: datetime | None = None, **changes: Any) -> str:
        """A request and its complete response half a second later; gives the exchange's id."""
        exchange = self.new_id("x")
        self.request(exchange, occurred=occurred, **changes)
        self.wait(seconds=0.5)
        self.response(exchange)
        return exchange

    def refused(self, reason: str = "key_unknown", **changes: Any) -> str:
        """`exchange.refused`; gives the exchange's id."""
        exchange = self.new_id("x")
        body: dict[str, Any] = {
            "exchange": exchange,
            "reason": reason,
            "detail": "the key is not in the key ring",
            "http_status": 401,
            "method": "POST",
            "path": "/v1/chat/completions",
            "principal": {"id": "unknown", "kind": "unknown", "method": "unknown", "key": None, "issuer": None},
            "system": None,
            "request_bytes": 512,
            "count": 1,
            "until": None,
        }
        self.add("exchange.refused", exchange, body | changes)
        return exchange

    def artifact(self, artifact: str = SAMPLE_ARTIFACT, **changes: Any) -> int:
        """`model.artifact`."""
        body = artifact_body(artifact, self.instant()) | changes
        return self.add("model.artifact", artifact, body, source=COLLECTOR, assurance=Assurance.COLLECTED)

    def collected(self, **changes: Any) -> int:
        """`collection.run` of the model collector."""
        body: dict[str, Any] = {
            "collector": "models",
            "version": "1",
            "query": "every model store in the configuration",
            "parameters": {"folders": "/srv/models"},
            "started": self.instant(),
            "ended": self.instant(),
            "found": 1,
            "unchanged": 0,
            "skipped": [],
            "skipped_total": 0,
        }
        return self.add("collection.run", "models", body | changes, source=COLLECTOR, assurance=Assurance.COLLECTED)

    def key_issued(self, key: str, principal: str = "sample-service", system: str = "support-assistant") -> int:
        """`access.key_issued`."""
        body = {
            "key": key,
            "principal": principal,
            "principal_kind": "service",
            "system": system,
            "secret_sha256": sha256(key.encode()).hexdigest(),
            "expires": None,
            "note": "sample key",
        }
        return self.add("access.key_issued", key, body, source=WRITER)

    def key_limited(self, key: str, until: str, replaced_by: str) -> int:
        """`access.key_limited`."""
        body = {"key": key, "until": until, "replaced_by": replaced_by, "reason": "sample rotation"}
        return self.add("access.key_limited", key, body, source=WRITER)

    def key_revoked(self, key: str) -> int:
        """`access.key_revoked`."""
        return self.add("access.key_revoked", key, {"key": key, "reason": "sample end"}, source=WRITER)

    def erased(self, conversation: str) -> int:
        """`content.erased`."""
        body: dict[str, Any] = {
            "conversation": conversation,
            "reason": "request of the person concerned",
            "policy": "sample policy",
            "trigger": "request",
            "blobs": 2,
            "commits": [],
            "commits_total": 2,
        }
        return self.add("content.erased", conversation, body, source=WRITER)

    def held(self, conversation: str) -> int:
        """`content.held`."""
        return self.add("content.held", conversation, {"conversation": conversation, "reason": "sample"}, source=WRITER)

    def released(self, conversation: str) -> int:
        """`content.released`."""
        return self.add("content.released", conversation, {"conversation": conversation, "reason": "sample"}, source=WRITER)


def commitment(size: int, seed: str) -> dict[str, JsonValue]:
    """A commitment that looks like one."""
    return {"alg": "salted-sha256/1", "commit": sha256(seed.encode()).hexdigest(), "bytes": size}


def request_body(exchange: str) -> dict[str, Any]:
    """The body of a streamed chat request by a service."""
    return {
        "exchange": exchange,
        "system": "support-assistant",
        "protocol": "openai.chat",
        "method": "POST",
        "path": "/v1/chat/completions",
        "principal": {"id": "sample-service", "kind": "service", "method": "api_key", "key": "k_1", "issuer": None},
        "claimed_user": None,
        "relayed": None,
        "verified_user": None,
        "conversation": f"c_of_{exchange}",
        "model": {
            "asked": "sample-model",
            "artifact": SAMPLE_ARTIFACT,
            "status": "resolved",
            "method": "llama.cpp /props path and full hash",
            "reason": None,
            "resolved_at": "2026-01-01T00:00:00.000000Z",
            "remote_host": None,
        },
        "engine": {"upstream": "local", "product": "llama.cpp", "build": "b1-sample"},
        "stream": True,
        "parameters": {"temperature": "0.2", "max_tokens": 128},
        "messages": 2,
        "tools": None,
        "system_prompt": "none",
        "guardrail": "unknown",
        "flags": [],
        "recording_policy": "fail_closed",
        "content": {"request": commitment(321, "request" + exchange)},
    }


def response_body(exchange: str, instant: str) -> dict[str, Any]:
    """The body of a complete response."""
    return {
        "exchange": exchange,
        "state": "complete",
        "reason": None,
        "http_status": 200,
        "model_answered": "sample-model",
        "upstream_id": "chatcmpl-sample",
        "fingerprint": None,
        "remote_host": None,
        "finish": ["stop"],
        "usage": {"prompt_tokens": 21, "completion_tokens": 34, "cached_tokens": None, "origin": "engine"},
        "chunks": 36,
        "forwarded_at": instant,
        "first_byte_at": instant,
        "last_byte_at": instant,
        "content": {"response": commitment(987, "response" + exchange)},
    }


def artifact_body(artifact: str, instant: str) -> dict[str, Any]:
    """The body of a provenance record of one GGUF file."""
    unknown = dict.fromkeys(
        ("source_registry", "source_repository", "source_revision", "publisher", "converter", "base_model", "acquired_at"),
        "unknown",
    )
    return unknown | {
        "artifact": artifact,
        "name": "sample-model.gguf",
        "store": "gguf_file",
        "location": "/srv/models/sample-model.gguf",
        "host": "sample-host",
        "format": "gguf",
        "code_executing": "no",
        "files": [
            {
                "path": "sample-model.gguf",
                "role": "weights",
                "size": 4096,
                "sha256": artifact.removeprefix("sha256:"),
                "claimed": None,
                "method": "full",
                "hashed_at": instant,
                "note": None,
            }
        ],
        "files_total": 1,
        "bytes_total": 4096,
        "source_how_known": "not known",
        "pinned": "unknown",
        "license_declared": "apache-2.0",
        "license_text_sha256": None,
        "architecture": "llama",
        "parameters": "1.1B",
        "quantization": "Q4_K_M",
        "template_sha256": None,
        "behaviour_sha256": None,
        "listing_sha256": sha256(b"sample listing").hexdigest(),
        "imports": [],
        "self_declared": {"general.name": "Sample"},
        "verification": "internal_baseline_only",
        "rung": "2_recomputed",
        "verification_detail": "bytes were hashed here; nothing outside was compared",
        "signature": "none_found",
        "observed_at": instant,
        "findings": [],
        "unknowns": ["who published these bytes"],
    }
