"""A disk that turns read-only under traffic, as a damaged one does: nothing passes unrecorded, and nothing acknowledged is lost.

A kernel refuses to remount a disk read-only while files on it are open for writing, so the two ways that happen in the field are
tried: the file system finds itself damaged and goes read-only, to be repaired while everything is stopped; and the book's files
become unwritable for a while and come back without a restart.
"""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from support.crash_home import Place, ending, make_place, start_both, start_gateway
from support.load_client import Load
from support.nursery import Started
from support.outage import NO_OUTAGE, hold_against_clients, read_readiness, until_answered, until_refused
from support.small_disk import Disk, make_image, mounted_image, repair

pytestmark = pytest.mark.crash


def test_damaged_disk_stops_traffic_and_a_repaired_one_has_everything(tmp_path: Path) -> None:
    """The kernel's answer to a failing disk must not become a hole in the record."""
    image, folder = tmp_path / "disk.img", tmp_path / "disk"
    make_image(image)
    with ending([]) as running:
        with mounted_image(image, folder) as disk:
            place = make_place(folder, logs=tmp_path)
            load = Load("127.0.0.1", place.gateway_port, place.tokens, "damaged")
            start_both(place, running)
            asyncio.run(load.run(_damage(disk, place, load)))
            _stop(running)
        repair(image)
        with mounted_image(image, folder):
            running[1] = start_gateway(place, None)
            after = Load("127.0.0.1", place.gateway_port, place.tokens, "repaired")
            asyncio.run(after.run(until_answered(after, 200, 20, "traffic does not flow after the repair")))
            _stop(running)
            load.received += after.received
            found = hold_against_clients(place, load)
        assert [each for each in found if each != NO_OUTAGE] == [], "the outage itself is covered by the gap of the stop"


async def _damage(disk: Disk, place: Place, load: Load) -> None:
    await until_answered(load, 200, 50, "traffic does not flow")
    disk.find_damaged()
    await until_refused(load, "a read-only disk does not refuse requests")
    served = load.counts["status 200"]
    status, state = await asyncio.to_thread(read_readiness, place)
    assert (status, state["store"]) == (503, "unavailable")
    await until_answered(load, 503, 40, "requests are not refused any more")
    assert load.counts["status 200"] == served, "a reply was released though nothing can be written"


def test_unwritable_book_stops_traffic_and_resumes_by_itself(tmp_path: Path) -> None:
    """Whoever gives the files back must not also have to know that something needs a restart."""
    image, folder = tmp_path / "disk.img", tmp_path / "disk"
    make_image(image)
    with ending([]) as running, mounted_image(image, folder) as disk:
        place = make_place(folder, logs=tmp_path)
        load = Load("127.0.0.1", place.gateway_port, place.tokens, "unwritable")
        start_both(place, running)
        asyncio.run(load.run(_freeze_and_thaw(disk, place, load)))
        _stop(running)
        assert hold_against_clients(place, load) == []


async def _freeze_and_thaw(disk: Disk, place: Place, load: Load) -> None:
    await until_answered(load, 200, 50, "traffic does not flow")
    files = (place.home.book, Path(f"{place.home.book}-wal"))
    for _ in range(2):
        disk.freeze(*files)
        try:
            await until_refused(load, "unwritable files do not refuse requests")
            status, state = await asyncio.to_thread(read_readiness, place)
            assert (status, state["store"]) == (503, "unavailable")
        finally:
            disk.thaw(*files)
        await until_answered(load, 200, 50, "traffic does not resume by itself")
        status, state = await asyncio.to_thread(read_readiness, place)
        assert (status, state["status"]) == (200, "ready")


def _stop(running: list[Started]) -> None:
    running[1].kill(signal.SIGTERM)
    running[1].wait()
    assert "Traceback" not in running[1].said()
