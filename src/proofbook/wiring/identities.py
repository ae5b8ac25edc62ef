"""Who may call, as configured: by API keys, and by whatever else the settings allow.

Promises: everything that can be wrong in the settings or files is found before the gateway serves anybody. What is needed for
other proofs than keys is imported only where such are configured: it takes megabytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofbook.gateway.identity.caller import Identities
from proofbook.gateway.identity.keys import KeyIdentities, KeySource
from proofbook.gateway.settings import GatewaySettings

if TYPE_CHECKING:
    from proofbook.wiring.proofs import LiveProofs


class LiveIdentities:
    """Everybody who may call, as configured; `close` ends the following of providers."""

    def __init__(self, settings: GatewaySettings, keys: KeySource, before: LiveIdentities | None = None) -> None:
        """`before`: what was in force until now; it is still closed by itself.

        Raises ConfigurationError when a secret or certificate file cannot be used.
        """
        self.proofs: Final[LiveProofs | None] = self._open(settings, keys, None if before is None else before.proofs)
        """Other proofs than keys; None where keys are all there is."""
        self.door: Final[Identities] = KeyIdentities(keys) if self.proofs is None else self.proofs.door
        """Keys alone go the shortest way, which is every request's."""

    def close(self) -> None:
        """Follow no provider any more."""
        if self.proofs is not None:
            self.proofs.close()

    @staticmethod
    def _open(settings: GatewaySettings, keys: KeySource, before: LiveProofs | None) -> LiveProofs | None:
        if settings.identity.keys_alone:
            return None
        from proofbook.wiring.proofs import LiveProofs

        return LiveProofs(settings.identity, keys, before)


def check_identities(settings: GatewaySettings) -> None:
    """Reads every file that the settings name for identities. Raises ConfigurationError."""
    if not settings.identity.keys_alone:
        from proofbook.wiring.proofs import check_proofs

        check_proofs(settings.identity)


def describe_identities(settings: GatewaySettings) -> dict[str, list[str]]:
    """What is allowed, for the record of the settings in force; secrets as paths only."""
    found: dict[str, list[str]] = {
        "gateway.oidc": [
            f"{each.issuer} {each.audience} {each.system} introspection:{each.introspection}" for each in settings.oidc
        ],
        "gateway.certificates": [
            f"{each.principal} {each.kind} {each.system} {each.subject or each.uri or each.fingerprint}"
            for each in settings.certificates
        ],
        "gateway.trusted_proxies": [
            f"{each.name} {each.says} {each.system or '-'} {each.user_header} {','.join(each.networks)}"
            for each in settings.trusted_proxies
        ],
        "gateway.open_webui": [f"{each.principal} {each.system} {each.end_user}" for each in settings.open_webui],
    }
    return {name: lines for name, lines in found.items() if lines}
