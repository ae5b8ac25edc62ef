"""A witness that is killed in the middle of its work forgets nothing it gave, and goes on from there."""

from __future__ import annotations

import http.client
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from proofbook.tlog.checkpoint import parse_checkpoint
from proofbook.tlog.note import parse_note
from proofbook.tlog.proof import derive_consistency
from proofbook.tlog.vkey import format_vkey
from proofbook.tlog.witness import format_add_checkpoint, monitoring_path
from support.command_line import environment
from support.forked_program import PROGRAM
from support.witness_at_work import LOG, ORIGIN, TREE, signed

pytestmark = pytest.mark.crash


def ask(address: str, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    """One request over a connection of its own."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def run(folder: Path, *arguments: str) -> None:
    """A command of the witness."""
    command = [str(PROGRAM), "witness", "--at", "witness", *arguments]
    subprocess.run(command, cwd=folder, env=environment(folder), check=True, capture_output=True)


def start(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """The witness as a process, and its address."""
    command = [str(PROGRAM), "witness", "--at", "witness"]
    process = subprocess.Popen(command, cwd=folder, env=environment(folder), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert process.stderr is not None
    said = process.stderr.readline().decode()
    assert "listening on http://" in said, said + process.stderr.read().decode()
    return process, said.partition("listening on ")[2].strip().rstrip("/")


def test_no_cosignature_that_was_given_is_forgotten(tmp_path: Path) -> None:
    """After each kill: the state is at least what was acknowledged, a rollback is refused, and the next step is cosigned."""
    run(tmp_path, "init", "--name", "witness.example/w1")
    run(tmp_path, "watch", format_vkey(LOG.key))
    settings = tmp_path / "witness" / "witness.toml"
    settings.write_text(settings.read_text().replace("port = 8402", "port = 0"))
    given = 0
    for round_ in range(3):
        process, address = start(tmp_path)
        axe = threading.Timer(0.05 * (round_ + 1), process.send_signal, [signal.SIGKILL])
        before = given
        try:
            with suppress(OSError, http.client.HTTPException):  # killed while we asked
                while given < 1_900:
                    proof = derive_consistency(TREE, given, given + 1) if given else ()
                    body = format_add_checkpoint(given, proof, signed(given + 1))
                    assert ask(address, "POST", "/add-checkpoint", body)[0] == 200
                    given += 1
                    if given == before + 1:
                        axe.start()
            assert process.wait(20) == -signal.SIGKILL
        finally:
            axe.join()
            process.communicate()
        process, address = start(tmp_path)
        try:
            _, note = ask(address, "GET", f"/{monitoring_path(ORIGIN)}")
            found = parse_checkpoint(parse_note(note).text).size
            assert found in {given, given + 1}  # the last may have been stored and not sent
            assert ask(address, "POST", "/add-checkpoint", format_add_checkpoint(0, (), signed(1))) == (409, b"%d\n" % found)
            given = found
        finally:
            process.terminate()
            assert process.wait(20) == 0
            process.communicate()
    assert given > 3
