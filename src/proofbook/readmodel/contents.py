"""Questions about confidential content: what was erased, what is held."""

from __future__ import annotations

from dataclasses import dataclass

from proofbook.readmodel.connection import Reader


@dataclass(frozen=True, slots=True)
class ContentEvent:
    """Something that happened to the content of a conversation: erased, held or released."""

    index: int
    kind: str
    conversation: str
    recorded: str
    reason: str


@dataclass(frozen=True, slots=True)
class Hold:
    """A conversation under a hold that has not been released."""

    conversation: str
    index: int
    recorded: str
    reason: str


def of_conversation(reader: Reader, conversation: str) -> tuple[ContentEvent, ...]:
    """What happened to one conversation's content, oldest first."""
    return tuple(ContentEvent(*row) for row in reader.rows("content_events", {"conversation": conversation}))


def held(reader: Reader) -> tuple[Hold, ...]:
    """Conversations under a hold."""
    return tuple(Hold(*row) for row in reader.rows("conversations_held"))


def count_erased(reader: Reader, size: int) -> int:
    """How many conversations had been erased within the first `size` entries."""
    row = reader.row("conversations_erased", {"size": size})
    return 0 if row is None else int(row[0])
