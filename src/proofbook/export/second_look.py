"""A second count of what a population holds, by SQL over the projection instead of by definition over the book.

The filters are stated here a second time on purpose: a tie-out between two counts made by one piece of code would show nothing.
Both rest on the same book, so this is no second source; the evidence header says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, TypeAlias

from proofbook.export.engagement import Engagement
from proofbook.export.observation import Listed, Observation
from proofbook.primitives.instants import format_instant
from proofbook.readmodel import artifacts, counting, exchanges
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.counting import Bounds, Wanted

_PROTOCOLS: Final = (
    "openai.chat", "openai.completions", "openai.responses", "openai.embeddings",
    "ollama.chat", "ollama.generate", "ollama.embed", "anthropic.messages",
    "generic.rerank", "generic.audio", "generic.images", "generic.other", "litellm.guardrail",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """What counts are asked of."""

    reader: Reader
    engagement: Engagement
    size: int
    seen: Observation

    @property
    def bounds(self) -> Bounds:
        """The engagement's, for kept records and keys."""
        told, period = self.engagement, self.engagement.period
        return Bounds(
            self.size,
            format_instant(period.start),
            format_instant(period.end),
            told.systems or None,
            told.entity if told.apart else None,
            told.of_book,
        )


Count: TypeAlias = Callable[[Look], int]


def count_apart(look: Look, population: str) -> Mapping[str, int]:
    """Rows each table of a population should have; tables of the schedule are counted by nobody else and not in it."""
    return {table: count(look) for table, count in _COUNTS[population].items()}


def find_strays(reader: Reader, size: int) -> Listed:
    """Responses that found no open request, as the projection saw them."""
    found = Listed()
    for each in exchanges.stray_responses(reader):
        if each.index < size:
            found.add(each.entry)
    return found


def _exchanges(look: Look, *, refused: bool) -> int:
    engagement = look.engagement
    protocols = () if refused else _PROTOCOLS
    systems = engagement.systems
    return exchanges.count_in(
        look.reader, engagement.period, size=look.size, refused=refused, protocols=protocols, systems=systems
    )


def _documents(wanted: Wanted, look: Look) -> int:
    return counting.count_documents(look.reader, wanted, look.bounds)


def _happened(*kinds: str, moment: str, field: str | None = None, allowed: tuple[str | int | None, ...] = ()) -> Count:
    """Records whose newest version says that it happened in the period."""
    return partial(_documents, Wanted(kinds, moment=moment, field=field, allowed=allowed))


def _known(*kinds: str, field: str | None = None, allowed: tuple[str | int | None, ...] = ()) -> Count:
    """Records known by the end of the period."""
    return partial(_documents, Wanted(kinds, before="until", field=field, allowed=allowed))


def _known_before(*kinds: str, field: str, allowed: tuple[str | int | None, ...]) -> Count:
    """Records known before the period that still said so then."""
    return partial(_documents, Wanted(kinds, before="since", field=field, allowed=allowed))


def _written(*kinds: str, field: str | None = None, allowed: tuple[str | int | None, ...] = ()) -> Count:
    """Every version recorded in the period."""
    return partial(_documents, Wanted(kinds, moment="recorded", every=True, field=field, allowed=allowed))


def _keys(what: Literal["issued", "revoked", "limited"], look: Look, *, ever: bool = False) -> int:
    bounds = look.bounds
    if ever:
        bounds = Bounds(bounds.size, "", bounds.until, bounds.systems)
    return counting.count_keys(look.reader, what, bounds)


def _rare(what: counting.Rare) -> Count:
    return lambda look: counting.count_rare(look.reader, what, look.bounds)


def _content(*kinds: str) -> Count:
    return lambda look: counting.count_content_events(look.reader, kinds, look.bounds)


def _noted(kind: str) -> Count:
    """Kinds the projection keeps no rows of: counted while every entry was looked at."""
    return lambda look: look.seen.noted[kind]


def _subjects(kind: str) -> Count:
    """Things of a kind known by the end of the period, counted in the same way."""
    return lambda look: len(look.seen.subjects.get(kind, ()))


_MODEL: Final = ("model", "adapter", "quantization", "tokenizer")
_PROMPT: Final = ("prompt", "guardrail", "sampling", "tools")
_HOST: Final = ("engine", "driver", "os_image")
_MISSES: Final = ("incident.real", "incident.near_miss")


def _changes(*kinds: str) -> Mapping[str, Count]:
    return {
        "changes": _happened("change", moment="released_at", field="what", allowed=kinds),
        "versions": _written("change", field="what", allowed=kinds),
    }


