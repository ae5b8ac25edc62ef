"""What an operator can set about how the gateway is operated: TLS, its figures for Prometheus, its traces.

Promises as in `settings`: a value that exists is valid as far as that can be told without reading the files it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from proofbook.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """TLS 1.2 or newer towards clients. The files are read again by a reload; connections that exist are not touched."""

    certificate_file: str
    """PEM file: the gateway's certificate, then those between it and the authority."""
    key_file: str
    """PEM file with the certificate's private key, without passphrase; only its owner and group may read it."""
    client_ca_file: str | None = None
    """PEM file of the authorities that may have signed clients' certificates; not set: clients are not asked for one."""
    client_certificates: Literal["optional", "required"] = "optional"
    """Whether a client must have a certificate of those authorities. One that is sent is verified either way."""

    def __post_init__(self) -> None:
        if self.client_certificates == "required" and self.client_ca_file is None:
            raise ConfigurationError(
                "gateway.tls.client_certificates is required, but client_ca_file is not set",
                hint="name the authorities that sign clients' certificates",
            )


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Figures for Prometheus at a listener of their own; they hold no content and no names of callers."""

    port: int = 8402
    """Port to listen on; with several workers each has one of its own, counted up from here. 0 takes a free one."""
    host: str = "127.0.0.1"
    """Address to listen on. Whoever reaches it can read the figures."""

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise ConfigurationError(
                f"gateway.metrics.port {self.port} is not a port", hint="use 1 to 65535, or 0 for a free one"
            )


@dataclass(frozen=True, slots=True)
class TraceSettings:
    """Spans of exchanges for a collector of OpenTelemetry: ids, system, protocol, state and times, never content."""

    endpoint: str
    """Where spans are sent by OTLP over HTTP, e.g. `http://127.0.0.1:4318/v1/traces`."""
    ratio: float = 1.0
    """Part of the exchanges without a trace of their caller's that get a span, 0 to 1; a caller's own decision is honoured."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.endpoint)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConfigurationError(
                f"gateway.otel.endpoint {self.endpoint!r} is no http address", hint="write http://127.0.0.1:4318/v1/traces"
            )
        if not 0 <= self.ratio <= 1:
            raise ConfigurationError(f"gateway.otel.ratio is {self.ratio}", hint="give 0 to 1")
