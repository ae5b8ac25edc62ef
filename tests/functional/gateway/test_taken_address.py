"""A gateway that finds its address taken ends in order: nothing was served, so nothing must look like a run that broke off."""

from __future__ import annotations

import socket

import pytest

from proofbook.errors import ConfigurationError
from support.memory_recorder import MemoryRecorder
from support.running_gateway import SystemClock, run, running_gateway


def test_run_that_could_not_listen_is_recorded_as_stopped() -> None:
    """Otherwise a port conflict would stand in the book as a crash with a gap of unknown traffic."""
    recorder = MemoryRecorder(SystemClock())

    async def scene(port: int) -> None:
        async with running_gateway("http://127.0.0.1:9", recorder=recorder, port=port):
            raise AssertionError("it listens on an address that is taken")

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"cannot listen on 127.0.0.1:{port}"):
            run(scene(port))
    assert recorder.entries[-1].kind == "source.stopped"
    assert recorder.entries[-1].body["reason"] == "the address could not be taken"
