"""What an operator can set about the gateway, frozen, each field documented with its unit, default and consequence.

Promises: a value that exists is valid; a wrong one raises `ConfigurationError` naming the field. Nothing here switches recording
off: there is no such setting. Secrets are never held here, only the path of the file that has them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from proofbook.errors import ConfigurationError
from proofbook.gateway.identity.settings import (
    CertificateSettings,
    IdentitySettings,
    OidcSettings,
    OpenWebuiSettings,
    TrustedProxySettings,
)
from proofbook.gateway.rules.settings import AdmissionSettings, SystemAdmission
from proofbook.gateway.running.operation_settings import MetricsSettings, TlsSettings, TraceSettings

ProductHint = Literal["auto", "llama.cpp", "ollama", "vllm", "sglang", "tgi", "lmstudio"]

_MOST_WORKERS = 64
KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Every cap of the gateway. Larger numbers cost memory per connection; smaller ones refuse more."""

    head_bytes: int = 32 * KIB
    """Request line and headers together; more is refused with 431."""
    headers: int = 100
    """Header lines of one request; more is refused with 431."""
    body_bytes: int = 32 * MIB
    """Request body; more is refused with 413 before it is buffered."""
    bodies_bytes: int = 1024 * MIB
    """Request bodies of all connections together that are held until they are forwarded; beyond it requests are refused with
    503, so that a slow disk or engine cannot take all memory."""
    reply_bytes: int = 64 * MIB
    """Largest reply that can be recorded; a longer one is cut and recorded as upstream_error, since nothing passes unrecorded."""
    replies_bytes: int = 1024 * MIB
    """Replies of all exchanges together that are held until they are recorded. Beyond it the largest are cut and recorded as
    upstream_error, so that many long replies to slow readers cannot take all memory. Looked at twice a second."""
    hold_bytes: int = 1 * MIB
    """A reply that is not streamed is held whole up to this size until it is recorded; beyond it, all but its last piece."""
    upstream_head_bytes: int = 64 * KIB
    """Status line and headers of an engine's reply."""
    upstream_headers: int = 200
    """Header lines of an engine's reply."""
    unknown_refusals: int = 60
    """Refusals a minute of callers without a valid key that are recorded one by one; further ones are counted by reason, and each
    count is recorded once a minute."""
    denials: int = 60
    """Denials a minute of one known caller that are recorded one by one; further ones are counted by reason, and each count is
    recorded once a minute."""
    connections: int = 4096
    """Client connections; further ones are closed at once."""
    upstream_connections: int = 2048
    """Connections to one engine; further requests wait for a free one."""
    head_seconds: float = 10.0
    """Time to send a whole request head."""
    body_seconds: float = 120.0
    """Time to send a whole request body."""
    idle_seconds: float = 75.0
    """How long a client connection may stay open between requests."""
    stall_seconds: float = 120.0
    """How long a client may leave a reply unread before it counts as gone."""
    linger_seconds: float = 5.0
    """How long a refused client's remaining bytes are thrown away so that it can read the refusal."""
    connect_seconds: float = 5.0
    """Time to reach an engine."""
    upstream_silence_seconds: float = 600.0
    """Longest silence of an engine, before or within a reply."""
    upstream_idle_seconds: float = 4.0
    """How long an unused connection to an engine is kept; below the five seconds after which common engines close it."""
    commit_seconds: float = 10.0
    """How long the record store may answer nothing before it counts as unavailable: then requests are answered 503, or served
    unrecorded where a system fails open, and a gap record says so. Looked at twice a second."""
    drain_seconds: float = 30.0
    """How long open exchanges may finish after a stop was asked for."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) <= 0:
                raise ConfigurationError(f"gateway.limits.{name} is {getattr(self, name)}", hint="give a positive number")


@dataclass(frozen=True, slots=True)
class UpstreamSettings:
    """One engine behind the gateway."""

    name: str
    """How systems refer to it and how it appears in records."""
    base_url: str
    """`http://host:port` or `https://host:port` without a path: the gateway appends the protocol's own path. With https the
    engine's certificate and its host name are always verified."""
    product: ProductHint = "auto"
    """What answers there; `auto` asks the engine."""
    same_files: Literal["auto", "yes", "no"] = "auto"
    """Whether a path that the engine states names a file of this machine, so that its hash says which weights answer. `auto`: yes
    for a loopback address, else no. Set `no` for an engine in a container of its own, `yes` for one here under another name."""
    api_key_file: str | None = None
    """File with the key the engine wants, sent as `Authorization: Bearer`; the callers' own keys are never forwarded."""
    ca_file: str | None = None
    """PEM file of the authorities that may have signed the engine's certificate; not set: those of the operating system."""
    models: tuple[str, ...] = ()
    """Models it serves, by the names callers use; requests for others go to another upstream of their system. Empty: any."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        where = f"gateway.upstreams[{self.name}].base_url {self.base_url!r}"
        if parts.scheme not in {"http", "https"}:
            raise ConfigurationError(f"{where} is neither http nor https", hint="write http://127.0.0.1:8080")
        if self.ca_file is not None and parts.scheme != "https":
            raise ConfigurationError(
                f"gateway.upstreams[{self.name}].ca_file is set, but base_url is plain http",
                hint="write https:// there, or leave ca_file out",
            )
        if not parts.hostname or parts.path not in {"", "/"} or parts.query or parts.fragment or parts.username:
            raise ConfigurationError(f"{where} has more or less than host and port", hint="write http://127.0.0.1:8080")
        try:
            _ = parts.port
        except ValueError as error:
            raise ConfigurationError(f"{where} has no valid port", hint="write http://127.0.0.1:8080") from error

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to connect to."""
        parts = urlsplit(self.base_url)
        return parts.hostname or "", parts.port or (443 if self.secure else 80)

    @property
    def secure(self) -> bool:
        """Whether it is reached over TLS."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def sees_our_files(self) -> bool:
        """Whether a path that the engine states may be read here."""
        return self.same_files == "yes" if self.same_files != "auto" else self.on_loopback

    @property
    def on_loopback(self) -> bool:
        """Whether it listens on this very machine, as far as its address says."""
        host = self.address[0]
        try:
            return host == "localhost" or ip_address(host).is_loopback
        except ValueError:
            return False

    @property
    def authority(self) -> str:
        """The Host header an engine expects."""
        host, port = self.address
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@dataclass(frozen=True, slots=True)
class SystemSettings:
    """One AI system that keys are bound to."""

    id: str
    """Identifier in records, e.g. `support-desk`."""
    name: str
    """Name for people."""
    environment: str
    """E.g. `production`, `test`."""
    upstream: str = ""
    """Name of the upstream that serves it; a system that several serve names them in `upstreams` instead."""
    recording: Literal["fail_closed", "fail_open"] = "fail_closed"
    """What happens while nothing can be recorded. `fail_closed`: requests are refused. `fail_open`: they are served, held in
    memory up to 64 MiB to be recorded late and counted beyond that; a gap record says how many. A crash then leaves holes."""
    admission: SystemAdmission = field(default_factory=SystemAdmission)
    """What differs from `gateway.admission` for this system."""
    upstreams: tuple[str, ...] = ()
    """Names of the upstreams that serve it. Requests are spread over those that can be reached and have the same weights loaded;
    one that has others gets none, and log and readiness say so."""

    def __post_init__(self) -> None:
        if bool(self.upstream) == bool(self.upstreams):
            raise ConfigurationError(
                f"gateway.systems[{self.id}] names {'both upstream and upstreams' if self.upstream else 'no upstream'}",
                hint='write upstream = "NAME", or upstreams = ["NAME", "OTHER"]',
            )
        if len(set(self.upstreams)) != len(self.upstreams):
            raise ConfigurationError(f"gateway.systems[{self.id}].upstreams names one twice", hint="name each once")

    @property
    def engines(self) -> tuple[str, ...]:
        """Names of the upstreams that serve it, in the order of the settings."""
        return self.upstreams or (self.upstream,)


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """The gateway as a whole."""

    upstreams: tuple[UpstreamSettings, ...]
    """Engines; at least one."""
    systems: tuple[SystemSettings, ...]
    """Systems; each names its upstream."""
    name: str = "main"
    """Distinguishes several gateways of one book: the source of its entries is `gateway:<name>`."""
    host: str = "127.0.0.1"
    """Address to listen on. The default is reachable from this machine only."""
    port: int = 8400
    """Port to listen on; 0 takes a free one."""
    workers: int = 1
    """Processes that serve clients. With more than one, a further process writes the book for them, and they share the port; each
    is a source of its own: `gateway:<name>`, `gateway:<name>/2` and so on."""
    share_port: bool = False
    """Whether another process that is set so too may listen on the port at the same time, so that a new gateway can take over
    before the old one ends. Workers share it in any case."""
    tls: TlsSettings | None = None
    """TLS towards clients; without it the gateway speaks plain HTTP, which is for this machine only."""
    metrics: MetricsSettings | None = None
    """Figures for Prometheus; without it there are none."""
    otel: TraceSettings | None = None
    """Traces by OpenTelemetry; without it there are none. Needs the extra `otel`."""
    heartbeat_seconds: float = 60.0
    """How often the gateway records that it is alive; a longer silence shows as a gap in coverage."""
    binding_seconds: float = 10.0
    """How often the engine is asked which weights it has loaded."""
    unknown_paths: Literal["refuse", "record"] = "refuse"
    """What becomes of a path that no API here knows: `refuse`: 404; `record`: it is passed to the engine and recorded as
    `generic.other`, its bytes whole, its meaning unknown. Paths that administer an engine are refused either way."""
    guardrail: str = "unknown"
    """Version of the guardrail in force, stated in every request record; `unknown` when none is declared."""
    limits: Limits = field(default_factory=Limits)
    """Caps and time limits."""
    admission: AdmissionSettings = field(default_factory=AdmissionSettings)
    """What is asked of requests whose caller is known."""
    oidc: tuple[OidcSettings, ...] = ()
    """Providers whose access tokens are let in."""
    certificates: tuple[CertificateSettings, ...] = ()
    """Client certificates that are let in."""
    trusted_proxies: tuple[TrustedProxySettings, ...] = ()
    """Proxies whose word about their users is taken."""
    open_webui: tuple[OpenWebuiSettings, ...] = ()
    """Open WebUIs that prove for whom they call."""

    def __post_init__(self) -> None:
        names = [upstream.name for upstream in self.upstreams]
        if not names or len(set(names)) != len(names):
            raise ConfigurationError("gateway.upstreams is empty or names one twice", hint="give each engine its own name")
        systems = [system.id for system in self.systems]
        self.identity.check(frozenset(systems))
        if self.certificates and (self.tls is None or self.tls.client_ca_file is None):
            raise ConfigurationError(
                "gateway.certificates are configured, but clients are not asked for any", hint="set gateway.tls.client_ca_file"
            )
        if len(set(systems)) != len(systems):
            raise ConfigurationError("gateway.systems has one id twice", hint="give each system its own id")
        for system in self.systems:
            for name in system.engines:
                if name not in names:
                    raise ConfigurationError(
                        f"gateway.systems[{system.id}].upstream {name!r} is not configured", hint=f"known: {', '.join(names)}"
                    )
        if not 0 <= self.port <= 65535:
            raise ConfigurationError(f"gateway.port {self.port} is not a port", hint="use 1 to 65535, or 0 for a free one")
        if min(self.heartbeat_seconds, self.binding_seconds) <= 0:
            raise ConfigurationError("gateway.heartbeat_seconds and binding_seconds must be positive")
        self._check_workers()

    @property
    def identity(self) -> IdentitySettings:
        """Everything but keys by which callers prove who they are."""
        return IdentitySettings(self.oidc, self.certificates, self.trusted_proxies, self.open_webui)

    def _check_workers(self) -> None:
        if not 1 <= self.workers <= _MOST_WORKERS:
            raise ConfigurationError(f"gateway.workers is {self.workers}", hint=f"give 1 to {_MOST_WORKERS}")
        if self.workers > 1 and self.port == 0:
            raise ConfigurationError("gateway.port is 0, and several workers must share one", hint="set gateway.port")

    @property
    def source(self) -> str:
        """Source id of this gateway's entries."""
        return f"gateway:{self.name}"
