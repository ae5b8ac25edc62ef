"""Met, Unmet or Unknown, each with its reasons; a verdict has no truth value.

`if verdict:` raises at run time and is rejected by the type checker, because "not unmet" is not "met". The only way through is
`match`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn, TypeAlias


class _NoTruth:
    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise RuntimeError("a verdict has no truth value: match on Met, Unmet and Unknown")


@dataclass(frozen=True, slots=True)
class Met(_NoTruth):
    """What was looked for is there; `reasons` say by what."""

    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unmet(_NoTruth):
    """What was looked for is not there, or contradicts."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unknown(_NoTruth):
    """It could not be told; `reasons` say why not."""

    reasons: tuple[str, ...]


Verdict: TypeAlias = Met | Unmet | Unknown
