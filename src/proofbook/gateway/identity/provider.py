"""Keeps the signing keys of one OpenID Connect provider at hand: fetched in a thread of its own, at a pace, and when asked.

Promises: `current` and `ask_again` never block. Keys that could not be fetched for longer than the bound are not given out. The
same keys fetched again are the same object, so what was verified stays verified; other keys are another one, so nothing does.
Does not: reach any address but the configured issuer's and the one its own document names, over https.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

import structlog

from proofbook.errors import MalformedRecord, ProofbookError, SourceUnavailable
from proofbook.gateway.identity.settings import OidcSettings
from proofbook.openid.addresses import check_url
from proofbook.openid.fetching import Fetch
from proofbook.openid.key_set import KeySet, parse_key_set

LOG = structlog.get_logger(__name__)
KEYS_CHANGED = "gateway.provider_keys_changed"
KEYS_NOT_FETCHED = "gateway.provider_keys_not_fetched"

LEAST_SECONDS = 10.0
"""Shortest time between two fetches, whatever callers send."""
_WELL_KNOWN = "/.well-known/openid-configuration"


class Known(NamedTuple):
    """What a provider was last seen to publish, and when, by the clock that only goes forward."""

    keys: KeySet | None
    document: bytes
    seen_at: float


class FollowedKeys:
    """Implements `ProviderKeys` by a thread that fetches. `close` ends it."""

    def __init__(
        self,
        settings: OidcSettings,
        fetch: Fetch,
        monotonic: Callable[[], float],
        *,
        least_seconds: float = LEAST_SECONDS,
        before: FollowedKeys | None = None,
    ) -> None:
        """`before`: who followed the same provider until now; what it knows is known here, and ages on."""
        self.settings = settings
        self._fetch = fetch
        self._monotonic = monotonic
        self._least_seconds = least_seconds
        self.known: Known = Known(None, b"", 0.0) if before is None else before.known
        """What was fetched last."""
        self._tried_at: float | None = None
        self._looking = False
        self._wake = threading.Event()
        self._stop = False
        self._first = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="provider-keys", daemon=True)
        self._thread.start()

    def current(self) -> KeySet | None:
        """See `ProviderKeys`."""
        known = self.known
        return None if self._monotonic() - known.seen_at > self.settings.keys_max_age_seconds else known.keys

    def ask_again(self) -> bool:
        """See `ProviderKeys`."""
        if self._looking or self._wake.is_set():
            return True
        if self._tried_at is not None and self._monotonic() - self._tried_at < self._least_seconds:
            return False
        self._wake.set()
        return True

    def wait(self, seconds: float) -> bool:
        """Wait for the first fetch to end, unless keys are known already; whether there are keys."""
        if self.known.keys is None:
            self._first.wait(seconds)
        return self.known.keys is not None

    def close(self) -> None:
        """Stop following; a fetch under way is not waited for."""
        self._stop = True
        self._wake.set()

    def _follow(self) -> None:
        while not self._stop:
            self._looking, self._tried_at = True, self._monotonic()
            self._wake.clear()
            try:
                self._look()
            except ProofbookError as error:
                LOG.warning(KEYS_NOT_FETCHED, issuer=self.settings.issuer, code=error.code, reason=error.message)
            except Exception as error:  # noqa: BLE001 - whatever a provider sends, the next look tries again
                LOG.warning(KEYS_NOT_FETCHED, issuer=self.settings.issuer, code=type(error).__name__, reason="")
            self._looking = False
            self._first.set()
            known = self.current() is not None
            self._wake.wait(self.settings.refresh_seconds if known else min(self._least_seconds, self.settings.refresh_seconds))

    def _look(self) -> None:
        started = self._monotonic()
        document = self._fetch(self.settings.keys_url or self._discover())
        keys = self.known.keys
        if keys is None or document != self.known.document:
            keys = parse_key_set(document)
            LOG.info(KEYS_CHANGED, issuer=self.settings.issuer, keys=len({kid for kid, _ in keys.by_id}))
        self.known = Known(keys, document, started)

    def _discover(self) -> str:
        """Where the provider's own document says that the keys are. Raises MalformedRecord or SourceUnavailable."""
        issuer = self.settings.issuer
        try:
            found = json.loads(self._fetch(issuer.rstrip("/") + _WELL_KNOWN))
            stated, address = found["issuer"], found["jwks_uri"]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise MalformedRecord("the provider's configuration is not a JSON object with issuer and jwks_uri") from error
        if stated != issuer:
            raise MalformedRecord(
                "the provider's configuration states another issuer", hint="write gateway.oidc.issuer as it does"
            )
        if not isinstance(address, str):
            raise SourceUnavailable("the provider's configuration names no address of keys")
        check_url(address, "jwks_uri")
        if urlsplit(issuer).scheme == "https" != urlsplit(address).scheme:  # plain http is for trials on this machine alone
            raise SourceUnavailable("the provider names an address of keys that is not https")
        return address
