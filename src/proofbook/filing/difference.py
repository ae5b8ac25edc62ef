"""What differs between two bodies, field by field.

Promises: pure; every differing value is named once, in the order of the newer body; items of a list that have an id are
compared by it, others by position. Texts are as they are; whoever shows them escapes and shortens them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from proofbook.primitives.canonical import JsonValue

REASON: Final = "because"
"""Why a version was written is not what it says: it makes no difference by itself."""


class _Absent:
    def __repr__(self) -> str:
        return "absent"


ABSENT: Final[Any] = _Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs. `before` or `after` is `ABSENT` where one side does not have it at all."""

    path: str
    before: JsonValue
    after: JsonValue


def find_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Everything that differs but the reason for the version."""
    return tuple(_tables(_without_reason(before), _without_reason(after), ""))


def _without_reason(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != REASON}


def _compare(before: Any, after: Any, path: str) -> Iterator[Difference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _tables(before, after, f"{path}.")
    elif isinstance(before, list) and isinstance(after, list):
        old, new = _keyed(before), _keyed(after)
        if old is None or new is None:
            old, new = dict(enumerate(before)), dict(enumerate(after))
        yield from (
            each for key in [*new, *(key for key in old if key not in new)] for each in _one(old, new, key, f"{path}[{key}]")
        )
    elif type(before) is not type(after) or before != after:
        yield Difference(path, before, after)


def _tables(before: Mapping[str, Any], after: Mapping[str, Any], prefix: str) -> Iterator[Difference]:
    for name in [*after, *(name for name in before if name not in after)]:
        yield from _one(before, after, name, f"{prefix}{name}")


def _one(before: Mapping[Any, Any], after: Mapping[Any, Any], key: Any, path: str) -> Iterator[Difference]:
    yield from _compare(before.get(key, ABSENT), after.get(key, ABSENT), path)


def _keyed(items: list[Any]) -> dict[Any, Any] | None:
    """The items by id, when all have one and no two the same."""
    if not items or not all(isinstance(each, Mapping) and isinstance(each.get("id"), str) for each in items):
        return None
    found = {each["id"]: each for each in items}
    return found if len(found) == len(items) else None
