"""Whether the content the book committed to is there, unchanged, or accounted for.

Goes along with an inspection of the book (`each`), opens every sealed blob, and afterwards says what is there, what was
shredded under which disposal record, and what is missing without one. Content is compared with its commitment and dropped at
once; none is returned or shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from proofbook.book.fsck import Damage
from proofbook.errors import DigestMismatch
from proofbook.records.envelope import Entry
from proofbook.vault.reader import Absent, VaultReader


@dataclass(slots=True)
class ContentCheck:
    """The running account. Pass `see` to `inspect_book`, then call `finish`."""

    vault: VaultReader
    present: int = 0
    shredded: int = 0
    damages: list[Damage] = field(default_factory=list)
    _absent: list[tuple[int, str, str, str]] = field(default_factory=list)
    _erased: dict[str, int] = field(default_factory=dict)
    _conversations: dict[str, str] = field(default_factory=dict)

    def see(self, index: int, entry: Entry) -> None:
        """Look at one entry's content."""
        if entry.kind == "content.erased":
            self._erased[str(entry.body["conversation"])] = index
        exchange = str(entry.body.get("exchange", entry.subject))
        for slot, commitment in entry.body.get("content", {}).items():
            try:
                found = self.vault.content(index, slot, bytes.fromhex(commitment["commit"]))
            except DigestMismatch as error:
                self.damages.append(Damage(f"content of entry {index}, {slot}", f"{error.message} (exchange {exchange})"))
                continue
            if isinstance(found, Absent):
                self._absent.append((index, slot, exchange, str(entry.body.get("conversation", ""))))
                if "conversation" in entry.body:
                    self._conversations[exchange] = str(entry.body["conversation"])
            else:
                self.present += 1

    def finish(self) -> None:
        """Account for what is absent: shredded under a disposal record, or missing."""
        for index, slot, exchange, conversation in self._absent:
            owner = conversation or self._conversations.get(exchange, "")
            if owner in self._erased:
                self.shredded += 1
            else:
                self.damages.append(Damage(f"content of entry {index}, {slot}", "is missing and no disposal record names it"))
