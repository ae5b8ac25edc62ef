"""Everything a gateway process of a home is given: what lasts from start to stop, and what new settings bring.

Promises: new settings are read, and everything they need is made, before anything of the old is let go of. What new settings do
not change stays: keys and rules keep following the book, rate limits keep their counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from proofbook import __version__
from proofbook.book.reader import BookReader
from proofbook.config.settings import Settings
from proofbook.errors import ConfigurationError, ProofbookError, StoreUnavailable
from proofbook.gateway.admission import Admission
from proofbook.gateway.classifying import Screening
from proofbook.gateway.running.figures import Tracer
from proofbook.gateway.running.lifecycle import SourceHistory
from proofbook.gateway.running.readiness import Readiness
from proofbook.gateway.running.renewal import Renewal
from proofbook.gateway.running.surroundings import Surroundings
from proofbook.gateway.settings import GatewaySettings
from proofbook.journal.receipt import Recorder
from proofbook.primitives.instants import parse_instant
from proofbook.weights.hash_cache import CachedDigests, read_cache, write_cache
from proofbook.wiring.access import LiveKeys
from proofbook.wiring.admission import LiveRules, find_policies, find_zone, make_enforcement
from proofbook.wiring.engine_starts import EngineStarts
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.identities import LiveIdentities
from proofbook.wiring.posts import Post
from proofbook.wiring.system import CLOCK, IDS, MONOTONIC

if TYPE_CHECKING:
    from proofbook.gateway.rules.sharing import SharedLimits

_FIXED: Final = ("entity", "book", "classification", "reconciliation", "capture")
"""Settings outside `gateway` that hold in a gateway's process from start to stop."""


@dataclass(frozen=True, slots=True)
class Lasting:
    """What a process has from start to stop."""

    recorder: Recorder
    post: Post
    history: SourceHistory
    fingerprint: Callable[[bytes], str]
    screening: Screening | None = None
    tracer: Tracer | None = None


@dataclass(frozen=True, slots=True)
class _Terms:
    """What follows from one version of the settings."""

    home: Home
    rules: LiveRules
    identities: LiveIdentities
    admission: Admission


