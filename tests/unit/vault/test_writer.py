"""The vault: one key per conversation, epochs, holds, and erasure that leaves no bytes behind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from proofbook.book.reader import BookReader
from proofbook.errors import ConfigurationError, DigestMismatch, InputError, MalformedRecord, ProofbookError, RefusedError
from proofbook.journal.receipt import Submission
from proofbook.records.envelope import parse_entry
from proofbook.vault.reader import Absent
from support.draft_builder import answered, asked, beat, erasing, holding, releasing
from support.home_builder import BookPlace, make_book, recording

MARKER = b"the sample customer asked about sample matter 7731"
OTHER = b"another sample conversation"


@pytest.fixture
def place(tmp_path: Path) -> BookPlace:
    """Two conversations of one month: c_1 with request and response (entries 1 and 2), c_2 with a request (entry 3)."""
    place = make_book(tmp_path)
    with recording(place) as recorder:
        recorder.submit([asked("x_1", MARKER, "c_1")]).result()
        recorder.submit([answered("x_1", MARKER + MARKER, "c_1")]).result()
        recorder.submit([asked("x_2", OTHER, "c_2")]).result()
    return place


def _submit(place: BookPlace, *submissions: Submission) -> None:
    with recording(place) as recorder:
        recorder.submit(list(submissions)).result()


def _commit(place: BookPlace, index: int, slot: str) -> bytes:
    with BookReader(place.path) as book:
        return bytes.fromhex(parse_entry(book.entry(index)).body["content"][slot]["commit"])


def _query(place: BookPlace, statement: str) -> list[tuple[object, ...]]:
    connection = apsw.Connection(str(place.path))
    rows: list[tuple[object, ...]] = connection.execute(statement).fetchall()
    connection.close()
    return rows


def _raw(place: BookPlace) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(place.folder.glob("book.sqlite*")))


def test_content_is_read_back_by_entry_and_slot(place: BookPlace) -> None:
    """Exactly the bytes, and the conversation they belong to."""
    with place.vault() as vault:
        assert vault.content(1, "request", _commit(place, 1, "request")) == MARKER
        assert vault.content(2, "response", _commit(place, 2, "response")) == MARKER + MARKER
        assert vault.content(2, "request", b"c" * 32) == Absent()
        assert (vault.conversation_of(3), vault.conversation_of(0), vault.blobs()) == ("c_2", None, 3)


def test_content_is_nowhere_in_the_files(place: BookPlace) -> None:
    """Not in the database, not in its log, not in the fence."""
    for path in place.folder.rglob("*"):
        if path.is_file():
            assert MARKER not in path.read_bytes()


def test_content_stands_in_no_error(place: BookPlace) -> None:
    """Errors are logged and shown; content never is."""
    broken = replace(asked("x_3", MARKER, "c_1"), draft=replace(asked("x_3", MARKER, "c_1").draft, body={"surprise": 1}))
    with recording(place) as recorder:
        for submission in (broken, replace(broken, contents=broken.contents * 2), asked("x_4", MARKER, "c\ud800")):
            error = recorder.submit([submission]).exception()
            assert isinstance(error, ProofbookError)
            while error is not None:
                assert MARKER.decode() not in str(error)
                error = error.__cause__ or error.__context__


def test_erasing_destroys_key_and_blobs_down_to_the_raw_bytes(place: BookPlace) -> None:
    """Deleted rows that stay readable in the file are not erased."""
    sealed = [bytes(row[0]) for row in _query(place, "SELECT sealed FROM content WHERE idx IN (1, 2)")]  # type: ignore[call-overload]
    wrapped = [bytes(row[0]) for row in _query(place, "SELECT wrapped FROM conversation WHERE id = 'c_1'")]  # type: ignore[call-overload]
    kept = [bytes(row[0]) for row in _query(place, "SELECT sealed FROM content WHERE idx = 3")]  # type: ignore[call-overload]
    assert all(secret in _raw(place) for secret in sealed + wrapped)
    with recording(place) as recorder:
        recorder.submit([erasing("c_1")]).result()
        recorder.record(beat())
        raw = _raw(place)
        for secret in sealed + wrapped:
            assert secret not in raw
            assert secret[12:44] not in raw
    assert kept[0] in _raw(place)


def test_an_erasure_is_recorded_with_what_it_destroyed(place: BookPlace) -> None:
    """The disposal record names every commitment whose content is gone."""
    commits = [_commit(place, 1, "request").hex(), _commit(place, 2, "response").hex()]
    _submit(place, erasing("c_1"))
    with BookReader(place.path) as book:
        body = parse_entry(book.entry(4)).body
    assert (body["blobs"], body["commits"], body["commits_total"]) == (2, commits, 2)


def test_after_an_erasure_everything_still_checks_out(place: BookPlace) -> None:
    """Proofs stand on commitments; absent content is accounted for by its disposal record."""
    _submit(place, erasing("c_1"))
    assert place.inspect().damages == []
    with place.vault() as vault, BookReader(place.path) as book:
        assert vault.content(1, "request", _commit(place, 1, "request")) == Absent()
        assert vault.content(3, "request", _commit(place, 3, "request")) == OTHER
        assert book.inclusion(1, book.size())


def test_an_epoch_goes_with_its_last_conversation(place: BookPlace) -> None:
    """Its key would otherwise outlive all it protected, in every backup."""
    epochs = "SELECT epoch FROM epoch_key"
    _submit(place, erasing("c_1"))
    assert _query(place, epochs) == [("default/2026-01",)]
    _submit(place, erasing("c_2"))
    assert _query(place, epochs) == []
    _submit(place, asked("x_5", OTHER, "c_5", "short"))
    assert _query(place, epochs) == [("short/2026-01",)]
    assert place.inspect().damages == []


def test_a_conversation_may_go_on_after_its_erasure(place: BookPlace) -> None:
    """Under a new key; what was erased stays gone, and what is new is not covered by the old disposal record."""
    _submit(place, erasing("c_1"))
    _submit(place, asked("x_6", b"new", "c_1"))
    with place.vault() as vault:
        assert vault.content(5, "request", _commit(place, 5, "request")) == b"new"
        assert vault.content(1, "request", _commit(place, 1, "request")) == Absent()
    _query(place, "DELETE FROM content WHERE idx = 5")
    assert [damage.place for damage in place.inspect().damages] == ["content of entry 5, request"]


def test_what_is_erased_cannot_be_erased_again(place: BookPlace) -> None:
    """A second disposal record would say something happened that did not."""
    _submit(place, erasing("c_1"))
    with pytest.raises(InputError, match="no content under this id"):
        _submit(place, erasing("c_1"))


def test_a_hold_stands_against_erasure_until_it_is_released(place: BookPlace) -> None:
    """Also across a restart; a refused erasure destroys nothing and writes nothing."""
    _submit(place, holding("c_1"))
    for _ in range(2):
        with pytest.raises(RefusedError, match="legal hold"):
            _submit(place, erasing("c_1"))
    with place.vault() as vault:
        assert vault.holds() == {"c_1"}
        assert vault.content(1, "request", _commit(place, 1, "request")) == MARKER
    _submit(place, releasing("c_1"))
    _submit(place, erasing("c_1"))
    seen = place.inspect()
    assert (seen.damages, seen.sources["operator"]) == ([], 3)


def test_a_hold_may_come_before_the_conversation(place: BookPlace) -> None:
    """Sampling holds what it is about to draw."""
    _submit(place, holding("c_9"))
    _submit(place, asked("x_9", OTHER, "c_9"))
    with pytest.raises(RefusedError):
        _submit(place, erasing("c_9"))


@pytest.mark.parametrize(("first", "second"), [(holding("c_1"), holding("c_1")), (beat(), releasing("c_1"))])
def test_holds_are_placed_and_released_once(place: BookPlace, first: object, second: Submission) -> None:
    """A release of nothing, or a second hold, is a mistake somebody should hear of."""
    if isinstance(first, Submission):
        _submit(place, first)
    with pytest.raises(InputError, match="hold"):
        _submit(place, second)


def test_an_erasure_in_a_failed_call_did_not_happen(place: BookPlace) -> None:
    """The savepoint takes back key, blobs and epoch."""
    with pytest.raises(InputError, match="c_unknown"):
        _submit(place, erasing("c_1"), erasing("c_2"), erasing("c_unknown"))
    with place.vault() as vault:
        assert vault.blobs() == 3
        assert vault.content(1, "request", _commit(place, 1, "request")) == MARKER


def test_content_is_not_recorded_and_erased_in_one_call(place: BookPlace) -> None:
    """Which of the two came first could not be told."""
    with pytest.raises(InputError, match="one call"):
        _submit(place, asked("x_7", OTHER, "c_1"), erasing("c_1"))
    assert place.inspect().damages == []


def test_what_is_due_is_listed_oldest_first_with_its_holds(place: BookPlace) -> None:
    """Retention looks here; held conversations are shown, so that they can be counted as kept."""
    _submit(place, holding("c_2"))
    with place.vault() as vault:
        found = [(each.id, each.held) for each in vault.due("default", "2026-02-01T00:00:00.000000Z")]
        assert found == [("c_1", False), ("c_2", True)]
        assert vault.due("default", "2026-01-01T00:00:00.000000Z") == ()
        assert vault.due("short", "2026-02-01T00:00:00.000000Z") == ()


def test_a_wrong_vault_key_is_named_when_the_book_is_opened(place: BookPlace) -> None:
    """Not a month later, when the first epoch would be sealed under it."""
    with pytest.raises(ConfigurationError, match="vault key opens no content key"):
        replace(place, vault_key=b"w" * 32).open()
    with replace(place, vault_key=b"w" * 32).vault() as vault, pytest.raises(DigestMismatch, match="another vault key"):
        vault.content(1, "request", _commit(place, 1, "request"))


def test_one_damaged_epoch_does_not_shut_the_book(place: BookPlace) -> None:
    """Traffic of another epoch goes on; what needs the damaged key is refused by name."""
    _submit(place, asked("x_8", OTHER, "c_8", "short"))
    _query(place, "UPDATE epoch_key SET wrapped = zeroblob(60) WHERE epoch = 'default/2026-01'")
    with recording(place) as recorder:
        assert isinstance(recorder.submit([asked("x_8", OTHER, "c_1")]).exception(), DigestMismatch)
        assert recorder.submit([asked("x_8", OTHER, "c_8", "short")]).result()
    _query(place, "PRAGMA foreign_keys=OFF")
    _query(place, "DELETE FROM epoch_key WHERE epoch = 'default/2026-01'")
    with recording(place) as recorder:
        error = recorder.submit([asked("x_8", OTHER, "c_1")]).exception()
    assert "key of epoch default/2026-01 is missing" in str(error)


@pytest.mark.parametrize("name", ["", "c" * 257, "c\n1", "ü"])
def test_names_are_printable_and_short(place: BookPlace, name: str) -> None:
    """They become labels of keys and values of the database."""
    for submission in (asked("x_9", OTHER, name), asked("x_9", OTHER, "c_9", name), holding(name)):
        with pytest.raises(MalformedRecord, match="cannot be a name"):
            _submit(place, submission)


def test_more_open_keys_than_are_cached_still_open(place: BookPlace) -> None:
    """A conversation that fell out of memory gets its own key again."""
    with recording(place) as recorder:
        for start in range(0, 4200, 700):
            recorder.submit([asked(f"x_{n}", b"n", f"c_many_{n}") for n in range(start, start + 700)]).result()
        recorder.submit([asked("x_again", b"again", "c_many_0")]).result()
    assert place.inspect().damages == []
