"""Settings of identities: what is wrong is named, before anybody is let in."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.errors import ConfigurationError
from proofbook.gateway.identity.settings import (
    CertificateSettings,
    IdentitySettings,
    OidcSettings,
    OpenWebuiSettings,
    TrustedProxySettings,
)

OIDC: dict[str, Any] = {"issuer": "https://id.sample.example", "audience": "proofbook", "system": "desk"}
CERTIFICATE: dict[str, Any] = {"principal": "reports", "kind": "service", "system": "desk"}
PROXY: dict[str, Any] = {"name": "sso", "user_header": "x-user", "networks": ("10.0.0.1",), "system": "desk"}
WEBUI: dict[str, Any] = {"principal": "chat", "system": "desk", "secret_file": "x"}

WRONG: list[tuple[type, dict[str, Any], dict[str, Any], str]] = [
    (OidcSettings, OIDC, {"issuer": "http://id.sample.example"}, "issuer"),
    (OidcSettings, OIDC, {"issuer": "id.sample.example"}, "issuer"),
    (OidcSettings, OIDC, {"issuer": "https://jane@id.sample.example"}, "issuer"),
    (OidcSettings, OIDC, {"issuer": "https://id.sample.example:99999"}, "issuer"),
    (OidcSettings, OIDC, {"keys_url": "http://id.sample.example/keys"}, "keys_url"),
    (OidcSettings, OIDC, {"audience": " "}, "audience"),
    (OidcSettings, OIDC, {"algorithms": ()}, "algorithms"),
    (OidcSettings, OIDC, {"service_value": "app"}, "service_claim"),
    (OidcSettings, OIDC, {"leeway_seconds": 301.0}, "leeway_seconds"),
    (OidcSettings, OIDC, {"refresh_seconds": 1.0}, "refresh_seconds"),
    (OidcSettings, OIDC, {"keys_max_age_seconds": 60.0}, "refresh_seconds"),
    (CertificateSettings, CERTIFICATE, {}, "one of subject, uri and fingerprint"),
    (CertificateSettings, CERTIFICATE, {"subject": "CN=a", "uri": "b:c"}, "one of subject, uri and fingerprint"),
    (CertificateSettings, CERTIFICATE, {"subject": "reports"}, "subject"),
    (CertificateSettings, CERTIFICATE, {"uri": "b:c", "issuer": "=,"}, "issuer"),
    (CertificateSettings, CERTIFICATE, {"fingerprint": "AA:BB"}, "fingerprint"),
    (TrustedProxySettings, PROXY, {"user_header": "X-User"}, "user_header"),
    (TrustedProxySettings, PROXY, {"user_header": "authorization"}, "user_header"),
    (TrustedProxySettings, PROXY, {"groups_header": "a b"}, "groups_header"),
    (TrustedProxySettings, PROXY, {"secret_header": "x-secret"}, "secret_file"),
    (TrustedProxySettings, PROXY, {"networks": ()}, "networks"),
    (TrustedProxySettings, PROXY, {"networks": ("proxy",)}, "networks"),
    (TrustedProxySettings, PROXY, {"networks": ("10.0.0.5/28",)}, "networks"),
    (TrustedProxySettings, PROXY, {"networks": ("127.0.0.1",)}, "any local program"),
    (TrustedProxySettings, PROXY, {"networks": ("0.0.0.0/0",)}, "any local program"),
    (TrustedProxySettings, PROXY, {"networks": ("::1",)}, "any local program"),
    (TrustedProxySettings, PROXY, {"system": None}, "system"),
    (TrustedProxySettings, PROXY, {"says": "end_user"}, "system"),
    (OpenWebuiSettings, WEBUI, {"header": "X-Upper"}, "header"),
    (OpenWebuiSettings, WEBUI, {"principal": ""}, "principal"),
    (OpenWebuiSettings, WEBUI, {"leeway_seconds": -1.0}, "leeway_seconds"),
]


@pytest.mark.parametrize(("kind", "sound", "changed", "named"), WRONG)
def test_a_wrong_value_is_refused_by_name(kind: type, sound: dict[str, Any], changed: dict[str, Any], named: str) -> None:
    """A gateway that starts with half a rule lets the wrong people in."""
    with pytest.raises(ConfigurationError, match=named):
        kind(**(sound | changed))


SOUND: list[tuple[type, dict[str, Any]]] = [
    (OidcSettings, OIDC),
    (OidcSettings, OIDC | {"issuer": "http://localhost:9000/x"}),
    (CertificateSettings, CERTIFICATE | {"subject": "CN=reports,O=Sample Company"}),
    (TrustedProxySettings, PROXY | {"networks": ("127.0.0.1", "::1"), "secret_header": "x-secret", "secret_file": "x"}),
    (OpenWebuiSettings, WEBUI),
]


@pytest.mark.parametrize(("kind", "values"), SOUND)
def test_sound_values_are_taken(kind: type, values: dict[str, Any]) -> None:
    """Trials on one machine included."""
    assert kind(**values)


TWICE = [
    IdentitySettings(oidc=(OidcSettings(**OIDC), OidcSettings(**(OIDC | {"system": "other"})))),
    IdentitySettings(certificates=(CertificateSettings(**CERTIFICATE, uri="a:b"),) * 2),
    IdentitySettings(trusted_proxies=(TrustedProxySettings(**PROXY),) * 2),
    IdentitySettings(open_webui=(OpenWebuiSettings(**WEBUI),) * 2),
]


@pytest.mark.parametrize("settings", TWICE)
def test_one_proof_leads_to_one_identity(settings: IdentitySettings) -> None:
    """Two entries for one proof would be decided by their order."""
    with pytest.raises(ConfigurationError, match="twice"):
        settings.check(frozenset(("desk", "other")))


def test_systems_must_be_configured() -> None:
    """A misspelt system would refuse everybody at run time."""
    with pytest.raises(ConfigurationError, match=r"gateway\.oidc.*'desk' is not configured"):
        IdentitySettings(oidc=(OidcSettings(**OIDC),)).check(frozenset(("other",)))
