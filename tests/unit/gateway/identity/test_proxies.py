"""Proxies: whose word is taken, and whose is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from proofbook.gateway.identity.caller import VerifiedCaller, VerifiedUser
from proofbook.gateway.identity.proxies import Introduction, ProxyIdentities, TrustedProxy
from proofbook.gateway.identity.refusals import NAMED_TWICE, PROXY_UNTRUSTED, USER_NAME_UNREADABLE
from proofbook.gateway.identity.settings import TrustedProxySettings
from proofbook.gateway.refusal import Refusal

NEAR = TrustedProxySettings("sso", "x-forwarded-user", ("10.0.0.0/28", "fd00::5"), system="support-desk")
SECRET = b"sample-secret-of-a-proxy"
GUARDED = replace(NEAR, networks=("127.0.0.1",), secret_header="x-proxy-secret", secret_file="x")
JANE = Introduction(VerifiedCaller("jane", "person", "trusted_proxy", None, "support-desk", "sso"), None)


def _assess(
    address: str | None, settings: TrustedProxySettings = NEAR, secret: bytes | None = None, **headers: Any
) -> Introduction | Refusal | None:
    sent = {name.replace("_", "-").encode(): value if isinstance(value, list) else [value] for name, value in headers.items()}
    return ProxyIdentities([TrustedProxy(settings, secret)]).assess(sent, address)


@pytest.mark.parametrize("address", ["10.0.0.0", "10.0.0.15", "fd00::5", "::ffff:10.0.0.7", "FD00:0::5"])
def test_the_proxy_is_believed_from_its_own_address(address: str) -> None:
    """However the system spells it."""
    assert _assess(address, x_forwarded_user=b" jane ") == JANE


@pytest.mark.parametrize("address", ["10.0.0.16", "10.0.1.0", "fd00::6", "::ffff:10.0.1.1", "127.0.0.1", None, "", "socket"])
def test_nobody_else_is(address: str | None) -> None:
    """A header is easily written."""
    assert _assess(address, x_forwarded_user=b"jane") is PROXY_UNTRUSTED


def test_where_no_user_is_named_the_proxy_says_nothing() -> None:
    """Then another proof decides, or none."""
    assert _assess("10.0.0.1") is None
    assert _assess("192.0.2.1") is None


SECRETS: list[tuple[Any, bool]] = [(SECRET, True), (SECRET[:-1], False), (b"", False), ([SECRET, SECRET], False), (None, False)]


@pytest.mark.parametrize(("sent", "known"), SECRETS)
def test_a_secret_must_be_sent_once_and_whole_where_one_is_asked_for(sent: Any, *, known: bool) -> None:
    """On one machine the address alone says nothing about which program it was."""
    more = {} if sent is None else {"x_proxy_secret": sent}
    found = _assess("127.0.0.1", GUARDED, SECRET, x_forwarded_user=b"jane", **more)
    assert found == (JANE if known else PROXY_UNTRUSTED)


def test_a_header_sent_twice_is_refused() -> None:
    """One of the two may be the caller's own, passed on by a proxy that appends."""
    assert _assess("10.0.0.1", x_forwarded_user=[b"jane", b"root"]) is NAMED_TWICE
    grouped = replace(NEAR, groups_header="x-forwarded-groups")
    assert _assess("10.0.0.1", grouped, x_forwarded_user=b"jane", x_forwarded_groups=[b"a", b"root"]) is NAMED_TWICE


@pytest.mark.parametrize("value", [b"", b" ", b"a" * 129, b"jane\tdoe\x01", b"\xff\xfe", "a\u202eb".encode()])
def test_what_is_no_name_is_refused(value: bytes) -> None:
    """It would stand in every record and every list."""
    assert _assess("10.0.0.1", x_forwarded_user=value) is USER_NAME_UNREADABLE


def test_groups_come_along_for_grants() -> None:
    """As oauth2-proxy sends them."""
    found = _assess("10.0.0.1", replace(NEAR, groups_header="x-groups"), x_forwarded_user=b"jane", x_groups=b"staff, board,,")
    assert isinstance(found, Introduction)
    assert found.caller is not None
    assert found.caller.groups == ("board", "staff")


def test_a_proxy_may_name_the_end_user_instead_of_the_caller() -> None:
    """Then an application calls with its own key, and the user is verified beside it."""
    settings = replace(NEAR, says="end_user", system=None)
    assert _assess("10.0.0.1", settings, x_forwarded_user=b"jane") == Introduction(
        None, VerifiedUser("jane", "trusted_proxy", "sso")
    )


def test_of_two_proxies_the_one_that_is_there_speaks() -> None:
    """Two proxies may use the same header from different networks."""
    far = replace(NEAR, name="vpn", networks=("192.0.2.0/24",), system="reports")
    proxies = ProxyIdentities([TrustedProxy(NEAR, None), TrustedProxy(far, None)])
    found = proxies.assess({b"x-forwarded-user": [b"jane"]}, "192.0.2.9")
    assert isinstance(found, Introduction)
    assert found.caller is not None
    assert (found.caller.system, found.caller.issuer) == ("reports", "vpn")
