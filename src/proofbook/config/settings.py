"""The whole configuration as one frozen tree. Each field's docstring is its documentation (unit, default, consequence).

Rooms that can be configured own their settings (`gateway.settings`); the rest is here. Dangerous defaults do not exist: nothing
listens beyond this machine, no book is made implicitly, no content is exported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from proofbook.anchoring.settings import AuthoritySettings, WitnessingSettings, WitnessSettings, check_anchors
from proofbook.capture.settings import CaptureSettings
from proofbook.errors import ConfigurationError, MalformedRecord
from proofbook.gateway.classifying import ClassificationSettings
from proofbook.gateway.settings import GatewaySettings
from proofbook.people.settings import ProviderSettings, SignInSettings
from proofbook.primitives.instants import Period, parse_period

_HOST_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?")
OF_THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1", "localhost"})
"""Addresses that nobody else reaches."""


@dataclass(frozen=True, slots=True)
class BookSettings:
    """Where the book's guards are."""

    fence: str
    """Folder of the fork fence: the newest signed size and root. Keep it out of the book's backups; it must survive a restore."""
    log_key: str = "keys/log.key"
    """Signing key, relative to the home folder or absolute. Created by `proofbook init`; owner-only."""
    vault_key: str = "keys/vault.key"
    """Key that wraps all content keys. Back it up apart from the book: who holds both can read all content."""
    checkpoint_seconds: float = 1.0
    """Longest time between signed checkpoints while entries arrive."""

    def __post_init__(self) -> None:
        if not 0 < self.checkpoint_seconds <= 60:
            raise ConfigurationError(
                f"book.checkpoint_seconds is {self.checkpoint_seconds}", hint="give more than 0 and at most 60"
            )


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """How long sealed content is kept. Entries and proofs are kept for ever; only content is erased."""

    default_days: int = 400
    """Age in days at which `proofbook content retain` erases content of class `default`; 400 covers a 12-month period and its
    audit."""

    def __post_init__(self) -> None:
        if self.default_days < 1:
            raise ConfigurationError(f"retention.default_days is {self.default_days}", hint="give at least 1")


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """The pages, for staff and auditors."""

    host: str = "127.0.0.1"
    """Address to listen on. The default is reachable from this machine only; any other takes TLS."""
    port: int = 8401
    """Port to listen on; 0 takes a free one."""
    names: tuple[str, ...] = ()
    """Host names under which browsers reach it, beside those of this machine, with the port unless it is that of the scheme:
    `evidence.example.org` or `evidence.example.org:8401`. A request for any other name is refused."""
    certificate_file: str | None = None
    """PEM file with the certificate and its chain; with it and `key_file` the portal speaks TLS itself."""
    key_file: str | None = None
    """PEM file with the certificate's key, readable by its owner only."""
    https: bool = False
    """Whether browsers reach it by TLS only because a proxy in front of it speaks it: cookies are then kept from plain HTTP."""
    plain_http: bool = False
    """Lets it listen beyond this machine without TLS, so that passwords travel readable. For a network of which every part is
    trusted, and for nothing else."""
    api_requests_a_minute: int = 600
    """How often one token may ask the API in a minute; further requests are answered 429 until the minute has moved on."""
    zone: str | None = None
    """IANA time zone in which pages tell times that no engagement gives one: where none runs, or those that run state different
    zones. Not set: that of the engagements when they all agree, else UTC."""
    sign_in: SignInSettings = field(default_factory=SignInSettings)
    """Sessions, second factors, links."""
    providers: tuple[ProviderSettings, ...] = ()
    """OpenID Connect providers by which people sign in."""

    def __post_init__(self) -> None:
        if not 1 <= self.api_requests_a_minute <= 1_000_000:
            raise ConfigurationError(
                f"portal.api_requests_a_minute {self.api_requests_a_minute} is no pace", hint="use 1 to 1000000"
            )
        if not 0 <= self.port <= 65535:
            raise ConfigurationError(f"portal.port {self.port} is not a port", hint="use 1 to 65535, or 0 for a free one")
        if (self.certificate_file is None) != (self.key_file is None):
            raise ConfigurationError(
                "portal.certificate_file and portal.key_file belong together", hint="give both, or neither for plain HTTP"
            )
        if self.zone is not None:
            _check_zone(self.zone)
        names = [each.name for each in self.providers]
        if len(set(names)) != len(names):
            raise ConfigurationError("portal.providers has one name twice", hint="give each provider its own name")
        for name in self.names:
            if not _HOST_NAME.fullmatch(name):
                raise ConfigurationError(
                    f"portal.names has {name[:80]!r}, which is no host name", hint="write it as in the address, without https://"
                )
        if self.host not in OF_THIS_MACHINE and not (self.secure or self.plain_http):
            raise ConfigurationError(
                f"portal.host {self.host} is reachable by others, and nothing says how passwords are protected on the way",
                hint="set certificate_file and key_file; or https = true when a proxy in front speaks TLS",
            )

    @property
    def secure(self) -> bool:
        """Whether browsers reach it by TLS only."""
        return self.https or self.certificate_file is not None