class Assembly:
    """The surroundings of one gateway process; `close` when it has stopped."""

    def __init__(self, home: Home, lasting: Lasting) -> None:
        """Raises ConfigurationError, and what reading the book raises."""
        self._lasting = lasting
        self._cache = read_cache(home.hash_cache)
        self._cache_path = home.hash_cache
        self._digests = CachedDigests(self._cache, CLOCK)
        self._starts = EngineStarts()
        self._shared = _share_limits(home, lasting.post)
        self._keys = LiveKeys(home, BookReader(home.book))
        self._terms = self._make_terms(home, None)

    def surroundings(self) -> Surroundings:
        """What the gateway is given at its start."""
        return self._surround(self._terms)

    def read_renewal(self, record: Callable[[Home], None]) -> Renewal:
        """The settings as they stand in the file now. `record` says that they come into force.

        Raises:
            ConfigurationError: they are wrong, or change what only a restart can change.
        """
        old = self._terms
        home = open_home(old.home.path)
        settings = check_reloadable(old.home.settings, home.settings)
        new = self._make_terms(home, old)

        def leave() -> None:
            self._terms = new
            old.identities.close()
            if old.rules is not new.rules:
                old.rules.close()

        def abandon() -> None:
            new.identities.close()
            if new.rules is not old.rules:
                new.rules.close()

        return Renewal(settings, self._surround(new), enter=lambda: record(home), abandon=abandon, leave=leave)

    def close(self) -> None:
        """Follow the book no more."""
        self._terms.identities.close()
        self._terms.rules.close()
        self._keys.close()
        if self._shared is not None:
            self._shared.close()
        with suppress(StoreUnavailable):  # what is forgotten is hashed again; why the gateway ends matters more
            write_cache(self._cache, self._cache_path)

    def _make_terms(self, home: Home, old: _Terms | None) -> _Terms:
        settings = gateway_of(home)
        zone = find_zone(home.settings)
        same_zone = old is not None and find_zone(old.home.settings) == zone
        rules = old.rules if old is not None and same_zone else LiveRules(home, BookReader(home.book), zone)
        same = old is not None and same_zone and find_policies(old.home.settings) == find_policies(home.settings)
        admission = old.admission if old is not None and same else make_enforcement(home, rules, self._shared)
        try:
            identities = LiveIdentities(settings, self._keys, None if old is None else old.identities)
        except ProofbookError:
            if old is None or rules is not old.rules:
                rules.close()
            raise
        return _Terms(home, rules, identities, admission)

    def _surround(self, terms: _Terms) -> Surroundings:
        lasting = self._lasting
        return Surroundings(
            recorder=lasting.recorder,
            identities=terms.identities.door,
            admission=terms.admission,
            digests=self._digests,
            start_of=self._starts,
            history=lasting.history,
            clock=CLOCK,
            ids=IDS,
            fingerprint=lasting.fingerprint,
            version=__version__,
            config=terms.home.config_digest,
            screening=lasting.screening,
            tracer=lasting.tracer,
            number=lasting.post.number,
            gauges=self._gauges(),
            source=lasting.post.source,
            fresh={"keys": self._keys_are_fresh, "records": lambda: not terms.rules.current().stale},
            peers=self._peers,
            tell=self._tell,
        )

    def _gauges(self) -> Mapping[str, tuple[str, Callable[[], float]]]:
        path = self._terms.home.book

        def unsigned() -> float:
            with BookReader(path) as book:
                newest = book.latest_checkpoint()
                return book.size() - (0 if newest is None else newest.size)

        def signed_ago() -> float:
            with BookReader(path) as book:
                newest = book.latest_checkpoint()
            return -1.0 if newest is None else (CLOCK.now() - parse_instant(newest.signed_at)).total_seconds()

        return {
            "book_unsigned_entries": ("Entries that no signed checkpoint covers yet.", unsigned),
            "book_checkpoint_age_seconds": ("Age of the newest signed checkpoint; idle books are signed rarely.", signed_ago),
        }

    def _keys_are_fresh(self) -> bool:
        try:
            self._keys.current()
        except StoreUnavailable:
            return False
        return True

    def _peers(self) -> Mapping[str, str]:
        return {each.source: str(each.told.get("state", "not_ready")) for each in self._lasting.post.peers()}

    def _tell(self, readiness: Readiness, refused: str) -> None:
        state = "draining" if readiness.draining else "ready" if readiness.able else "not_ready"
        told = {"state": state, "config": self._terms.home.config_digest, "reload": readiness.reload, "refused": refused}
        self._lasting.post.tell(told | {"reloads": readiness.reloads})


def _share_limits(home: Home, post: Post) -> SharedLimits | None:
    """What processes that share a port count limits by; None where one serves alone."""
    settings = gateway_of(home)
    if settings.workers == 1 and not settings.share_port:
        return None
    from proofbook.gateway.rules.sharing import SharedLimits  # only here: one process alone has no use for it

    live = [each.number for each in post.peers()]
    return SharedLimits(home.run / f"gateway-{quote(settings.name, safe='')}.limits", post.number, live, MONOTONIC)


def gateway_of(home: Home) -> GatewaySettings:
    """The gateway's settings. Raises ConfigurationError when there are none."""
    if home.settings.gateway is None:
        raise ConfigurationError(
            f"{home.path}: no [gateway] is configured", hint="add an upstream and a system to proofbook.toml"
        )
    return home.settings.gateway


def check_reloadable(before: Settings, after: Settings) -> GatewaySettings:
    """The gateway's new settings. Raises ConfigurationError when something else changed that needs a restart."""
    changed = [name for name in _FIXED if getattr(before, name) != getattr(after, name)]
    if changed:
        raise ConfigurationError(
            f"{', '.join(changed)} changed, which a running gateway cannot do", hint="restart it, or set what it was"
        )
    if after.gateway is None:
        raise ConfigurationError("no [gateway] is configured any more", hint="stop the gateway instead")
    return after.gateway
