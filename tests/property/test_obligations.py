"""Whatever the calendar, the zone and the facts: the grid is a function of the facts, and facts only ever help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from proofbook.obligations.cadence import Cadence
from proofbook.obligations.duty import Blind, Cell, Occurrence, Performance, Rule, State, Waiver
from proofbook.obligations.grid import assess
from proofbook.obligations.midnights import Midnights
from proofbook.obligations.owed import Slot, expected, owed_slots
from proofbook.obligations.rollup import WORST_FIRST, count_states, roll_up
from proofbook.primitives.instants import Period, format_instant, parse_instant
from support.duty_builder import CONTROL, LONG_AGO, SCOPE

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Pacific/Apia",
    "Etc/GMT+12",
    "America/Havana",
]
GRIDDED = [cadence for cadence in Cadence if cadence is not Cadence.PER_EVENT]
COUNTED = [cadence for cadence in GRIDDED if cadence is not Cadence.CONTINUOUS]
FIRST = date(2011, 11, 1)
Facts = tuple[list[Rule], list[Performance], list[Waiver], list[Blind]]


def days(span: int = 500) -> st.SearchStrategy[date]:
    """Days around Samoa's missing one, a leap day and two year ends."""
    return st.integers(0, span).map(lambda number: FIRST + timedelta(days=number))


@st.composite
def periods(draw: st.DrawFn, zone: str) -> Period:
    """A day or two years."""
    if draw(st.sampled_from([True, True, False])):
        return Period(FIRST, FIRST + timedelta(days=500), zone)
    first, last = sorted((draw(days()), draw(days())))
    return Period(first, last, zone)


@st.composite
def duties(draw: st.DrawFn, zone: str, cadences: Sequence[Cadence]) -> list[Rule]:
    """One duty, in up to three versions that follow each other, with or without a rest between them."""
    rules: list[Rule] = []
    starts = draw(days(150)) - timedelta(days=100)
    cadence, observed = draw(st.sampled_from(cadences)), draw(st.booleans())
    for _ in range(draw(st.integers(1, 3))):
        ends = starts + timedelta(days=draw(st.sampled_from([400, 150, 60, 25, 0])))
        grace = draw(st.sampled_from([0, 5, 10, 45]))
        rules.append(Rule(CONTROL, SCOPE, cadence, zone, starts, ends, grace, observed))
        starts = ends + timedelta(days=draw(st.integers(1, 40)))
        if draw(st.booleans()):
            cadence = draw(st.sampled_from(cadences))
    return rules


@st.composite
def moments(draw: st.DrawFn, zone: str, owed: Sequence[Occurrence] = ()) -> datetime:
    """Mostly the very edges of days, where mistakes live, and soon after something was owed or due."""
    day = draw(days())
    near: bool = draw(st.booleans())
    if owed and near:
        one = draw(st.sampled_from(owed))
        day = draw(st.sampled_from([one.first, one.last, one.due])) + timedelta(days=draw(st.integers(0, 4)))
    edge = parse_instant(Midnights(zone).begins(day)).astimezone(UTC)
    return edge + draw(st.sampled_from([timedelta(microseconds=-1), timedelta(), timedelta(hours=11)]))


@st.composite
def performances(draw: st.DrawFn, zone: str, owed: Sequence[Occurrence]) -> Performance:
    """Complete or not, recorded early, in time or late, naming an interval or not."""
    occurred = draw(moments(zone, owed))
    recorded = occurred + timedelta(days=draw(st.sampled_from([0, 0, 0, 0, 0, 1, 20, -3])))
    named = draw(st.sampled_from([*[None] * 9, *(one.interval for one in owed[:9])]))
    complete = draw(st.sampled_from([True, True, True, True, True, False]))
    entry = f"e_{draw(st.uuids())}"
    return Performance(entry, CONTROL, SCOPE, format_instant(occurred), format_instant(recorded), complete, "", None, named)


@st.composite
def worlds(draw: st.DrawFn, cadences: Sequence[Cadence] = tuple(GRIDDED)) -> tuple[Facts, Period, datetime, str]:
    """A duty, everything on file about it, a period, a moment to look back from and the beginning of the book."""
    zone = draw(st.sampled_from(ZONES))
    rules = draw(duties(zone, cadences))
    period = draw(periods(zone))
    reach = Period(FIRST, FIRST + timedelta(days=500), zone)
    owed = [one for rule in rules for one in expected(rule, reach)][-40:]
    file = draw(
        st.lists(
            performances(zone, owed), min_size=draw(st.sampled_from([8, 3, 0])), max_size=16, unique_by=lambda one: one.entry
        )
    )
    people = st.sampled_from(["sample-person-1", "sample-person-2", ""])
    waivers = [
        Waiver("e_waiver", CONTROL, SCOPE, one.interval, "a reason", draw(people), draw(people))
        for one in draw(st.lists(st.sampled_from(owed), max_size=3) if owed else st.just([]))
    ]
    edges = draw(st.lists(st.tuples(moments(zone), st.integers(0, 10)), max_size=3))
    blinds = [Blind(format_instant(start), format_instant(start + timedelta(days=long)), "gap") for start, long in edges]
    as_of = draw(st.sampled_from([draw(moments(zone)), *[datetime(2020, 1, 1, tzinfo=UTC)] * 3]))
    began = draw(st.one_of(st.just(LONG_AGO), moments(zone).map(format_instant)))
    return (rules, file, waivers, blinds), period, as_of, began


