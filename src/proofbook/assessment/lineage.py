"""From a business decision, or an exchange, back to what it rested on, each missing link named.

The links: decision, review, exchange, weights, provenance, evaluation, approval, policy; each as it was known at the time.
Promises: a link is `shown` only when a record says it and said it by the moment of the exchange; `doubtful` when what is there
does not quite carry it (recorded later, lines not met, no approval); `missing` when nothing is on record. Reads only; concludes
nothing. Hostile input: an id is only ever looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from proofbook.errors import InputError
from proofbook.primitives.instants import parse_instant
from proofbook.readmodel import artifacts, exchanges, heads, traffic
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.documents import Documents, DocumentVersion
from proofbook.readmodel.exchanges import Exchange
from proofbook.records.pointing import DECISION, EXCHANGE

MOST: Final = 20
"""Exchanges and reviews that are followed; a decision that names more says so."""
_ARTIFACT: Final = "model.artifact"
_REVIEW: Final = "decision.review"
_APPROVED: Final = frozenset({"approved", "approved_with_conditions"})
_LOOKED_AT: Final = 50
_ALL: Final = 2**62
_GATEWAY: Final = "proofbook gateway"


class Standing(StrEnum):
    """How far a link is there."""

    SHOWN = "shown"
    DOUBTFUL = "doubtful"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Link:
    """One link: which step it is, how far it is there, in words, and the record it rests on."""

    step: str
    standing: Standing
    words: str
    facts: tuple[tuple[str, str], ...] = ()
    kind: str | None = None
    id: str | None = None
    entry: str | None = None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Lineage:
    """What was asked for, the links to its exchanges, and the chain of each exchange."""

    asked: str
    head: tuple[Link, ...]
    chains: tuple[tuple[Link, ...], ...]
    left_out: int
    """Exchanges that the review names beyond those followed."""

    @property
    def links(self) -> tuple[Link, ...]:
        """Every link."""
        return (*self.head, *(link for chain in self.chains for link in chain))

    @property
    def lacking(self) -> tuple[Link, ...]:
        """Every link that is missing or doubtful."""
        return tuple(link for link in self.links if link.standing is not Standing.SHOWN)


def reconstruct(reader: Reader, asked: str) -> Lineage:
    """The chain behind a decision (by its reference), a review (by its id) or an exchange (x_…).

    Raises:
        InputError: nothing on record has that id. StoreUnavailable.
    """
    if asked.startswith("x_"):
        found = exchanges.one(reader, asked)
        if found is None:
            raise InputError(f"{asked[:80]!r} is no exchange of this book", hint="exchange ids stand in the reply's header")
        return Lineage(asked, tuple(_reviews_of(reader, found)), (chain_of(reader, found),), 0)
    reviews = _reviews_named(reader, asked)
    if not reviews:
        raise InputError(
            f"nothing on record is or names {asked[:80]!r}",
            hint="give the decision's reference as its review states it, a review's id, or an exchange id (x_…)",
        )
    named = tuple(dict.fromkeys(str(each) for review in reviews for each in review.body["exchanges"]))
    head = [_decision(reviews[0])] + [_review(each) for each in reviews]
    chains: list[tuple[Link, ...]] = []
    for exchange in named[:MOST]:
        found = exchanges.one(reader, exchange)
        lost = Link("exchange", Standing.MISSING, f"the review names {exchange}, which this book does not have")
        chains.append((lost,) if found is None else chain_of(reader, found))
    if not named:
        head.append(Link("exchange", Standing.MISSING, "the review names no exchange: what the decision rested on is unknown"))
    return Lineage(asked, tuple(head), tuple(chains), max(len(named) - MOST, 0))


def chain_of(reader: Reader, exchange: Exchange) -> tuple[Link, ...]:
    """From one exchange to the policy that held."""
    links = [_exchange(exchange)]
    if exchange.refused:
        return (*links, Link("weights", Standing.MISSING, "the request was refused: no weights answered"))
    links.append(_weights(exchange))
    if exchange.artifact is None:
        lost = "cannot be looked for while it is unknown which bytes answered"
        links += [Link(step, Standing.MISSING, lost) for step in ("provenance", "evaluation", "approval")]
    else:
        links.append(_provenance(reader, exchange, exchange.artifact))
        links.append(_evaluation(reader, exchange, exchange.artifact))
        links.append(_approval(reader, exchange, exchange.artifact))
    return (*links, _policy(reader, exchange))


def _reviews_named(reader: Reader, asked: str) -> list[DocumentVersion]:
    """The newest versions of reviews of a decision, or the review of that id."""
    documents = Documents(reader)
    found = heads.of_kind_pointing_to(reader, _REVIEW, DECISION, asked, limit=MOST)
    ids = [each.head.id for each in found] or [asked]
    return [version for each in ids if (version := documents.current(_REVIEW, each)) is not None]


def _reviews_of(reader: Reader, exchange: Exchange) -> Iterator[Link]:
    """The decisions whose reviews name an exchange."""
    documents = Documents(reader)
    found = heads.of_kind_pointing_to(reader, _REVIEW, EXCHANGE, exchange.exchange, limit=MOST)
    versions = [version for each in found if (version := documents.current(_REVIEW, each.head.id)) is not None]
    for version in versions:
        yield _decision(version)
        yield _review(version)
    if not versions:
        yield Link("review", Standing.MISSING, "no review of a decision names this exchange: whether one rested on it is unknown")


def _decision(review: DocumentVersion) -> Link:
    body = review.body
    facts = _facts(body, ("decision_type", "type"), ("system", "system"), ("effective_at", "took effect"))
    return Link("decision", Standing.SHOWN, str(body["decision"]), facts, _REVIEW, review.id, review.entry, review.index)


def _review(review: DocumentVersion) -> Link:
    body = review.body
    words = f"{body['outcome']} by {body['reviewer']}".replace("_", " ")
    facts = _facts(
        body,
        ("opened_at", "opened"), ("decided_at", "decided"), ("authority", "authority"), ("reason_code", "reason"),
        ("second_reviewer", "second reviewer"), ("shown_sha256", "hash of what was shown"),
    )  # fmt: skip
    effective, decided = body.get("effective_at"), str(body["decided_at"])
    if effective is not None and effective < decided:
        return Link("review", Standing.DOUBTFUL, f"{words}, after it had taken effect", facts, _REVIEW, review.id, review.entry)
    return Link("review", Standing.SHOWN, words, facts, _REVIEW, review.id, review.entry, review.index)


def _exchange(exchange: Exchange) -> Link:
    facts = _told(
        ("state", exchange.state), ("occurred", exchange.occurred), ("principal", exchange.principal),
        ("system", exchange.system), ("model asked for", exchange.model_asked), ("engine", exchange.product),
        ("build", exchange.build),
        ("parameters", exchange.parameters), ("guardrail", exchange.guardrail),
    )  # fmt: skip
    standing, words = Standing.SHOWN, f"recorded by {exchange.source}, number {exchange.seq:,}"
    if exchange.state in {"open", "recorder_gap"}:
        standing, words = Standing.DOUBTFUL, f"{words}; how it ended is unknown"
    return Link("exchange", standing, words, facts, EXCHANGE, exchange.exchange, exchange.entry, exchange.index)


def _weights(exchange: Exchange) -> Link:
    if exchange.artifact is None:
        return Link("weights", Standing.MISSING, "which bytes answered is unknown", _told(("binding", exchange.binding)))
    return Link("weights", Standing.SHOWN, exchange.artifact, (), _ARTIFACT, exchange.artifact, exchange.entry, exchange.index)


def _provenance(reader: Reader, exchange: Exchange, artifact: str) -> Link:
    newest = artifacts.by_digest(reader, artifact)
    if newest is None:
        return Link("provenance", Standing.MISSING, "no provenance record names these bytes")
    known = [each for each in artifacts.versions(reader, newest.subject) if each.artifact == artifact]
    then = next((each for each in known if each.recorded <= exchange.recorded), None)
    record = then or known[-1] if known else newest
    facts = _told(
        ("name", record.name), ("verification", record.verification), ("rung", record.rung), ("signature", record.signature),
        ("licence declared", record.license_declared), ("unknowns", str(record.unknowns)), ("findings", str(record.findings)),
    )  # fmt: skip
    where = (_ARTIFACT, artifact, record.entry, record.index)
    if then is None:
        return Link(
            "provenance", Standing.DOUBTFUL, f"recorded only on {_day(record.recorded)}, after the exchange", facts, *where
        )
    if record.verification in {"unverified", "mismatch"}:
        said = record.verification.replace("_", " ")
        return Link("provenance", Standing.DOUBTFUL, f"on record, but the bytes are {said}", facts, *where)
    return Link("provenance", Standing.SHOWN, f"recorded on {_day(record.recorded)}", facts, *where)


def _evaluation(reader: Reader, exchange: Exchange, artifact: str) -> Link:
    runs = [each for each in _pointing(reader, "evaluation.run", artifact) if each.body["system"] == exchange.system]
    before = [each for each in runs if str(each.body["ended_at"]) <= exchange.occurred]
    if not runs:
        return Link("evaluation", Standing.MISSING, "no evaluation of these bytes for this system is on record")
    run = max(before, key=lambda each: str(each.body["ended_at"]), default=runs[-1])
    results = run.body["results"]
    unmet = [str(each["metric"]) for each in results if each["outcome"] != "met"]
    facts = (
        *_facts(run.body, ("suite", "suite"), ("suite_version", "version"), ("ended_at", "ended"), ("operator", "run by")),
        ("lines met", f"{len(results) - len(unmet)} of {len(results)}"),
        *_facts(run.body, ("standard", "standard"), ("standard_entry", "its version"), ("signed_off_by", "signed off by")),
    )
    where = ("evaluation.run", run.id, run.entry, run.index)
    if not before:
        return Link(
            "evaluation", Standing.DOUBTFUL, f"evaluated only on {_day(str(run.body['ended_at']))}, afterwards", facts, *where
        )
    if unmet:
        return Link("evaluation", Standing.DOUBTFUL, f"not met, or without a line: {', '.join(unmet[:6])}", facts, *where)
    return Link("evaluation", Standing.SHOWN, f"every line met on {_day(str(run.body['ended_at']))}", facts, *where)


def _approval(reader: Reader, exchange: Exchange, artifact: str) -> Link:
    moment, documents = exchange.occurred, Documents(reader)
    named = {each.id for each in _pointing(reader, "model.approval", artifact)}
    versions = [each for name in sorted(named) for each in documents.history("model.approval", name)]
    found = [each for each in versions if each.body["artifact_digest"] == artifact and exchange.system in _systems(each)]
    decided = [each for each in found if str(each.body["decided_at"]) <= moment]
    if not found:
        return Link("approval", Standing.MISSING, "no approval of these bytes for this system is on record")
    newest = max(decided, key=lambda each: (str(each.body["decided_at"]), each.index), default=found[-1])
    body = newest.body
    facts = _facts(body, ("decision", "decision"), ("decided_by", "by"), ("decided_at", "decided"), ("conditions", "conditions"),
                   ("expires_on", "last day"), ("license", "licence"), ("verification", "verification"))  # fmt: skip
    where = ("model.approval", newest.id, newest.entry, newest.index)
    doubt = None
    if not decided:
        doubt = f"decided only on {_day(str(body['decided_at']))}, afterwards"
    elif body["decision"] not in _APPROVED:
        doubt = f"the decision in force was {str(body['decision']).replace('_', ' ')}"
    elif body.get("expires_on") is not None and str(body["expires_on"]) < parse_instant(moment).date().isoformat():
        doubt = f"its last day was {body['expires_on']}"
    elif newest.recorded > exchange.recorded:
        doubt = f"written down only on {_day(newest.recorded)}, after the exchange"
    if doubt is not None:
        return Link("approval", Standing.DOUBTFUL, doubt, facts, *where)
    words = f"{body['decision']} on {_day(str(body['decided_at']))}".replace("_", " ")
    return Link("approval", Standing.SHOWN, words, facts, *where)


def _policy(reader: Reader, exchange: Exchange) -> Link:
    """Policies in force on the day, as they were on record by then, and what the gateway did about admission."""
    moment, day = exchange.recorded, exchange.occurred[:10]
    held = [each for each in Documents(reader).listed("policy", moment) if each.body["type"] == "policy" and _in_force(each, day)]
    facts = [(each.id, _approved_version(each)) for each in held]
    loaded = [each for each in traffic.configs(reader, _ALL) if each.recorded <= moment and each.program == _GATEWAY]
    lines = loaded[-1].settings.get("gateway.admission") if loaded else None
    facts += [("admission", str(line)) for line in lines or () if str(line).split(" ", 1)[0] == exchange.system]
    if not held:
        return Link("policy", Standing.MISSING, "no approved policy in force on that day is on record", tuple(facts))
    unsigned = [each.id for each in held if each.body.get("approver") is None]
    where = ("policy", held[0].id, held[0].entry, held[0].index)
    if unsigned:
        return Link("policy", Standing.DOUBTFUL, f"who approved is not stated: {', '.join(unsigned[:6])}", tuple(facts), *where)
    words = "in force: " + ", ".join(f"{each.id} {each.body['version']}" for each in held[:6])
    return Link("policy", Standing.SHOWN, words, tuple(facts), *where)


def _approved_version(policy: DocumentVersion) -> str:
    approver = policy.body.get("approver") or "nobody stated"
    return f"version {policy.body['version']}, approved by {approver}, {policy.entry}"


def _systems(approval: DocumentVersion) -> tuple[str, ...]:
    return tuple(approval.body.get("systems") or ())


def _in_force(policy: DocumentVersion, day: str) -> bool:
    effective = policy.body.get("effective_on")
    return policy.body["status"] == "approved" and effective is not None and str(effective) <= day


def _pointing(reader: Reader, kind: str, artifact: str) -> list[DocumentVersion]:
    """The newest versions of records of a kind that name some bytes, oldest first."""
    documents = Documents(reader)
    found = heads.of_kind_pointing_to(reader, kind, _ARTIFACT, artifact, limit=_LOOKED_AT)
    versions = (documents.current(kind, each.head.id) for each in found)
    return sorted((each for each in versions if each is not None), key=lambda each: each.index)


def _facts(body: Mapping[str, Any], *wanted: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((word, str(body[name])) for name, word in wanted if body.get(name) is not None)


def _told(*found: tuple[str, str | None]) -> tuple[tuple[str, str], ...]:
    return tuple((word, value) for word, value in found if value is not None)


def _day(instant: str) -> str:
    return instant[:10]
