"""What the disk tests ask of a running gateway, and the one judgement over everything clients and engine saw."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from support.book_account import assess_complete, assess_forwarded, assess_witnesses, read_account
from support.crash_home import Place, read_forwarded
from support.fast_engine import derive_reply
from support.load_client import Load

SECONDS = 60.0
NO_OUTAGE = "the outage is not in the book"


def read_readiness(place: Place) -> tuple[int, dict[str, Any]]:
    """What `/readyz` says."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{place.gateway_port}/readyz", timeout=SECONDS) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, json.load(answer)


async def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for it. Raises AssertionError saying `what` is wrong when it takes too long."""
    deadline = asyncio.get_running_loop().time() + SECONDS
    while not condition():  # what is waited for is a count, not an event
        assert asyncio.get_running_loop().time() < deadline, what
        await asyncio.sleep(0.01)


async def until_answered(load: Load, status: int, more: int, what: str) -> None:
    """Wait for so many more replies with that status. Raises AssertionError saying `what` is wrong."""
    enough = load.counts[f"status {status}"] + more
    await until(lambda: load.counts[f"status {status}"] >= enough, what)


async def until_refused(load: Load, what: str, *, in_a_row: int = 20) -> None:
    """Wait for so many refusals without a reply between them. Raises AssertionError saying `what` is wrong."""
    served = refused = -1

    def enough() -> bool:
        nonlocal served, refused
        if served != load.counts["status 200"]:
            served, refused = load.counts["status 200"], load.counts["status 503"]
        return load.counts["status 503"] - refused >= in_a_row

    await until(enough, what)


def hold_against_clients(place: Place, load: Load) -> list[str]:
    """Every way in which the book does not fit what clients and engine saw."""
    account = read_account(place.home)
    found = [*account.problems, *assess_witnesses(account, load.received)]
    found += assess_complete(account, lambda request, reply: reply == derive_reply(request))
    found += assess_forwarded(account, read_forwarded(place))
    found += [f"{name}: still open" for name in account.still_open]
    return found + ([] if "store_unavailable" in account.gaps else [NO_OUTAGE])
