"""New settings for a gateway that runs: what may change without a restart, and what is checked before anything does.

Promises: everything that can be wrong is found before the old settings are let go of; what cannot change in a running process is
refused by name instead of being ignored.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from proofbook.errors import ConfigurationError
from proofbook.gateway.engines.fleet import read_plans
from proofbook.gateway.engines.upstream import Plan
from proofbook.gateway.running.operation_settings import TlsSettings
from proofbook.gateway.running.surroundings import Surroundings
from proofbook.gateway.running.tracing import make_exporter
from proofbook.gateway.settings import GatewaySettings

_FIXED = ("name", "host", "port", "workers", "share_port", "metrics", "otel")
"""Settings of `gateway` that hold from start to stop."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """Settings as they shall be from now on, and what goes with them."""

    settings: GatewaySettings
    around: Surroundings
    enter: Callable[[], None]
    """Called in a thread when nothing stands in the way: records that they come into force. What it raises refuses them."""
    abandon: Callable[[], None]
    """Called in a thread when they are refused after all."""
    leave: Callable[[], None]
    """Called in a thread when the previous ones are not used for new requests any more."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the settings name outside of themselves, read and found sound."""

    plans: tuple[Plan, ...]
    tls: ssl.SSLContext | None
    trusted: frozenset[bytes]
    """Certificates (DER) of the authorities whose clients are let in."""


def prepare(settings: GatewaySettings, now: datetime) -> Prepared:
    """Read what the settings name. Raises ConfigurationError naming field and file. Reads files: not for the event loop."""
    if settings.otel is not None:
        make_exporter(settings.otel)
    tls = None if settings.tls is None else _make_tls(settings.tls, now)
    trusted = [] if tls is None else tls.get_ca_certs(binary_form=True)
    return Prepared(read_plans(settings), tls, frozenset(trusted))


def _make_tls(settings: TlsSettings, now: datetime) -> ssl.SSLContext:
    from proofbook.gateway.running.tls import make_server_context  # only here, because it takes memory

    return make_server_context(settings, now)


def check_renewable(before: GatewaySettings, after: GatewaySettings) -> None:
    """Raise ConfigurationError when something changed that a running gateway cannot change."""
    changed = [f"gateway.{name}" for name in _FIXED if getattr(before, name) != getattr(after, name)]
    if (before.tls is None) != (after.tls is None):
        changed.append("gateway.tls")
    if changed:
        raise ConfigurationError(
            f"{', '.join(changed)} changed, which a running gateway cannot do", hint="restart it, or set what it was"
        )
