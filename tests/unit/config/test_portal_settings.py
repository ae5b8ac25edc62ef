"""Where the portal may listen, and how."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.config.settings import PortalSettings
from proofbook.errors import ConfigurationError


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"host": "0.0.0.0"}, "portal.host"),  # noqa: S104 - refused
        ({"host": "192.0.2.7"}, "portal.host"),
        ({"certificate_file": "c.pem"}, "key_file"),
        ({"key_file": "k.pem"}, "certificate_file"),
        ({"names": ("https://evidence.example",)}, "portal.names"),
        ({"names": ("a b",)}, "portal.names"),
        ({"port": 70000}, "portal.port"),
    ],
)
def test_what_would_let_passwords_be_read_or_names_be_forged_is_refused(values: dict[str, Any], named: str) -> None:
    """Listening beyond this machine takes a statement about TLS."""
    with pytest.raises(ConfigurationError, match=named):
        PortalSettings(**values)


@pytest.mark.parametrize(
    ("values", "secure"),
    [
        ({}, False),
        ({"host": "0.0.0.0", "https": True, "names": ("evidence.example.org",)}, True),  # noqa: S104 - behind a proxy
        ({"host": "192.0.2.7", "certificate_file": "c.pem", "key_file": "k.pem"}, True),
        ({"host": "192.0.2.7", "plain_http": True}, False),
    ],
)
def test_cookies_are_for_tls_only_where_browsers_come_by_tls(values: dict[str, Any], *, secure: bool) -> None:
    """A proxy may speak it, or the portal itself."""
    assert PortalSettings(**values).secure is secure