def _check_zone(name: str) -> None:
    try:
        parse_period("2000-01-01", "2000-01-01", name)
    except MalformedRecord as error:
        raise ConfigurationError(f"portal.zone: {error.message}", hint=error.hint) from error


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Where model files are looked for, besides the well-known stores of this user."""

    paths: tuple[str, ...] = ()
    """Files and folders to scan."""
    well_known: bool = True
    """Whether the stores of Ollama, Hugging Face, llama.cpp and LM Studio are scanned where they are by default."""


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Where an engine publishes its counters, when not at `/metrics` of its own address."""

    upstream: str
    """Name of the upstream."""
    url: str
    """`http://host:port/path`."""

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            sound = parts.scheme == "http" and bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.username)
        except ValueError:
            sound = False
        if not sound:
            raise ConfigurationError(
                f"reconciliation.metrics[{self.upstream}].url {self.url!r} is no plain http address",
                hint="write http://127.0.0.1:9000/metrics",
            )


@dataclass(frozen=True, slots=True)
class ReconciliationSettings:
    """The engines' own counters, held against the book."""

    scrape_seconds: float = 60.0
    """How often the counters are read while the gateway runs; 0: only by `proofbook collect engine_counters`. A shorter time
    tells more closely when a difference arose, and costs entries."""
    metrics: tuple[MetricsSettings, ...] = ()
    """Engines that publish their counters elsewhere."""

    def __post_init__(self) -> None:
        if self.scrape_seconds != 0 and not 1 <= self.scrape_seconds <= 86_400:
            raise ConfigurationError(
                f"reconciliation.scrape_seconds is {self.scrape_seconds}", hint="give 1 to 86400, or 0 for never"
            )


@dataclass(frozen=True, slots=True)
class EngagementSettings:
    """One audit engagement: whose, which days, which systems."""

    id: str
    """Short name used with `--engagement`."""
    first: str
    """First day of the period, YYYY-MM-DD, inclusive."""
    last: str
    """Last day of the period, YYYY-MM-DD, inclusive."""
    zone: str = "UTC"
    """IANA time zone the days are counted in."""
    systems: tuple[str, ...] = ()
    """Systems in scope by id; empty means all."""
    environment: str = "unknown"
    """Environment in scope, e.g. production."""

    def __post_init__(self) -> None:
        try:
            parse_period(self.first, self.last, self.zone)
        except MalformedRecord as error:
            raise ConfigurationError(f"engagements[{self.id}]: {error.message}", hint=error.hint) from error

    @property
    def period(self) -> Period:
        """The period as a value."""
        return parse_period(self.first, self.last, self.zone)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything `proofbook.toml` may say."""

    entity: str
    """The organisation whose book this is, as it appears in evidence."""
    book: BookSettings
    """The book and its guards."""
    gateway: GatewaySettings | None = None
    """The recording gateway; without it `proofbook gateway` refuses to start."""
    classification: ClassificationSettings = field(default_factory=ClassificationSettings)
    """What sensitive data is looked for in content."""
    capture: CaptureSettings = field(default_factory=CaptureSettings)
    """Recording outside the gateway: inside engines' own servers, and beside LiteLLM proxies."""
    portal: PortalSettings = field(default_factory=PortalSettings)
    """The read-only page."""
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    """How long content is kept."""
    models: ModelSettings = field(default_factory=ModelSettings)
    """Where model files are."""
    reconciliation: ReconciliationSettings = field(default_factory=ReconciliationSettings)
    """The engines' own counters."""
    engagements: tuple[EngagementSettings, ...] = ()
    """Audit engagements."""
    witnesses: tuple[WitnessSettings, ...] = ()
    """Witnesses that cosign the book's checkpoints. Without one nobody outside can tell whether the book has a second history."""
    witnessing: WitnessingSettings = field(default_factory=WitnessingSettings)
    """How they are asked, and how many must have cosigned."""
    timestamps: tuple[AuthoritySettings, ...] = ()
    """Time-stamping authorities that confirm when a checkpoint existed."""

    def __post_init__(self) -> None:
        check_anchors(self.witnesses, self.witnessing, self.timestamps)
        if not self.entity.strip():
            raise ConfigurationError("entity is empty", hint="name the organisation whose book this is")
        upstreams = {each.name for each in self.gateway.upstreams} if self.gateway is not None else set()
        for each in self.reconciliation.metrics:
            if each.upstream not in upstreams:
                raise ConfigurationError(
                    f"reconciliation.metrics names upstream {each.upstream!r}, which is not configured",
                    hint=f"known: {', '.join(sorted(upstreams)) or 'none'}",
                )
        ids = [engagement.id for engagement in self.engagements]
        if len(set(ids)) != len(ids):
            raise ConfigurationError("engagements has one id twice", hint="give each engagement its own id")
        self._check_classified()

    def _check_classified(self) -> None:
        """A policy for a system that is not there would protect nobody."""
        known = () if self.gateway is None else tuple(each.id for each in self.gateway.systems)
        for each in self.classification.systems:
            if each.id not in known:
                raise ConfigurationError(
                    f"classification.systems[{each.id}] is no system of the gateway",
                    hint=f"known: {', '.join(known) or 'none'}",
                )

    def engagement(self, engagement_id: str) -> EngagementSettings:
        """One engagement by id. Raises ConfigurationError naming those there are."""
        for engagement in self.engagements:
            if engagement.id == engagement_id:
                return engagement
        known = ", ".join(each.id for each in self.engagements) or "none"
        raise ConfigurationError(
            f"engagement {engagement_id!r} is not configured (known: {known})", hint="add [[engagements]] to proofbook.toml"
        )
