"""Drawing and extending samples from an exported population."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofbook.errors import DigestMismatch, InputError, LimitExceeded, RefusedError, SignatureInvalid
from proofbook.fieldwork.acting import Side
from proofbook.fieldwork.drawing import DrawFrom, Drawn, Listed, Method, Order, Seeded, draw, extend
from proofbook.fieldwork.exported import read_exported, read_rows
from proofbook.fieldwork.samples import list_samples, read_sample, release_content
from proofbook.tlog.cosignature import CosignatureVerifier, Cosigner
from proofbook.tlog.note import Note, format_note, parse_note
from support.fieldwork_desk import ENGAGEMENT, NONCE, FieldworkDesk

TABLE = "interactions"


def take(desk: FieldworkDesk, folder: Path, method: Method, **more: str | None) -> Drawn:
    """A draw that is recorded."""
    made = draw(desk.draw_from(folder), desk.act(Side.AUDITOR), Order(ENGAGEMENT, method, **more), desk.ids)
    desk.record(made.submissions)
    return made


def ids_in(desk: FieldworkDesk, folder: Path) -> list[str]:
    """Every item of the exported table."""
    return [row.item for row in read_rows(read_exported(desk.reader, folder, TABLE))]


def test_listed_ids_are_found_in_order_and_missing_ones_are_named(desk: FieldworkDesk) -> None:
    """An auditor's 25 ids give 25 answers: a folder, or the word missing."""
    folder = desk.export()
    known = ids_in(desk, folder)
    made = take(desk, folder, Listed((known[3], "x_" + "z" * 26, known[0])))
    found = read_sample(desk.reader, made.sample)

    assert [each.item for each in found.items] == [known[3], known[0]]
    assert found.missing == ("x_" + "z" * 26,)
    assert found.asked == 3
    assert [desk.book.entry(each.index or 0).decode().count(each.entry or "?") for each in found.items] == [1, 1]


def test_a_seeded_draw_names_all_that_went_into_it(desk: FieldworkDesk) -> None:
    """Whoever wants to redo it needs data hash, checkpoint and nonce, and finds them in the entry."""
    folder = desk.export()
    exported = read_exported(desk.reader, folder, TABLE)
    made = take(desk, folder, Seeded(NONCE, 3), request="R-7")
    found = read_sample(desk.reader, made.sample)

    assert (found.data_sha256, found.rows, found.population_entry) == (exported.data_sha256, exported.rows, exported.entry)
    assert (found.method, found.nonce, found.seed, found.request, found.asked) == ("seeded", NONCE, made.seed, "R-7", 3)
    assert found.checkpoint_size == exported.as_of_size
    assert len({each.item for each in found.items}) == 3
    assert list_samples(desk.reader, ENGAGEMENT) == (found,)


def test_extension_keeps_what_was_drawn(desk: FieldworkDesk) -> None:
    """Auditors extend; a sample that changed under them would be worthless."""
    folder = desk.export()
    made = take(desk, folder, Seeded(NONCE, 2))
    before = read_sample(desk.reader, made.sample)
    more = extend(desk.draw_from(folder), desk.act(Side.AUDITOR), before, Seeded(NONCE, 5), "a deviation was found")
    desk.record(more.submissions)
    after = read_sample(desk.reader, made.sample)

    assert after.items[:2] == before.items
    assert len(after.items) == 5
    assert [each.draw for each in after.items] == [1, 1, 2, 2, 2]
    assert after.asked == 5
    assert [each.because for each in after.draws] == [None, "a deviation was found"]


def test_an_extension_by_ids_adds_them_and_names_the_missing(desk: FieldworkDesk) -> None:
    """What the auditor lists later is treated as what was listed first."""
    folder = desk.export()
    known = ids_in(desk, folder)
    made = take(desk, folder, Listed((known[0],)))
    sample = read_sample(desk.reader, made.sample)
    more = extend(desk.draw_from(folder), desk.act(), sample, Listed((known[1], "nobody")), "two more")
    desk.record(more.submissions)
    after = read_sample(desk.reader, made.sample)
    assert [each.item for each in after.items] == known[:2]
    assert after.missing == ("nobody",)


@pytest.mark.parametrize(
    ("method", "said"),
    [
        (Seeded(NONCE, 1), "so few would drop"),
        (Seeded(NONCE, 2), "nothing would be added"),
        (Seeded(NONCE[::-1], 5), "another nonce"),
        (Listed(("x",)), "by seed"),
    ],
)
def test_an_extension_that_would_change_the_sample_is_refused(desk: FieldworkDesk, method: Method, said: str) -> None:
    """Fewer, another nonce or hand-picked items are no extension."""
    folder = desk.export()
    made = take(desk, folder, Seeded(NONCE, 2))
    sample = read_sample(desk.reader, made.sample)
    with pytest.raises((RefusedError, InputError), match=said):
        extend(desk.draw_from(folder), desk.act(), sample, method, "more")


