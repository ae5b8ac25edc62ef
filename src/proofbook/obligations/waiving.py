"""When a decision that an occurrence does not apply counts, and why not when it does not.

Promises: nothing becomes not applicable without a reason, an approver and a requester on file, and never by one person alone.
A blank of a template is not a reason. Whether the approver had the authority is for the reader of the record; it is not
decided here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from proofbook.obligations.duty import Waiver

_BLANK = "[["


class Waivers:
    """Waivers by what they are for; those of one thing in order of their entries."""

    def __init__(self, waivers: Iterable[Waiver]) -> None:
        self._found: dict[tuple[str, str, str], list[Waiver]] = defaultdict(list)
        for waiver in sorted(set(waivers), key=lambda one: (one.entry, one.reason, one.approver, one.requester)):
            self._found[waiver.control, waiver.scope, waiver.interval].append(waiver)

    def of(self, control: str, scope: str, interval: str) -> tuple[Waiver, ...]:
        """Those that name exactly this control, scope and interval (or event)."""
        return tuple(self._found.get((control, scope, interval), ()))


def find_flaw(waiver: Waiver) -> str | None:
    """Why the waiver does not count; None when it does."""
    if not _stated(waiver.reason):
        return "no reason is stated"
    if not _stated(waiver.approver):
        return "no approver is stated"
    if not _stated(waiver.requester):
        return "no requester is stated"
    if waiver.approver.strip().casefold() == waiver.requester.strip().casefold():
        return "requested and approved by the same person"
    return None


def _stated(text: str) -> bool:
    return bool(text.strip()) and _BLANK not in text
