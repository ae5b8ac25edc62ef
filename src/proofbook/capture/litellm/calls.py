"""Which calls of LiteLLM are under way, by its own id of the call: pure, without a clock, socket or store.

Promises: a reply is matched with the one request of that id and no other; an id that is under way cannot be taken by a second
call, since callers may choose ids; memory is bounded. Does not: know what is recorded; whoever asks records what comes out.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from proofbook.gateway.drafts import Opening
from proofbook.primitives.digest import Digest


@dataclass(slots=True)
class OpenCall:
    """A call under way. `durable` is False until its request is."""

    opening: Opening
    conversation: str
    since: float
    durable: bool = False


class Calls:
    """Calls under way, and the replies last seen."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: OrderedDict[str, OpenCall] = OrderedDict()
        self._answered: OrderedDict[str, Digest] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    @property
    def full(self) -> bool:
        """Whether no further call can be taken in."""
        return len(self._open) >= self._most

    def begin(self, call: str, opened: OpenCall) -> bool:
        """A call begins; False when one of this id is under way."""
        if call in self._open:
            return False
        self._answered.pop(call, None)
        self._open[call] = opened
        return True

    def forget(self, call: str) -> None:
        """A call's request could not be recorded: it never began."""
        self._open.pop(call, None)

    def answer(self, call: str, reply: Digest) -> OpenCall | None:
        """A reply came: the call it ends, or None when none of this id is durably under way."""
        found = self._open.get(call)
        if found is None or not found.durable:
            return None
        del self._open[call]
        self._answered[call] = reply
        if len(self._answered) > self._most:
            self._answered.popitem(last=False)
        return found

    def repeats(self, call: str, reply: Digest) -> bool:
        """Whether this very reply was seen last for this id."""
        return self._answered.get(call) == reply

    def was_answered(self, call: str) -> bool:
        """Whether a reply to the last call of this id was seen."""
        return call in self._answered

    def unanswer(self, call: str) -> None:
        """A reply could not be recorded: it was not seen."""
        self._answered.pop(call, None)

    def expire(self, before: float) -> list[OpenCall]:
        """Take out the calls that began before a moment and were not answered."""
        late = [call for call, opened in self._open.items() if opened.since < before and opened.durable]
        return [self._open.pop(call) for call in late]
