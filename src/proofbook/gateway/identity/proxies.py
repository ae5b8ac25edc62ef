"""Proxies that verify people and name them in a header: believed by address and secret, or not at all.

Promises: the header counts only on a connection from the proxy's own network and, where configured, with its secret beside it;
sent twice it is refused; from anyone else it is a claim, which is recorded as such and proves nothing.
Hostile input: whoever can connect from the proxy's address and knows its secret is the proxy; that is what the settings say.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from proofbook.gateway.identity.caller import Caller, VerifiedCaller, VerifiedUser
from proofbook.gateway.identity.refusals import NAMED_TWICE, PROXY_UNTRUSTED, USER_NAME_UNREADABLE
from proofbook.gateway.identity.settings import TrustedProxySettings
from proofbook.gateway.refusal import Refusal

_REMEMBERED = 4096
_LONGEST = 128


class TrustedProxy(NamedTuple):
    """A proxy and its secret, if it has one."""

    settings: TrustedProxySettings
    secret: bytes | None


class Introduction(NamedTuple):
    """What a trusted proxy says: who calls, or for whom an application calls."""

    caller: VerifiedCaller | None
    end_user: VerifiedUser | None


class _Names(NamedTuple):
    """The headers of one proxy as they come."""

    user: bytes
    groups: bytes | None
    secret: bytes | None


class ProxyIdentities:
    """Judges headers by which proxies name people."""

    def __init__(self, proxies: Iterable[TrustedProxy]) -> None:
        self._proxies = tuple((each, _names(each.settings)) for each in proxies)
        self._at: dict[str, tuple[bool, ...]] = {}
        self.headers = frozenset(name for _, names in self._proxies for name in names if name is not None)
        """The headers this looks at."""

    def assess(self, headers: Mapping[bytes, list[bytes]], address: str | None) -> Introduction | Refusal | None:
        """What the proxy at an address says; `headers` are those named in `headers`. None: no such header was sent."""
        outcome: Introduction | Refusal | None = None
        for (proxy, names), at_home in zip(self._proxies, self._proxies_at(address), strict=True):
            users, groups = headers.get(names.user), headers.get(names.groups or b"", [])
            if users is None:
                continue
            if at_home and _knows(proxy, headers.get(names.secret or b"", [])):
                return NAMED_TWICE if max(len(users), len(groups)) > 1 else _introduce(proxy.settings, users[0], groups)
            outcome = PROXY_UNTRUSTED
        return outcome

    def _proxies_at(self, address: str | None) -> tuple[bool, ...]:
        known = self._at.get(address or "")
        if known is None:
            if len(self._at) >= _REMEMBERED:
                self._at.clear()
            known = self._at[address or ""] = tuple(_is_at(each.settings, address) for each, _ in self._proxies)
        return known


def find_user(outcome: Introduction | Refusal | None) -> Caller | None:
    """The caller that a proxy's word makes; None where it says nothing about the caller."""
    if isinstance(outcome, Refusal):
        return Caller(None, outcome)
    return None if outcome is None or outcome.caller is None else Caller(outcome.caller, None)


def _introduce(settings: TrustedProxySettings, value: bytes, listed: list[bytes]) -> Introduction | Refusal:
    try:
        name = value.decode("utf-8").strip()
        groups = tuple(sorted({group.strip() for each in listed for group in each.decode("utf-8").split(",") if group.strip()}))
    except UnicodeDecodeError:
        return USER_NAME_UNREADABLE
    if not name or len(name) > _LONGEST or not name.isprintable():
        return USER_NAME_UNREADABLE
    if settings.system is None:
        return Introduction(None, VerifiedUser(name, "trusted_proxy", settings.name))
    caller = VerifiedCaller(name, settings.kind, "trusted_proxy", None, settings.system, settings.name, groups=groups)
    return Introduction(caller, None)


def _knows(proxy: TrustedProxy, sent: list[bytes]) -> bool:
    return proxy.secret is None or (len(sent) == 1 and hmac.compare_digest(sent[0], proxy.secret))


def _names(settings: TrustedProxySettings) -> _Names:
    groups, secret = settings.groups_header, settings.secret_header
    return _Names(
        settings.user_header.encode(), None if groups is None else groups.encode(), None if secret is None else secret.encode()
    )


def _is_at(settings: TrustedProxySettings, address: str | None) -> bool:
    try:
        found = ip_address((address or "").partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in network for network in settings.ranges)
