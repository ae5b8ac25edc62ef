"""`proofbook receipt`: a signed checkpoint to take away, and holding the book to one that was taken away earlier."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, print_lines, print_table, say, write_result
from proofbook.errors import InputError, IntegrityError, UnavailableError
from proofbook.fieldwork.proving import FAILS, HOLDS
from proofbook.fieldwork.receipts import check_receipt, list_receipts, make_receipt
from proofbook.wiring.fieldwork import open_fieldwork, pinned_log, read_fieldwork, read_small
from proofbook.wiring.home import open_home
from proofbook.wiring.system import IDS

_SIGNS = {HOLDS: "holds", FAILS: "fails"}


@click.group(short_help="Give a signed checkpoint to take away; hold the book to an earlier one.")
def receipt() -> None:
    """A receipt is this book's newest signed checkpoint: whoever keeps it can see later if anything before it was changed."""


@receipt.command()
@click.option("--to", required=True, help="Who takes it.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the note and its page.")
@click.option("--engagement", help="Id of the engagement it is for.")
@click.pass_obj
def give(shared: Shared, to: str, out: Path, engagement: str | None) -> None:
    """Write the note and a page about it, and record that it was given."""
    home = open_home(shared.home)
    with open_fieldwork(home) as work:
        made = make_receipt(
            work.book,
            work.act(),
            IDS,
            to=to,
            entity=home.settings.entity,
            vkey=work.pinned.vkey,
            engagement=engagement,
            witnesses=home.settings.witnesses,
        )
        entry = work.record(made.submissions)[0]
    note, words = out / made.note_name, out / made.words_name
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out}: cannot be made: {error.strerror}", hint="name a folder that can be") from error
    write_result(note, made.note)
    write_result(words, made.words)
    facts = {"note": str(note), "words": str(words), "entries": made.size, "root": made.root, "entry": entry.entry_id}
    if shared.json:
        print_json(facts | {"receipt": made.id, "signed_at": made.signed_at})
    else:
        print_facts(list(facts.items()))


@receipt.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def check(shared: Shared, file: Path) -> None:
    """Hold this book to an earlier receipt. Exit code 5 when it does not go on from it, 6 when that cannot be told."""
    home = open_home(shared.home)
    pinned = pinned_log(home)
    with read_fieldwork(home) as (book, reader):
        found = check_receipt(book, reader, read_small(file), origin=pinned.origin, vkey=pinned.vkey)
    if shared.json:
        steps = [{"outcome": each.outcome, "words": each.words} for each in found.steps]
        sizes = {"receipt_size": found.old_size, "book_size": found.new_size}
        print_json({"outcome": found.tone, "words": found.words, "steps": steps, **sizes})
    else:
        print_lines(f"{_SIGNS.get(each.outcome, 'open'):6} {each.words}" for each in found.steps)
        print_lines(["", found.words])
    if found.tone != HOLDS:
        sys.exit(IntegrityError.exit_code if found.tone == FAILS else UnavailableError.exit_code)


@receipt.command("list")
@click.option("--engagement", help="Only those of one engagement.")
@click.pass_obj
def list_(shared: Shared, engagement: str | None) -> None:
    """Receipts on record, newest first."""
    with read_fieldwork(open_home(shared.home)) as (_, reader):
        known = list_receipts(reader, engagement)
    rows = [(each.recorded, each.size, each.to, each.actor, each.id) for each in known]
    columns = ("recorded", "entries", "given to", "given by", "receipt")
    if shared.json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    elif rows:
        print_table(columns, rows)
    else:
        say("no receipt was given yet")
