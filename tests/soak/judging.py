"""The book after a soak, entry by entry, held against what clients received and what reached the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from proofbook.book.fsck import inspect_book
from proofbook.journal.content_check import ContentCheck
from proofbook.records.envelope import Entry
from proofbook.vault.reader import Absent, VaultReader
from proofbook.wiring.home import Home
from support.load_client import Witnessed


@dataclass(slots=True)
class Kept:
    """What the book has of one exchange: hashes of its content, since an hour of replies is more than fits in memory."""

    request: str | None = None
    state: str | None = None
    reply: tuple[int, str] | None = None
    ends: int = 0
    refused: bool = False


@dataclass(slots=True)
class Verdict:
    """What was found. `problems` is empty when everything fits."""

    entries: int = 0
    exchanges: int = 0
    states: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def judge(home: Home, received: Iterable[Witnessed], forwarded: Iterable[str]) -> Verdict:
    """Re-derive the whole book, open everything in it, and compare."""
    kept: dict[str, Kept] = {}
    verdict = Verdict()
    with VaultReader(home.book, home.vault_key()) as vault:
        check = ContentCheck(vault)

        def see(index: int, entry: Entry) -> None:
            check.see(index, entry)
            verdict.kinds[entry.kind] += 1
            if entry.kind in {"exchange.request", "exchange.response", "exchange.refused"}:
                _see(vault, kept.setdefault(entry.subject, Kept()), index, entry)

        seen = inspect_book(home.book, fence=home.fence(home.identity().origin), each=see)
        check.finish()
    verdict.entries, verdict.exchanges = seen.entries, sum(1 for each in kept.values() if each.request is not None)
    verdict.states.update(each.state or "open" for each in kept.values() if each.request is not None)
    verdict.problems += [f"{each.place}: {each.what}" for each in (*seen.damages, *check.damages)]
    verdict.problems += [
        f"{name}: {each.ends} ends" for name, each in kept.items() if each.request is not None and each.ends != 1
    ]
    verdict.problems += _against(kept, received)
    requests = {each.request for each in kept.values()}
    verdict.problems += [f"reached the engine unrecorded: {each}" for each in forwarded if each not in requests]
    return verdict


def _see(vault: VaultReader, kept: Kept, index: int, entry: Entry) -> None:
    if entry.kind == "exchange.refused":
        kept.refused = True
        return
    slot = entry.kind.rpartition(".")[2]
    commitment = entry.body["content"].get(slot)
    content = b"" if commitment is None else vault.content(index, slot, bytes.fromhex(commitment["commit"]))
    content = b"" if isinstance(content, Absent) else content
    if slot == "request":
        kept.request = sha256(content).hexdigest()
    else:
        kept.ends += 1
        kept.state, kept.reply = str(entry.body["state"]), (len(content), sha256(content).hexdigest())


def _against(kept: dict[str, Kept], received: Iterable[Witnessed]) -> Iterator[str]:
    for each in received:
        found = kept.get(each.exchange)
        if found is None:
            yield f"{each.exchange}: answered with {each.status}, not in the book"
        elif each.status != 200:
            if found.request is None and not found.refused:
                yield f"{each.exchange}: answered with {each.status}, neither request nor refusal in the book"
        elif found.request != sha256(each.request).hexdigest():
            yield f"{each.exchange}: the recorded request is not the one that was sent"
        elif found.state != "complete":
            yield f"{each.exchange}: received whole, recorded as {found.state}"
        elif each.framed and found.reply != (each.length, each.sha256):
            yield f"{each.exchange}: the recorded reply is not the one that was received"
