"""The whole way: a book is cosigned and time-stamped by others, and an auditor's program sees it in the room, offline."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest

from proofbook.primitives.verdict import Met
from proofbook.tlog.cosignature import Cosigner
from proofbook.tlog.policy import assess_policy, parse_policy
from proofbook.tlog.vkey import format_vkey
from support.command_line import Place
from support.time_authority import TimeAuthority, answering, make_authority
from support.witness_at_work import COSIGNER, make_witness, serving

SECOND = Cosigner.from_seed("second.example/w", b"\x08" * 32)
_BOOK = "10_IPE_and_tool_assurance/book"


@dataclass(frozen=True, slots=True)
class Scene:
    """A home, an authority, and a room made after both witness and authority were asked."""

    place: Place
    authority: TimeAuthority
    room: Path
    vkey: str

    def verify(self, room: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The room's own verifier, by a Python without anything installed."""
        command = [
            sys.executable,
            "-I",
            "-S",
            str(room / "00_README_and_index/verify.py"),
            str(room),
            "--key",
            self.vkey,
            *arguments,
        ]
        return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Two witnesses, of which one is silent, and one authority."""
    folder = tmp_path_factory.mktemp("anchored")
    place, authority = Place(folder), make_authority(folder / "tsa")
    place.run("init", "--entity", "Sample Company", "--fence", "fence", "--origin", "sample.example/anchored")
    vkey = str(place.run("book", "status", "--json").json["verifier_key"])
    with serving(make_witness(folder / "w", vkeys=(vkey,))) as url, answering(authority) as clock:
        _configure(place, url, clock, authority)
        asked = place.try_run("book", "witness", "--json")
        assert (asked.code, [each["outcome"] for each in asked.json]) == (0, ["cosigned", "no_answer"])
        stamped = place.run("book", "timestamp", "--json")
        assert [each["detail"] for each in stamped.json] == ["stamped"]
        place.run("export", "--engagement", "sample-2026", "--out", "room")
        yield Scene(place, authority, folder / "room", vkey)


def _configure(place: Place, url: str, clock: str, authority: TimeAuthority) -> None:
    today = datetime.now(UTC).date()
    place.settings.write_text(
        place.settings.read_text("utf-8")
        + f"""
[witnessing]
quorum = "1"

[[witnesses]]
name = "auditor"
vkey = "{format_vkey(COSIGNER.key)}"
url = "{url}"

[[witnesses]]
name = "away"
vkey = "{format_vkey(SECOND.key)}"
url = "http://127.0.0.1:1"

[[timestamps]]
name = "sample-clock"
url = "{clock}"
certificate_file = "{authority.root}"

[[engagements]]
id = "sample-2026"
first = "{today - timedelta(days=1)}"
last = "{today + timedelta(days=1)}"
""",
        "utf-8",
    )


def test_the_room_shows_who_cosigned_it(scene: Scene) -> None:
    """Checked by the room's own program under a key that was obtained elsewhere."""
    done = scene.verify(scene.room, "--witness", format_vkey(COSIGNER.key))
    assert done.returncode == 0, done.stdout
    assert f"the witness '{COSIGNER.key.name}' at 20" in done.stdout
    both = ("--witness", format_vkey(COSIGNER.key), "--witness", format_vkey(SECOND.key))
    assert scene.verify(scene.room, *both).returncode == 5
    enough = scene.verify(scene.room, *both, "--quorum", "1")
    assert enough.returncode == 0
    assert "at least 1 required on the newest checkpoint; " in enough.stdout
    assert scene.verify(scene.room, *both, "--quorum", "3").returncode == 3


