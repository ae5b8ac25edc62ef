"""Signed notes, verifier keys and cosignatures: what is taken, what is refused, and why a known key that fails spoils everything."""

from __future__ import annotations

import pytest

from proofbook.verify.encoding import Damage
from proofbook.verify.notes import check_note, parse_checkpoint, parse_note, parse_vkey
from support.sample_ledger import NoteKey, b64

KEY = NoteKey("example.com/log", b"a")
WITNESS = NoteKey("witness.example/w", b"b", 4)
TEXT = b"example.com/log\n7\n" + b64(bytes(32)).encode() + b"\n"


def test_note_signed_by_a_known_key_names_it() -> None:
    """Lines of strangers beside it mean nothing."""
    note = parse_note(KEY.note(TEXT, NoteKey("stranger.example", b"x").line(TEXT)), "place")
    assert [key.name for key, _ in check_note(note, [parse_vkey(KEY.vkey, "key")], "place")] == [KEY.name]


def test_cosignature_gives_its_time() -> None:
    """The time is part of what the witness signed."""
    note = parse_note(KEY.note(TEXT, WITNESS.line(TEXT, time=1_700_000_000)), "place")
    assert [time for _, time in check_note(note, [parse_vkey(WITNESS.vkey, "key")], "place")] == [1_700_000_000]


def test_cosignature_with_another_time_does_not_verify() -> None:
    """Moving the time would move the proof."""
    line = WITNESS.line(TEXT, time=1_700_000_000)
    raw = WITNESS.key_id + (1_600_000_000).to_bytes(8, "big")
    moved = f"— {WITNESS.name} ".encode() + b64(raw + _signature(line)).encode() + b"\n"
    with pytest.raises(Damage, match="does not verify"):
        check_note(parse_note(KEY.note(TEXT, moved), "place"), [parse_vkey(WITNESS.vkey, "key")], "place")


def test_log_signature_is_no_cosignature() -> None:
    """The same secret under the other type byte: another key id, another message."""
    as_witness = NoteKey(KEY.name, b"a", 4)
    with pytest.raises(Damage, match="no trusted key"):
        check_note(parse_note(KEY.note(TEXT), "place"), [parse_vkey(as_witness.vkey, "key")], "place")


def _signature(line: bytes) -> bytes:
    import base64

    return base64.b64decode(line.split(b" ")[2])[12:]


@pytest.mark.parametrize(
    "note",
    [
        b"",
        TEXT,
        TEXT + b"\n",
        TEXT + b"\nno dash\n",
        KEY.note(TEXT)[:-1],
        KEY.note(TEXT).replace(b"\xe2\x80\x94", b"-"),
        KEY.note(TEXT).replace(b"7", b"\x07"),
        KEY.note(TEXT) + b"\xff\n",
        KEY.note(TEXT, b"\xe2\x80\x94 x AAAA\n"),
        b"x" * (600 * 1024),
    ],
)
def test_note_of_another_form_is_refused(note: bytes) -> None:
    """Nothing but Damage, whatever the bytes."""
    with pytest.raises(Damage):
        parse_note(note, "place")


@pytest.mark.parametrize("size", ["-1", "07", "+7", "7.0", "٧", "1" * 17, "", " 7"])
def test_checkpoint_with_a_strange_size_is_refused(size: str) -> None:
    """One spelling for one size."""
    with pytest.raises(Damage):
        parse_checkpoint(KEY.note(TEXT.replace(b"\n7\n", f"\n{size}\n".encode())), "place")


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        KEY.vkey[:-4],
        KEY.vkey.replace("+", "+0", 1),
        KEY.vkey.replace("example.com", "example.org"),
        "a b" + KEY.vkey[3:],
        NoteKey("n", b"a", 6).vkey,
    ],
)
def test_verifier_key_that_does_not_fit_itself_is_refused(vkey: str) -> None:
    """A mistyped key must not silently be another key."""
    with pytest.raises(Damage):
        parse_vkey(vkey, "--key")
