"""Archives that only their receivers can open, made whole or not at all."""

from __future__ import annotations

import io
import tarfile
from hashlib import sha256
from pathlib import Path

import pyrage
import pytest

from proofbook.book.interface import StoredCheckpoint
from proofbook.errors import InputError, RefusedError, StoreUnavailable
from proofbook.export.archive import encrypted_archive, parse_recipients, read_recipients
from proofbook.export.room import ExportedRoom
from proofbook.primitives.instants import FixedClock
from proofbook.wiring.handing_out import hand_out_room
from support.draft_builder import START
from support.memory_recorder import MemoryRecorder

RECEIVER, OTHER, STRANGER = (pyrage.x25519.Identity.generate() for _ in range(3))
_MANIFEST = "sha256:" + "5" * 64


def make_room(folder: Path) -> ExportedRoom:
    """A small room: what matters here is that every byte comes back."""
    folder.joinpath("00_README_and_index").mkdir(parents=True)
    folder.joinpath("00_README_and_index", "README.md").write_bytes(b"sample\n")
    folder.joinpath("large.bin").write_bytes(bytes(range(256)) * 12_000)
    return ExportedRoom(folder, _MANIFEST, 2, StoredCheckpoint(1, b"\0" * 32, b"", "2026-01-01T00:00:00.000000Z"), (), ())


def opened(archive: bytes, identity: pyrage.x25519.Identity) -> dict[str, bytes]:
    """What a receiver finds in it."""
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(archive, [identity]))) as tar:
        return {each.name: tar.extractfile(each).read() for each in tar.getmembers()}  # type: ignore[union-attr]  # files only


def test_each_receiver_finds_the_room_and_nobody_else(tmp_path: Path) -> None:
    """The whole point."""
    make_room(tmp_path / "room")
    recipients = parse_recipients([str(RECEIVER.to_public()), str(OTHER.to_public()), str(RECEIVER.to_public())])
    with encrypted_archive(tmp_path / "room", tmp_path / "room.age", recipients) as made:
        assert not tmp_path.joinpath("room.age").exists()
    data = tmp_path.joinpath("room.age").read_bytes()
    assert (made.size, made.sha256) == (len(data), sha256(data).hexdigest())
    assert data.startswith(b"age-encryption.org/v1\n")
    assert b"sample" not in data
    for each in (RECEIVER, OTHER):
        found = opened(data, each)
        assert sorted(found) == ["evidence-room/00_README_and_index/README.md", "evidence-room/large.bin"]
        assert found["evidence-room/large.bin"] == bytes(range(256)) * 12_000
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(data, [STRANGER])


def test_the_same_room_gives_the_same_stream(tmp_path: Path) -> None:
    """Who compares two deliveries compares what is in them; neither time nor user of the machine is."""
    make_room(tmp_path / "room")
    recipients, streams = parse_recipients([str(RECEIVER.to_public())]), []
    for name in ("a", "b"):
        with encrypted_archive(tmp_path / "room", tmp_path / name, recipients):
            pass
        streams.append(pyrage.decrypt(tmp_path.joinpath(name).read_bytes(), [RECEIVER]))
        tmp_path.joinpath("room", "large.bin").touch()
    assert streams[0] == streams[1]


def test_handing_out_is_on_record_before_the_archive_is_there(tmp_path: Path) -> None:
    """With its digest, the keys that open it, and whom it is for; nothing readable is left."""
    told = MemoryRecorder(FixedClock(START))
    recipients = parse_recipients([str(RECEIVER.to_public())])
    out = tmp_path / "out" / "room.age"
    out.parent.mkdir()
    made = hand_out_room(told, "sample-2026", out, recipients, to="Sample Auditor", export=make_room)
    (entry,) = told.of_kind("room.delivered")
    assert entry.body["archive"] == f"sha256:{sha256(out.read_bytes()).hexdigest()}"
    assert (entry.body["recipients"], entry.body["to"]) == ([str(RECEIVER.to_public())], "Sample Auditor")
    assert (entry.body["manifest"], entry.body["bytes"]) == (_MANIFEST, made.archive.size)
    assert [each.name for each in out.parent.iterdir()] == ["room.age"]


def test_what_cannot_be_recorded_is_not_handed_out(tmp_path: Path) -> None:
    """And leaves nothing behind, neither archive nor room."""
    told = MemoryRecorder(FixedClock(START))
    told.fail_with = StoreUnavailable("sample failure")
    with pytest.raises(StoreUnavailable, match="sample failure"):
        hand_out_room(
            told, "sample-2026", tmp_path / "room.age", parse_recipients([str(RECEIVER.to_public())]), to="", export=make_room
        )
    assert list(tmp_path.iterdir()) == []


def test_a_room_that_cannot_be_read_leaves_no_archive(tmp_path: Path) -> None:
    """Half an archive would look like a whole one to whoever cannot open it."""
    make_room(tmp_path / "room")
    tmp_path.joinpath("room", "large.bin").unlink()
    tmp_path.joinpath("room", "large.bin").symlink_to(tmp_path / "nowhere")
    recipients = parse_recipients([str(RECEIVER.to_public())])
    with pytest.raises(StoreUnavailable), encrypted_archive(tmp_path / "missing" / "x", tmp_path / "no" / "room.age", recipients):
        pytest.fail("it was written")
    with encrypted_archive(tmp_path / "room", tmp_path / "room.age", recipients):
        pass
    found = opened(tmp_path.joinpath("room.age").read_bytes(), RECEIVER)
    assert list(found) == ["evidence-room/00_README_and_index/README.md"]  # what a link leads to is not the room's


def test_an_archive_is_never_overwritten(tmp_path: Path) -> None:
    """It may have been handed over already."""
    make_room(tmp_path / "room")
    out = tmp_path / "room.age"
    out.write_bytes(b"the first")
    recipients = parse_recipients([str(RECEIVER.to_public())])
    with pytest.raises(RefusedError), encrypted_archive(tmp_path / "room", out, recipients):
        pytest.fail("it was overwritten")
    assert out.read_bytes() == b"the first"


@pytest.mark.parametrize(
    "text",
    ["", "age1", "ssh-ed25519 AAAA", str(RECEIVER), "age1" + "q" * 58],
    ids=["nothing", "short", "another program's", "secret", "wrong check digits"],
)
def test_what_is_no_public_key_is_refused_without_repeating_a_secret(text: str) -> None:
    """A secret key that was pasted by mistake must not end in a log."""
    with pytest.raises(InputError) as refused:
        parse_recipients([text])
    assert str(RECEIVER)[20:40] not in str(refused.value)


def test_nobody_is_no_receiver() -> None:
    """An archive that nobody can open helps nobody."""
    with pytest.raises(InputError):
        parse_recipients([])


def test_a_recipients_file_is_read_as_age_reads_it(tmp_path: Path) -> None:
    """Comments and empty lines are left out."""
    path = tmp_path / "recipients.txt"
    path.write_text(f"# Sample Auditor\n\n{RECEIVER.to_public()}\n")
    assert read_recipients(path) == [str(RECEIVER.to_public())]
    with pytest.raises(InputError, match="cannot be read"):
        read_recipients(tmp_path / "missing")
