"""Content is there, accounted for, or missing: and an inspection of a live book does not mistake one for the other."""

from __future__ import annotations

import threading
from pathlib import Path

from support.draft_builder import asked, erasing, holding
from support.home_builder import make_book, recording


def test_present_and_shredded_content_is_counted(tmp_path: Path) -> None:
    """The two together are everything the book committed to."""
    from proofbook.book.fsck import inspect_book
    from proofbook.journal.content_check import ContentCheck

    place = make_book(tmp_path)
    with recording(place) as recorder:
        recorder.submit([asked(f"x_{n}", b"sample", f"c_{n}") for n in range(5)]).result()
        recorder.submit([erasing("c_1")]).result()
        recorder.submit([erasing("c_3")]).result()
    with place.vault() as vault:
        check = ContentCheck(vault)
        inspect_book(place.path, fence=place.fence, each=check.see, freeze=check.freeze)
        check.finish()
    assert (check.present, check.shredded, check.damages) == (3, 2, [])


def test_a_book_in_use_is_inspected_at_one_moment(tmp_path: Path) -> None:
    """Entries, checkpoints, content, holds and erasures go on meanwhile; none of it looks like damage."""
    place = make_book(tmp_path)
    stop = threading.Event()

    def traffic() -> None:
        number = 0
        while not stop.is_set():
            recorder.submit([asked(f"x_{number}", b"sample", f"c_{number}")]).result()
            recorder.submit([holding(f"c_{number}") if number % 2 else erasing(f"c_{number}")]).result()
            number += 1

    with recording(place, interval=0.001) as recorder:
        thread = threading.Thread(target=traffic)
        thread.start()
        try:
            for _ in range(25):
                assert place.inspect().damages == []
        finally:
            stop.set()
            thread.join()
    assert place.inspect().damages == []
