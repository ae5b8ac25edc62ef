"""Classification of content beside the gateway: its settings, and the seam for systems whose policy is to refuse.

What passes is classified after it is on record (`wiring.classifier`): the gateway's core does nothing for it, and a reply never
waits. Only for a system whose policy is `refuse` is the request held until it has been looked at, in another process; the
gateway's own never loads the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from proofbook.errors import ConfigurationError
from proofbook.gateway.refusal import Refusal
from proofbook.gateway.wire.facts import RequestFacts
from proofbook.records.exchange import RefusalReason
from proofbook.sensitive.classes import ALL_CLASSES, LONGEST, SensitiveKind, parse_classes

Side = Literal["request", "response"]
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SystemClassification:
    """What one system may not be sent."""

    id: str
    """Which system."""
    policy: Literal["observe", "refuse"] = "observe"
    """`observe`: count only. `refuse`: hold each request until it was looked at, and refuse it when it holds one of `refused`, or
    when it cannot be looked at."""
    refused: tuple[str, ...] = ()
    """Classes that this system may not be sent, with policy `refuse`."""

    def __post_init__(self) -> None:
        where = f"classification.systems[{self.id}].refused"
        parse_classes(self.refused, where)
        if (self.policy == "refuse") != bool(self.refused):
            raise ConfigurationError(
                f"{where} does not fit the policy {self.policy!r}", hint='name classes with policy = "refuse", and none otherwise'
            )


@dataclass(frozen=True, slots=True)
class ClassificationSettings:
    """What is looked for in content that passes, and with what means."""

    enabled: bool = True
    """Whether content is classified in passing. When not, `proofbook content classify` can do it later."""
    classes: tuple[str, ...] = tuple(ALL_CLASSES)
    """Classes that are looked for."""
    queue_bytes: int = 64 * MIB
    """Content that may wait for the classifier, in bytes; what comes while it is full is recorded as not examined, and can be
    classified later."""
    examined_bytes: int = LONGEST
    """Text of one side of an exchange that is examined; at most 8 MiB."""
    workers: int = 1
    """Processes that classify, at lower priority than the gateway."""
    screen_seconds: float = 30.0
    """How long a request for a system with policy `refuse` may wait to be looked at; then it is refused."""
    systems: tuple[SystemClassification, ...] = ()
    """Systems with a policy of their own; all others are observed."""

    def __post_init__(self) -> None:
        if not parse_classes(self.classes, "classification.classes") and self.enabled:
            raise ConfigurationError("classification.classes is empty", hint="name at least one class, or set enabled = false")
        if not 0 < self.examined_bytes <= LONGEST:
            raise ConfigurationError(f"classification.examined_bytes is {self.examined_bytes}", hint=f"give 1 to {LONGEST}")
        if self.queue_bytes <= 0 or self.screen_seconds <= 0 or not 1 <= self.workers <= 64:
            raise ConfigurationError("classification: queue_bytes and screen_seconds must be positive, and workers 1 to 64")
        ids = [each.id for each in self.systems]
        if len(set(ids)) != len(ids):
            raise ConfigurationError("classification.systems has one id twice", hint="give each system once")

    def refused_for(self, system: str) -> tuple[SensitiveKind, ...]:
        """Classes that a system may not be sent; empty when it is only observed."""
        return next((parse_classes(each.refused, each.id) for each in self.systems if each.id == system), ())


class Screening(Protocol):
    """Looks at requests before they are forwarded, for systems whose policy is `refuse`."""

    def assess(self, system: str, facts: RequestFacts, body: bytes, done: Callable[[RequestFacts | Refusal], None]) -> None:
        """Call `done` once, on the event loop: with the facts when the request may go on, or with the refusal.

        For a system that is only observed `done` is called at once.
        """


def data_class_refused(found: Sequence[SensitiveKind]) -> Refusal:
    """The request holds data of classes that its system may not be sent."""
    names = ", ".join(found)
    return Refusal(
        RefusalReason.DATA_CLASS_REFUSED, 403, f"The request holds data that this system may not be sent: {names}. Leave it out."
    )


NOT_LOOKED_AT = Refusal(
    RefusalReason.DATA_CLASS_REFUSED,
    403,
    "The request has parts that cannot be examined for data that this system may not be sent, such as images: send text.",
)
LOOK_FAILED = Refusal(
    RefusalReason.DATA_CLASS_REFUSED,
    503,
    "The request could not be examined for data that this system may not be sent, so it is not passed on. Try again later.",
)
