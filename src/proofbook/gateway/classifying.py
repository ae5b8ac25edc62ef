"""Classification of content beside the gateway: the seam and the settings.

The gateway hands bytes over and goes on: nothing here waits, and a reply never waits for its classification. Only for a system
whose policy is `refuse` is the request held until it has been looked at. The implementation behind `Classifier` is in another
process (`wiring.classifier`); the gateway's own never loads the rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from proofbook.errors import ConfigurationError
from proofbook.gateway.wire.facts import ProtocolName
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


@dataclass(frozen=True, slots=True)
class Screened:
    """What the look at a request before it is forwarded said. `found` is None when it could not be looked at to the end."""

    found: tuple[SensitiveKind, ...] | None


class Classifier(Protocol):
    """Takes content as it passes. Every method is called on the event loop, returns at once and never raises."""

    def screens(self, system: str) -> bool:
        """Whether requests for this system are held until they have been looked at."""

    def screen(self, system: str, protocol: ProtocolName, body: bytes, done: Callable[[Screened], None]) -> None:
        """Look at a request for a system that `screens`; `done` is called on the event loop, exactly once."""

    def take_request(self, exchange: str, protocol: ProtocolName, body: bytes) -> None:
        """A request is on record and about to be forwarded."""

    def take_reply(self, exchange: str, protocol: ProtocolName, body: bytes, *, streamed: bool) -> None:
        """The response of the same exchange is on record; its classification can be recorded."""


class NoClassifier:
    """Nothing is classified in passing."""

    def screens(self, system: str) -> bool:
        """No."""
        del system
        return False

    def screen(self, system: str, protocol: ProtocolName, body: bytes, done: Callable[[Screened], None]) -> None:
        """Nobody looks."""
        del system, protocol, body
        done(Screened(None))

    def take_request(self, exchange: str, protocol: ProtocolName, body: bytes) -> None:
        """Nothing."""

    def take_reply(self, exchange: str, protocol: ProtocolName, body: bytes, *, streamed: bool) -> None:
        """Nothing."""
