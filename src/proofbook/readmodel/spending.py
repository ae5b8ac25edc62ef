"""Tokens that were used, by system and caller: what limits of tokens go on from, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from proofbook.readmodel.connection import Reader


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens of one caller of one system whose exchanges ended within one minute, which `minute` names by its beginning."""

    system: str
    issuer: str | None
    principal: str
    minute: str
    tokens: int


def tokens_spent(reader: Reader, since: str) -> Iterator[Spent]:
    """What exchanges took that began at an instant or later, in order of time. Engines that state no tokens are estimated."""
    for system, issuer, principal, minute, tokens in reader.rows("tokens_spent", {"since": since}):
        yield Spent(system, issuer, principal, f"{minute}:00.000000Z", tokens)
