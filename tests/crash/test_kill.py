"""Two hundred times `kill -9` in the midst of traffic, and not one reply that a client received may be missing.

Each test kills one book's gateway (or the gateway and its engine together) ten times at random moments, also while it starts,
re-derives the whole book as the kill left it, starts again and looks what the start made of it. The book goes on through all ten.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from proofbook.demo.organisation import FIRST_MODEL
from proofbook.demo.scene import models_folder
from support.book_account import (
    Account,
    Judge,
    assess_complete,
    assess_forwarded,
    assess_witnesses,
    is_complete_json_or_stream,
    read_account,
    read_entries,
)
from support.crash_home import Place, ending, make_place, read_forwarded, start_fast_engine, start_gateway, start_real_engine
from support.fast_engine import derive_reply
from support.load_client import Load, Witnessed
from support.nursery import Nursery, Started, running_nursery
from support.outage import until

KILLS = 10
FAST_BATCHES, REAL_BATCHES = 9, 1
"""Of each kind, gateway alone and whole tree: 2 x (9 + 1) x 10 = 200 kills in all."""
DURING_START = 0.2
"""Share of kills that hit a gateway before it listens, while it closes what the kill before left open."""
LONGEST_LOAD_SECONDS = 0.3
FEWEST_REPLIES = 3
LONGEST_START_SECONDS = 0.15
DRAIN_SECONDS = 0.03

pytestmark = pytest.mark.crash


@dataclass(slots=True)
class Trial:
    """One book through its kills."""

    place: Place
    engine: Callable[[], Started]
    judge: Judge
    whole_tree: bool
    nursery: Nursery | None
    chance: random.Random
    connections: int = 8
    extra: dict[str, object] = field(default_factory=dict)
    received: list[Witnessed] = field(default_factory=list)
    kills: int = 0

    def run(self) -> Account:
        """All kills, each followed by a look at what it left; the account of the book after the last restart."""
        with ending([]) as running:
            running.append(self.engine())  # one by one, so that the first is ended when the second does not start
            running.append(start_gateway(self.place, self.nursery))
            while self.kills < KILLS:
                self._kill_under_load(running)
                self._check(read_account(self.place.home), after="the kill")
                if self.whole_tree:
                    running[0] = self.engine()
                running[1] = start_gateway(self.place, self.nursery)
                account = read_entries(self.place.home)
                assert account.problems == [], f"after the restart number {self.kills}"
                assert account.still_open == [], "a restart left exchanges open"
                assert account.gaps.count("unclean_stop") == account.starts - 1
            running[1].kill(signal.SIGTERM)
            running[1].wait()
        assert [each.name for each in self.place.logs.rglob("*.new")] == [], "a kill left half a file behind for good"
        account = read_account(self.place.home)
        self._check(account, after="an orderly stop after kill")
        print(f"{self.kills} kills, {len(self.received)} replies received, {account.entries} entries, {account.states()}")  # noqa: T201
        return account

    def _kill_under_load(self, running: list[Started]) -> None:
        load = Load(
            "127.0.0.1",
            self.place.gateway_port,
            self.place.tokens,
            f"{self.kills}",
            connections=self.connections,
            extra=self.extra,
        )
        asyncio.run(load.run(self._kill_soon(running, load)))
        assert load.counts["status 200"] == sum(each.status == 200 for each in load.received)
        self.received += load.received
        if self.chance.random() < DURING_START and self.kills + 1 < KILLS:
            self._kill_while_starting(running)

    async def _kill_soon(self, running: list[Started], load: Load) -> None:
        if self.kills % 2:  # so that there are replies to be missed, however slow the machine; else at any moment
            await until(lambda: len(load.received) >= FEWEST_REPLIES, "traffic does not flow")
        await asyncio.sleep(self.chance.uniform(0.02, LONGEST_LOAD_SECONDS))
        doomed = running if self.whole_tree else running[1:]
        for each in self.chance.sample(doomed, len(doomed)):
            each.kill()
        await asyncio.sleep(DRAIN_SECONDS)  # what the kernel still holds for the clients counts as received
        for each in doomed:
            each.wait()
        self.kills += 1

    def _kill_while_starting(self, running: list[Started]) -> None:
        running[1] = start_gateway(self.place, self.nursery, wait=False)
        asyncio.run(self._after_a_moment(running[1]))

    async def _after_a_moment(self, gateway: Started) -> None:
        await asyncio.sleep(self.chance.uniform(0, LONGEST_START_SECONDS))
        gateway.kill()
        gateway.wait()
        self.kills += 1

    def _check(self, account: Account, *, after: str) -> None:
        found = [*account.problems, *assess_witnesses(account, self.received), *assess_complete(account, self.judge)]
        found += assess_forwarded(account, read_forwarded(self.place))
        assert found == [], f"after {after} number {self.kills}"


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """One for all batches of a worker."""
    with running_nursery() as found:
        yield found


def is_derived(request: bytes, reply: bytes) -> bool:
    """The fast engine's reply is known beforehand."""
    return reply == derive_reply(request)


@pytest.mark.parametrize("whole_tree", [False, True], ids=["gateway", "tree"])
@pytest.mark.parametrize("batch", range(FAST_BATCHES))
def test_no_received_reply_is_lost(tmp_path: Path, nursery: Nursery, batch: int, whole_tree: bool) -> None:  # noqa: FBT001
    """A reply that reached a client is evidence; one that is missing after a crash makes the book a sample, not a record."""
    place = make_place(tmp_path)
    chance = random.Random(f"{batch} {whole_tree}")
    trial = Trial(place, lambda: start_fast_engine(place), is_derived, whole_tree, nursery, chance)
    account = trial.run()
    assert trial.kills == KILLS
    assert len(trial.received) > KILLS, "the load did not reach the gateway"
    assert account.states().get("recorder_gap", 0) > 0, "no kill hit an open exchange, so nothing was tried"


@pytest.mark.real
@pytest.mark.parametrize("whole_tree", [False, True], ids=["gateway", "tree"])
@pytest.mark.parametrize("batch", range(REAL_BATCHES))
def test_no_reply_of_a_real_model_is_lost(tmp_path: Path, batch: int, whole_tree: bool) -> None:  # noqa: FBT001
    """The same with llama.cpp behind and the installed command in front, as an operator runs it."""
    place = make_place(tmp_path)
    model = models_folder() / FIRST_MODEL
    trial = Trial(
        place,
        lambda: start_real_engine(place, model),
        is_complete_json_or_stream,
        whole_tree,
        None,
        random.Random(f"real {batch} {whole_tree}"),
        connections=4,
        extra={"max_tokens": 24},
    )
    account = trial.run()
    assert trial.kills == KILLS
    assert len(trial.received) > KILLS, "the load did not reach the gateway"
    assert whole_tree or "upstream_error" not in account.states(), "the engine was well all the time"
