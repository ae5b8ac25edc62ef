"""`proofbook portal` as a process of its own, over a home made by `proofbook init`'s own functions."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

from proofbook.wiring.starting import Start, start_home
from support.sample_portal import ENTITY, Visitor


def test_portal_serves_a_new_home_and_ends_on_a_signal(tmp_path: Path) -> None:
    """What a newcomer meets first, and the key in no log."""
    start_home(tmp_path / "home", Start(entity=ENTITY, fence=tmp_path / "fence", proposals=(), portal_port=0))
    command = [sys.executable, "-m", "proofbook", "--home", str(tmp_path / "home"), "portal"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            line = process.stderr.readline()
            found = re.search(r"page: open http://127\.0\.0\.1:(\d+)/\?key=(\S+)", line)
            assert found is not None, line
            visitor = Visitor(int(found[1]), found[2])
            assert visitor.ask("/").status == 403
            assert visitor.enter().status == 303
            assert visitor.ask("/?key=wrong").status == 403
            reply = visitor.ask("/book")
            assert ENTITY in reply.words
            assert re.search(r"covers [12] entr", reply.words)
            assert "no gateway is configured yet" in reply.words
            process.send_signal(signal.SIGTERM)
            rest = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 0, rest
    assert found[2] not in "".join(rest)