def test_an_extension_from_another_export_is_refused(desk: FieldworkDesk) -> None:
    """The population moved on; a sample of both would be of neither."""
    first = desk.export()
    made = take(desk, first, Seeded(NONCE, 2))
    second = desk.export("POP-07", "POP-07")
    with pytest.raises(RefusedError, match="another table"):
        extend(desk.draw_from(second, "artifacts"), desk.act(), read_sample(desk.reader, made.sample), Seeded(NONCE, 3), "more")


def test_another_draw_needs_a_reason_and_names_the_first(desk: FieldworkDesk) -> None:
    """Drawing again until it pleases is what a record of draws is there to show."""
    folder = desk.export()
    first = take(desk, folder, Seeded(NONCE, 2))
    with pytest.raises(RefusedError, match=first.sample):
        draw(desk.draw_from(folder), desk.act(), Order(ENGAGEMENT, Seeded(NONCE, 3)), desk.ids)
    second = take(desk, folder, Seeded(NONCE, 3), because="first was for the interim test")
    assert read_sample(desk.reader, second.sample).earlier == (first.sample,)


def test_strata_are_drawn_apart(desk: FieldworkDesk) -> None:
    """Each part gets its own number, lowest tickets first, and says how many rows it has."""
    folder = desk.export()
    exported = read_exported(desk.reader, folder, TABLE)
    systems = {exported.named(row)["system"] for row in read_rows(exported)}
    assert len(systems) == 1
    made = take(desk, folder, Seeded(NONCE, 0, "system", {systems.pop(): 2}))
    found = read_sample(desk.reader, made.sample)
    assert [(each.rows, each.asked) for each in found.strata] == [(exported.rows, 2)]
    whole = draw(desk.draw_from(folder), desk.act(), Order(ENGAGEMENT, Seeded(NONCE, 2), None, "compare"), desk.ids)
    assert [each.item for each in found.items] == [each.item for each in whole.items]


@pytest.mark.parametrize(
    ("method", "said"),
    [
        (Listed(()), "holds nothing"),
        (Listed(("a", "")), "holds nothing"),
        (Listed(("a", "b", "a")), "'a' stands in the list twice"),
        (Listed(("a" * 161,)), "161 characters"),
        (Seeded("1234", 3), "can be guessed"),
        (Seeded(NONCE, 0), "cannot be drawn"),
        (Seeded(NONCE, 5001), "cannot be drawn"),
        (Seeded(NONCE, 0, "nowhere", {"a": 1}), "no column"),
        (Seeded(NONCE, 0, "system", {}), "name 1 to"),
        (Seeded(NONCE, 0, "system", {"nobody": 1}), "no row has"),
        (Seeded(NONCE, 0, "system", {"nobody": -1}), "name 1 to"),
    ],
)
def test_an_order_that_cannot_be_carried_out_says_why(desk: FieldworkDesk, method: Method, said: str) -> None:
    """Nothing is guessed and nothing half-drawn."""
    folder = desk.export()
    before = desk.book.size()
    with pytest.raises((InputError, LimitExceeded), match=said):
        draw(desk.draw_from(folder), desk.act(), Order(ENGAGEMENT, method), desk.ids)
    assert desk.book.size() == before


def test_a_table_that_was_changed_is_noticed(desk: FieldworkDesk) -> None:
    """A population edited between export and draw is not the population."""
    folder = desk.export()
    path = folder / "interactions.csv"
    data = path.read_bytes()
    path.write_bytes(data[:-3] + bytes([data[-3] ^ 1]) + data[-2:])
    with pytest.raises(DigestMismatch):
        draw(desk.draw_from(folder), desk.act(), Order(ENGAGEMENT, Seeded(NONCE, 2)), desk.ids)


def test_an_export_the_book_does_not_know_is_refused(desk: FieldworkDesk) -> None:
    """Anybody can write a folder that looks like an export."""
    folder = desk.export()
    header = folder / "header.json"
    header.write_bytes(header.read_bytes().replace(b"Sample Company", b"Sample Cempany"))
    with pytest.raises(RefusedError, match="recorded no export"):
        read_exported(desk.reader, folder, TABLE)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b'{"population": 1, "row_counts": 2}', b"[" * 5000])
def test_a_header_that_is_none_is_bad_input(desk: FieldworkDesk, data: bytes) -> None:
    """Whatever lies there leads to words, not to a fault of ours."""
    (desk.folder / "header.json").write_bytes(data)
    with pytest.raises((InputError, RefusedError)):
        read_exported(desk.reader, desk.folder)


