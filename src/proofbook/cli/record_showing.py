"""`proofbook record get`, `list`, `history`, `diff`, `export`: kept records as they are now, and as they were at any moment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_json, print_lines, print_table, say
from proofbook.cli.record_wording import difference_as_json, difference_line, second, version_as_json
from proofbook.errors import InputError
from proofbook.filing.difference import find_differences
from proofbook.filing.folder import format_version, write_folder
from proofbook.filing.lateness import is_late
from proofbook.filing.scalars import normalise_moment
from proofbook.filing.wording import MOMENT_EXAMPLE, did_you_mean
from proofbook.filing.writing import format_json_file
from proofbook.primitives.instants import format_instant, parse_instant
from proofbook.readmodel.documents import Documents, DocumentVersion
from proofbook.records.kept import KEPT
from proofbook.wiring.filing import open_documents
from proofbook.wiring.home import open_home
from proofbook.wiring.system import CLOCK

_LIMIT: Final = 500
_KIND = click.argument("kind", metavar="KIND")
_ID = click.argument("record_id", metavar="ID")
_AS_OF = click.option("--as-of", metavar="MOMENT", help=f"As the book was then, for example {MOMENT_EXAMPLE}.")


@click.command()
@_KIND
@_ID
@_AS_OF
@click.option(
    "--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True, help="Form of the file."
)
@click.pass_obj
def get(shared: Shared, kind: str, record_id: str, as_of: str | None, form: str) -> None:
    """Print one record as a file that `record apply` takes. With --json: all that its entry says."""
    with open_documents(open_home(shared.home)) as documents:
        found = documents.current(_known_kind(kind), record_id, _moment(as_of))
    if found is None:
        raise _not_there(kind, record_id, as_of)
    if shared.json:
        print_json(version_as_json(found))
    elif form == "json":
        click.echo(format_json_file(found.kind, found.id, found.body), nl=False)
    else:
        click.echo(format_version(found), nl=False)


@click.command(name="list")
@click.argument("kind", metavar="[KIND]", required=False)
@_AS_OF
@click.option("--limit", type=click.IntRange(1, 100_000), default=_LIMIT, show_default=True, help="Records on one page.")
@click.option("--after", metavar="KIND/ID", help="Begin behind this record: the last one of the page before.")
@click.pass_obj
def list_records(shared: Shared, kind: str | None, as_of: str | None, limit: int, after: str | None) -> None:
    """The newest version of every record, by kind and id."""
    behind = ("", "") if after is None else _name(after)
    with open_documents(open_home(shared.home)) as documents:
        wanted = None if kind is None else _known_kind(kind)
        found = documents.page(wanted, _moment(as_of), after=behind, limit=limit + 1)
    page, more = found[:limit], len(found) > limit
    following = f"{page[-1].kind}/{page[-1].id}" if more else None
    if shared.json:
        print_json({"records": [_row_as_json(each) for each in page], "next": following})
        return
    if page:
        print_table(("kind", "id", "title", "version", "occurred", "recorded", "late", "by"), map(_row, page))
    else:
        say("There is no such record. `proofbook record apply` makes some.")
    if following is not None:
        say(f"There are more: go on with --after {following}")


@click.command(short_help="Every version of one record, with its times and signatures.")
@_KIND
@_ID
@click.pass_obj
def history(shared: Shared, kind: str, record_id: str) -> None:
    """Every version of one record: when it happened, when it was recorded, by whom, why, who signed it."""
    with open_documents(open_home(shared.home)) as documents:
        versions = _history(documents, kind, record_id)
        signed = documents.sign_offs(kind, record_id)
    exported = format_instant(CLOCK.now())
    if shared.json:
        told = [version_as_json(each) | {"sign_offs": [_sign_off(one) for one in _of(signed, each)]} for each in versions]
        print_json({"exported": exported, "versions": told})
        return
    print_lines([f"{kind}/{record_id}: {versions[-1].body.get('title', '')}", f"exported  {exported}"])
    for each in versions:
        print_lines(_version_lines(each, _of(signed, each)))


@click.command(short_help="What differs between two versions, field by field.")
@_KIND
@_ID
@click.argument("older", metavar="[A]", type=click.IntRange(1), required=False)
@click.argument("newer", metavar="[B]", type=click.IntRange(1), required=False)
@click.pass_obj
def diff(shared: Shared, kind: str, record_id: str, older: int | None, newer: int | None) -> None:
    """What differs between versions A and B, field by field; the last two without them, A and the newest without B."""
    with open_documents(open_home(shared.home)) as documents:
        versions = _history(documents, kind, record_id)
    after = _numbered(versions, newer or len(versions))
    before = _numbered(versions, older or max(1, after.version - 1))
    found = find_differences(before.body, after.body)
    if shared.json:
        print_json(
            {"before": before.version, "after": after.version, "differences": [difference_as_json(each) for each in found]}
        )
        return
    print_lines([f"{kind}/{record_id}: version {before.version} -> {after.version}"])
    print_lines(f"  {difference_line(each)}" for each in found)
    if not found:
        say("nothing differs but, at most, the reason")


@click.command(short_help="Write the newest versions as files, for Git.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.argument("kinds", nargs=-1, metavar="[KIND…]")
@click.pass_obj
def export(shared: Shared, folder: Path, kinds: Sequence[str]) -> None:
    """Write the newest versions as DIR/KIND/ID.yaml, for Git; applying that folder again records nothing."""
    wanted: list[str | None] = [_known_kind(kind) for kind in kinds] or [None]
    with open_documents(open_home(shared.home)) as documents:
        done = write_folder(folder, (each for kind in wanted for each in documents.listed(kind)))
    if shared.json:
        written, strangers = [str(each) for each in done.written], [str(each) for each in done.strangers]
        print_json({"written": written, "unchanged": done.unchanged, "not_in_the_book": strangers})
        return
    print_lines(f"written  {each}" for each in done.written)
    print_lines(f"not in the book  {each}" for each in done.strangers)
    say(f"{len(done.written)} files written, {done.unchanged} unchanged")


def _known_kind(kind: str) -> str:
    if kind not in KEPT:
        fix = did_you_mean(kind, sorted(KEPT))
        hint = fix if fix.startswith("did you mean") else "`proofbook record schema` lists the kinds"
        raise InputError(f"record kind {kind[:64]!r} is not one that people keep", hint=hint)
    return kind


def _moment(text: str | None) -> str | None:
    if text is None:
        return None
    moment = normalise_moment(text)
    try:
        parse_instant(moment)
    except InputError as error:
        raise InputError(f"--as-of {text[:40]!r} is not a time with its offset", hint=f"such as {MOMENT_EXAMPLE}") from error
    return moment


def _name(text: str) -> tuple[str, str]:
    kind, slash, record_id = text.partition("/")
    if not slash:
        raise InputError(f"--after {text[:80]!r} is not KIND/ID", hint="take the last record of the page before")
    return kind, record_id


def _not_there(kind: str, record_id: str, as_of: str | None) -> InputError:
    then = "" if as_of is None else f" as of {as_of}"
    return InputError(f"{kind}/{record_id[:80]} is not in the book{then}", hint=f"`proofbook record list {kind}` shows what is")


def _history(documents: Documents, kind: str, record_id: str) -> tuple[DocumentVersion, ...]:
    versions = documents.history(_known_kind(kind), record_id)
    if not versions:
        raise _not_there(kind, record_id, None)
    return versions


def _numbered(versions: Sequence[DocumentVersion], number: int) -> DocumentVersion:
    if number > len(versions):
        raise InputError(f"there is no version {number}", hint=f"versions are 1 to {len(versions)}")
    return versions[number - 1]


def _row(version: DocumentVersion) -> tuple[object, ...]:
    late = "late" if is_late(version.occurred, version.recorded) else ""
    title = version.body.get("title", "")
    times = second(version.occurred), second(version.recorded)
    return version.kind, version.id, title, version.version, *times, late, version.actor


def _row_as_json(version: DocumentVersion) -> dict[str, Any]:
    whole = version_as_json(version)
    return {name: value for name, value in whole.items() if name != "record"} | {"title": version.body.get("title")}


def _of(signed: Sequence[DocumentVersion], version: DocumentVersion) -> list[DocumentVersion]:
    return [each for each in signed if each.body.get("of_entry") == version.entry]


def _sign_off(version: DocumentVersion) -> dict[str, Any]:
    names = ("signer", "role", "decision", "signed_at", "statement")
    return {"id": version.id, "entry": version.entry} | {name: version.body.get(name) for name in names}


def _version_lines(version: DocumentVersion, signed: Sequence[DocumentVersion]) -> list[str]:
    late = "  LATE" if is_late(version.occurred, version.recorded) else ""
    return [
        f"version {version.version}{late}",
        f"  occurred    {version.occurred}",
        f"  recorded    {version.recorded}",
        f"  by          {version.actor} ({version.actor_kind}, {version.method})",
        f"  because     {version.body.get('because') or 'not stated'}",
        f"  entry       {version.entry} (index {version.index})",
        *([f"  supersedes  {version.supersedes}"] if version.supersedes else []),
        *(
            f"  signed      {each['signer']} as {each['role']}: {each['decision']}, {each['signed_at']}, {each['id']}"
            for each in map(_sign_off, signed)
        ),
    ]