def state_of(cells: Sequence[Cell]) -> dict[tuple[str, str], State]:
    """State by cadence and interval; fails when one comes twice."""
    found = {(cell.occurrence.cadence.value, cell.occurrence.interval): cell.state for cell in cells}
    assert len(found) == len(cells)
    return found


@settings(max_examples=150, deadline=None)
@given(worlds(), st.data())
def test_a_period_cut_in_two_gives_the_same_states(world: tuple[Facts, Period, datetime, str], data: st.DataObject) -> None:
    """Interim testing and roll-forward together must be the whole year: nothing lost, doubled or judged differently."""
    facts, period, as_of, began = world
    whole = assess(*facts, period, as_of, began)
    ends = [cell.occurrence.last for cell in whole]
    anywhere = st.dates(period.first, period.last)
    middle = data.draw(st.one_of(st.sampled_from(ends), anywhere) if ends else anywhere)
    joined = list(assess(*facts, Period(period.first, middle, period.zone), as_of, began))
    if middle < period.last:
        joined += assess(*facts, Period(middle + timedelta(days=1), period.last, period.zone), as_of, began)
    assert state_of(joined) == state_of(whole)
    assert sorted(cell.entries for cell in joined) == sorted(cell.entries for cell in whole)


@settings(max_examples=100, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(world: tuple[Facts, Period, datetime, str], order: Random) -> None:
    """Two runs over one closed period give the same rows, however the rows were read."""
    (rules, file, waivers, blinds), period, as_of, began = world
    one_way = assess(rules, file, waivers, blinds, period, as_of, began)
    rules, file = order.sample(rules, len(rules)), order.sample(file, len(file))
    waivers, blinds = order.sample(waivers, len(waivers)), order.sample(blinds, len(blinds))
    assert assess(rules, file, waivers, blinds, period, as_of, began) == one_way


RANK = {State.DONE: 2, State.LATE: 1}


@settings(max_examples=200, deadline=None)
@given(worlds(), st.data())
def test_one_more_performance_never_makes_a_state_worse(world: tuple[Facts, Period, datetime, str], data: st.DataObject) -> None:
    """Whoever adds a true record must not lose by it; done stays done, late stays late or becomes done."""
    (rules, file, waivers, blinds), period, as_of, began = world
    owed = [cell.occurrence for cell in assess(rules, file, waivers, blinds, period, as_of, began)]
    more = data.draw(performances(period.zone, owed[:40]))
    before = state_of(assess(rules, file, waivers, blinds, period, as_of, began))
    after = state_of(assess(rules, [*file, more], waivers, blinds, period, as_of, began))
    assert before.keys() == after.keys()
    for key, state in before.items():
        assert RANK.get(after[key], 0) >= RANK.get(state, 0)
        if after[key] not in RANK:
            assert after[key] is state


@settings(max_examples=150, deadline=None)
@given(worlds(COUNTED))
def test_a_performance_stands_for_one_occurrence_and_in_its_window(world: tuple[Facts, Period, datetime, str]) -> None:
    """And only if it is complete, was known, and names nothing else."""
    (rules, file, waivers, blinds), period, as_of, began = world
    by_entry = {one.entry: one for one in file}
    cells = [cell for cell in assess(rules, file, waivers, blinds, period, as_of, began) if cell.state in RANK]
    chosen = [by_entry[cell.entries[0]] for cell in cells]
    assert max(Counter(chosen).values(), default=1) == 1
    midnights = Midnights(period.zone)
    for cell, one in zip(cells, chosen, strict=True):
        due_over = midnights.begins(cell.occurrence.due + timedelta(days=1))
        assert one.complete
        assert max(one.recorded, one.occurred) <= format_instant(as_of)
        assert one.interval in {None, cell.occurrence.interval}
        assert midnights.begins(cell.occurrence.first) <= one.occurred
        assert (one.occurred < due_over) == (cell.state is State.DONE)
        assert cell.late_recorded == (parse_instant(one.recorded) - parse_instant(one.occurred) > timedelta(days=7))


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_states_are_given_for_their_stated_cause_only(world: tuple[Facts, Period, datetime, str]) -> None:
    """Missed and unknown only when the due day is over; unknown only with a cause; not applicable only by two people."""
    (rules, file, waivers, blinds), period, as_of, began = world
    sound = {one.interval for one in waivers if "" not in {one.approver, one.requester} and one.approver != one.requester}
    midnights = Midnights(period.zone)
    for cell in assess(rules, file, waivers, blinds, period, as_of, began):
        told = cell.occurrence
        over = format_instant(as_of) >= midnights.begins(told.due + timedelta(days=1))
        assert (cell.state is State.NOT_APPLICABLE) <= (told.interval in sound)
        assert (cell.state in {State.MISSED, State.UNKNOWN}) <= over
        assert (cell.state is State.NOT_DUE) <= (not over)
        if told.cadence is Cadence.CONTINUOUS:
            assert cell.state not in {State.MISSED, State.LATE}
        elif cell.state is State.UNKNOWN:
            assert began > LONG_AGO or (blinds and rules[0].observed)
        assert cell.reason


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_every_owed_interval_has_one_cell(world: tuple[Facts, Period, datetime, str]) -> None:
    """Intervals of one cadence do not overlap, end in the period and are owed by at least half, or by a day if continuous."""
    facts, period, as_of, began = world
    cells = assess(*facts, period, as_of, began)
    assert len(state_of(cells)) == len(cells)
    alive: dict[Cadence, set[date]] = {one.cadence: set() for one in facts[0]}
    for one in facts[0]:
        alive[one.cadence] |= {
            one.starts + timedelta(days=day) for day in range(((one.ends or one.starts) - one.starts).days + 1)
        }
    owed = {(cell.occurrence.cadence, cell.occurrence.interval): cell.occurrence for cell in cells}
    for told in owed.values():
        span = [told.first + timedelta(days=day) for day in range((told.last - told.first).days + 1)]
        living = sum(day in alive[told.cadence] for day in span)
        assert period.first <= told.last <= period.last
        assert living >= 1 if told.cadence is Cadence.CONTINUOUS else 2 * living >= len(span)
        assert told.part == (living < len(span) or told.first < period.first)
    for cadence in {one.cadence for one in facts[0]}:
        found = sorted((told.first, told.last) for (one, _), told in owed.items() if one is cadence)
        assert all(before[1] < after[0] for before, after in pairwise(found))


@settings(max_examples=100, deadline=None)
@given(worlds(COUNTED))
def test_no_way_of_sharing_out_would_leave_more_in_time(world: tuple[Facts, Period, datetime, str]) -> None:
    """Compared with a search through every way to share them out: nobody is told missed because of a clumsy order."""
    (rules, file, _, _), period, as_of, _ = world
    free = [one for one in file if one.interval is None and one.complete and _was_known(one, as_of)]
    everything = Period(date(2011, 1, 1), date(2013, 12, 31), period.zone)
    slots = owed_slots(rules, everything.first, everything.last, everything, Midnights(period.zone))
    cells = assess(rules, free, [], [], everything, as_of, LONG_AGO)
    assert sum(cell.state is State.DONE for cell in cells) == _most_in_time(free, slots)


def _was_known(one: Performance, as_of: datetime) -> bool:
    early = parse_instant(one.occurred) - parse_instant(one.recorded) > timedelta(days=1)
    return max(one.recorded, one.occurred) <= format_instant(as_of) and not early


def _most_in_time(file: Sequence[Performance], slots: Sequence[Slot]) -> int:
    """Size of the largest matching, by augmenting paths."""
    taken: dict[int, int] = {}

    def place(one: int, seen: set[int]) -> bool:
        for number, slot in enumerate(slots):
            if slot.opens <= file[one].occurred < slot.closes and number not in seen:
                seen.add(number)
                if number not in taken or place(taken[number], seen):
                    taken[number] = one
                    return True
        return False

    return sum(place(one, set()) for one in range(len(file)))


@settings(max_examples=60, deadline=None)
@given(worlds(), st.integers(0, 40))
def test_a_sum_is_the_worst_of_its_parts(world: tuple[Facts, Period, datetime, str], cut: int) -> None:
    """Summing by control and then by criterion gives the same as summing at once; no cell is lost in the count."""
    facts, period, as_of, began = world
    cells = assess(*facts, period, as_of, began)
    parts = [roll_up(part) for part in (cells[:cut], cells[cut:]) if part]
    if parts:
        assert roll_up(cells) is min(parts, key=WORST_FIRST.index)
    assert sum(count_states(cells).values()) == len(cells)
