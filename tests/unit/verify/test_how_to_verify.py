"""The page for auditors: every command on it runs on a sound room, and notices a damaged one."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from proofbook.verify.compose import compose_verifier
from support.room_checks import INTERACTIONS, Room, room, sound

__all__ = ["room", "sound"]
PAGE = Path(__file__).parents[3] / "docs" / "audit" / "how-to-verify.md"
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def run_page(room: Room, blocks: list[str]) -> subprocess.CompletedProcess[str]:
    """The blocks one after another in one shell that stops at the first failure."""
    script = f"set -eu\nVKEY='{room.plan.key.vkey}'\n" + "\n".join(blocks)
    return subprocess.run(["sh", "-c", script], cwd=room.folder, capture_output=True, text=True, check=False, timeout=120)


def needs_openssl() -> None:
    openssl = shutil.which("openssl")
    if openssl is None or not subprocess.run([openssl, "version"], capture_output=True, text=True, check=True).stdout.startswith(
        "OpenSSL 3"
    ):
        pytest.skip("the page asks for openssl 3, which is not here")


def test_commands_by_hand_agree_on_a_sound_room(room: Room) -> None:
    """An auditor who types them must see what the page says."""
    needs_openssl()
    done = run_page(room, BLOCKS[2:])
    assert done.returncode == 0, done.stderr
    assert "Signature Verified Successfully" in done.stdout
    computed, size, root = done.stdout.splitlines()[-3:]
    assert computed == f"{size} {root}"


@pytest.mark.parametrize("path", [INTERACTIONS, "00_README_and_index/manifest.json", "00_README_and_index/manifest.sig"])
def test_commands_by_hand_notice_damage(room: Room, path: str) -> None:
    """A command that cannot fail shows nothing."""
    needs_openssl()
    room.edit(path, lambda data: bytes([data[0] ^ 1]) + data[1:])
    assert run_page(room, BLOCKS[2:]).returncode != 0


def test_fingerprint_on_the_page_is_the_one_the_program_prints(room: Room) -> None:
    """Two people compare these 64 digits aloud."""
    done = run_page(room, BLOCKS[:1])
    assert done.stdout.split()[0] in room.verify(keys=[]).warning


def test_program_call_on_the_page_works(room: Room, tmp_path: Path) -> None:
    """With the placeholders filled in."""
    (tmp_path / "verify.py").write_text(compose_verifier(), encoding="utf-8")
    (tmp_path / "held").write_bytes(room.plan.ledger.checkpoint(100))
    call = BLOCKS[1].replace("verify.py ROOM", f"{tmp_path}/verify.py .").replace("held-checkpoint", str(tmp_path / "held"))
    done = run_page(room, [call.replace('--witness "$WITNESS_VKEY"', "")])
    assert done.returncode == 0, done.stdout
