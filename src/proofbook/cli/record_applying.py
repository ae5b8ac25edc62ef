"""`proofbook record apply` and `template`: people's files into the book, and a file to start from."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_json, print_lines, say
from proofbook.cli.record_wording import mistake_as_json, plan_as_json, plan_lines, summary
from proofbook.errors import ConfigurationError, InputError, RefusedError
from proofbook.filing.document import Filed
from proofbook.filing.mistakes import FilingMistakes, FilingRefused
from proofbook.filing.plan import Plan
from proofbook.filing.sources import STANDARD_INPUT, read_records
from proofbook.filing.template import format_template
from proofbook.filing.wording import did_you_mean
from proofbook.records.kept import KEPT
from proofbook.wiring.filing import Applied, apply_plan, plan_run
from proofbook.wiring.home import open_home


@click.command(short_help="Record what YAML or JSON files say, all or nothing.")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--yes", is_flag=True, help="Apply without asking.")
@click.option("--dry-run", "--plan", is_flag=True, help="Only show what would be recorded.")
@click.option("--strict", is_flag=True, help="Refuse references that lead nowhere, instead of listing them.")
@click.pass_obj
def apply(shared: Shared, files: Sequence[str], yes: bool, dry_run: bool, strict: bool) -> None:
    """Record what YAML or JSON files say: new records, and new versions of changed ones.

    FILE is a file, a folder (all *.yaml, *.yml, *.json below it) or - for standard input. The plan is shown first; all of it is
    recorded in one transaction, or nothing. Applying the same files again records nothing.
    """
    with _telling_mistakes(shared):
        home = open_home(shared.home)
        filed = read_records(files, sys.stdin.buffer)
        plan = plan_run(home, filed, strict=strict)
        if not shared.json:
            print_lines(plan_lines(plan))
        if dry_run or not plan.changes:
            _close(shared, plan, None)
            return
        if not yes:
            _ask(shared, filed, files)
        applied = apply_plan(home, plan, strict=strict)
    _close(shared, plan, applied)


@click.command()
@click.argument("kind", metavar="KIND")
@click.pass_obj
def template(shared: Shared, kind: str) -> None:
    """A commented file of one kind of record to start from."""
    if kind not in KEPT:
        raise InputError(f"record kind {kind[:64]!r} is not one that people keep", hint=_kind_fix(kind))
    text = format_template(kind)
    if shared.json:
        print_json({"kind": kind, "template": text})
    else:
        click.echo(text, nl=False)


def _kind_fix(kind: str) -> str:
    fix = did_you_mean(kind, sorted(KEPT))
    return fix if fix.startswith("did you mean") else "`proofbook record schema` lists the kinds"


def _ask(shared: Shared, filed: Sequence[Filed], files: Sequence[str]) -> None:
    """Whether to go on, asked on a terminal. Raises RefusedError for a no."""
    if shared.json or STANDARD_INPUT in files or not sys.stdin.isatty():
        raise ConfigurationError("nobody is there to agree to the plan", hint="add --yes to apply it, --dry-run to only see it")
    if not click.confirm(f"Record this ({len(filed)} records read)?", err=True):
        raise RefusedError("not agreed to; nothing was recorded")


def _close(shared: Shared, plan: Plan, applied: Applied | None) -> None:
    receipts = () if applied is None else applied.receipts
    if shared.json:
        written = [
            {"kind": each.filed.kind, "id": each.filed.id, "entry": one.entry_id, "index": one.index, "recorded": one.recorded}
            for each, one in zip(plan.changes if receipts else (), receipts, strict=True)
        ]
        print_json({"plan": plan_as_json(plan), "applied": bool(receipts), "entries": written})
    elif receipts:
        entries = "1 entry" if len(receipts) == 1 else f"{len(receipts)} entries"
        say(f"recorded {entries}, from index {receipts[0].index} on")
    else:
        say("nothing was recorded" if plan.changes else f"nothing to record: {summary(plan)}")


@contextmanager
def _telling_mistakes(shared: Shared) -> Iterator[None]:
    """Several mistakes are told one by one before the error that sums them up; as JSON they are always listed."""
    try:
        yield
    except (FilingMistakes, FilingRefused) as error:
        if not shared.json:
            for mistake in error.mistakes if error.total > 1 else ():
                say(str(mistake))
            raise
        told: dict[str, Any] = {"code": error.code, "message": error.message, "hint": error.hint, "exit": error.exit_code}
        print_json({"error": told | {"mistakes": [mistake_as_json(each) for each in error.mistakes]}})
        sys.exit(error.exit_code)
