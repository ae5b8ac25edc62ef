"""The page of the book says by whom its checkpoint was cosigned, after checking each line itself."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from proofbook.anchoring.settings import WitnessSettings
from proofbook.book.cosignatures import CosignatureStore
from proofbook.book.reader import BookReader
from proofbook.tlog.cosignature import Cosigner
from proofbook.tlog.note import NoteSignature, format_signature_line, parse_note
from proofbook.tlog.vkey import format_vkey
from support.memory_book import SAMPLE_ORIGIN
from support.sample_entries import SampleEntries
from support.sample_portal import NOW, make_sources, running, write_book

SOUND, FORGED, SILENT, STRANGER = (Cosigner.from_seed(f"{name}.example/w", name.encode().ljust(32)) for name in "abcd")


def test_cosignatures_are_checked_one_by_one(tmp_path: Path) -> None:
    """Sound, forged, absent, and by a key nobody configured: four different things."""
    entries = SampleEntries(NOW - timedelta(minutes=5))
    entries.exchange()
    book = write_book(tmp_path, entries.raw)
    with BookReader(book) as reader:
        head = reader.latest_checkpoint()
    assert head is not None
    text, at = parse_note(head.note).text, int(NOW.timestamp())
    with closing(CosignatureStore(book)) as store:
        for each in (SOUND, FORGED, STRANGER):
            line = each.cosign(text, time_seconds=at)
            if each is FORGED:
                line = NoteSignature(line.name, line.key_id, line.signature[:-1] + b"\0")
            store.keep(SAMPLE_ORIGIN, head.size, format_vkey(each.key), format_signature_line(line).decode())
    witnesses = tuple(
        WitnessSettings(name, format_vkey(each.key), "http://witness.example")
        for name, each in (("sound", SOUND), ("forged", FORGED), ("silent", SILENT))
    )
    sources = replace(make_sources(book, tmp_path / "read" / "readmodel.sqlite"), witnesses=witnesses, quorum="all")
    with running(sources) as visitor:
        words = visitor.ask("/book").words
    assert "sound : 2026-03-02 12:00:00 UTC , checked" in words
    assert "forged : a line that its key did not make" in words
    assert "silent : not this checkpoint" in words
    assert "and 1 line by keys that are not configured" in words
    assert f"Newest witnessed {head.size} entries, by sound at 2026-03-02 12:00:00 UTC ; fewer than the settings ask for" in words
