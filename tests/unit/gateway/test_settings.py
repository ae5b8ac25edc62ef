"""Settings that cannot be wrong quietly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proofbook.errors import ConfigurationError
from proofbook.gateway.settings import GatewaySettings, Limits, SystemSettings, UpstreamSettings

UPSTREAM = UpstreamSettings("engine", "http://127.0.0.1:8080")
SYSTEM = SystemSettings("support-desk", "Support desk", "test", "engine")
GOOD = GatewaySettings(upstreams=(UPSTREAM,), systems=(SYSTEM,))


def test_defaults_listen_on_this_machine_only() -> None:
    """No default makes an unsafe thing happen quietly."""
    assert (GOOD.host, GOOD.port, GOOD.source) == ("127.0.0.1", 8400, "gateway:main")


@pytest.mark.parametrize(
    "url",
    ["127.0.0.1:8080", "http://", "http://a/v1", "http://a?x", "http://u@a", "http://a:x", "http://a:99999", ""],
)
def test_odd_upstream_address_is_refused_by_field(url: str) -> None:
    """The operator learns which field to fix."""
    with pytest.raises(ConfigurationError, match=r"upstreams\[engine\]"):
        UpstreamSettings("engine", url)


def test_address_and_authority_of_an_upstream() -> None:
    """IPv6 needs brackets in one and not in the other."""
    assert UPSTREAM.address == ("127.0.0.1", 8080)
    assert UpstreamSettings("e", "http://[::1]:9/").authority == "[::1]:9"
    assert UpstreamSettings("e", "http://engine").address == ("engine", 80)


def test_system_must_name_a_known_upstream() -> None:
    """Otherwise its keys would be refused at run time."""
    with pytest.raises(ConfigurationError, match="support-desk"):
        replace(GOOD, systems=(replace(SYSTEM, upstream="other"),))


@pytest.mark.parametrize(
    "wrong",
    [
        {"upstreams": ()},
        {"upstreams": (UPSTREAM, UPSTREAM)},
        {"systems": (SYSTEM, SYSTEM)},
        {"port": 70000},
        {"heartbeat_seconds": 0},
    ],
)
def test_contradictory_settings_are_refused(wrong: dict[str, object]) -> None:
    """A value that exists is valid."""
    with pytest.raises(ConfigurationError):
        replace(GOOD, **wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_limits_are_positive() -> None:
    """Zero would be 'no limit' to some and 'nothing' to others."""
    with pytest.raises(ConfigurationError, match="body_bytes"):
        Limits(body_bytes=0)
