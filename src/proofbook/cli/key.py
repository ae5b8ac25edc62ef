"""`proofbook key …`: API keys of callers, bound to a person or service and a system."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, cast

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, print_table, say
from proofbook.primitives.instants import format_instant
from proofbook.readmodel import keys
from proofbook.wiring.access import issue_key, revoke_key
from proofbook.wiring.home import open_home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.recording import open_door
from proofbook.wiring.system import CLOCK


@click.group()
def key() -> None:
    """API keys: who may call which system through the gateway."""


@key.command()
@click.option("--principal", required=True, help="Person or service the key belongs to, as it should appear in evidence.")
@click.option("--kind", type=click.Choice(["person", "service"]), required=True, help="Who acts with it: a person or a program.")
@click.option("--system", required=True, help="Id of the AI system the key is for.")
@click.option("--days", type=click.IntRange(1, 36_500), help="Expires after this many days; without it, no expiry is set.")
@click.option("--note", default="", help="Ticket or reason; recorded.")
@click.pass_obj
def issue(shared: Shared, principal: str, kind: str, system: str, days: int | None, note: str) -> None:
    """Issue a key. Its secret is shown once and only its hash is kept."""
    home = open_home(shared.home)
    expires = None if days is None else format_instant(CLOCK.now() + timedelta(days=days))
    chosen = cast("Literal['person', 'service']", kind)
    with open_door(home) as door:
        made = issue_key(home, door.recorder, principal=principal, kind=chosen, system=system, expires=expires, note=note)
    if shared.json:
        print_json({"key": made.id, "token": made.secret, "entry": made.index, "expires": expires})
        return
    print_facts(
        [
            ("token", made.secret),
            ("key", made.id),
            ("principal", principal),
            ("system", system),
            ("expires", expires or "not set"),
        ]
    )
    say("The token is not shown again. A client sends it as its API key; a running gateway knows it within a second.")


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
@click.pass_obj
def list_keys(shared: Shared) -> None:
    """Every key ever issued, revoked ones included."""
    now = format_instant(CLOCK.now())
    with open_projection(open_home(shared.home)) as (_, projection):
        found = keys.every(projection.reader)
    if shared.json:
        print_json([_as_json(each, now) for each in found])
    elif found:
        rows = [
            (each.key, each.principal, each.principal_kind, each.system, _state(each, now), _second(each.issued), each.issued_by)
            for each in found
        ]
        print_table(("key", "principal", "kind", "system", "state", "issued", "by"), rows)
    else:
        say("No key was ever issued. `proofbook key issue` makes one.")


def _as_json(each: keys.AccessKey, now: str) -> dict[str, str | None]:
    return {
        "key": each.key,
        "principal": each.principal,
        "kind": each.principal_kind,
        "system": each.system,
        "state": _word(each, now),
        "issued": each.issued,
        "by": each.issued_by,
        "expires": each.expires,
        "revoked": each.revoked,
    }


def _word(each: keys.AccessKey, now: str) -> str:
    if each.revoked is not None:
        return "revoked"
    return "expired" if each.expires is not None and each.expires <= now else "in force"


def _state(each: keys.AccessKey, now: str) -> str:
    word, moment = _word(each, now), each.revoked or each.expires
    if moment is None:
        return word
    return f"{word} {'until ' if word == 'in force' else ''}{_second(moment)}"


def _second(instant: str) -> str:
    """An instant without its microseconds, for a table that people read."""
    return instant.partition(".")[0] + "Z"
