"""Every way to prove who calls but API keys, put together as the settings allow it, with secrets read from their files.

Promises: everything that can be wrong in the settings or files is found before the gateway serves anybody; providers' keys are
fetched in the background, and waited for a moment only. Secrets are in memory here and in the gateway's door, nowhere else.
Does not: get imported where keys are all there is, for the libraries behind it take megabytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from proofbook.errors import ConfigurationError
from proofbook.gateway.identity.certificates import CertificateIdentities
from proofbook.gateway.identity.door import Door
from proofbook.gateway.identity.end_users import Application, EndUsers
from proofbook.gateway.identity.introspection import Introspection
from proofbook.gateway.identity.keys import KeySource
from proofbook.gateway.identity.provider import FollowedKeys
from proofbook.gateway.identity.proxies import ProxyIdentities, TrustedProxy
from proofbook.gateway.identity.settings import IdentitySettings, OidcSettings
from proofbook.gateway.identity.tokens import Audience, TokenIdentities
from proofbook.openid.fetching import make_fetch, make_send
from proofbook.wiring.system import MONOTONIC

FIRST_FETCH_SECONDS: Final = 5.0
"""How long the gateway's start waits for providers; what is not there then is fetched while it serves."""
_HS256_LEAST: Final = 32
"""RFC 7518 3.2: an HMAC key at least as long as its digest."""
_PROXY_LEAST: Final = 16
_CLIENT_LEAST: Final = 8


class LiveProofs:
    """Everybody who may call by other proofs than keys, or by keys too; `close` ends the following of providers."""

    def __init__(self, identity: IdentitySettings, keys: KeySource, before: LiveProofs | None) -> None:
        """`before`: what was in force until now; it is still closed by itself.

        Raises ConfigurationError when a secret or certificate file cannot be used.
        """
        self._known = {} if before is None else {_provider(each.settings): each for each in before.followed.values()}
        self.followed: Final[dict[str, FollowedKeys]] = {}
        self._introspections: Final[dict[str, Introspection]] = {}
        proxies, applications = _read_proxies(identity), _read_applications(identity)
        self.door: Final = Door(
            keys=keys,
            tokens=TokenIdentities(self._follow(identity)),
            certificates=CertificateIdentities(identity.certificates) if identity.certificates else None,
            proxies=ProxyIdentities(proxies),
            end_users=EndUsers(applications),
        )

    def close(self) -> None:
        """Follow no provider any more."""
        for each in self.followed.values():
            each.close()
        for asking in self._introspections.values():
            asking.close()

    def _follow(self, identity: IdentitySettings) -> tuple[Audience, ...]:
        """One follower for each issuer, by the first settings that name it."""
        fetches = {each.issuer: make_fetch(each.ca_file) for each in reversed(identity.oidc)}
        for each in identity.oidc:
            if each.issuer not in self.followed:
                before = self._known.get(_provider(each))
                self.followed[each.issuer] = FollowedKeys(each, fetches[each.issuer], MONOTONIC, before=before)
        ends = MONOTONIC() + FIRST_FETCH_SECONDS
        for keys in self.followed.values():
            keys.wait(max(0.0, ends - MONOTONIC()))
        return tuple(Audience(each, self.followed[each.issuer], self._introspect(each)) for each in identity.oidc)

    def _introspect(self, settings: OidcSettings) -> Introspection | None:
        """One for each issuer, by the first settings that ask for it."""
        if settings.introspection == "off":
            return None
        found = self._introspections.get(settings.issuer)
        if found is None:
            secret, send = _read_client_secret(settings), make_send(settings.ca_file, setting="gateway.oidc[].ca_file")
            found = self._introspections[settings.issuer] = Introspection(settings, secret, send, MONOTONIC)
        return found


def _provider(settings: OidcSettings) -> tuple[str, str | None, str | None]:
    """What must be the same for its keys to be the same provider's."""
    return settings.issuer, settings.keys_url, settings.ca_file


def check_proofs(identity: IdentitySettings) -> None:
    """Reads every file that the settings name for identities. Raises ConfigurationError."""
    _read_proxies(identity)
    _read_applications(identity)
    for each in identity.oidc:
        make_fetch(each.ca_file)
        if each.introspection != "off":
            _read_client_secret(each)


def _read_proxies(identity: IdentitySettings) -> tuple[TrustedProxy, ...]:
    return tuple(
        TrustedProxy(
            each,
            None
            if each.secret_file is None
            else _read_secret(each.secret_file, f"gateway.trusted_proxies[{each.name}].secret_file", _PROXY_LEAST),
        )
        for each in identity.trusted_proxies
    )


def _read_applications(identity: IdentitySettings) -> tuple[Application, ...]:
    return tuple(
        Application(each, _read_secret(each.secret_file, f"gateway.open_webui[{each.principal}].secret_file", _HS256_LEAST))
        for each in identity.open_webui
    )


def _read_client_secret(settings: OidcSettings) -> bytes:
    path = settings.introspection_secret_file or ""
    return _read_secret(path, f"gateway.oidc[{settings.issuer}].introspection_secret_file", _CLIENT_LEAST)


def _read_secret(path: str, field: str, least: int) -> bytes:
    try:
        text = Path(path).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{field}: the file cannot be read as ASCII text", hint="check the path and its permissions"
        ) from error
    if not text.isprintable() or len(text) < least:
        raise ConfigurationError(
            f"{field}: the file does not hold one line of at least {least} characters", hint="openssl rand -hex 32 makes one"
        )
    return text.encode("ascii")