def test_one_of_several_tables_must_be_named(desk: FieldworkDesk) -> None:
    """Interactions and refusals are two populations; which is meant is not guessed."""
    folder = desk.export()
    with pytest.raises(InputError, match="has several tables"):
        read_exported(desk.reader, folder)
    with pytest.raises(InputError, match="no table 'x'"):
        read_exported(desk.reader, folder, "x")


def test_a_population_of_another_engagement_is_refused(desk: FieldworkDesk) -> None:
    """Two engagements never mix in one sample."""
    with pytest.raises(RefusedError, match="was exported for"):
        draw(desk.draw_from(desk.export()), desk.act(), Order("other-2026", Seeded(NONCE, 2)), desk.ids)


def test_conversations_of_drawn_items_are_held_with_the_draw(desk: FieldworkDesk) -> None:
    """What is inconvenient must not be erased between the draw and the look; all in one transaction."""
    folder = desk.export()
    made = draw(desk.draw_from(folder), desk.act(Side.AUDITOR), Order(ENGAGEMENT, Seeded(NONCE, 3)), desk.ids)
    kinds = [each.draft.kind for each in made.submissions]
    assert kinds == ["sample.drawn", *["content.held"] * len(made.holding.new), "sample.held"]
    assert made.holding.new
    assert all(each.effect is not None for each in made.submissions if each.draft.kind == "content.held")
    desk.record(made.submissions)
    sample = read_sample(desk.reader, made.sample)
    assert sample.holds.held == made.holding.new
    again = draw(desk.draw_from(folder), desk.act(), Order(ENGAGEMENT, Seeded(NONCE, 3), None, "again"), desk.ids)
    assert again.holding.new == ()
    assert again.holding.before == made.holding.new


def test_witnesses_that_signed_the_checkpoint_are_named(desk: FieldworkDesk) -> None:
    """A cosigned checkpoint shows that the population was fixed before the nonce; a bad cosignature is an error, not a gap."""
    folder = desk.export()
    origin = desk.draw_from(folder)
    head = next(each for each in desk.book.checkpoints() if each.size == origin.exported.as_of_size)
    witness = Cosigner.from_seed("witness.example/w1", b"7" * 32)
    note = parse_note(head.note)
    good = format_note(Note(note.text, (*note.signatures, witness.cosign(note.text, time_seconds=1_767_225_600))))
    place = list(desk.book.checkpoints()).index(head)
    desk.book._checkpoints[place] = type(head)(head.size, head.root, good, head.signed_at)
    keyed = DrawFrom(origin.reader, desk.book, origin.exported, (CosignatureVerifier(witness.key),))
    made = draw(keyed, desk.act(), Order(ENGAGEMENT, Seeded(NONCE, 1)), desk.ids)
    assert made.submissions[0].draft.body["cosigned_by"] == ["witness.example/w1"]
    assert made.seed == draw(origin, desk.act(), Order(ENGAGEMENT, Seeded(NONCE, 1)), desk.ids).seed

    line = witness.cosign(note.text, time_seconds=1_767_225_600)
    broken = type(line)(line.name, line.key_id, line.signature[:-1] + bytes([line.signature[-1] ^ 1]))
    bad = format_note(Note(note.text, (*note.signatures, broken)))
    desk.book._checkpoints[place] = type(head)(head.size, head.root, bad, head.signed_at)
    with pytest.raises(SignatureInvalid):
        draw(keyed, desk.act(), Order(ENGAGEMENT, Seeded(NONCE, 1)), desk.ids)


def test_content_is_released_by_the_company_only(desk: FieldworkDesk) -> None:
    """The auditor asks, the company releases, once for each view, with a reason."""
    made = take(desk, desk.export(), Seeded(NONCE, 1))
    item = made.items[0].item
    with pytest.raises(RefusedError, match="for the company"):
        release_content(desk.reader, desk.act(Side.AUDITOR), made.sample, item, view="redacted", because="asked")
    desk.record(release_content(desk.reader, desk.act(), made.sample, item, view="redacted", because="asked"))
    found = read_sample(desk.reader, made.sample).release_of(item)
    assert found is not None
    assert (found.view, found.because, found.actor) == ("redacted", "asked", "a.person")
    with pytest.raises(RefusedError, match="already"):
        release_content(desk.reader, desk.act(), made.sample, item, view="redacted", because="asked")
    with pytest.raises(InputError, match="is not in sample"):
        release_content(desk.reader, desk.act(), made.sample, "x_none", view="redacted", because="asked")