def test_the_room_shows_when_it_was_stamped_and_how_to_check_by_whom(scene: Scene) -> None:
    """The command that the report gives is run as it stands."""
    done = scene.verify(scene.room)
    assert done.returncode == 0, done.stdout
    assert "1 time stamp on record" in done.stdout
    command = (
        next(line for line in done.stdout.splitlines() if "openssl ts -verify" in line).partition("certificate: ")[2].split()
    )
    command[command.index("AUTHORITY.pem")] = str(scene.authority.root)
    checked = subprocess.run(command, cwd=scene.room, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_commands_of_the_page_check_every_stamp_by_the_authority_given(scene: Scene, tmp_path: Path) -> None:
    """As an auditor types them; another authority's certificate fails them."""
    page = (scene.room / "00_README_and_index" / "how-to-verify.md").read_text("utf-8")
    (block,) = [each for each in page.split("```sh\n")[1:] if each.startswith("for TOKEN")]
    script = block.partition("```")[0]
    for authority, said in ((scene.authority, "Verification: OK"), (make_authority(tmp_path / "other"), "Verification: FAILED")):
        done = subprocess.run(
            ["sh", "-c", script], cwd=scene.room, capture_output=True, text=True, check=False,
            env={**os.environ, "AUTHORITY": str(authority.root)},
        )  # fmt: skip
        assert said in done.stdout, done.stderr


def test_verify_checks_the_stamps_signature_with_the_authoritys_certificate(scene: Scene, tmp_path: Path) -> None:
    """By another authority's certificate it does not hold."""
    good = scene.place.run("verify", "room", "--key", scene.vkey, "--authority", str(scene.authority.root), "--json")
    assert [each["holds"] for each in good.json["timestamps"]] == [True]
    stranger = make_authority(tmp_path / "stranger")
    bad = scene.place.try_run("verify", "room", "--key", scene.vkey, "--authority", str(stranger.root))
    assert (bad.code, "does not check out" in bad.out) == (5, True)


def test_damage_to_stamp_or_cosignature_is_named(scene: Scene, tmp_path: Path) -> None:
    """Each by its file."""
    room = tmp_path / "room"
    shutil.copytree(scene.room, room)
    (token,) = room.joinpath(_BOOK, "timestamps").glob("*.tsr")
    token.write_bytes(token.read_bytes()[:-1] + b"\x00")
    run = room / "00_README_and_index" / "run.json"
    run.write_text(run.read_text().replace(f"— {COSIGNER.key.name} ", f"— {COSIGNER.key.name}x "))
    said = scene.verify(room, "--witness", format_vkey(COSIGNER.key)).stdout
    assert f"step 13: {_BOOK}/timestamps/{token.name}: is not what entry" in said
    assert f"witness '{COSIGNER.key.name}': no valid cosignature" in said


def test_a_stamp_that_was_left_out_is_missed(scene: Scene, tmp_path: Path) -> None:
    """The book counts them."""
    room = tmp_path / "room"
    shutil.copytree(scene.room, room)
    shutil.rmtree(room / _BOOK / "timestamps")
    assert "holds 0 time stamps, the book records 1" in scene.verify(room).stdout


def test_silence_and_cosignature_stand_in_the_book(scene: Scene) -> None:
    """Who was asked, and what came of it, is on record either way."""
    kinds = scene.place.run("book", "status", "--json").json["kinds"]
    assert (kinds["log.witnessed"] >= 2, kinds["log.timestamped"]) == (True, 1)


def test_policy_proof_and_receipt_go_together(scene: Scene) -> None:
    """What a third program is given to check with."""
    policy = parse_policy(scene.place.run("book", "policy").out.encode())
    scene.place.run("book", "prove", "0", "--out", "first.tlog-proof")
    note = scene.place.folder.joinpath("first.tlog-proof").read_bytes().partition(b"\n\n")[2]
    assert isinstance(assess_policy(policy, note), Met)
    given = scene.place.run("receipt", "give", "--to", "Sample Auditor", "--out", "receipt", "--json")
    assert isinstance(assess_policy(policy, Path(scene.place.folder, given.json["note"]).read_bytes()), Met)
    words = Path(scene.place.folder, given.json["words"]).read_text("utf-8")
    assert f"witnesses    {COSIGNER.key.name} at 20" in words


def test_the_room_is_handed_out_for_one_receiver_and_checks_out_there(scene: Scene, tmp_path: Path) -> None:
    """From the command to the receiver's own check."""
    identity = pyrage.x25519.Identity.generate()
    given = scene.place.run(
        *("export", "--engagement", "sample-2026", "--out", "room.age", "--encrypt-to", str(identity.to_public())),
        *("--to", "Sample Auditor", "--json"),
    ).json
    data = scene.place.folder.joinpath("room.age").read_bytes()
    assert given["bytes"] == len(data)
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(data, [identity]))) as tar:
        tar.extractall(tmp_path, filter="data")
    done = scene.verify(tmp_path / "evidence-room", "--witness", format_vkey(COSIGNER.key))
    assert done.returncode == 0, done.stdout
    assert scene.place.run("book", "status", "--json").json["kinds"]["room.delivered"] == 1
