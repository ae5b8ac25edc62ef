"""A disk that fills up under traffic: nothing passes unrecorded, nothing acknowledged is lost, and freeing space is all it takes."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

import pytest

from support.crash_home import Place, ending, make_place, start_both, start_gateway
from support.load_client import Load
from support.nursery import Started
from support.outage import NO_OUTAGE, SECONDS, hold_against_clients, read_readiness, until_answered, until_refused
from support.small_disk import Disk, mounted_tmpfs

pytestmark = pytest.mark.crash


def test_full_disk_stops_traffic_and_free_space_resumes_it(tmp_path: Path) -> None:
    """The moment an evidence product is tempted to let traffic through unrecorded is when its own disk is full."""
    with mounted_tmpfs(tmp_path / "disk") as disk:
        place = make_place(disk.folder, logs=tmp_path)
        load = Load("127.0.0.1", place.gateway_port, place.tokens, "full")
        with ending([]) as running:
            start_both(place, running)
            asyncio.run(load.run(_fill_and_free(disk, place, load, tmp_path)))
            running[1].kill(signal.SIGTERM)
            running[1].wait()
        assert hold_against_clients(place, load) == []
    (only,) = {(status, json.loads(body)["error"]["code"], json.loads(body)["error"]["type"]) for status, body in load.errors}
    print(dict(load.counts))  # noqa: T201
    assert only == (503, "store_unavailable", "server_error"), "a client library shows only errors in its protocol's own shape"


def test_kill_on_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """A full disk is when somebody restarts things: the start says what is wrong, and works once there is space."""
    with mounted_tmpfs(tmp_path / "disk") as disk:
        place = make_place(disk.folder, logs=tmp_path)
        load = Load("127.0.0.1", place.gateway_port, place.tokens, "full")
        with ending([]) as running:
            start_both(place, running)
            asyncio.run(load.run(_fill_and_kill(disk, load, running)))
            running[1] = start_gateway(place, None, wait=False)
            running[1].wait()
            said = running[1].said()
            assert "free space on the disk" in said
            assert "Traceback" not in said
            disk.free()
            running[1] = start_gateway(place, None)
            running[1].kill(signal.SIGTERM)
            running[1].wait()
        found = hold_against_clients(place, load)
        assert [each for each in found if each != NO_OUTAGE] == [], "the outage itself is covered by the gap of the crash"


async def _fill_and_kill(disk: Disk, load: Load, running: list[Started]) -> None:
    await until_answered(load, 200, 50, "traffic does not flow")
    disk.fill()
    await until_refused(load, "a full disk does not refuse requests")
    running[1].kill()
    running[1].wait()
    disk.fill()  # what its end may have freed


async def _fill_and_free(disk: Disk, place: Place, load: Load, folder: Path) -> None:
    await until_answered(load, 200, 50, "traffic does not flow")
    for release in (folder / "first", folder / "second"):
        under_way = await load.hold(release)
        disk.fill()
        await until_refused(load, "a full disk does not refuse requests")
        status, state = await asyncio.to_thread(read_readiness, place)
        assert (status, state["status"], state["store"]) == (503, "not_ready", "unavailable")
        assert not under_way.done(), "a stream was cut before its end was there to be recorded"
        release.touch()
        async with asyncio.timeout(SECONDS):
            assert await under_way is None, "a stream whose end cannot be recorded came whole"
        disk.free()
        await until_answered(load, 200, 50, "traffic does not resume by itself")
        status, state = await asyncio.to_thread(read_readiness, place)
        assert (status, state["status"], state["store"]) == (200, "ready", "writable")
