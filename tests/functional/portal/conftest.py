"""A book of a gateway's day, served once for the tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from proofbook.demo.year.kit import write_kit
from proofbook.people.roles import Role
from proofbook.primitives.instants import FixedClock
from proofbook.tlog.vkey import format_vkey
from proofbook.wiring.home import open_home
from proofbook.wiring.portal import make_sources as make_home_sources
from support.memory_book import SAMPLE_ORIGIN, sample_signer
from support.sample_accounts import SampleAccounts, sample_visitor
from support.sample_entries import SampleEntries
from support.sample_portal import NOW, Visitor, make_sources, running, write_book

MORNING = datetime(2025, 7, 1, 6, 30, tzinfo=UTC)
UNRECORDED = "sha256:" + sha256(b"other weights").hexdigest()

OTHERS: dict[str, Any] = {
    "principal": {"id": "sample-person-1", "kind": "person", "method": "api_key", "key": "k_2", "issuer": None},
    "system": "handbook-search",
}


@dataclass(frozen=True, slots=True)
class Day:
    """A filled book, being served."""

    visitor: Visitor
    entries: SampleEntries
    first: str
    shredded: str
    refused: str
    open: str


def fill(entries: SampleEntries, exchanges: int = 120) -> dict[str, str]:
    """Exchanges of an afternoon with a gap, a refusal, an erasure, unknown bytes and an open end; ids by what they are."""
    entries.opened(SAMPLE_ORIGIN, format_vkey(sample_signer().key))
    entries.started()
    entries.artifact()
    entries.collected()
    made = {"first": entries.exchange(claimed_user={"value": "sample-end-user-12", "method": "body.user"})}
    for number in range(exchanges):
        entries.wait(seconds=60)
        made["last"] = entries.exchange(**(OTHERS if number % 4 == 0 else {}))
    since = entries.now
    entries.wait(hours=2)
    entries.started("r_2", "unclean")
    entries.gap(since)
    made["shredded"] = entries.exchange(conversation="c_shredded")
    entries.erased("c_shredded")
    model = {
        "asked": "m",
        "artifact": UNRECORDED,
        "status": "resolved",
        "method": "hash",
        "reason": None,
        "resolved_at": None,
        "remote_host": None,
    }
    entries.exchange(model=model)
    made["refused"] = entries.refused()
    made["open"] = entries.new_id("x")
    entries.request(made["open"])
    entries.now = NOW - timedelta(seconds=20)
    entries.beat("r_2", open_exchanges=1)
    return made


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """The afternoon."""
    folder: Path = tmp_path_factory.mktemp("day")
    entries = SampleEntries(NOW - timedelta(hours=6))
    made = fill(entries)
    book = write_book(folder, entries.raw)
    with running(make_sources(book, folder / "readmodel.sqlite")) as visitor:
        yield Day(visitor, entries, made["first"], made["shredded"], made["refused"], made["open"])


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """A sample year with planted faults, served as `proofbook portal` serves a home."""
    home = tmp_path_factory.mktemp("year") / "home"
    write_kit(home)
    with running(make_home_sources(open_home(home))) as visitor:
        yield visitor


@pytest.fixture(scope="session")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """The same year, looked at by the lead on the morning after it ended."""
    home = tmp_path_factory.mktemp("morning") / "home"
    write_kit(home)
    accounts = SampleAccounts({"lead": sample_visitor(Role.LEAD)})
    sources = replace(make_home_sources(open_home(home)), clock=FixedClock(MORNING), accounts=accounts)
    with running(sources) as visitor:
        name = (visitor.cookie or "").partition("=")[0]
        yield replace(visitor, cookie=f"{name}=lead")
