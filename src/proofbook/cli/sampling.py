"""`proofbook sample`: draw from an exported population by an auditor's ids or nonce, extend, look at items, watch a run.

Everything is recorded, with holds on what was drawn. What a drawn item says is shown from the book; content never is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_heading, print_json, print_lines, print_table, say, write_result
from proofbook.errors import InputError
from proofbook.fieldwork.drawing import DrawFrom, Drawn, Listed, Method, Order, Seeded, draw, extend
from proofbook.fieldwork.exported import read_exported
from proofbook.fieldwork.item import ItemFolder, missing_folder, open_item
from proofbook.fieldwork.item_document import item_document
from proofbook.fieldwork.samples import Sample, list_samples, read_sample
from proofbook.fieldwork.statistics import need, tell
from proofbook.wiring.fieldwork import (
    Fieldwork,
    open_fieldwork,
    pinned_log,
    read_fieldwork,
    read_small,
    watch_population,
    witness_keys,
)
from proofbook.wiring.home import open_home
from proofbook.wiring.recording import open_door
from proofbook.wiring.system import IDS

_FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
_ITEM = click.option(
    "--item", "items", multiple=True, metavar="ID", help="Id of an item, as it stands in the table. May be repeated."
)
_ITEMS = click.option("--items", "list_file", type=click.Path(path_type=Path), help="File with one id a line.")
_COUNT = click.option("--count", type=int, default=0, help="How many items of the whole table.")
_STRATUM = click.option("--stratum", "strata", multiple=True, metavar="VALUE=N", help="How many of one part. May be repeated.")
_TABLE = click.option("--table", help="Table of the population, where it has several.")
_WITNESS = click.option("--witness", "witnesses", multiple=True, metavar="VKEY", help="Witness whose cosignature is looked for.")


@click.group(short_help="Samples of exported populations: draw, extend, look at items; watch a population being made.")
def sample() -> None:
    """Samples come from a population as it was exported, by the auditor's own ids or by rank under the auditor's nonce."""


@sample.command("draw", short_help="Draw from an exported population, by ids or by nonce.")
@_FOLDER
@click.option("--engagement", required=True, help="Id of the engagement.")
@_ITEM
@_ITEMS
@click.option("--nonce", help="What the auditor gave: 50 rolls of a die, 32 hex digits, or the like.")
@_COUNT
@click.option("--stratum-by", metavar="COLUMN", help="Column that parts the table.")
@_STRATUM
@_TABLE
@click.option("--request", "request_", metavar="NUMBER", help="Request that it answers.")
@click.option("--because", help="Why there is another draw from the same population.")
@_WITNESS
@click.pass_obj
def draw_(
    shared: Shared,
    folder: Path,
    engagement: str,
    items: tuple[str, ...],
    list_file: Path | None,
    nonce: str | None,
    count: int,
    stratum_by: str | None,
    strata: tuple[str, ...],
    table: str | None,
    request_: str | None,
    because: str | None,
    witnesses: tuple[str, ...],
) -> None:
    """Draw from the population that `proofbook population` wrote to FOLDER; content of what is drawn is put under hold."""
    method = _method(_listed(items, list_file), nonce, count, stratum_by, strata)
    with open_fieldwork(open_home(shared.home)) as work:
        origin = _origin(work, folder, table, witnesses)
        made = draw(origin, work.act(), Order(engagement, method, request_, because), IDS)
        work.record(made.submissions)
    _print_drawn(shared, made)


@sample.command("extend", short_help="Add to a sample; what was drawn stays.")
@click.argument("sample_id", metavar="SAMPLE")
@_FOLDER
@_ITEM
@_ITEMS
@_COUNT
@_STRATUM
@click.option("--because", required=True, help="Why more is drawn.")
@click.pass_obj
def extend_(
    shared: Shared,
    sample_id: str,
    folder: Path,
    items: tuple[str, ...],
    list_file: Path | None,
    count: int,
    strata: tuple[str, ...],
    because: str,
) -> None:
    """Add to a sample from the same export: further ids, or a larger total (--count) under the same nonce."""
    with open_fieldwork(open_home(shared.home)) as work:
        known = read_sample(work.reader, sample_id)
        method = _method(_listed(items, list_file), known.nonce, count, known.stratum_by, strata)
        made = extend(_origin(work, folder, known.table, ()), work.act(), known, method, because)
        work.record(made.submissions)
    _print_drawn(shared, made)


@sample.command("list")
@click.option("--engagement", required=True, help="Id of the engagement.")
@click.pass_obj
def list_(shared: Shared, engagement: str) -> None:
    """Samples of an engagement, newest first."""
    with read_fieldwork(open_home(shared.home)) as (_, reader):
        known = list_samples(reader, engagement)
    if shared.json:
        print_json([_document(each) for each in known])
    elif known:
        rows = [(each.id, each.population, each.method, len(each.items), len(each.missing), each.request) for each in known]
        print_table(("sample", "population", "method", "items", "missing", "request"), rows)
    else:
        say("no sample was drawn yet")


@sample.command(short_help="One sample: what went into it, its items, what is missing.")
@click.argument("sample_id", metavar="SAMPLE")
@click.pass_obj
def show(shared: Shared, sample_id: str) -> None:
    """One sample: everything that went into it, its items, what is missing, what is held."""
    with read_fieldwork(open_home(shared.home)) as (_, reader):
        found = read_sample(reader, sample_id)
    document = _document(found)
    if shared.json:
        print_json(document)
        return
    print_facts(
        [(name, value) for name, value in document.items() if name not in {"items", "missing"} and value not in (None, [])]
    )
    print_heading("Items")
    print_lines(f"  {place:3}  {each.item}  row {each.row}" for place, each in enumerate(found.items, start=1))
    print_lines(f"  missing: {each.what} {each.why}" for each in (missing_folder(found, item) for item in found.missing))


@sample.command(short_help="One drawn item: record and proof, history, what is missing.")
@click.argument("sample_id", metavar="SAMPLE")
@click.argument("item")
@click.option("--proofs", type=click.Path(path_type=Path, file_okay=False), help="Folder to put its entries and proofs into.")
@click.pass_obj
def item(shared: Shared, sample_id: str, item: str, proofs: Path | None) -> None:
    """One drawn item: record and proof, history, what it leads to, what is missing. Content stays sealed."""
    home = open_home(shared.home)
    with read_fieldwork(home) as (book, reader):
        found = read_sample(reader, sample_id)
        drawn = found.item(item)
        if drawn is None:
            raise InputError(f"item {item[:80]!r}: is not in sample {sample_id}", hint="see `proofbook sample show`")
        folder = open_item(reader, book, pinned_log(home), found, drawn)
        if proofs is not None:
            proofs.mkdir(parents=True, exist_ok=True)
            for part in folder.parts:
                write_result(proofs / f"{part.name}-{part.index}.entry.json", book.entry(part.index))
                write_result(proofs / f"{part.name}-{part.index}.tlog-proof", folder.proof_file(book, part) or b"")
    _print_item(shared, folder)


@sample.command(short_help="What a sample of a size would tell: a planning aid.")
@click.option("--items", "count", type=int, default=0, help="Items that were looked at.")
@click.option("--deviations", type=int, default=0, show_default=True, help="Deviations found, or expected.")
@click.option("--population", type=int, help="Size of the population; default: large.")
@click.option("--confidence", type=int, default=90, show_default=True, help="Percent.")
@click.option("--tolerable", type=int, help="Instead: tolerable rate in percent; gives the smallest sample.")
@click.pass_obj
def tells(shared: Shared, count: int, deviations: int, population: int | None, confidence: int, tolerable: int | None) -> None:
    """What a sample of a size would tell about a rate: a planning aid, with its assumptions."""
    if tolerable is not None:
        found: Any = need(tolerable * 100, deviations, population=population, confidence=confidence)
        facts: dict[str, Any] = {"items": found.items}
    else:
        found = tell(count, deviations, population=population, confidence=confidence)
        facts = {"upper_bound_percent": f"{found.upper_bound / 100:.2f}"}
    if shared.json:
        print_json(facts | {"words": found.words, "assumptions": list(found.assumptions), "notice": found.notice})
    else:
        print_lines([found.words, "", *(f"  assumes: {each}" for each in found.assumptions), f"  {found.notice}"])


@sample.command(short_help="Make a population while an auditor watches.")
@click.argument("population", metavar="POP")
@click.option("--engagement", required=True, help="Id of the engagement.")
@click.option("--observer", required=True, help="Name of who watches, as they give it.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="New folder for the population and its transcript.")
@click.pass_obj
def observe(shared: Shared, population: str, engagement: str, observer: str, out: Path) -> None:
    """Make a population while an auditor watches; the transcript lies beside it and its digest is recorded."""
    home = open_home(shared.home)
    error = None
    with open_door(home) as door:
        for step in watch_population(home, door.recorder, population, engagement, observer, out.absolute()):
            count = "" if step.done is None else f" {step.done}/{step.of}"
            say(f"{step.utc}  {step.local}  {step.kind}: {step.words}{count}")
            error = step.error or error
            if step.transcript is not None and shared.json:
                print_json({"run": step.transcript.run, "rows": dict(step.transcript.rows), "transcript": step.transcript.sha256})
            elif step.transcript is not None:
                click.echo(step.transcript.text.decode(), nl=False)
    if error is not None:
        raise error


def _origin(work: Fieldwork, folder: Path, table: str | None, witnesses: tuple[str, ...]) -> DrawFrom:
    return DrawFrom(work.reader, work.book, read_exported(work.reader, folder.absolute(), table), witness_keys(witnesses))


def _listed(items: tuple[str, ...], list_file: Path | None) -> tuple[str, ...]:
    if list_file is None:
        return items
    try:
        lines = read_small(list_file).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{list_file}: is not UTF-8", hint="one id a line, saved as UTF-8") from error
    return (*items, *(line.strip() for line in lines if line.strip()))


def _method(items: tuple[str, ...], nonce: str | None, count: int, stratum_by: str | None, strata: tuple[str, ...]) -> Method:
    if items:
        if count or strata:
            raise InputError("ids are listed and a count is asked for", hint="give --item or --items, or --nonce with --count")
        return Listed(items)
    if nonce is None:
        raise InputError("neither ids nor a nonce are given", hint="give --item ID, --items FILE, or --nonce with --count")
    if stratum_by is None:
        return Seeded(nonce, count)
    return Seeded(nonce, 0, stratum_by, dict(map(_stratum, strata)))


def _stratum(text: str) -> tuple[str, int]:
    value, sign, count = text.rpartition("=")
    if not sign or not count.isascii() or not count.isdecimal():
        raise InputError(f"--stratum: {text[:60]!r} does not say how many of what", hint="write VALUE=N, such as help-desk=5")
    return value, int(count)


def _print_drawn(shared: Shared, made: Drawn) -> None:
    holding = made.holding
    facts: dict[str, Any] = {
        "sample": made.sample,
        "items": [each.item for each in made.items],
        "missing": list(made.missing),
        "rows": made.rows,
        "seed": made.seed,
        "held": len(holding.new),
        "held_before": len(holding.before),
        "content_gone": len(holding.gone),
        "without_content": holding.without_content,
    }
    if shared.json:
        print_json(facts)
    else:
        print_facts([(name, value) for name, value in facts.items() if value not in (None, [])])


def _document(each: Sample) -> dict[str, Any]:
    return {
        "sample": each.id,
        "engagement": each.engagement,
        "request": each.request,
        "population": each.population,
        "table": each.table,
        "definition": each.definition,
        "logic": each.logic,
        "data_sha256": each.data_sha256,
        "rows": each.rows,
        "completeness": each.completeness,
        "checkpoint_size": each.checkpoint_size,
        "checkpoint_sha256": each.checkpoint_sha256,
        "cosigned_by": list(each.cosigned_by),
        "method": each.method,
        "nonce": each.nonce,
        "seed": each.seed,
        "stratum_by": each.stratum_by,
        "strata": [f"{one.value}: {one.asked} of {one.rows} rows" for one in each.strata],
        "items": [one.item for one in each.items],
        "missing": list(each.missing),
        "earlier": list(each.earlier),
        "draws": [f"{one.recorded} by {one.actor}: {one.added} items" for one in each.draws],
        "held": len(each.holds.held) + len(each.holds.held_before),
    }


def _print_item(shared: Shared, folder: ItemFolder) -> None:
    if shared.json:
        print_json(item_document(folder))
        return
    print_lines(f"{each.name:9} entry {each.index}: {each.proof.words}" for each in folder.parts)
    print_heading("History")
    print_lines(f"  {each.recorded}  {each.kind}: {each.what}" for each in folder.history)
    print_heading("Leads to")
    print_lines(f"  {each.relation}: {each.kind} {each.id} {each.title} ({each.words})" for each in folder.links)
    print_heading("Content")
    print_lines(f"  {each.name}: {each.state}, {each.bytes} bytes; {each.words}" for each in folder.slots)
    print_heading("Missing")
    print_lines(f"  {each.what}: {each.why}" for each in folder.missing)
    if not folder.missing:
        print_lines(["  nothing that one would expect"])
