"""Whether a verified caller may do what it asks, judged from records: the gateway asks here and carries out the answer.

Promises: asked twice for each request, once by its head and once when its model and weights are known; a refusal is final, and
what is let through in spite of a lack carries a flag into the record. Does not: read records; whoever wires the gateway gives an
`Admission` whose answers are cheap, since they are asked for on the event loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

from proofbook.gateway.identity.caller import VerifiedCaller
from proofbook.gateway.refusal import Refusal
from proofbook.gateway.wire.facts import ProtocolName, ReplyFacts

Flag: TypeAlias = Literal[
    "grant_missing",
    "system_unregistered",
    "model_unapproved",
    "weights_unknown",
    "outside_hours",
    "records_stale",
    "remote_model",
]


class Asked(NamedTuple):
    """What a request is for."""

    protocol: str
    binding: Mapping[str, Any]
    """The weights that would answer, as `records.exchange.ModelBinding` has them; `asked` is the model's name."""
    body_bytes: int


class Used(NamedTuple):
    """What an exchange took."""

    protocol: ProtocolName
    facts: ReplyFacts
    asked_bytes: int
    answered_bytes: int


class Admitted(NamedTuple):
    """The request may pass. `flags`: what an access policy found lacking and let pass nonetheless."""

    flags: tuple[Flag, ...] = ()


ADMITTED = Admitted()


class Admission(Protocol):
    """Decides what a verified caller may do. Called on the event loop: must not block."""

    def assess_caller(self, caller: VerifiedCaller, now: str) -> Refusal | None:
        """By the head alone: grant, registered system, hours, rate."""

    def assess_request(self, caller: VerifiedCaller, asked: Asked) -> Admitted | Refusal:
        """When model and weights are known: scope of the grant, approved digests, size."""

    def spent(self, caller: VerifiedCaller, used: Used) -> None:
        """What an exchange took, as its reply says. Called once for each, when its reply was read."""

    def finished(self, caller: VerifiedCaller) -> None:
        """An exchange that was admitted is over. Called once for each."""


class NoPolicy:
    """Implements `Admission` where no policy is configured: whoever is verified may use its system."""

    def assess_caller(self, caller: VerifiedCaller, now: str) -> Refusal | None:
        """Nothing stands against it."""
        del caller, now
        return None

    def assess_request(self, caller: VerifiedCaller, asked: Asked) -> Admitted:
        """Nothing stands against it."""
        del caller, asked
        return ADMITTED

    def spent(self, caller: VerifiedCaller, used: Used) -> None:
        """Nothing is limited."""
        del caller, used

    def finished(self, caller: VerifiedCaller) -> None:
        """Nothing was counted."""
        del caller
