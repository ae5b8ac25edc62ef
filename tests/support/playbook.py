"""An exchange as a transcript: what happens, and exactly what the machine then asks for, in order.

A playbook that is never finished fails, so that no step is left unchecked.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from proofbook.gateway.exchange import Bounds, Command, Commands, Exchange, Phase
from proofbook.gateway.wire.sse import watch_for_end_mark


class Playbook:
    """Use as a context: `with Playbook() as play: play.on(play.exchange.request_read(), RecordRequest())`."""

    def __init__(self, *, hold: int = 100, reply: int = 1000) -> None:
        self.exchange = Exchange(Bounds(hold=hold, reply=reply), watch_for_end_mark)

    def on(self, happened: Commands, *expected: Command) -> Self:
        """What happened must have asked for exactly this."""
        assert list(happened) == list(expected), f"expected {expected}, got {happened}"
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            assert self.exchange.phase is Phase.ENDED, f"the exchange is left in phase {self.exchange.phase.value}"
