"""The list of keys: when each was last used, as far as anybody can know, and what stands out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from proofbook.cli.key_rows import KeyRow, describe_keys
from proofbook.cli.lifespan import Lifespan
from proofbook.primitives.instants import format_instant
from proofbook.readmodel import keys, sources
from proofbook.readmodel.projection import Projection
from support.memory_book import MemoryBook
from support.sample_entries import SampleEntries

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
BUSY = {"id": "a.person", "kind": "person", "method": "api_key", "key": "k_2", "issuer": None}
OTHER = BUSY | {"method": "oidc", "key": "k_1", "issuer": "https://id.sample.example"}


def _rows(tmp_path: Path, entries: SampleEntries, now: datetime) -> dict[str, KeyRow]:
    with Projection(tmp_path / "r.sqlite", MemoryBook(entries.raw)) as made:
        made.catch_up()
        found = describe_keys(keys.every(made.reader), sources.gaps(made.reader), now, timedelta(days=90))
        return {each.key.key: each for each in found}


@pytest.fixture
def entries() -> SampleEntries:
    """Two keys, of which one was used twice, refused once, and one never; its id also stands in somebody's token."""
    made = SampleEntries(START)
    made.started()
    made.key_issued("k_1")
    made.key_issued("k_2", "a.person")
    made.exchange(principal=BUSY)
    made.wait(days=10)
    made.exchange(principal=BUSY)
    made.refused(principal=BUSY, reason="path_not_served")
    made.exchange(principal=OTHER)
    return made


def test_last_use_is_the_last_exchange_on_record(tmp_path: Path, entries: SampleEntries) -> None:
    """A refusal is no use, and a token whose signing key has the same id is no key."""
    rows = _rows(tmp_path, entries, START + timedelta(days=11))
    busy, idle = rows["k_2"].as_json(), rows["k_1"].as_json()
    assert (busy["uses"], busy["refusals"]) == (2, 1)
    assert str(busy["last_use"]).startswith("2026-01-15T")
    assert (idle["uses"], idle["last_use"], idle["stands_out"]) == (0, "never", ["no expiry"])


def test_unused_for_long_stands_out_unless_something_was_not_recorded(tmp_path: Path, entries: SampleEntries) -> None:
    """Never used and not known are different."""
    later = START + timedelta(days=120)
    assert _rows(tmp_path, entries, later)["k_1"].stands_out == ("no expiry", "unused for 90 days")
    assert _rows(tmp_path, entries, START + timedelta(days=99))["k_2"].stands_out == ("no expiry",)
    since = entries.now
    entries.wait(days=100)
    entries.gap(since)
    rows = _rows(tmp_path, entries, later)
    assert {each.stands_out[1] for each in rows.values()} == {"use not known: not everything was recorded"}
    assert rows["k_1"].last_use == "unknown"


def test_a_replaced_key_says_by_which_and_until_when(tmp_path: Path, entries: SampleEntries) -> None:
    """And as of an earlier size of the book, it was not replaced."""
    until = format_instant(START + timedelta(days=11))
    entries.key_limited("k_2", until, "k_3")
    rows = _rows(tmp_path, entries, START + timedelta(days=10, hours=1))
    assert rows["k_2"].stands_out == ("replaced by k_3",)
    assert rows["k_2"].as_json()["expires"] == until
    assert "in force until 2026-01-16T09:00:00Z" in rows["k_2"].cells
    key = rows["k_2"].key
    assert key.limited_index is not None
    before = keys.at_size(key, key.limited_index)
    assert (before.expires, before.replaced_by) == (None, None)
    assert keys.at_size(key, key.limited_index + 1) == key


@pytest.mark.parametrize(
    ("text", "span"), [("90d", timedelta(days=90)), ("24h", timedelta(days=1)), (" 30m ", timedelta(minutes=30))]
)
def test_lifespans_are_read_as_people_write_them(text: str, span: timedelta) -> None:
    """A number and a unit."""
    assert Lifespan().convert(text, None, None) == span


@pytest.mark.parametrize("text", ["", "90", "d", "0d", "-1d", "1w", "1.5h", "999999d", "١d", "9" * 40 + "m"])
def test_anything_else_is_no_lifespan(text: str) -> None:
    """A misread one would keep a key alive."""
    with pytest.raises(click.BadParameter):
        Lifespan().convert(text, None, None)
