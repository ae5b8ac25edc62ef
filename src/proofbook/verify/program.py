"""The verifier as a whole: arguments, the thirteen steps in their order, and what nobody should read into the result.

`verify_room` is the way in for other programs, `main` for people. Neither raises for anything a room can hold. Nothing is written
but the report and, for a large room, a temporary file without a name, of hashes and positions (`sorting`); no network connection
is opened, and no file outside the room is read besides those named in the arguments.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import List, NoReturn, Optional, Sequence, Tuple

from proofbook.verify.contents import check_artifacts, check_index
from proofbook.verify.encoding import Damage, safe_text
from proofbook.verify.entries import BookFacts, check_entries, gather_book
from proofbook.verify.keys import check_keys, describe_keys, head_size
from proofbook.verify.listing import check_listing, check_sums
from proofbook.verify.notes import KEY_COSIGNATURE, KEY_ED25519, MAX_NOTE_BYTES, VerifierKey, parse_vkey
from proofbook.verify.populations import check_populations, load_definitions
from proofbook.verify.report import EXIT_UNUSABLE, Findings, NotRun, Report, counted
from proofbook.verify.room import FRONT, Room, walk
from proofbook.verify.stamps import check_stamps
from proofbook.verify.tree import MAX_ENTRIES, check_tree
from proofbook.verify.trust import check_checkpoint, check_earlier, check_signatures, check_witnesses

MAX_ARGUMENTS = 256
"""Keys, checkpoints or witnesses on the command line."""


def verify_room(
    path: str,
    keys: Sequence[str] = (),
    checkpoints: Sequence[str] = (),
    witnesses: Sequence[str] = (),
    quorum: Optional[int] = None,
) -> Report:
    """Verifies the room in the folder `path`.

    Args:
        path: the folder that holds 00_README_and_index.
        keys: verifier keys of the log (`name+id+base64`), obtained in another way than with the room.
        checkpoints: paths of signed checkpoints held from earlier; each must be a beginning of the room's book.
        witnesses: verifier keys of witnesses that must have cosigned the room's checkpoint.
        quorum: how many of them must have; None: all.
    """
    shown = safe_text(os.fspath(path))
    try:
        given = tuple(_parse_key(text, KEY_ED25519, "--key") for text in keys)
        seen_by = tuple(_parse_key(text, KEY_COSIGNATURE, "--witness") for text in dict.fromkeys(witnesses))
        held = tuple(_read_held(each) for each in checkpoints)
    except Damage as damage:
        return Report(shown, unusable=f"{damage.place}: {damage.what}")
    if max(len(keys), len(checkpoints), len(witnesses)) > MAX_ARGUMENTS:
        return Report(shown, unusable=f"more than {MAX_ARGUMENTS} keys, checkpoints or witnesses were given")
    if quorum is not None and not 1 <= quorum <= len(set(witnesses)):
        return Report(shown, unusable=f"a quorum of {quorum} does not fit {len(set(witnesses))} witnesses")
    root = os.path.realpath(path)
    if not Path(root, FRONT).is_dir():
        return Report(shown, unusable=f"{shown} is not an evidence room: it has no folder {FRONT}")
    room = Room(root, given)
    findings = Findings()
    walk(room)
    _run_steps(room, held, seen_by, quorum, findings)
    return findings.report(shown)


def _run_steps(
    room: Room, held: Sequence[Tuple[str, bytes]], seen_by: Sequence[VerifierKey], quorum: Optional[int], found: Findings
) -> None:
    found.run("Listing", lambda: check_listing(room, found))
    found.run("SHA256SUMS", lambda: check_sums(room, found))
    found.run("Signatures", lambda: check_signatures(room, found))
    found.run("Checkpoint", lambda: check_checkpoint(room, found))
    found.run("Tree", lambda: check_tree(room, held, found))
    definitions = load_definitions(room)
    books: List[BookFacts] = []

    def entries() -> str:
        size = _tree_size(room)
        specs = [spec for each in definitions for spec in each.specs.values()]
        books.append(gather_book(room, size, specs, found))
        return check_entries(books[0], size, found)

    found.run("Entries", entries)
    book = books[0] if books else None
    found.run("Keys", lambda: check_keys(room, book, found))
    found.run("Earlier checkpoints", lambda: check_earlier(room, held, found))
    found.run("Witnesses", lambda: check_witnesses(room, seen_by, quorum, found))
    found.run("Populations", lambda: check_populations(room, _tree_size(room), definitions, book, found))
    found.run("Index", lambda: check_index(room, found))
    found.run("Artifacts", lambda: check_artifacts(room, _tree_size(room), found))
    found.run("Time stamps", lambda: check_stamps(room, book, _tree_size(room), found))
    _state_limits(room, book, held, seen_by, found)


def _tree_size(room: Room) -> int:
    size = head_size(room)
    if not 0 < size <= MAX_ENTRIES:
        raise NotRun(f"a tree of {size} entries cannot be in a room (step 5)")
    return size


def _state_limits(
    room: Room, book: Optional[BookFacts], held: Sequence[Tuple[str, bytes]], seen_by: Sequence[VerifierKey], found: Findings
) -> None:
    """Fills NOT COVERED: what no check here can show."""
    say = found.not_covered.append
    describe_keys(room, found)
    say("whether what was recorded is true, and whether all that happened was recorded; only changes made afterwards would show")
    if not seen_by and not held:
        say(
            "whether this history is the only one: whoever holds the log key could have written another before; "
            "give a checkpoint you hold (--checkpoint) or a witness (--witness)"
        )
    if room.manifest is not None:
        said = room.manifest
        say(f"anything outside the period {said.period}, and entries after the checkpoint of {said.size} entries")
        if not said.computed:
            say(f"whether {said.days['start']} and {said.days['end']} are edges of those days: no data here for that zone")
        if said.since:
            stood = f"what stood already, unchanged, at the checkpoint of {said.since} entries"
            say(f"{stood}: a room as of that checkpoint lists it; here it is only counted")
        for each in said.withheld:
            say(f"withheld from this room: {safe_text(each)}")
        for each in said.omissions:
            say(f"omitted from this room: {each}")
        say(f"erased content: the room says {said.shredded}")
    say(
        "pages and documents for people (index.html, index.pdf, header.html, README.md, columns.csv, pages of 07): they are the "
        "signed ones, but were not compared with the tables; where they say something else, the tables count"
    )
    say(
        "what evidence headers say beyond counts, definition, checkpoint, period and file hashes (totals, checks, completeness), "
        "and what index.csv says of requests, controls, review and status: the word of whoever made the room"
    )
    if book is not None:
        kinds = book.kinds
        say(f"the content behind {counted(book.commitments, 'commitment')}: none of it is in this room")
        say(f"what was erased under {counted(kinds['content.erased'], 'record')} of erasure (content.erased)")
        say(f"what happened in {counted(kinds['source.gap'], 'gap')} that sources themselves recorded (source.gap)")
        say(f"{book.late} entries were recorded more than an hour after they say they occurred, {book.ahead} before")
        if kinds["log.restored"]:
            say(f"the entries of an older book this one continues ({counted(kinds['log.restored'], 'log.restored record')})")


def _parse_key(text: str, kind: int, option: str) -> VerifierKey:
    key = parse_vkey(text, option)
    if key.kind != kind:
        what = "a log key (type 0x01)" if kind == KEY_ED25519 else "a witness key (type 0x04)"
        raise Damage(option, f"is not {what}")
    return key


def _read_held(path: str) -> Tuple[str, bytes]:
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(MAX_NOTE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise Damage(f"--checkpoint {safe_text(os.fspath(path))}", f"cannot be read: {error}") from None
    return safe_text(os.fspath(path)), data


class _Arguments(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Bad arguments end with the exit code of an unusable call."""
        self.print_usage(sys.stderr)
        self.exit(EXIT_UNUSABLE, f"{self.prog}: {safe_text(message)}\n")


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command line. Prints the report and returns the exit code."""
    parser = _Arguments(prog="verify.py", description="Verifies an evidence room offline, with Python's standard library only.")
    parser.add_argument("room", nargs="?", metavar="ROOM", help="folder of the room; default: the one this file lies in")
    parser.add_argument("--key", action="append", default=[], metavar="VKEY", help="log key you obtained another way")
    parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE", help="signed checkpoint you hold")
    parser.add_argument("--witness", action="append", default=[], metavar="VKEY", help="witness that must have cosigned")
    parser.add_argument("--quorum", type=int, metavar="N", help="how many of the witnesses must have cosigned; default: all")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    options = parser.parse_args(arguments)
    room = options.room or str(Path(__file__).resolve().parent.parent)
    report = verify_room(room, options.key, options.checkpoint, options.witness, options.quorum)
    text = report.to_json() if options.json else "\n".join(report.lines()) + "\n"
    try:
        sys.stdout.buffer.write(text.encode(sys.stdout.encoding or "utf-8", "backslashreplace"))
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of the report stopped reading; the exit code still tells
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return report.exit_code
