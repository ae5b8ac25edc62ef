"""`proofbook book …`: look at the book, prove an entry, re-derive everything, change its key, go on after a restore."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from proofbook.cli import book_outside
from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, print_lines, progress_bar, say, write_result
from proofbook.errors import IntegrityError
from proofbook.wiring.home import open_home
from proofbook.wiring.inspecting import inspect_home, prove_entry, read_held_checkpoint, read_size, read_status


@click.group()
def book() -> None:
    """The append-only book: status, proofs, re-derivation, keys."""


@book.command()
@click.pass_obj
def status(shared: Shared) -> None:
    """Size, newest signed checkpoint, keys, sources and kinds of entries."""
    found = read_status(open_home(shared.home))
    if shared.json:
        print_json(found)
        return
    lists = {
        "sources": [f"{each['source']}: {each['entries']}, newest {each['newest']}" for each in found["sources"]],
        "kinds": [f"{kind}: {count}" for kind, count in found["kinds"].items()],
    }
    print_facts([(name.replace("_", " "), "none" if value is None else value) for name, value in (found | lists).items()])


@book.command()
@click.argument("entry")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the proof here instead of printing it.")
@click.pass_obj
def prove(shared: Shared, entry: str, out: Path | None) -> None:
    """Proof that an entry is in the book: a C2SP tlog-proof file.

    ENTRY is an index (0, 1, 2, …), an entry id (e_…) or an exchange id (x_…). The page lists them; each reply names its exchange
    in the header x-proofbook-exchange.
    """
    proof = prove_entry(open_home(shared.home), entry)
    if out is not None:
        write_result(out, proof.text)
        say(f"proof of entry {proof.index} ({proof.kind}) in a book of {proof.size} entries written to {out}")
    if shared.json:
        print_json(
            {"index": proof.index, "kind": proof.kind, "size": proof.size, "proof": proof.text.decode(), "entry": proof.entry}
        )
    elif out is None:
        for line in proof.text.decode().splitlines():
            click.echo(line)  # a file format: never wrapped


@book.command(short_help="Re-derive everything and name every damage; exit 5 when there is one.")
@click.option("--content", is_flag=True, help="Also open every sealed content and compare it with its commitment.")
@click.option(
    "--checkpoint",
    "held",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A checkpoint somebody already holds: the book must extend it. May be repeated.",
)
@click.pass_obj
def fsck(shared: Shared, content: bool, held: tuple[Path, ...]) -> None:
    """Re-derive everything from raw rows and name every damage; exit 5 when there is one."""
    home = open_home(shared.home)
    checkpoints = [read_held_checkpoint(home, path) for path in held]
    with progress_bar("entries", read_size(home)) as bar:
        report = inspect_home(home, content=content, held=checkpoints, progress=bar.update)
    if shared.json:
        print_json(report.to_json())
    else:
        print_lines(report.lines())
    if report.damages_total:
        sys.exit(IntegrityError.exit_code)


@book.command("rotate-key")
@click.option("--reason", required=True, help="Why; recorded.")
@click.pass_obj
def rotate_key(shared: Shared, reason: str) -> None:
    """Sign with a new log key from here on; the old key's history stays verifiable."""
    from proofbook.wiring.rotation import rotate_log_key

    home = open_home(shared.home)
    old = home.identity().vkey
    new = rotate_log_key(home, reason)
    if shared.json:
        print_json({"old_verifier_key": old, "new_verifier_key": new})
        return
    print_facts([("old verifier key", old), ("new verifier key", new)])
    say("Tell everybody who checks this book's evidence about the new verifier key, by a way they trust.")


@book.command(short_help="After a restored backup: go on in a new book that names the old one.")
@click.option("--reason", required=True, help="Why; recorded.")
@click.option(
    "--yes-start-a-new-book", "confirmed", is_flag=True, required=True, help="Needed: the old origin is never written again."
)
@click.pass_obj
def reopen(shared: Shared, reason: str, confirmed: bool) -> None:
    """After a restored backup: keep the old book as it is and go on in a new one that names it."""
    from proofbook.wiring.reopening import reopen_book

    home = open_home(shared.home)
    origin = reopen_book(home, reason)
    facts = {"new origin": origin, "new verifier key": home.identity().vkey, "confirmed": confirmed}
    if shared.json:
        print_json(facts)
    else:
        print_facts(list(facts.items()))


book.add_command(book_outside.witness)
book.add_command(book_outside.timestamp)
book.add_command(book_outside.policy)
