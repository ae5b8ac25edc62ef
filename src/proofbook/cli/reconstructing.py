"""`proofbook reconstruct`: from a business decision or an exchange back to weights, evaluation, approval and policy."""

from __future__ import annotations

from typing import Any

import click

from proofbook.assessment.lineage import Lineage, Link, Standing, reconstruct
from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_heading, print_json, print_lines, say
from proofbook.wiring.home import open_home
from proofbook.wiring.reading import open_projection

_MARKS = {Standing.SHOWN: "shown", Standing.DOUBTFUL: "in doubt", Standing.MISSING: "MISSING"}


@click.command(name="reconstruct", short_help="From a decision back to review, exchange, weights, evaluation, approval, policy.")
@click.argument("name", metavar="ID")
@click.pass_obj
def reconstruct_command(shared: Shared, name: str) -> None:
    """Follow one decision, or one exchange, back to what it rested on, and name every link that is not there.

    ID is the reference of a business decision as its review states it, the id of a review, or an exchange (x_…). Each link names
    the record and the entry it rests on; `in doubt` is a link whose record does not quite carry it, and says why.
    """
    with open_projection(open_home(shared.home)) as (_, projection):
        found = reconstruct(projection.reader, name)
    if shared.json:
        print_json(to_document(found))
        return
    print_lines([f"Behind {found.asked}:"])
    _print(found.head)
    for chain in found.chains:
        _print(chain)
    if found.left_out:
        print_lines([f"The review names {found.left_out} more exchanges, which are not followed here."])
    lacking = ", ".join(dict.fromkeys(f"{link.step} ({_MARKS[link.standing]})" for link in found.lacking))
    say(f"{len(found.links)} links; not shown: {lacking or 'none'}")


def to_document(found: Lineage) -> dict[str, Any]:
    """The lineage as plain values."""
    return {
        "asked": found.asked,
        "links": [_document(link) for link in found.head],
        "exchanges": [[_document(link) for link in chain] for chain in found.chains],
        "exchanges_left_out": found.left_out,
        "not_shown": [{"step": link.step, "standing": link.standing.value, "why": link.words} for link in found.lacking],
    }


def _document(link: Link) -> dict[str, Any]:
    record = None if link.kind is None else {"kind": link.kind, "id": link.id, "entry": link.entry}
    return {
        "step": link.step,
        "standing": link.standing.value,
        "words": link.words,
        "record": record,
        "facts": [{"name": name, "value": value} for name, value in link.facts],
    }


def _print(links: tuple[Link, ...]) -> None:
    for link in links:
        colour = None if link.standing is Standing.SHOWN else "yellow"
        print_heading(f"{link.step} ({_MARKS[link.standing]}): {link.words}", colour)
        record = [("record", f"{link.kind} {link.id}, entry {link.entry}")] if link.kind else []
        print_facts([*link.facts, *record], indent="  ")
