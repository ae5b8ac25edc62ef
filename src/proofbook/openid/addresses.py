"""Addresses of providers: https, or plain http on this machine for trials."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from proofbook.errors import ConfigurationError

_LOCAL_HOSTS: Final = frozenset(("localhost", "127.0.0.1", "::1"))


def check_url(url: str, where: str) -> None:
    """Raises ConfigurationError for anything but https to a host, or http to this machine."""
    parts = urlsplit(url)
    try:
        _ = parts.port
    except ValueError as error:
        raise ConfigurationError(f"{where} {url!r} has no valid port") from error
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL_HOSTS):
        raise ConfigurationError(f"{where} {url!r} is not https", hint="keys that come over plain http are nobody's keys")
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ConfigurationError(f"{where} {url!r} is not a plain address", hint="write https://id.example/realms/staff")
