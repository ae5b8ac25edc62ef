"""Erasing a conversation that is not over."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofbook.errors import RefusedError
from proofbook.wiring import contents
from proofbook.wiring.inspecting import inspect_home
from proofbook.wiring.reading import open_vault
from proofbook.wiring.recording import open_door
from support.draft_builder import answered, asked
from support.home_builder import make_home


def test_conversation_with_an_exchange_under_way_is_not_erased(tmp_path: Path) -> None:
    """The answer would be sealed after the disposal record, and whoever asked for the erasure would be told that all is gone."""
    home = make_home(tmp_path)
    with open_door(home) as door:
        door.recorder.submit([asked("x_1", b"first", "c_1"), asked("x_2", b"other", "c_2")]).result()
        with pytest.raises(RefusedError, match="x_1 is still under way"):
            contents.check_at_rest(home, "c_1")
        door.recorder.submit([answered("x_1", b"answer", "c_1")]).result()
        contents.check_at_rest(home, "c_1")
        contents.erase(door.recorder, "c_1", reason="sample", policy="sample")
    with open_vault(home) as vault:
        assert vault.blobs() == 1
    report = inspect_home(home, content=True)
    assert (report.damages, report.content) == ((), {"present": 1, "shredded": 2})
