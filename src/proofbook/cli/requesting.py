"""`proofbook request`: an auditor's request list: import, where each stands, suggested evidence, answers, comments.

The command line is the company's side: it submits and comments. Taking into review, accepting and returning is the auditor's, in
the portal.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_heading, print_json, print_lines, print_table, say
from proofbook.errors import ConfigurationError, InputError
from proofbook.fieldwork.request_import import ImportPlan, ImportRefused, plan_import, read_request_list
from proofbook.fieldwork.requests import (
    Evidence,
    Request,
    State,
    comments_of,
    find_request,
    list_requests,
    move_request,
    request_history,
    write_comment,
)
from proofbook.fieldwork.requests import (
    say as say_state,
)
from proofbook.fieldwork.sheet import MAX_FILE_BYTES
from proofbook.fieldwork.suggesting import suggest_evidence
from proofbook.journal.receipt import Receipt
from proofbook.readmodel.connection import Reader
from proofbook.wiring.fieldwork import Fieldwork, open_fieldwork, read_fieldwork, read_small
from proofbook.wiring.home import open_home
from proofbook.wiring.system import IDS

_ENGAGEMENT = click.option("--engagement", required=True, help="Id of the engagement.")


@click.group(short_help="An auditor's request list: import, states, suggested evidence, answers.")
def request() -> None:
    """Requests of an auditor (also called a PBC list), with every version and every answer kept."""


@request.command("import", short_help="Import a request list, CSV or XLSX: plan first, then all of it.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_ENGAGEMENT
@click.option("--yes", is_flag=True, help="Record without asking.")
@click.option("--dry-run", is_flag=True, help="Only show what would be recorded.")
@click.pass_obj
def import_(shared: Shared, file: Path, engagement: str, yes: bool, dry_run: bool) -> None:
    """Import a request list, CSV (UTF-8) or XLSX: shows the plan, then records it; importing it again changes nothing."""
    sheet = read_request_list(file.name, read_small(file, MAX_FILE_BYTES))
    with open_fieldwork(open_home(shared.home)) as work:
        try:
            plan = plan_import(work.reader, work.act(), engagement, sheet)
        except ImportRefused as error:
            if not shared.json:
                print_lines(each.sentence() for each in error.mistakes[1:])
            raise
        if not shared.json:
            _print_plan(plan)
        receipts: tuple[Receipt, ...] = ()
        if plan.submissions and not dry_run and (yes or _agreed(shared, plan)):
            receipts = work.record(plan.submissions)
    if shared.json:
        print_json(_plan_document(plan) | {"recorded": [each.entry_id for each in receipts]})
    else:
        say(f"recorded {len(receipts)} requests" if receipts else "nothing was recorded")


@request.command("list")
@_ENGAGEMENT
@click.option("--state", type=click.Choice([each.value for each in State]), help="Only those that stand there.")
@click.pass_obj
def list_(shared: Shared, engagement: str, state: str | None) -> None:
    """All requests of an engagement and where they stand."""
    with read_fieldwork(open_home(shared.home)) as (_, reader):
        known = [each for each in list_requests(reader, engagement) if state in {None, each.state.value}]
    if shared.json:
        print_json([_document(each) for each in known])
    elif known:
        rows = [(each.number, say_state(each.state), each.due, each.owner, each.control, each.title) for each in known]
        print_table(("number", "state", "due", "owner", "control", "request"), rows)
    else:
        say("no request is on record")


@request.command()
@click.argument("number")
@_ENGAGEMENT
@click.pass_obj
def show(shared: Shared, number: str, engagement: str) -> None:
    """One request: what is asked, what was given, its versions, what was said."""
    with read_fieldwork(open_home(shared.home)) as (_, reader):
        found = _find(reader, engagement, number)
        versions, comments = request_history(reader, found.id), comments_of(reader, found.id)
    if shared.json:
        said = [{"side": each.side.value, "author": each.author, "at": each.at, "text": each.text} for each in comments]
        print_json(_document(found) | {"versions": [_document(each) for each in versions], "comments": said})
        return
    print_facts([(name, value) for name, value in _document(found).items() if value not in (None, [], "")])
    print_heading("Versions")
    print_lines(f"  {each.version}  {each.changed}  {say_state(each.state)}  by {each.changed_by}" for each in versions)
    print_heading("Said")
    print_lines(f"  {each.at}  {each.side.value} {each.author}: {each.text}" for each in comments)


@request.command()
@click.argument("number")
@_ENGAGEMENT
@click.pass_obj
def suggest(shared: Shared, number: str, engagement: str) -> None:
    """Evidence that might answer a request, and why it is thought of."""
    with read_fieldwork(open_home(shared.home)) as (_, reader):
        found = suggest_evidence(reader, _find(reader, engagement, number))
    if shared.json:
        print_json([{"id": each.id, "title": each.title, "why": list(each.why), "exported": each.exported} for each in found])
    elif found:
        print_table(
            ("id", "what", "exported", "why"), [(each.id, each.title, each.exported, "; ".join(each.why)) for each in found]
        )
    else:
        say("nothing is suggested: the request names no control, criterion, population or artifact that is known here")


@request.command(short_help="Give evidence in answer.")
@click.argument("number")
@_ENGAGEMENT
@click.option(
    "--evidence",
    "evidence",
    multiple=True,
    required=True,
    metavar="SORT:ID",
    help="Such as population:POP-08, record:policy/ai-use.",
)
@click.pass_obj
def submit(shared: Shared, number: str, engagement: str, evidence: tuple[str, ...]) -> None:
    """Give evidence in answer. A population is named by its newest export where there is one."""
    with open_fieldwork(open_home(shared.home)) as work:
        found = _find(work.reader, engagement, number)
        given = tuple(_evidence(work, found, each) for each in evidence)
        made = move_request(work.reader, work.act(), found.id, State.SUBMITTED, seen=found.entry, evidence=given)
        _tell(shared, work.record(made)[0])


@request.command()
@click.argument("number")
@click.argument("text")
@_ENGAGEMENT
@click.pass_obj
def comment(shared: Shared, number: str, text: str, engagement: str) -> None:
    """Say something about a request."""
    with open_fieldwork(open_home(shared.home)) as work:
        found = _find(work.reader, engagement, number)
        _tell(shared, work.record(write_comment(work.reader, work.act(), found.id, text, IDS))[0])


def _find(reader: Reader, engagement: str, number: str) -> Request:
    found = find_request(reader, engagement, number)
    if found is None:
        raise InputError(f"request {number[:40]!r}: there is none in {engagement}", hint="see `proofbook request list`")
    return found


def _evidence(work: Fieldwork, found: Request, text: str) -> Evidence:
    sort, colon, name = text.partition(":")
    if not colon or not name or sort not in {"population", "artifact", "record", "sample", "export", "file"}:
        raise InputError(f"--evidence: {text[:60]!r} does not name any", hint="write SORT:ID, such as population:POP-08")
    known = suggest_evidence(work.reader, found) if sort == "population" else ()
    return next((each.evidence for each in known if each.id == name and each.evidence is not None), Evidence(sort, name))


def _agreed(shared: Shared, plan: ImportPlan) -> bool:
    if shared.json or not sys.stdin.isatty():
        raise ConfigurationError("nobody is there to agree to the plan", hint="add --yes to record it, --dry-run to only see it")
    return click.confirm(f"Record {len(plan.submissions)} requests?", err=True)


def _print_plan(plan: ImportPlan) -> None:
    print_facts([("read as", [f"{column!r} is {name.replace('_', ' ')}" for column, name in plan.columns])])
    print_facts([("not read", list(plan.ignored))] if plan.ignored else [])
    print_table(
        ("row", "number", "what happens", "request"),
        [(each.row, each.number, "new", each.title) for each in plan.new]
        + [(each.row, each.number, f"changes {', '.join(each.fields)}", each.title) for each in plan.changed],
    )
    print_lines(f"row {each.row}, {each.number}: {each.what}" for each in plan.remarks)
    if plan.unchanged:
        print_lines([f"unchanged: {len(plan.unchanged)}"])
    if plan.absent:
        print_lines([f"not in this list and left as they are: {', '.join(plan.absent)}"])


def _plan_document(plan: ImportPlan) -> dict[str, Any]:
    return {
        "columns": [{"column": column, "field": name} for column, name in plan.columns],
        "not_read": list(plan.ignored),
        "new": [each.number for each in plan.new],
        "changed": {each.number: list(each.fields) for each in plan.changed},
        "unchanged": list(plan.unchanged),
        "absent": list(plan.absent),
        "remarks": [{"row": each.row, "number": each.number, "what": each.what} for each in plan.remarks],
    }


def _document(each: Request) -> dict[str, Any]:
    return {
        "number": each.number,
        "state": each.state.value,
        "title": each.title,
        "description": each.description,
        "type": each.sort.value,
        "control": each.control or each.control_as_written,
        "criteria": list(each.criteria),
        "first": each.first,
        "last": each.last,
        "as_of": each.as_of,
        "owner": each.owner,
        "due": each.due,
        "returned_because": each.returned_because,
        "evidence": [f"{one.sort}:{one.id}" + (f" ({one.version})" if one.version else "") for one in each.evidence],
        "version": each.version,
        "entry": each.entry,
    }


def _tell(shared: Shared, receipt: Receipt) -> None:
    if shared.json:
        print_json({"entry": receipt.entry_id, "index": receipt.index, "recorded": receipt.recorded})
    else:
        say(f"recorded as entry {receipt.index}")
