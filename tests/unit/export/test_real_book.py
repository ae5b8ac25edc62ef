"""A room of a real book on disk: written through the door, read while the writer goes on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from proofbook.book.fence import FileFence
from proofbook.book.reader import BookReader
from proofbook.export.engagement import Engagement
from proofbook.export.room import ExportFrom, export_room
from proofbook.journal.receipt import Content, Submission
from proofbook.journal.recorder import BookRecorder
from proofbook.journal.store import create_store, open_store
from proofbook.primitives.ids import CountingIds
from proofbook.primitives.instants import FixedClock, Period, format_instant
from proofbook.readmodel.projection import Projection
from proofbook.records.envelope import UNKNOWN_ACTOR, Assurance, Draft
from proofbook.tlog.vkey import format_vkey
from support.memory_book import SAMPLE_ORIGIN, sample_signer
from support.sample_entries import GATEWAY, WRITER, request_body, response_body
from support.sample_room import SAMPLE_RUN, TWO

SECRET = b"the prompt nobody may find in a room"


@pytest.fixture
def clock() -> FixedClock:
    """Noon of a day in the past."""
    return FixedClock(datetime(2026, 1, 2, 12, tzinfo=UTC))


@pytest.fixture
def recorder(tmp_path: Path, clock: FixedClock) -> Iterator[BookRecorder]:
    """The writer of a new book."""
    signer, fence = sample_signer(), FileFence(tmp_path / "fence.json", SAMPLE_ORIGIN)
    settings = {"signer": signer, "fence": fence, "vault_key": b"k" * 32, "entropy": lambda count: b"e" * count}
    create_store(tmp_path / "book.sqlite", **settings).connection.close()  # type: ignore[arg-type]  # one dict, four fields
    opener = partial(open_store, tmp_path / "book.sqlite", **settings)  # type: ignore[arg-type]
    made = BookRecorder(opener, clock=clock, ids=CountingIds(), monotonic=time.monotonic, interval=0.05)
    yield made
    made.close()


def test_a_room_of_a_real_book_checks_out_and_holds_no_content(tmp_path: Path, clock: FixedClock, recorder: BookRecorder) -> None:
    """The same exporter, the store that is used in earnest."""

    def submission(kind: str, source: str, body: Mapping[str, object], contents: tuple[Content, ...] = ()) -> Submission:
        draft = Draft(kind, "sample", format_instant(clock.now()), UNKNOWN_ACTOR, source, Assurance.INLINE, body)  # type: ignore[arg-type]
        return Submission(draft, contents)

    signer = sample_signer()
    opened = {"origin": SAMPLE_ORIGIN, "format": "proofbook-book/1", "entity": "Sample Company", "vkey": format_vkey(signer.key)}
    recorder.submit([submission("book.opened", WRITER, opened)]).result()
    for number in range(300):
        exchange = f"x_{number}"
        clock.advance(timedelta(seconds=20))
        request = Content("request", SECRET + str(number).encode(), f"c_{number}")
        recorder.submit(
            [
                submission("exchange.request", GATEWAY, request_body(exchange) | {"content": {}}, (request,)),
                submission("exchange.response", GATEWAY, response_body(exchange, format_instant(clock.now())) | {"content": {}}),
            ]
        ).result()
    clock.advance(timedelta(days=1))
    recorder.submit(
        [submission("source.heartbeat", GATEWAY, {"run": "r", "open_exchanges": 0, "refused": 0, "exchanges": 0})]
    ).result()
    path = tmp_path / "book.sqlite"
    with BookReader(path) as book:
        deadline = time.monotonic() + 60
        while (newest := book.latest_checkpoint()) is None or newest.size < book.size():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        with Projection(tmp_path / "readmodel.sqlite", book) as projection:
            origin = ExportFrom(book, projection, signer, recorder, clock, UNKNOWN_ACTOR, SAMPLE_RUN)
            engagement = Engagement("sample", "Sample Company", Period(date(2026, 1, 2), date(2026, 1, 2), "UTC"))
            made = export_room(tmp_path / "room", origin, engagement, populations=TWO)
        kinds = [json.loads(data)["kind"] for _, data in book.entries(made.checkpoint.size, book.size())]
    assert [each.rows for each in made.populations] == [0, 300]
    assert kinds[-3:] == ["population.exported", "population.exported", "room.exported"]
    for file in made.path.rglob("*"):
        assert not file.is_file() or SECRET not in file.read_bytes(), file
