"""What an operator can set about admission: for each question what becomes of a request that falls short of it, and limits.

Promises: a value that exists is valid; a wrong one raises `ConfigurationError` naming the field. The defaults let everything pass
and put what was lacking on record, so that a new gateway works before anybody has written a record. Not to ask is a setting of
its own, and stands in `config.loaded` like every other.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from proofbook.errors import ConfigurationError
from proofbook.gateway.rules.hours import parse_hours

Stance: TypeAlias = Literal["refuse", "flag", "off"]
"""`refuse`: turned away, on record. `flag`: passes, and the exchange's record says what was lacking. `off`: not asked."""

QUESTIONS: Final = (
    "grant", "registered", "approved_weights", "unknown_weights", "remote_model", "outside_hours", "stale_records",
)  # fmt: skip
"""The settings that hold a stance, in the order in which they are asked."""


LIMITS: Final = (
    "body_bytes", "requests_per_minute", "principal_requests_per_minute", "tokens_per_minute", "tokens_per_hour",
    "tokens_per_day", "principal_tokens_per_minute", "principal_tokens_per_hour", "principal_tokens_per_day", "concurrent",
    "principal_concurrent",
)  # fmt: skip
"""The settings that hold a limit; 0 is none."""


@dataclass(frozen=True, slots=True)
class AdmissionSettings:
    """What the gateway asks of every request whose caller it knows, for systems that do not say otherwise."""

    grant: Stance = "flag"
    """A caller for whom no `access.grant` with the role `use` is in force, for this system and model. `refuse`, `flag` (let pass
    and say so in the record) or `off` (not asked)."""
    registered: Stance = "flag"
    """A system whose `ai_system` record is missing, or does not say that it is in pilot or production."""
    approved_weights: Stance = "flag"
    """Weights whose digest no `model.approval` in force allows for this system."""
    unknown_weights: Stance = "flag"
    """An engine that does not say which weights it has loaded, so that nothing can be compared."""
    remote_model: Stance = "flag"
    """A model that the engine itself would fetch answers for from another host: the request leaves the network."""
    outside_hours: Stance = "flag"
    """A request outside `hours`; not asked while there are none."""
    stale_records: Stance = "flag"
    """Records that could not be read for ten seconds, so that a newer revocation may not be known."""
    hours: tuple[str, ...] = ()
    """When systems may be used, e.g. `mon-fri 07:00-19:00`; none: at any time. An end not after its start is of the next day."""
    zone: str | None = None
    """IANA time zone in which hours and last days are counted. Not set: that of the engagements in this file when they all agree,
    else UTC."""
    body_bytes: int = 0
    """Largest request body of a system, within `gateway.limits.body_bytes`; 0: no limit of its own."""
    requests_per_minute: int = 0
    """Requests a minute to one system, by all its callers; as many may come at once. 0: no limit."""
    principal_requests_per_minute: int = 0
    """Requests a minute of one caller to one system; as many may come at once. 0: no limit."""
    tokens_per_minute: int = 0
    """Tokens of one system within a minute, by all its callers, asked and answered together. A request is let in while less was
    used; how many its own are is known after its reply. 0: no limit."""
    tokens_per_hour: int = 0
    """The same within an hour."""
    tokens_per_day: int = 0
    """The same within 24 hours."""
    principal_tokens_per_minute: int = 0
    """Tokens of one caller of one system within a minute. 0: no limit."""
    principal_tokens_per_hour: int = 0
    """The same within an hour."""
    principal_tokens_per_day: int = 0
    """The same within 24 hours."""
    concurrent: int = 0
    """Exchanges of one system under way at once. 0: no limit."""
    principal_concurrent: int = 0
    """Exchanges of one caller with one system under way at once. 0: no limit."""

    def __post_init__(self) -> None:
        _check_limits(self, "gateway.admission")
        _check_zone(self.zone)


@dataclass(frozen=True, slots=True)
class SystemAdmission:
    """What differs for one system; what is not set is as in `gateway.admission`."""

    grant: Stance | None = None
    """As `gateway.admission.grant`, for this system."""
    registered: Stance | None = None
    """As `gateway.admission.registered`, for this system."""
    approved_weights: Stance | None = None
    """As `gateway.admission.approved_weights`, for this system."""
    unknown_weights: Stance | None = None
    """As `gateway.admission.unknown_weights`, for this system."""
    remote_model: Stance | None = None
    """As `gateway.admission.remote_model`, for this system."""
    outside_hours: Stance | None = None
    """As `gateway.admission.outside_hours`, for this system."""
    stale_records: Stance | None = None
    """As `gateway.admission.stale_records`, for this system."""
    hours: tuple[str, ...] | None = None
    """As `gateway.admission.hours`, for this system; an empty list: at any time."""
    body_bytes: int | None = None
    """As `gateway.admission.body_bytes`, for this system."""
    requests_per_minute: int | None = None
    """As `gateway.admission.requests_per_minute`, for this system."""
    principal_requests_per_minute: int | None = None
    """As `gateway.admission.principal_requests_per_minute`, for this system."""
    tokens_per_minute: int | None = None
    """As `gateway.admission.tokens_per_minute`, for this system."""
    tokens_per_hour: int | None = None
    """As `gateway.admission.tokens_per_hour`, for this system."""
    tokens_per_day: int | None = None
    """As `gateway.admission.tokens_per_day`, for this system."""
    principal_tokens_per_minute: int | None = None
    """As `gateway.admission.principal_tokens_per_minute`, for this system."""
    principal_tokens_per_hour: int | None = None
    """As `gateway.admission.principal_tokens_per_hour`, for this system."""
    principal_tokens_per_day: int | None = None
    """As `gateway.admission.principal_tokens_per_day`, for this system."""
    concurrent: int | None = None
    """As `gateway.admission.concurrent`, for this system."""
    principal_concurrent: int | None = None
    """As `gateway.admission.principal_concurrent`, for this system."""

    def __post_init__(self) -> None:
        _check_limits(self, "gateway.systems[].admission")


def derive_policy(general: AdmissionSettings, own: SystemAdmission) -> AdmissionSettings:
    """What holds for one system."""
    differing = {each.name: value for each in fields(own) if (value := getattr(own, each.name)) is not None}
    return replace(general, **differing)


def format_policy(policy: AdmissionSettings) -> str:
    """The policy of one system in one line, as `config.loaded` states it: every stance, then the limits that are set."""
    words = [f"{name}:{getattr(policy, name)}" for name in QUESTIONS]
    words += [f"{name}:{value}" for name in LIMITS if (value := getattr(policy, name))]
    if policy.hours:
        words.append(f"hours:{'; '.join(policy.hours)}")
    return " ".join(words)


def _check_limits(settings: AdmissionSettings | SystemAdmission, where: str) -> None:
    for each in fields(settings):
        value = getattr(settings, each.name)
        if isinstance(value, int) and value < 0:
            raise ConfigurationError(f"{where}.{each.name} is {value}", hint="give a positive number, or 0 for no limit")
    parse_hours(settings.hours or (), f"{where}.hours")


def _check_zone(zone: str | None) -> None:
    try:
        ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(
            f"gateway.admission.zone {str(zone)[:64]!r} is not known", hint="use an IANA name such as UTC or Europe/Berlin"
        ) from error
