"""Asking a running gateway to read its settings anew, and hearing how that ended.

Promises: the file is checked first, by the same rules, so that a mistake is told here and the gateway is not bothered; what the
gateway itself refuses is told with its reason. Says nothing until the gateway has decided.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from proofbook.errors import ConfigurationError, StoreUnavailable
from proofbook.wiring.gateway import check_gateway
from proofbook.wiring.home import Home
from proofbook.wiring.posts import Standing, read_posts

PATIENCE_SECONDS: Final = 30.0
"""Longer than a provider's keys and the first look at an engine take."""
_LOOK_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Reloaded:
    """Whose settings are in force now."""

    config: str
    sources: tuple[str, ...]


def reload_gateway(home: Home) -> Reloaded:
    """Have every process of the home's gateway take the settings of the file.

    Raises:
        ConfigurationError: they are wrong, or need a restart; the old ones stay in force.
        StoreUnavailable: no gateway runs, or it does not answer.
    """
    settings = check_gateway(home)
    asked = _leading(home, settings.name) or _serving(home, settings.name)
    if not asked:
        raise StoreUnavailable(f"{home.path}: no gateway {settings.name!r} runs", hint="start it with `proofbook up`")
    before = {each.pid: each.told.get("reloads", 0) for each in _all(home, settings.name)}
    for each in asked:
        os.kill(each.pid, signal.SIGHUP)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _have_taken(home, settings.name, before):
        if time.monotonic() > deadline:
            raise StoreUnavailable("the gateway did not answer in time", hint="look into its log")
        time.sleep(_LOOK_SECONDS)
    return Reloaded(str(home.config_digest), tuple(each.source for each in _serving(home, settings.name)))


def _have_taken(home: Home, gateway: str, before: Mapping[int, int]) -> bool:
    """Whether all that ran before have the settings of the file. Raises ConfigurationError when one refused them."""
    answered = True
    for each in _all(home, gateway):
        if each.pid in before:
            newer = each.told.get("reloads", 0) > before[each.pid]
            if newer and each.told.get("reload") == "refused":
                raise ConfigurationError(
                    f"the gateway refused: {each.told.get('refused')}", hint="the old settings stay in force"
                )
            answered = answered and newer and each.told.get("config") == home.config_digest
    return answered


def _serving(home: Home, gateway: str) -> tuple[Standing, ...]:
    return tuple(each for each in read_posts(home.run, gateway) if each.told.get("state") != "draining" and each.pid)


def _leading(home: Home, gateway: str) -> tuple[Standing, ...]:
    """Who leads; not one that is just writing who it is, since a signal to process 0 would reach whoever started us."""
    return tuple(each for each in read_posts(home.run, gateway, "lead") if each.pid)


def _all(home: Home, gateway: str) -> tuple[Standing, ...]:
    return _leading(home, gateway) + _serving(home, gateway)
