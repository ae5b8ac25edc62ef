"""What is kept counted by day: exchanges, the values in them, callers, lacks, denials, classes found, what engines told.

Promises: pure; the same entries give the same counts, however they are cut into batches. Whatever changes the counts of a day
moves that day's mark (`touched`), so that a question about an earlier size of the book knows which days it has to count anew.
An exchange counts as served when it has ended; the few that are open are counted when somebody asks. A classification is counted
for the first exchange of its id that stands before it, and a newer one takes the older one's place.
Does not: read or write; look-ups of what earlier batches hold are given in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from proofbook.readmodel.derive import OPEN, Cells, Classified
from proofbook.reconciliation.serving import Told, derive_served

_MOST: Final = ("max_completion_tokens", "max_tokens", "max_output_tokens", "num_predict")
_MEASURES: Final = 5

# where the cells of an exchange row stand, in the order of `add_exchange`
IDX, EXCHANGE, REFUSED, OCCURRED, RECORDED, SYSTEM = 0, 2, 3, 4, 5, 8
PRINCIPAL, KIND, METHOD, KEY = 9, 10, 11, 12
CLAIMED, VERIFIED, PROTOCOL, MODEL, ARTIFACT, BINDING, UPSTREAM, PARAMETERS = 14, 15, 17, 19, 20, 21, 22, 25
REQUEST_BYTES, FLAGS, REFUSALS, STATE, REASON, STATUS, RESPONSE_IDX, RESPONSE_RECORDED = 30, 31, 32, 33, 34, 36, 37, 39
FINISH, PROMPT, COMPLETION, FORWARDED, LAST, RESPONSE_BYTES, CACHED = 41, 42, 43, 45, 47, 48, 49

_FACETS: Final = (
    ("system", SYSTEM),
    ("principal", PRINCIPAL),
    ("claimed", CLAIMED),
    ("verified", VERIFIED),
    ("protocol", PROTOCOL),
    ("model", MODEL),
    ("artifact", ARTIFACT),
)


@dataclass(slots=True)
class Tallies:
    """Counts of one batch, by key; written as additions to what is there."""

    days: dict[str, list[int]] = field(default_factory=dict)
    facets: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    served: dict[tuple[str, ...], list[Any]] = field(default_factory=dict)
    callers: dict[tuple[str, ...], list[Any]] = field(default_factory=dict)
    flagged: dict[tuple[str, ...], list[Any]] = field(default_factory=dict)
    denied: dict[tuple[str, ...], list[Any]] = field(default_factory=dict)
    classes: dict[tuple[str, ...], list[int]] = field(default_factory=dict)
    examined: dict[tuple[str, ...], list[int]] = field(default_factory=dict)
    told: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    found: dict[tuple[str, int], bool] = field(default_factory=dict)
    """By class and exchange: whether the classification in force found it."""

    def see(self, row: Sequence[Any]) -> None:
        """A request or refusal, and its end when its row has one already."""
        index, occurred = row[IDX], row[OCCURRED]
        day = occurred[:10]
        self._day(day, index, index, 1, 0, 0, row[REQUEST_BYTES] or 0)
        for facet, place in _FACETS:
            value = row[place]
            if value is not None:
                self._facet(facet, value, day, index)
        if row[REFUSED]:
            self._refused(row, day)
            return
        system, artifact, key = row[SYSTEM] or "", row[ARTIFACT] or "", row[KEY] or ""
        caller = (day, system, row[PRINCIPAL], row[KIND], row[METHOD], key)
        _add(self.callers, caller, occurred, 1)
        if row[FLAGS] is not None:
            for flag in set(json.loads(row[FLAGS])):
                self._facet("flag", flag, day, index)
                _add(self.flagged, (day, system, flag, row[PRINCIPAL], row[KIND], key, artifact), occurred, 1)
        if row[STATE] != OPEN:
            self.end(row)

    def end(self, row: Sequence[Any]) -> None:
        """A request that was seen before has ended: `row` as it is now."""
        index, occurred, state = row[IDX], row[OCCURRED], row[STATE]
        day = occurred[:10]
        prompt, completion = row[PROMPT] or 0, row[COMPLETION] or 0
        size = (row[REQUEST_BYTES] or 0) + (row[RESPONSE_BYTES] or 0)
        latency = latency_of(row[FORWARDED], row[LAST]) or 0
        self._day(day, index, row[RESPONSE_IDX], 0, prompt + completion, latency, size)
        self._facet("state", state, day, index)
        for reason in set(_words(row[FINISH])):
            self._facet("finish", reason, day, index)
        key = (day, row[SYSTEM] or "", row[ARTIFACT] or "", row[BINDING] or "", state)
        _add(self.served, key, occurred, 1, prompt, completion)
        self._tell(row)

    def classify(self, row: Sequence[Any], new: Classified, old: Classified | None) -> None:
        """A classification of the exchange in `row`, and the one whose place it takes."""
        day, system = row[OCCURRED][:10], row[SYSTEM] or ""
        self._day(day, row[IDX], new.index, 0, 0, 0, 0)
        for each, sign in ((old, -1), (new, 1)):
            if each is None:
                continue
            key = (day, system, each.rule_set, each.looked_for, each.request[0], each.response[0])
            _sum(self.examined, key, sign, sign * (each.request[1] + each.response[1]))
            for side, kind, spans in each.counts:
                _sum(self.classes, (day, system, kind, side), sign, sign * spans)
        before = {kind for _, kind, _ in old.counts} if old is not None else set()
        after = {kind for _, kind, _ in new.counts}
        for kind in sorted(after - before):
            self.found[kind, row[IDX]] = True
            self._facet("class", kind, day, row[IDX])
        for kind in sorted(before - after):
            self.found[kind, row[IDX]] = False
            self._facet("class", kind, day, row[IDX], -1)

    def rows(self) -> Iterable[tuple[str, list[Cells]]]:
        """What to write, by question."""
        yield "count_exchanges", [(day, *cells) for day, cells in self.days.items()]
        yield "count_facet", [(*key, *cells) for key, cells in self.facets.items()]
        yield "count_served", [(*key, cells[0], cells[3], cells[4], cells[1], cells[2]) for key, cells in self.served.items()]
        yield "count_callers", [(*key, *cells[:3]) for key, cells in self.callers.items()]
        yield "count_flagged", [(*key, *cells[:3]) for key, cells in self.flagged.items()]
        yield "count_denied", [(*key, *cells[:3]) for key, cells in self.denied.items()]
        yield "count_classes", [(*key, *cells) for key, cells in self.classes.items()]
        yield "count_examined", [(*key, *cells) for key, cells in self.examined.items()]
        yield "count_told", [(*key, cells[0], *cells[3:], cells[1], cells[2]) for key, cells in self.told.items()]
        yield "add_exchange_class", [key for key, there in self.found.items() if there]
        yield "drop_exchange_class", [key for key, there in self.found.items() if not there]

    def _refused(self, row: Sequence[Any], day: str) -> None:
        index, occurred, system = row[IDX], row[OCCURRED], row[SYSTEM] or ""
        self._facet("state", row[STATE], day, index)
        if row[REASON] is not None:
            self._facet("reason", row[REASON], day, index)
        _add(self.served, (day, system, "", "", row[STATE]), occurred, 1, 0, 0)
        if row[STATE] == "denied":
            _add(self.denied, (day, system, row[PRINCIPAL], row[KIND], row[REASON] or ""), occurred, row[REFUSALS] or 0)

    def _tell(self, row: Sequence[Any]) -> None:
        """What an engine may have counted for it, beside the others of its quarter of an hour."""
        if row[UPSTREAM] is None:
            return
        told = derive_served(told_of(row))
        if told is None or told.end is None:
            return
        occurred = row[OCCURRED]
        quarter = f"{occurred[:14]}{int(occurred[14:16]) // 15 * 15:02}"
        cells = self.told.get((quarter, row[UPSTREAM]))
        if cells is None:
            cells = self.told[quarter, row[UPSTREAM]] = [0, told.start, told.end, *(0,) * (3 * _MEASURES)]
        cells[0] += 1
        cells[1] = min(cells[1], told.start)
        cells[2] = max(cells[2], told.end)
        for place, (low, high) in enumerate(told.amounts, 3):
            cells[place] += low
            if high is None:
                cells[place + 2 * _MEASURES] += 1
            else:
                cells[place + _MEASURES] += high

    def _day(self, day: str, index: int, touched: int, more: int, tokens: int, latency: int, size: int) -> None:
        cells = self.days.get(day)
        if cells is None:
            self.days[day] = [more, index, index, touched, tokens, latency, size]
            return
        cells[0] += more
        if index < cells[1]:
            cells[1] = index
        elif index > cells[2]:
            cells[2] = index
        for place, each in ((3, touched), (4, tokens), (5, latency), (6, size)):
            cells[place] = max(cells[place], each)

    def _facet(self, facet: str, value: str, day: str, index: int, more: int = 1) -> None:
        cells = self.facets.get((facet, value, day))
        if cells is None:
            self.facets[facet, value, day] = [more, index, index]
            return
        cells[0] += more
        if index > cells[2]:
            cells[2] = index
        elif index < cells[1]:
            cells[1] = index


def told_of(row: Sequence[Any]) -> Told:
    """What the book tells of the exchange in a row."""
    most = None if row[COMPLETION] is not None else most_of(row[PARAMETERS])
    return Told(
        row[UPSTREAM], row[PROTOCOL], row[STATE], row[RECORDED], row[FORWARDED], row[LAST], row[RESPONSE_RECORDED], row[STATUS],
        row[PROMPT], row[COMPLETION], row[CACHED], len(_words(row[FINISH])), most,
    )  # fmt: skip


@lru_cache(maxsize=1024)
def most_of(parameters: str | None) -> int | None:
    """The most tokens one answer was allowed to have, by the request's parameters."""
    stated = json.loads(parameters or "{}")
    found = [stated[name] for name in _MOST if type(stated.get(name)) is int and stated[name] > 0]
    return min(found, default=None)


