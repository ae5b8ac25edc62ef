"""`proofbook token …`: API tokens for programs that push records or pull evidence."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import click

from proofbook.cli.lifespan import Lifespan
from proofbook.cli.main import Shared
from proofbook.cli.people_rows import TOKEN_TITLES, token_cells, token_json
from proofbook.cli.printing import print_facts, print_json, print_table, say
from proofbook.cli.user import acting, looking
from proofbook.people.roles import Permission
from proofbook.primitives.instants import format_instant
from proofbook.wiring.access import operator
from proofbook.wiring.system import CLOCK

_SCOPES: Final = click.Choice([each.value for each in Permission])
_SHOWN_ONCE: Final = "The token is not shown again. A program sends it as `Authorization: Bearer`."


@click.group()
def token() -> None:
    """API tokens: what programs may do, in whose name, until when."""


@token.command()
@click.option("--account", help="Account it acts for; never more than that account may do.")
@click.option("--service", help="Name of the program it is for, when it acts in nobody's name.")
@click.option("--scope", "scopes", type=_SCOPES, multiple=True, required=True, help="What it may do; may be given several times.")
@click.option("--expires", type=Lifespan(), default="90d", show_default=True, help="Opens nothing after so long.")
@click.option("--note", default="", help="What it is for; recorded.")
@click.pass_obj
def issue(
    shared: Shared, account: str | None, service: str | None, scopes: tuple[str, ...], expires: timedelta, note: str
) -> None:
    """Issue a token. It is shown once and only its hash is kept.

    `administer` opens accounts and tokens: to an administrator's account only, for 90 days at most, named on purpose.
    """
    if (account is None) == (service is None):
        raise click.UsageError("give --account or --service")
    with acting(shared) as (_, people):
        made = people.issue_token(
            by=operator(),
            scopes=map(Permission, scopes),
            expires=format_instant(CLOCK.now() + expires),
            account=account,
            service=service,
            note=note,
        )
    holder = account or service
    if shared.json:
        print_json({"token": made.id, "secret": made.secret, "holder": holder, "scopes": sorted(scopes), "expires": made.expires})
        return
    facts = [("secret", made.secret), ("token", made.id), ("holder", holder), ("scopes", ", ".join(sorted(scopes)))]
    print_facts([*facts, ("expires", made.expires)])
    say(_SHOWN_ONCE)


@token.command()
@click.argument("token_id", metavar="TOKEN")
@click.option("--reason", required=True, help="Why; recorded.")
@click.pass_obj
def revoke(shared: Shared, token_id: str, reason: str) -> None:
    """Revoke a token; it opens nothing from here on."""
    with acting(shared) as (_, people):
        people.revoke_token(token_id, by=operator(), reason=reason)
    if shared.json:
        print_json({"token": token_id, "revoked": True})
    else:
        print_facts([("revoked", token_id)])


@token.command(name="list")
@click.pass_obj
def list_tokens(shared: Shared) -> None:
    """Every token ever issued, and its state."""
    now = format_instant(CLOCK.now())
    with looking(shared) as (_, people):
        found = people.tokens()
    if shared.json:
        print_json([token_json(each, now) for each in found])
    elif found:
        print_table(TOKEN_TITLES, [token_cells(each, now) for each in found])
    else:
        say("No token was ever issued. `proofbook token issue` makes one.")