_COUNTS: Final[Mapping[str, Mapping[str, Count]]] = {
    "POP-01": {
        "systems": _known("ai_system"),
        "page_changes": _written("ai_system"),
        "discovery": _rare("discoveries"),
        "reconciliations": _happened("discovery.review", moment="performed_at"),
    },
    "POP-02": {
        "performed": _happened("inventory.review", moment="performed_at"),
        "versions": _written("inventory.review"),
    },
    "POP-03": {
        "grants": _known("access.grant"),
        "keys": partial(_keys, "issued", ever=True),
        "subject_ends": _known("access.revocation", field="grant", allowed=(None,)),
        "key_limits": lambda look: look.seen.kinds["access.key_limited"],
        "accounts": _subjects("account.set"),
        "tokens": _subjects("token.issued"),
    },
    "POP-04": {
        "grants": _happened("access.grant", moment="granted_at"),
        "revocations": _happened("access.revocation", moment="revoked_at"),
        "keys_issued": partial(_keys, "issued"),
        "keys_ended": partial(_keys, "revoked"),
        "key_limits": _noted("access.key_limited"),
        "account_changes": _noted("account.set"),
        "tokens_issued": _noted("token.issued"),
        "tokens_ended": _noted("token.revoked"),
        "versions": _written("access.grant"),
    },
    "POP-05": {
        "people": _happened("roster.change", moment="effective_at", field="change", allowed=("left", "moved")),
        "ends": _happened("access.revocation", moment="revoked_at", field="reason", allowed=("leaver", "mover")),
        "versions": _written("roster.change"),
    },
    "POP-06": {"performed": _happened("access.review", moment="completed_at"), "versions": _written("access.review")},
    "POP-07": {
        "artifacts": lambda look: artifacts.count(look.reader, look.size),
        "records": lambda look: artifacts.count_versions(look.reader, look.size),
    },
    "POP-08": {
        **_changes(*_MODEL),
        "sightings": _rare("sightings"),
        "approvals": _happened("model.approval", moment="decided_at"),
    },
    "POP-09": {**_changes(*_PROMPT), "settings": _rare("configs")},
    "POP-10": {
        "builds": _happened("index.build", moment="built_at"),
        "scopes": _happened("index.manifest", moment="effective_at"),
        "changes": _changes("index_scope", "embedding_model")["changes"],
        "scopes_in_force": _known("index.manifest"),
    },
    "POP-11": {**_changes(*_HOST), "sightings": _rare("sightings")},
    "POP-12": {
        "emergencies": _happened("change", moment="released_at", field="emergency", allowed=(1,)),
        "others": _happened("change", moment="released_at", field="emergency", allowed=(0,)),
    },
    "POP-13": {
        "events": _happened("upstream.event", moment="published_at"),
        "decisions": _happened("upstream.decision", moment="decided_at"),
    },
    "POP-14": {
        "performed": _happened("evaluation.run", moment="ended_at"),
        "standards": _known("evaluation.standard"),
        "standard_changes": _written("evaluation.standard"),
    },
    "POP-15": {
        "interactions": partial(_exchanges, refused=False),
        "refusals": partial(_exchanges, refused=True),
        "looks": lambda look: counting.count_classified(look.reader, look.bounds),
    },
    "POP-16": {"decisions": _happened("decision.review", moment="decided_at"), "versions": _written("decision.review")},
    "POP-17": {"performed": _happened("spot_check", moment="performed_at"), "versions": _written("spot_check")},
    "POP-18": {"alerts": _happened("alert.triage", moment="raised_at"), "versions": _written("alert.triage")},
    "POP-19": {
        "incidents": _happened(*_MISSES, moment="detected_at"),
        "exercises": _happened("incident.exercise", moment="held_at"),
        "open_before": _known_before(*_MISSES, field="closed_at", allowed=(None,)),
        "versions": _written(*_MISSES),
    },
    "POP-20": {
        "vendors": _known("vendor"),
        "reviews": _happened("vendor.review", moment="performed_at"),
        "page_changes": _written("vendor"),
    },
    "POP-21": {
        "requests": _happened("tool.request", moment="requested_at"),
        "waivers": _happened("waiver", moment="approved_at"),
        "waivers_in_force": _known("waiver"),
        "tools": _known("approved_tool"),
    },
    "POP-22": {
        "roster": _known("roster.change"),
        "training": _known("training"),
        "acknowledgements": _known("policy.acknowledgement"),
        "policies": _known("policy"),
    },
    "POP-23": {
        "reports": _happened("availability.report", moment="reported_at"),
        "outages": _happened("outage", moment="began_at"),
        "recorder_gaps": _rare("gaps"),
    },
    "POP-24": {"performed": _happened("capacity.review", moment="performed_at"), "versions": _written("capacity.review")},
    "POP-25": {
        "backups": _happened("backup.run", moment="ended_at"),
        "restore_tests": _happened("restore.test", moment="performed_at"),
        "versions": _written("backup.run"),
    },
    "POP-26": {
        "rules": _known("egress.rule"),
        "rule_changes": _written("egress.rule"),
        "reviews": _happened("egress.review", moment="performed_at"),
        "tests": _happened(
            "boundary.test", moment="performed_at", field="test", allowed=("egress_denied", "offline_load", "telemetry_off")
        ),
    },
    "POP-27": {
        "accesses": _noted("content.revealed"),
        "populations_exported": _noted("population.exported"),
        "rooms_exported": _noted("room.exported"),
        "views": _noted("portal.viewed"),
        "sign_ins": lambda look: look.seen.noted["session.opened"] + look.seen.noted["session.ended"],
        "sign_ins_refused": _noted("session.refused"),
        "receipts": _noted("receipt.given"),
        "samples": _noted("sample.drawn"),
        "reviews": _happened("log_access.review", moment="performed_at"),
    },
    "POP-28": {
        "retention_runs": _noted("retention.run"),
        "erasures": _content("content.erased"),
        "holds": _content("content.held", "content.released"),
        "disposals": _happened("disposal", moment="performed_at"),
    },
    "POP-29": {
        "performed": _happened("integrity.check", moment="performed_at"),
        "sign_offs": _happened("sign_off", moment="signed_at", field="of_kind", allowed=("integrity.check",)),
    },
    "POP-30": {
        "exceptions": _happened("control.exception", moment="found_at"),
        "open_before": _known_before("control.exception", field="status", allowed=("open", "corrected")),
        "responses": _happened("management.response", moment="responded_at"),
        "self_tests": _happened("self_test", moment="run_at"),
    },
}
