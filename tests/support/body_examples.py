"""One body of every record kind, as published examples: sample data throughout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.sample_entries import SAMPLE_ARTIFACT, artifact_body, request_body, response_body

_AT = "2026-01-05T08:00:00.000000Z"
_LATER = "2026-01-05T09:00:00.000000Z"
_DIGEST = "sha256:" + "5" * 64
_VKEY = "sample.example/book+00000000+AQ=="
_PERIOD = {"first": "2026-01-01", "last": "2026-03-31", "zone": "UTC"}
_FINDING = {"code": "missing_shard", "detail": "sample shard 2 of 2 is not there", "path": "model-00002-of-00002.safetensors"}

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "book.opened": {"origin": "sample.example/book", "format": "proofbook-book/1", "entity": "Sample Company", "vkey": _VKEY},
    "log.key_rotated": {"old_vkey": _VKEY, "new_vkey": _VKEY, "size": 12, "reason": "sample yearly change"},
    "log.restored": {
        "old_origin": "sample.example/book",
        "old_size": 10,
        "old_root": "00" * 32,
        "fence_size": None,
        "fence_root": None,
        "reason": "sample restore",
    },
    "clock.stepped": {"before": _LATER, "after": _AT, "milliseconds": 3_600_000},
    "source.started": {
        "run": "r_1",
        "program": "proofbook gateway",
        "version": "0.1.0",
        "config": _DIGEST,
        "previous_end": "unclean",
    },
    "source.stopped": {"run": "r_1", "reason": "asked to stop"},
    "source.heartbeat": {"run": "r_1", "open_exchanges": 0, "refused": 1, "exchanges": 2},
    "source.gap": {
        "from": _AT,
        "until": _LATER,
        "reason": "unclean_stop",
        "detail": "sample gap",
        "served_late": 0,
        "served_unrecorded": None,
    },
    "config.loaded": {
        "digest": _DIGEST,
        "program": "proofbook up",
        "settings": {"entity": "Sample Company", "list": ["a"], "n": 1},
    },
    "access.key_issued": {
        "key": "k_1",
        "principal": "sample-service",
        "principal_kind": "service",
        "system": "support-assistant",
        "secret_sha256": "6" * 64,
        "expires": None,
        "note": "sample key",
    },
    "access.key_limited": {"key": "k_1", "until": _LATER, "replaced_by": "k_2", "reason": "sample rotation"},
    "access.key_revoked": {"key": "k_1", "reason": "sample end"},
    "exchange.request": request_body("x_1"),
    "exchange.response": response_body("x_1", _AT),
    "exchange.refused": {
        "exchange": "x_2",
        "reason": "key_unknown",
        "detail": "the key is not in the key ring",
        "http_status": 401,
        "method": "POST",
        "path": "/v1/chat/completions",
        "principal": {"id": "unknown", "kind": "unknown", "method": "unknown", "key": None, "issuer": None},
        "system": None,
        "request_bytes": None,
        "count": 1,
        "until": None,
    },
    "engine.sighting": {
        "upstream": "local",
        "address": "127.0.0.1:8080",
        "seen_at": _AT,
        "cause": "changed",
        "product": "llama.cpp",
        "build": "b1-sample",
        "models": [
            {"name": None, "artifact": SAMPLE_ARTIFACT, "method": "sample", "reason": None, "remote_host": None},
        ],
        "models_total": 1,
        "changes": [{"what": "weights", "name": None, "before": None, "after": SAMPLE_ARTIFACT}],
    },
    "exchange.classified": {
        "exchange": "x_1",
        "system": "support-desk",
        "rule_set": _DIGEST,
        "looked_for": ["secret", "email"],
        "by": "gateway",
        "request": {"state": "examined", "bytes": 120, "counts": {"email": 2}, "not_examined": []},
        "response": {
            "state": "partly",
            "bytes": 40,
            "counts": {},
            "not_examined": [{"reason": "not_text", "parts": 1}],
        },
    },
    "model.artifact": artifact_body(SAMPLE_ARTIFACT, _AT),
    "collection.run": {
        "collector": "models",
        "version": "1",
        "query": "every model store in the configuration",
        "parameters": {"folders": "/srv/models"},
        "started": _AT,
        "ended": _LATER,
        "found": 1,
        "unchanged": 0,
        "skipped": [_FINDING],
        "skipped_total": 1,
    },
    "discovery.run": {
        "host": "sample-host",
        "started": _AT,
        "ended": _LATER,
        "engines": [{"product": "llama.cpp", "port": "8080"}],
        "processes": [],
        "devices": [],
        "stores": [],
        "differences": [_FINDING],
        "not_looked_at": ["other hosts"],
    },
    "population.exported": {
        "population": "exchanges",
        "definition": "exchanges/1",
        "logic": _DIGEST,
        "period": _PERIOD,
        "rows": 3,
        "files": {"exchanges.csv": _DIGEST},
        "completeness": "not_demonstrated",
        "reasons": ["sample gap"],
    },
    "room.exported": {
        "engagement": "sample-2026",
        "period": _PERIOD,
        "manifest": _DIGEST,
        "files": 9,
        "checkpoint_size": 120,
        "checkpoint_root": "00" * 32,
        "omissions": [],
    },
    "content.erased": {
        "conversation": "c_1",
        "reason": "request of the person concerned",
        "policy": "sample policy",
        "trigger": "request",
        "blobs": 1,
        "commits": ["7" * 64],
        "commits_total": 1,
    },
    "content.held": {"conversation": "c_1", "reason": "sample case"},
    "content.released": {"conversation": "c_1", "reason": "sample end"},
    "content.revealed": {
        "exchange": "x_1",
        "slot": "response",
        "purpose": "sample incident",
        "view": "unredacted",
        "rule_set": None,
    },
    "retention.run": {"retention": "default", "older_than": _AT, "examined": 2, "erased": 1, "held": 1},
}