def latency_of(forwarded: str | None, last: str | None) -> int | None:
    """Milliseconds from forwarding to the last byte; None when one is not stated or the clock went back."""
    if forwarded is None or last is None:
        return None
    try:
        spent = (datetime.fromisoformat(last[:26]) - datetime.fromisoformat(forwarded[:26])).total_seconds()
    except ValueError:
        return None
    return round(spent * 1000) if spent >= 0 else None


@lru_cache(maxsize=1024)
def _words(text: str | None) -> tuple[str, ...]:
    return () if text is None else tuple(json.loads(text))


def _add(counts: dict[tuple[str, ...], list[Any]], key: tuple[str, ...], moment: str, *more: int) -> None:
    """Cells: how many, the first, the last, further sums."""
    cells = counts.get(key)
    if cells is None:
        counts[key] = [more[0], moment, moment, *more[1:]]
        return
    cells[0] += more[0]
    if moment > cells[2]:
        cells[2] = moment
    elif moment < cells[1]:
        cells[1] = moment
    for place, each in enumerate(more[1:], 3):
        cells[place] += each


def _sum(counts: dict[tuple[str, ...], list[int]], key: tuple[str, ...], *more: int) -> None:
    cells = counts.setdefault(key, [0] * len(more))
    for place, each in enumerate(more):
        cells[place] += each
