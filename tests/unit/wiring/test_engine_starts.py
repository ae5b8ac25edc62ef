"""When the process behind a port started, by the kernel's own tables."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from proofbook.collectors.discover.machine import Machine
from proofbook.wiring.engine_starts import EngineStarts

PROGRAM = "import socket,sys,time; s=socket.create_server(('127.0.0.1',0)); print(s.getsockname()[1],flush=True); time.sleep(60)"


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="this system has no /proc")
def test_start_of_a_real_process_is_known_to_a_second_or_two() -> None:
    """The moment against which a model file's change is held."""
    before = time.time()
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            port = int(child.stdout.readline())
            starts = EngineStarts()
            found = starts(port)
            assert found is not None
            assert before - 2 <= found <= time.time() + 2
            assert starts(port) == found
        finally:
            child.kill()
    assert starts(port) is None


def test_nobody_and_unreadable_tables_are_unknown(tmp_path: Path) -> None:
    """Unknown is not a start at 1970."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert EngineStarts(Machine("sample", proc=tmp_path))(port) is None
    (tmp_path / str(os.getpid())).mkdir()
    (tmp_path / str(os.getpid()) / "stat").write_text("no such form")
    assert EngineStarts(Machine("sample", proc=tmp_path))(1) is None
