"""The rule of seeded samples over any ids: order does not matter, more keeps what there was, and every sample is the lowest tickets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from proofbook.fieldwork.selecting import Ranking, derive_ticket

SEEDS = st.binary(min_size=32, max_size=32).map(bytes.hex)
IDS = st.lists(st.text(min_size=1, max_size=12).filter(lambda text: text.isprintable()), max_size=60)


def chosen(seed: str, count: int, ids: list[str]) -> list[str]:
    """The sample of these ids."""
    ranking = Ranking[int](seed, count)
    for place, item in enumerate(ids):
        ranking.offer(item, place)
    return [item for item, _ in ranking.chosen()]


@given(SEEDS, IDS, st.integers(0, 70), st.randoms())
def test_the_order_of_rows_does_not_matter(seed: str, ids: list[str], count: int, chance: object) -> None:
    """A table sorted another way gives the same sample."""
    other = list(ids)
    chance.shuffle(other)  # type: ignore[attr-defined]  # hypothesis hands out a random.Random
    assert chosen(seed, count, ids) == chosen(seed, count, other)


@given(SEEDS, IDS, st.integers(0, 70), st.integers(0, 70))
def test_more_begins_with_what_there_was(seed: str, ids: list[str], one: int, two: int) -> None:
    """Auditors extend samples; the first items must stay the first."""
    few, many = sorted((one, two))
    assert chosen(seed, many, ids)[:few] == chosen(seed, few, ids)


@given(SEEDS, IDS, st.integers(0, 70))
def test_a_sample_is_the_ids_with_the_lowest_tickets(seed: str, ids: list[str], count: int) -> None:
    """The streaming selection is the plain rule: sort all distinct ids by ticket, take the first."""
    plain = sorted(set(ids), key=lambda item: (derive_ticket(seed, item), item))
    assert chosen(seed, count, ids) == plain[:count]


@given(SEEDS, IDS, st.integers(1, 70))
def test_of_rows_with_one_id_the_first_is_kept(seed: str, ids: list[str], count: int) -> None:
    """A repeated key is one item, and its row is the first one."""
    ranking = Ranking[int](seed, count)
    for place, item in enumerate(ids):
        ranking.offer(item, place)
    assert all(ids.index(item) == place for item, place in ranking.chosen())
