"""`proofbook key …`: API keys of callers, bound to a person or service and a system."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal, cast

import click

from proofbook.cli.key_rows import describe_keys
from proofbook.cli.lifespan import Lifespan
from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, print_table, say
from proofbook.primitives.instants import format_instant
from proofbook.readmodel import keys, sources
from proofbook.wiring.access import issue_key, revoke_key, rotate_key
from proofbook.wiring.home import open_home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.recording import open_door
from proofbook.wiring.system import CLOCK

_SHOWN_ONCE: Final = "The token is not shown again. A client sends it as its API key; a running gateway knows it within a second."


@click.group()
def key() -> None:
    """API keys: who may call which system through the gateway."""


@key.command()
@click.option("--principal", required=True, help="Person or service the key belongs to, as it should appear in evidence.")
@click.option("--kind", type=click.Choice(["person", "service"]), required=True, help="Who acts with it: a person or a program.")
@click.option("--system", required=True, help="Id of the AI system the key is for.")
@click.option("--expires", type=Lifespan(), help="Expires after so long; without it, no expiry is set.")
@click.option("--days", type=click.IntRange(1, 36_500), help="The same in days.")
@click.option("--note", default="", help="Ticket or reason; recorded.")
@click.pass_obj
def issue(shared: Shared, principal: str, kind: str, system: str, expires: timedelta | None, days: int | None, note: str) -> None:
    """Issue a key. Its secret is shown once and only its hash is kept."""
    if expires is not None and days is not None:
        raise click.UsageError("--expires and --days say the same; give one")
    home, ends = open_home(shared.home), _after(timedelta(days=days) if days is not None else expires)
    chosen = cast("Literal['person', 'service']", kind)
    with open_door(home) as door:
        made = issue_key(home, door.recorder, principal=principal, kind=chosen, system=system, expires=ends, note=note)
    if shared.json:
        print_json({"key": made.id, "token": made.secret, "entry": made.index, "expires": ends})
        return
    print_facts(
        [
            ("token", made.secret),
            ("key", made.id),
            ("principal", principal),
            ("system", system),
            ("expires", ends or "not set"),
        ]
    )
    say(_SHOWN_ONCE)


@key.command()
@click.argument("key_id", metavar="KEY")
@click.option(
    "--overlap",
    type=Lifespan(least=timedelta(0)),
    default="24h",
    show_default=True,
    help="How long the old key goes on beside it.",
)
@click.option("--expires", type=Lifespan(), help="Expires after so long; without it, as long as the old key was issued for.")
@click.option("--note", default="", help="Ticket or reason; recorded.")
@click.pass_obj
def rotate(shared: Shared, key_id: str, overlap: timedelta, expires: timedelta | None, note: str) -> None:
    """Issue a key in the place of another; the old one ends after the overlap. Both are recorded together."""
    home = open_home(shared.home)
    with open_door(home) as door:
        made, until = rotate_key(home, door.recorder, key=key_id, overlap=overlap, expires=_after(expires), note=note)
    if shared.json:
        print_json({"key": made.id, "token": made.secret, "entry": made.index, "replaces": key_id, "old_key_ends": until})
        return
    print_facts([("token", made.secret), ("key", made.id), ("replaces", key_id), ("old key ends", until)])
    say(_SHOWN_ONCE)
    say("A grant that names the old key by its id does not reach the new one; one that names the principal does.")


@key.command()
@click.argument("key_id", metavar="KEY")
@click.option("--reason", required=True, help="Why; recorded.")
@click.pass_obj
def revoke(shared: Shared, key_id: str, reason: str) -> None:
    """Revoke a key; a running gateway refuses it within a second."""
    home = open_home(shared.home)
    with open_door(home) as door:
        index = revoke_key(home, door.recorder, key=key_id, reason=reason)
    if shared.json:
        print_json({"key": key_id, "entry": index})
    else:
        print_facts([("revoked", key_id), ("entry", index)])


@key.command(name="list")
@click.option("--unused", type=Lifespan(), default="90d", show_default=True, help="Point out keys that nobody used for so long.")
@click.pass_obj
def list_keys(shared: Shared, unused: timedelta) -> None:
    """Every key ever issued: its state, its last use on record, what stands out."""
    now = CLOCK.now()
    with open_projection(open_home(shared.home)) as (_, projection):
        rows = tuple(describe_keys(keys.every(projection.reader), sources.gaps(projection.reader), now, unused))
    if shared.json:
        print_json([row.as_json() for row in rows])
    elif rows:
        titles = ("key", "principal", "kind", "system", "state", "last use", "uses", "stands out")
        print_table(titles, [row.cells for row in rows])
    else:
        say("No key was ever issued. `proofbook key issue` makes one.")


def _after(span: timedelta | None) -> str | None:
    return None if span is None else format_instant(CLOCK.now() + span)
