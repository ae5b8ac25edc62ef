"""The limits of a system, counted over all worker processes of a gateway: the same questions as in one process.

Promises: what `pace` and `budget` promise, for all workers together; a worker that is gone is in no crowd once another has its
place. Where every slot that a key could have is in use, limits of exchanges under way refuse and the others let pass. Numbers
that only another start of the machine can have left do not count. Costs a few system calls for each limited request, and nothing
where no limit is set.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final, TypeAlias

from proofbook.gateway.rules.budget import STRETCHES, Key
from proofbook.gateway.rules.limits import Limits
from proofbook.gateway.rules.pace import EXACT, MINUTE
from proofbook.gateway.rules.shared_table import SharedTable, Slot, lay_out

_Numbers: TypeAlias = tuple[float, ...]
_SLOTS: Final = 8192
_WORKERS: Final = 256
"""Posts that one gateway can have."""
_SLICES: Final = 61
"""A sixtieth of a stretch each, and the one that is only begun."""
_RATE, _CROWD, _BUDGET = lay_out((_SLOTS, 1), (_SLOTS, _WORKERS), (_SLOTS, 1 + 2 * _SLICES))


class SharedLimits:
    """What one worker counts by, over the file that it shares with the others; `close` when it has stopped."""

    def __init__(self, path: Path, number: int, live: Collection[int], monotonic: Callable[[], float]) -> None:
        """`number`: of this worker's post; `live`: of the others that run. Raises StoreUnavailable."""
        self._table = SharedTable(path, (_RATE, _CROWD, _BUDGET))
        self.limits = Limits(
            SharedRate(self._table, monotonic), SharedCrowd(self._table, number, live), SharedBudget(self._table, monotonic)
        )

    def agree(self, terms: bytes) -> bool:
        """Whether whoever asks is to say what was used before: nobody has under these terms (32 bytes)."""
        return self._table.agree(terms, _BUDGET)

    def close(self) -> None:
        """Let go of the file."""
        self._table.close()


class SharedRate:
    """Implements `Pacing` for all workers. A number for each key: when it would be empty again."""

    def __init__(self, table: SharedTable, monotonic: Callable[[], float]) -> None:
        self._table = table
        self._monotonic = monotonic

    def take(self, *wanted: tuple[Key, int]) -> float:
        """See `Pacing`."""
        with self._table.locked():
            now, longest = self._monotonic(), 0.0
            slots = self._table.find(_RATE, [key for key, _ in wanted], lambda numbers: numbers[0] <= now)
            dues = [_due(slot, now) + MINUTE / a_minute for slot, (_, a_minute) in zip(slots, wanted, strict=True)]
            longest = max((due - now - MINUTE for due in dues), default=0.0)
            if longest > EXACT:
                return longest
            for slot, due in zip(slots, dues, strict=True):
                if slot is not None:
                    slot.write(0, due)
        return 0.0


class SharedCrowd:
    """Implements `Crowding` for all workers. Each has a column of its own, so that one that died can be taken out."""

    def __init__(self, table: SharedTable, number: int, live: Collection[int]) -> None:
        self._table = table
        self._column = number - 1
        gone = [each for each in range(_WORKERS) if each + 1 not in live]
        with table.locked():
            for slot in table.slots(_CROWD):
                numbers = slot.read()
                for column in gone:
                    if numbers[column]:
                        slot.write(column, 0.0)

    def enter(self, *wanted: tuple[Key, int]) -> bool:
        """See `Crowding`."""
        with self._table.locked():
            slots = self._table.find(_CROWD, [key for key, _ in wanted], _is_empty)
            for slot, (_, limit) in zip(slots, wanted, strict=True):
                if limit and (slot is None or sum(slot.read()) >= limit):
                    return False
            self._add(slots, 1)
        return True

    def leave(self, *keys: Key) -> None:
        """See `Crowding`."""
        with self._table.locked():
            self._add(self._table.find(_CROWD, keys, _is_empty), -1)

    def _add(self, slots: Collection[Slot | None], number: int) -> None:
        for slot in slots:
            if slot is not None:
                slot.write(self._column, max(0.0, slot.read()[self._column] + number))


class SharedBudget:
    """Implements `Spending` for all workers. For each key and stretch its seconds, and slices of it, found by their number."""

    def __init__(self, table: SharedTable, monotonic: Callable[[], float]) -> None:
        self._table = table
        self._monotonic = monotonic

    def spend(self, tokens: int, *keys: tuple[Key, str], ago: float = 0.0) -> None:
        """See `Spending`; here in whatever order."""
        with self._table.locked():
            now = self._monotonic()
            for slot, (_, stretch) in zip(self._find(keys, now), keys, strict=True):
                if slot is not None:
                    _add_tokens(slot, STRETCHES[stretch], now - ago, tokens)

    def spent(self, key: Key, stretch: str) -> int:
        """Tokens used in the stretch up to now."""
        return int(sum(tokens for _, tokens in self._used((key, stretch), self._monotonic())))

    def wait(self, *wanted: tuple[Key, str, int]) -> float:
        """See `Spending`."""
        now, longest = self._monotonic(), 0.0
        for key, stretch, limit in wanted:
            used = sorted(self._used((key, stretch), now))
            left, ends = sum(tokens for _, tokens in used), now
            for end, tokens in used:
                if left < limit:
                    break
                left -= tokens
                ends = end
            longest = max(longest, ends - now)
        return longest

    def _find(self, keys: Collection[tuple[Key, str]], now: float) -> tuple[Slot | None, ...]:
        return self._table.find(_BUDGET, [(*key, stretch) for key, stretch in keys], lambda numbers: not _counted(numbers, now))

    def _used(self, key: tuple[Key, str], now: float) -> list[tuple[float, float]]:
        with self._table.locked():
            slot = self._find((key,), now)[0]
            return [] if slot is None else _counted(slot.read(), now)


def _due(slot: Slot | None, now: float) -> float:
    due = now if slot is None else slot.read()[0]
    return due if now < due <= now + 2 * MINUTE else now


def _add_tokens(slot: Slot, seconds: float, moment: float, tokens: int) -> None:
    number = moment // (seconds / (_SLICES - 1))
    place = 1 + int(number % _SLICES) * 2
    there, sum_ = slot.read()[place : place + 2]
    if there == number:
        slot.write(place, number, sum_ + tokens)
    elif there < number or not sum_ or there > number + _SLICES:
        slot.write(place, number, float(tokens))
    slot.write(0, seconds)


def _counted(numbers: _Numbers, now: float) -> list[tuple[float, float]]:
    """When each slice that still counts stops to, and its tokens."""
    seconds = numbers[0]
    slice_ = seconds / (_SLICES - 1)
    slices = zip(numbers[1::2], numbers[2::2], strict=True)
    ends = (((number + 1) * slice_ + seconds, tokens) for number, tokens in slices if tokens)
    return [(end, tokens) for end, tokens in ends if now < end <= now + seconds + 2 * slice_]


def _is_empty(numbers: _Numbers) -> bool:
    return not any(numbers)
