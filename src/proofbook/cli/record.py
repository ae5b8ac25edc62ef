"""`proofbook record …`: records that people keep, and the record kinds with their schemas."""

from __future__ import annotations

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_json, print_table
from proofbook.cli.record_applying import apply, template
from proofbook.cli.record_showing import diff, export, get, history, list_records
from proofbook.errors import InputError
from proofbook.records.kinds import KINDS


@click.group(short_help="Records that people keep: their files, versions and schemas.")
def record() -> None:
    """Records that people keep, from their files into the book and back; all record kinds and their schemas."""


for command in (apply, template, get, list_records, history, diff, export):
    record.add_command(command)


@record.command(short_help="The JSON Schema of a kind; without KIND, the kinds.")
@click.argument("kind", required=False)
@click.pass_obj
def schema(shared: Shared, kind: str | None) -> None:
    """The JSON Schema of a record kind; the list of kinds without KIND."""
    if kind is None:
        rows = [(name, (model.__doc__ or "").splitlines()[0].partition(": ")[2]) for name, model in sorted(KINDS.items())]
        if shared.json:
            print_json([{"kind": name, "what": what} for name, what in rows])
        else:
            print_table(("kind", "what"), rows)
        return
    if kind not in KINDS:
        raise InputError(f"record kind {kind!r} is not known", hint="see `proofbook record schema`")
    print_json(KINDS[kind].model_json_schema(by_alias=True))
