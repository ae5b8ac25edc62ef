"""`proofbook reconcile`: the engines' own counters against the book, stretch by stretch."""

from __future__ import annotations

from datetime import datetime

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_heading, print_json, print_lines, print_table, say
from proofbook.cli.zoned import tell_in_zone
from proofbook.errors import InputError
from proofbook.reconciliation.choosing import Width
from proofbook.reconciliation.comparing import Comparison, Interval, Standing, deciding
from proofbook.reconciliation.wording import NAMES, book_words, describe_comparison, describe_interval
from proofbook.wiring.home import open_home
from proofbook.wiring.reconciling import Asked, Reconciled, document, reconcile_home, record_reconciliation, run_body
from proofbook.wiring.recording import open_door

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_SHOWN = 40
_COLUMNS = ("from", "until", "counted", "engine", "book", "difference", "result")


@click.command(short_help="The engines' own counters against the book: what each served by either account.")
@click.option("--engagement", help="Days of an engagement; default: all of the book.")
@click.option("--from", "first", type=_DAY, metavar="DAY", help="First day, UTC.")
@click.option("--to", "last", type=_DAY, metavar="DAY", help="Last day, UTC, included.")
@click.option("--upstream", help="Only this one.")
@click.option(
    "--by",
    "width",
    type=click.Choice(["day", "hour", "look"]),
    default="day",
    show_default=True,
    help="How long a stretch is: a day, an hour, or from one look at the counters to the next.",
)
@click.option("--all", "everything", is_flag=True, help="Every stretch; otherwise the newest, and all that do not agree.")
@click.option("--record", "recorded", is_flag=True, help="Record the result and its differences.")
@click.pass_obj
def reconcile(
    shared: Shared,
    engagement: str | None,
    first: datetime | None,
    last: datetime | None,
    upstream: str | None,
    width: Width,
    everything: bool,
    recorded: bool,
) -> None:
    """What the engines counted against what the book says they served.

    An engine counts whatever it serves, also what went around the gateway. The counters are read while the gateway runs
    (reconciliation.scrape_seconds) and by `proofbook collect engine_counters`. More on the engine's side is traffic that the book
    does not have. What cannot be told is unknown, with the reason.
    """
    if engagement is not None and (first is not None or last is not None):
        raise InputError("--engagement goes with neither --from nor --to", hint="an engagement names its own days")
    if first is not None and last is not None and last < first:
        raise InputError(f"--to {last:%Y-%m-%d} lies before --from {first:%Y-%m-%d}", hint="name the earlier day first")
    asked = Asked(engagement, None if first is None else first.date(), None if last is None else last.date(), upstream, width)
    home = open_home(shared.home)
    made = reconcile_home(home, asked)
    if recorded:
        with open_door(home) as door:
            receipt = record_reconciliation(door.recorder, run_body(made))
        say(f"recorded: entry {receipt.entry_id}")
    if shared.json:
        print_json(document(made))
        return
    if not made.comparisons:
        print_lines(
            [
                "No counters of any engine are on record for this time: nothing can be compared.",
                "They are read while `proofbook up` runs, and by `proofbook collect engine_counters`.",
            ]
        )
    for comparison in made.comparisons:
        _print_engine(comparison, made, most=None if everything else _SHOWN)
    print_lines(["", "A comparison of two counts; it concludes nothing about a control."])


def _print_engine(comparison: Comparison, made: Reconciled, *, most: int | None) -> None:
    print_heading(f"{', '.join(comparison.upstreams)}: {comparison.product} at {comparison.address}", None)
    zone = made.zone
    looks = f"{comparison.scrapes:,} looks at its counters are on record"
    unread = f", {comparison.unread:,} of which could not read them" if comparison.unread else ""
    print_lines([f"{looks}{unread}"])
    if comparison.last_reason is not None:
        print_lines([f"the newest look could not read them: {comparison.last_reason}"])
    chosen = _chosen(comparison, most)
    if chosen:
        if len(chosen) < len(comparison.intervals):
            print_lines([f"{len(comparison.intervals) - len(chosen):,} stretches that agree are not shown (--all)"])
        print_lines([""])
        print_table(_COLUMNS, [row for each in chosen for row in _rows(each, zone)])
        print_lines([""])
    for each in chosen:
        if each.standing is not Standing.AGREES:
            begins = tell_in_zone(each.since, zone)
            print_lines([f"{begins}: {each.standing.value}: {describe_interval(each)}"])
    print_lines([f"result: {comparison.standing.value}: {describe_comparison(comparison)}"])


def _chosen(comparison: Comparison, most: int | None) -> tuple[Interval, ...]:
    """All that do not agree, and the newest."""
    newest = len(comparison.intervals) - (most or len(comparison.intervals))
    return tuple(
        each for place, each in enumerate(comparison.intervals) if place >= newest or each.standing is not Standing.AGREES
    )


def _rows(interval: Interval, zone: str) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    decide = deciding(interval.figures)
    for number, each in enumerate(interval.figures):
        begins, ends = (tell_in_zone(interval.since, zone), tell_in_zone(interval.until, zone)) if number == 0 else ("", "")
        engine = f"{'at least ' if each.at_least else ''}{each.engine:,}"
        difference = "" if not each.difference else f"{each.difference:+,}"
        result = interval.standing.value if number == 0 else "" if each in decide else "beside it"
        rows.append((begins, ends, NAMES[each.measure], engine, book_words(each), difference, result))
    if not rows:
        rows.append(
            (tell_in_zone(interval.since, zone), tell_in_zone(interval.until, zone), "", "", "", "", interval.standing.value)
        )
    return rows
