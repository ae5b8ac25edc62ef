"""Whether the content the book committed to is there, unchanged, or accounted for.

Goes along with an inspection of the book (`each`), opens every sealed blob, and afterwards says what is there, what was
shredded under which disposal record, and what is missing without one; and whether the holds in force are those that the entries
placed. Content is compared with its commitment and dropped at once; none is returned or shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from proofbook.book.fsck import Damage
from proofbook.errors import DigestMismatch
from proofbook.records.envelope import Entry
from proofbook.vault.reader import Absent, VaultReader


@dataclass(frozen=True, slots=True)
class _Missing:
    index: int
    slot: str
    exchange: str
    conversation: str | None


@dataclass(slots=True)
class ContentCheck:
    """The running account. Pass `see` and `freeze` to `inspect_book`, then call `finish`."""

    vault: VaultReader
    present: int = 0
    shredded: int = 0
    damages: list[Damage] = field(default_factory=list)
    _unopened: int = 0
    _missing: list[_Missing] = field(default_factory=list)
    _erased: dict[str, int] = field(default_factory=dict)
    _held: dict[str, int] = field(default_factory=dict)
    _conversations: dict[str, str] = field(default_factory=dict)

    def freeze(self) -> int:
        """Look at the vault as it stands now; the size of the book at this moment."""
        return self.vault.freeze()

    def see(self, index: int, entry: Entry) -> None:
        """Look at one entry, whose body was held against its kind already."""
        match entry.kind:
            case "content.erased":
                self._erased[entry.body["conversation"]] = index
            case "content.held":
                self._held[entry.body["conversation"]] = index
            case "content.released":
                self._held.pop(entry.body["conversation"], None)
            case "exchange.request":
                self._conversations[entry.body["exchange"]] = entry.body["conversation"]
        for slot, commitment in entry.body.get("content", {}).items():
            self._look(index, slot, bytes.fromhex(commitment["commit"]), entry)

    def finish(self) -> None:
        """Account for what is absent: shredded under a later disposal record, or missing; then for holds and stray blobs."""
        for gone in self._missing:
            owner = gone.conversation or self._conversations.get(gone.exchange, "")
            if self._erased.get(owner, -1) > gone.index:
                self.shredded += 1
            else:
                what = f"is missing and no disposal record after it names it (exchange {gone.exchange})"
                self.damages.append(Damage(f"content of entry {gone.index}, {gone.slot}", what))
        stored = self.vault.holds()
        for conversation in sorted(self._held.keys() - stored):
            place = f"hold of conversation {conversation}"
            self.damages.append(Damage(place, f"was placed by entry {self._held[conversation]} and is gone without a release"))
        for conversation in sorted(stored - self._held.keys()):
            self.damages.append(Damage(f"hold of conversation {conversation}", "is in force and no entry placed it"))
        stray = self.vault.blobs() - self.present - self._unopened
        if stray:
            self.damages.append(Damage("vault", f"holds {stray} blobs that no entry commits to"))

    def _look(self, index: int, slot: str, commit: bytes, entry: Entry) -> None:
        exchange = str(entry.body.get("exchange", entry.subject))
        try:
            found = self.vault.content(index, slot, commit)
        except DigestMismatch as error:
            self._unopened += 1
            self.damages.append(Damage(f"content of entry {index}, {slot}", f"{error.message} (exchange {exchange})"))
            return
        if isinstance(found, Absent):
            self._missing.append(_Missing(index, slot, exchange, entry.body.get("conversation")))
        else:
            self.present += 1
