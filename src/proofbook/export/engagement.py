"""What an export is for, and who runs it: given by the caller, written into the room.

Promises: frozen; texts are bounded and free of control characters, so a header stays one page. Does not know configuration.
Hostile input: ConfigurationError naming the field.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from proofbook.errors import ConfigurationError
from proofbook.primitives.instants import Period

_MAX_TEXT: Final = 200


@dataclass(frozen=True, slots=True)
class Engagement:
    """One engagement: `systems` narrows the populations that know systems; empty means all. `environment` is said as given."""

    id: str
    entity: str
    period: Period
    systems: tuple[str, ...] = ()
    environment: str = "not stated"
    apart: bool = False
    """The book holds records of other entities too: records are narrowed to those of this one."""
    of_book: bool = True
    """Whether this is the entity whose book it is: what names no entity and no system belongs to that one."""

    def __post_init__(self) -> None:
        """Raises ConfigurationError for a text that cannot stand in a header."""
        for name, text in (("id", self.id), ("entity", self.entity), ("environment", self.environment)):
            _check_text(f"engagement.{name}", text)
        for system in self.systems:
            _check_text("engagement.systems", system)


@dataclass(frozen=True, slots=True)
class RunBy:
    """Who runs an export and on what: the part of the run header that the program cannot know by itself.

    `auth` says how `run_by` was established, `clock_offset_ms` is None when it was not measured, `previous_room` is the manifest
    digest of the room delivered before, `config` the digest of the configuration in force.
    """

    run_by: str
    auth: str
    trigger: Literal["manual", "schedule"]
    host: str
    clock_source: str = "unknown"
    clock_offset_ms: int | None = None
    previous_room: str | None = None
    config: str | None = None


def _check_text(name: str, text: str) -> None:
    if not text.strip() or len(text) > _MAX_TEXT or not text.isprintable():
        raise ConfigurationError(f"{name}: {text[:40]!r} cannot be used", hint=f"1 to {_MAX_TEXT} printable characters")
