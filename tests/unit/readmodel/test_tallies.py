"""What is kept counted by day must be what counting every exchange gives, for any stretch, any size, however entries came in."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from proofbook.readmodel import activity, classes, traffic
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.projection import Projection
from proofbook.readmodel.telling import tell, told
from proofbook.reconciliation.choosing import choose
from proofbook.reconciliation.comparing import Reckoning
from proofbook.reconciliation.facts import Scrape
from support.memory_book import MemoryBook
from support.sample_entries import SampleEntries

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
PERSON = {"id": "sample-person", "kind": "person", "method": "api_key", "key": "k_2", "issuer": None}
RULES = "sha256:" + "7" * 64


def classified(entries: SampleEntries, exchange: str, found: dict[str, int], rule_set: str = RULES) -> None:
    """`exchange.classified` with finds in the request."""
    side = {"state": "examined", "bytes": 10, "counts": found, "not_examined": []}
    body: dict[str, Any] = {
        "exchange": exchange,
        "system": "support-assistant",
        "rule_set": rule_set,
        "looked_for": ["email", "iban"],
        "by": "gateway",
        "request": side,
        "response": {"state": "empty", "bytes": 0, "counts": {}, "not_examined": []},
    }
    entries.add("exchange.classified", exchange, body)


def five_days(seed: int = 7) -> list[bytes]:
    """Everything that is counted, across midnights: flags, denials, late ends, open ones, classes found and found again."""
    chance, entries = random.Random(seed), SampleEntries(START)
    late: list[str] = []
    for number in range(160):
        entries.wait(minutes=chance.choice((1, 7, 55, 130)))
        changes: dict[str, Any] = {"principal": PERSON} if number % 3 else {"flags": ["grant_missing"]}
        changes |= {"system": "contract-review"} if number % 4 else {}
        match number % 8:
            case 5:
                entries.refused("grant_missing", principal=PERSON, system="contract-review", count=number)
            case 6:
                late.append(entries.new_id("x"))
                entries.request(late[-1], **changes)
            case 7 if late and number < 140:
                entries.response(late.pop(0), state="client_aborted", reason="the caller left")
            case _:
                made = entries.exchange(**changes)
                if number % 2:
                    classified(entries, made, {"email": 2} if number % 5 else {})
                if number % 7 == 0:
                    classified(entries, made, {"iban": 1}, rule_set="sha256:" + "8" * 64)
    return entries.raw


@pytest.fixture(scope="module")
def raw() -> list[bytes]:
    """The entries."""
    return five_days()


@pytest.fixture(scope="module", params=[10_000, 37, 1])
def reader(request: pytest.FixtureRequest, raw: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Their projection, taken in at once, in pieces, or one by one."""
    growing: list[bytes] = []
    with Projection(tmp_path_factory.mktemp("counted") / "readmodel.sqlite", MemoryBook(growing)) as made:
        for start in range(0, len(raw), request.param):
            growing.extend(raw[start : start + request.param])
            made.catch_up()
        yield made.reader


STRETCHES = (
    ("2020-01-01T00:00:00.000000Z", "2030-01-01T00:00:00.000000Z"),
    ("2026-01-06T00:00:00.000000Z", "2026-01-08T00:00:00.000000Z"),
    ("2026-01-05T23:00:00.000000Z", "2026-01-08T05:30:00.000000Z"),
    ("2026-01-06T03:00:00.000000Z", "2026-01-06T21:00:00.000000Z"),
    ("0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"),
)
ASKED: tuple[tuple[Callable[..., tuple[Any, ...]], str], ...] = (
    (traffic.served, "traffic_served"),
    (traffic.callers, "traffic_principals"),
    (traffic.flagged, "traffic_flagged"),
    (traffic.denied, "traffic_denied"),
    (classes.found, "classes_found"),
    (classes.coverage, "classes_coverage"),
)


@pytest.mark.parametrize("stretch", STRETCHES)
@pytest.mark.parametrize(("ask", "anew"), ASKED)
def test_kept_counts_are_what_counting_gives(
    reader: Reader, raw: list[bytes], stretch: tuple[str, str], ask: Callable[..., tuple[Any, ...]], anew: str
) -> None:
    """An assessment of an earlier size must not see what came later, nor miss what was there."""
    for size in (len(raw), len(raw) - 1, len(raw) * 2 // 3, 40, 1, 0):
        bindings: dict[str, Any] = {"since": stretch[0], "until": stretch[1], "size": size, "system": None}
        counted = [_plain(row) for row in reader.rows(anew, bindings)]
        answered = [tuple(getattr(each, name) for name in each.__slots__) for each in ask(reader, *stretch, size)]
        assert [_plain(row) for row in answered] == counted, size
        if size == len(raw) and stretch == STRETCHES[0]:
            assert counted


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Lists as their text, and what nobody classified as the words for it."""
    known = [json.dumps(list(each), separators=(",", ":")) if isinstance(each, tuple) and each else each for each in row]
    return tuple(None if each in {"unclassified", ()} else each for each in known)


def test_what_engines_counted_is_compared_as_if_each_exchange_were_told(reader: Reader, raw: list[bytes]) -> None:
    """Sums of a quarter of an hour must not move an exchange across a look."""
    wide = "2020-01-01T12:00:00.000000Z", "2030-01-01T00:00:00.000000Z"
    known = [served for _, served in told(reader, *wide, len(raw))]
    under_way = [each.end for each in known if each.end and each.end > each.start]
    moments = sorted({*under_way[::2], *(each.start for each in known[3::9])})
    scrapes = [Scrape(at, f"e_{at}", "sample", ("local",), "llama.cpp", when, when, "1", {}) for at, when in enumerate(moments)]
    for size in (len(raw), len(raw) // 2):
        one_by_one, summed = (Reckoning(choose(scrapes, "look", "UTC")) for _ in range(2))
        tell(reader, *wide, size, {"local": [summed]})
        for _, served in told(reader, *wide, size):
            one_by_one.add(served)
        assert summed.close(()) == one_by_one.close(())
        assert sum(each.inside for each in summed.close(()).intervals) > 20
        assert sum(each.at_edges for each in summed.close(()).intervals) > 1


def test_days_are_counted_without_looking_at_exchanges(reader: Reader) -> None:
    """The first page's chart of thirty days must cost the same in every book."""
    since, until = "2026-01-01T00:00:00.000000Z", "2026-02-01T00:00:00.000000Z"
    by_hour = activity.counts(reader, since, until, activity.Grain.HOUR)
    by_day = activity.counts(reader, since, until, activity.Grain.DAY)
    assert {each.group: each.exchanges for each in by_day} == {
        day: sum(each.exchanges for each in by_hour if each.group[:10] == day) for day in {each.group[:10] for each in by_hour}
    }
